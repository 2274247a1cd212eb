internal import Foundation
internal import MailText
internal import Outreach

/// What an erasure found, and took out unless it only looked.
public struct ErasureReport: Sendable, Equatable {
  /// In lower case.
  public var address: String
  /// Whether the person was a contact.
  public var isContact = false
  /// Ways through sequences, ended now.
  public var enrollments = 0
  /// Mails to the person.
  public var messages = 0
  /// Mails from the person, and what came back for mails to the person.
  public var inbound = 0
  /// Mails of others that named the address.
  public var mentions = 0
  /// Settings of the operator that name the address: they are left as they are.
  public var remaining: [String] = []
}

extension Reader {
  /// What an erasure would find.
  func erasureReport(of person: PersonTrace, _ traces: Traces) throws(StoreError) -> ErasureReport {
    let others = Set(traces.sharers.map(\.body)).union(traces.inboundSharers.map(\.body))
    var report = ErasureReport(
      address: person.address, isContact: traces.contact != nil, enrollments: traces.enrollments.count,
      messages: traces.messages.count, inbound: traces.inbound.count, mentions: others.count)
    for (table, name, columns) in ErasureTables.operators {
      let rows = try connection.rows("SELECT \(name), \(columns.joined(separator: ", ")) FROM \(table)", []) { row in
        (row.text(0), columns.indices.map { row.text(Int32($0) + 1) })
      }
      report.remaining += rows.filter { $0.1.contains(where: person.isIn) }.map { "\(table) \($0.0)" }
    }
    return report
  }

  /// Whether a person was erased, and so must not be taken in again.
  public func isErased(_ address: String, workspaceID: Int64) throws(StoreError) -> Bool {
    for spelling in DomainSpelling.all(ofAddress: Address.comparisonKey(address)) {
      guard let entry = suppressionKey.entry(of: spelling) else { return false }
      if try hasSuppression(entry, workspaceID: workspaceID) { return true }
    }
    return false
  }
}

extension Transaction {
  /// Takes a person out of every table. What is counted stays as a number: the rows of their mails, attempts, credits and
  /// enrollments, with nothing in them that says whose they were.
  ///
  /// Throws `.rejected` while one of their mails is being sent, and when a mail to somebody else that is still to go names them
  /// in a way that cannot be taken out.
  func erase(_ address: String, workspaceID: Int64, _ found: Traces, now: Int64) throws(StoreError) -> ErasureReport {
    guard let entry = suppressionKey.entry(of: Address.comparisonKey(address)) else {
      throw .statement("the key of hashed suppressions is not open")
    }
    if try account(at: address) != nil {
      throw .rejected("\(address) is an account of this gateway; remove it before its owner is erased")
    }
    let replacement = try replacement(for: entry, workspaceID: workspaceID, now: now)
    let person = PersonTrace(address: address, replacement: replacement)
    // What came since the look is taken too.
    var traces = try traces(of: person, workspaceID: workspaceID, since: found)
    try refuseWhileSending(traces, address)
    let report = try erasureReport(of: person, traces)
    try endEverything(traces, workspaceID: workspaceID, now: now)
    traces = try self.traces(of: person, workspaceID: workspaceID, since: traces)
    try eraseBodies(traces, person)
    try eraseInbound(traces)
    try eraseMessages(traces, replacement: replacement)
    try eraseTasks(traces)
    try eraseSuppressions(of: address, workspaceID: workspaceID, entry, now: now)
    try eraseEvents(traces)
    try eraseReasons(traces, person)
    try redactTexts(traces, person)
    try redactKeys(traces.keys)
    try eraseFromCampaigns(traces, person, workspaceID: workspaceID)
    if let contact = traces.contact {
      try run(
        """
        UPDATE contact SET address = ?, written = NULL, first_name = NULL, last_name = NULL, company = NULL, zone = NULL, consent = NULL,
          fields = '{}', tags = '[]', changed_at = ?, erased_at = ? WHERE id = ?
        """, [.text(replacement), .integer(now), .integer(now), .integer(contact)])
      try run("UPDATE contact SET written = ? WHERE merged_into = ?", [.text(replacement), .integer(contact)])
    }
    touch(.queue)
    return report
  }

  /// An address that is nobody's, for those of the rows that stay; the hashed entry that stays too makes it.
  private func replacement(for entry: String, workspaceID: Int64, now: Int64) throws(StoreError) -> String {
    try addSuppression(entry, workspaceID: workspaceID, reason: "erased", source: "erase", now: now)
    let id = try first(
      "SELECT id FROM suppression WHERE workspace_id = ? AND value = ?", [.integer(workspaceID), .text(entry)]
    ) { row in row.integer(0) }
    // RFC 2606, section 2: `.invalid` is never anybody's. Whoever was taken in again after an erasure has a second row.
    let name = "erased-\(id ?? 0)"
    let count = try first(
      "SELECT COUNT(*) FROM contact WHERE workspace_id = ? AND (address = ? OR address GLOB ?)",
      [.integer(workspaceID), .text("\(name)@erased.invalid"), .text("\(name).*@erased.invalid")]
    ) { row in row.integer(0) }
    guard let count, count > 0 else { return "\(name)@erased.invalid" }
    return "\(name).\(count)@erased.invalid"
  }

  /// Entries that name the address; the hashed one stands for them, in the list for all too.
  private func eraseSuppressions(of address: String, workspaceID: Int64, _ entry: String, now: Int64)
    throws(StoreError)
  {
    for list in [workspaceID, Suppressions.everywhere] {
      let removed = try run(
        "DELETE FROM suppression WHERE workspace_id = ? AND value = ?", [.integer(list)] + address.person)
      guard removed > 0 else { continue }
      suppressionsChanged(of: list)
      try addSuppression(entry, workspaceID: list, reason: "erased", source: "erase", now: now)
    }
  }

  /// What a person should do with them, by name.
  private func eraseTasks(_ traces: Traces) throws(StoreError) {
    try run(
      """
      UPDATE task SET title = 'erased', note = NULL, reason = NULL
      WHERE enrollment_id IN (SELECT value FROM json_each(?))
      """, [SQLValue(ids: traces.enrollments)])
  }

  private func refuseWhileSending(_ traces: Traces, _ address: String) throws(StoreError) {
    for id in traces.messages + traces.sharers.map(\.message) {
      guard let message = try message(id), message.state == .sending else { continue }
      throw .rejected(
        "message \(id) to \(message.recipient) is being sent right now; \(address) can be erased when it has gone")
    }
  }

  private func endEverything(_ traces: Traces, workspaceID: Int64, now: Int64) throws(StoreError) {
    for id in traces.enrollments {
      guard let enrollment = try enrollment(id) else { continue }
      try stop(enrollment, reason: .manual, workspaceID: workspaceID, now: now)
    }
    for id in traces.messages {
      guard let message = try message(id) else { continue }
      if [.draft, .scheduled, .held, .unknown].contains(message.state) {
        try end(message, as: .cancelled, because: "erased", now: now)
      }
    }
  }

  // MARK: - Mails

  private static let erasedMail = Array("Subject: erased\r\n\r\n".utf8)
  private static let pending: Set<MessageState> = [.draft, .scheduled, .sending, .held, .unknown]

  private func eraseBodies(_ traces: Traces, _ person: PersonTrace) throws(StoreError) {
    let theirs = Set(
      try ids(
        "SELECT body_id FROM message WHERE id IN (SELECT value FROM json_each(?))", [SQLValue(ids: traces.messages)]))
    let sharers = Dictionary(grouping: traces.sharers, by: \.body)
    let inbound = Set(traces.inboundSharers.map(\.body))
    for body in traces.bodies {
      let others = try (sharers[body] ?? []).map { sharer throws(StoreError) in try message(sharer.message) }
        .compactMap(\.self)
      guard !others.isEmpty || inbound.contains(body) else {
        try run("DELETE FROM body WHERE id = ?", [.integer(body)])
        continue
      }
      guard let bytes = try self.body(body) else { continue }
      let redacted = person.redacted(mail: bytes)
      if let waiting = others.first(where: { Self.pending.contains($0.state) }), redacted == nil {
        throw .rejected(
          "message \(waiting.id) to \(waiting.recipient) is still to go and names \(person.address) inside of an encoded "
            + "part; cancel it, or erase when it has gone")
      }
      // A text written to the person and others may say more than the address; when all have it, nothing needs it.
      let isOver = !others.contains { Self.pending.contains($0.state) }
      let kept = isOver && theirs.contains(body) ? Self.erasedMail : redacted ?? Self.erasedMail
      try run("UPDATE body SET bytes = ? WHERE id = ?", [.blob(kept), .integer(body)])
    }
  }

  private func eraseInbound(_ traces: Traces) throws(StoreError) {
    let list = SQLValue(ids: traces.inbound)
    let seen = try connection.rows(
      "SELECT account_id, identity, object_id FROM inbound WHERE id IN (SELECT value FROM json_each(?))", [list]
    ) { row in (account: row.integer(0), names: [row.text(1), row.textOrNil(2)].compactMap(\.self)) }
    for mail in seen {
      for name in mail.names {
        guard let entry = suppressionKey.entry(of: name) else { continue }
        try run(
          "INSERT INTO erased_mail (account_id, identity) VALUES (?, ?) ON CONFLICT DO NOTHING",
          [.integer(mail.account), .text(entry)])
      }
    }
    try run("DELETE FROM inbound WHERE id IN (SELECT value FROM json_each(?))", [list])
  }

  private func eraseMessages(_ traces: Traces, replacement: String) throws(StoreError) {
    let list = SQLValue(ids: traces.messages)
    let mine = "IN (SELECT value FROM json_each(?))"
    try run(
      """
      UPDATE message SET sender = '', recipient = ?, person = NULL, from_address = NULL, subject = '', message_id = '',
        sent_message_id = NULL, thread_id = NULL, last_reply = NULL, body_id = 0 WHERE id \(mine)
      """, [.text(replacement), list])
    try run("UPDATE attempt SET reply_text = NULL WHERE message_id \(mine)", [list])
    try run("DELETE FROM delivery_request WHERE message_id \(mine)", [list])
    try run("DELETE FROM sent_check WHERE message_id \(mine)", [list])
    // A reply's booking names the reply by its Message-ID.
    try run("UPDATE credit SET booking_key = 'erased:' || id WHERE kind = 'reply' AND message_id \(mine)", [list])
  }

  // MARK: - Campaigns

  /// What sources and enrichments said. That the person was contacted stays, under a name that says nothing.
  private func eraseFromCampaigns(_ traces: Traces, _ person: PersonTrace, workspaceID: Int64) throws(StoreError) {
    for spelling in person.spellings {
      try run(
        "DELETE FROM enrichment_answer WHERE workspace_id = ? AND (lower(address) = ? OR instr(lower(identity), ?) > 0)",
        [.integer(workspaceID), .text(spelling), .text(spelling)])
    }
    for id in traces.campaignPeople { try run("DELETE FROM campaign_person WHERE id = ?", [.integer(id)]) }
    guard let contact = traces.contact else { return }
    let names = try connection.rows(
      "SELECT campaign_id, contact_id, identity FROM campaign_contact WHERE contact_id \(ofContact)",
      [.integer(contact), .integer(contact)]
    ) { row in (campaign: row.integer(0), contact: row.integer(1), identity: row.text(2)) }
    for name in names where !name.identity.hasPrefix("hmac:") {
      guard let entry = suppressionKey.entry(of: name.identity) else { continue }
      try run(
        "UPDATE campaign_contact SET identity = ? WHERE campaign_id = ? AND contact_id = ?",
        [.text(entry), .integer(name.campaign), .integer(name.contact)])
    }
  }

  // MARK: - Texts

  private func eraseEvents(_ traces: Traces) throws(StoreError) {
    for id in traces.events {
      let detail = try first("SELECT detail FROM event WHERE id = ?", [.integer(id)]) { row in row.text(0) }
      guard let detail else { continue }
      let members = (try? JSONText.decode([String: String].self, detail)) ?? [:]
      let kept = members.filter { name, value in ErasureTables.keptDetails.contains(name) && Self.isWord(value) }
      guard kept != members || members.isEmpty else { continue }
      try run(
        "UPDATE event SET detail = ? WHERE id = ?",
        [.text(jsonObject(kept.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })), .integer(id)])
    }
  }

  /// Why somebody was put on a list may be in anybody's words.
  private func eraseReasons(_ traces: Traces, _ person: PersonTrace) throws(StoreError) {
    for id in traces.named["event"] ?? [] {
      let detail = try first("SELECT detail FROM event WHERE id = ?", [.integer(id)]) { row in row.text(0) }
      guard var members = try? JSONText.decode([String: String].self, detail ?? ""),
        members["value"].map(Address.comparisonKey) == person.key,
        let reason = members["reason"], SuppressionReason(rawValue: reason) == nil
      else { continue }
      members["reason"] = "erased"
      try run(
        "UPDATE event SET detail = ? WHERE id = ?",
        [.text(jsonObject(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })), .integer(id)])
    }
  }

  private static func isWord(_ text: String) -> Bool {
    text.utf8.count <= 64
      && text.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  private func redactTexts(_ traces: Traces, _ person: PersonTrace) throws(StoreError) {
    for (table, columns) in ErasureTables.texts {
      for id in traces.named[table] ?? [] {
        let texts = try first("SELECT \(columns.joined(separator: ", ")) FROM \(table) WHERE id = ?", [.integer(id)]) {
          row in columns.indices.map { row.textOrNil(Int32($0)) }
        }
        // The row may be gone: it was the person's own.
        for (column, text) in zip(columns, texts ?? []) {
          guard let text, person.isIn(text) else { continue }
          try run(
            "UPDATE \(table) SET \(column) = ? WHERE id = ?", [.text(person.redacted(text)), .integer(id)])
        }
      }
    }
  }

  /// An app may have put the address into its idempotency key: hashed it still tells the same submission from another.
  private func redactKeys(_ keys: [(owner: String, key: String)]) throws(StoreError) {
    for (owner, key) in keys {
      guard let entry = suppressionKey.entry(of: key) else { continue }
      try run(
        "UPDATE idempotency SET key = ? WHERE owner = ? AND key = ?", [.text(entry), .text(owner), .text(key)])
    }
  }
}
