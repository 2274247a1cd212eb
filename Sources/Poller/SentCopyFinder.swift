import IMAP
import Store

/// Looks for copies of messages in the Sent and All folders of one mailbox; opens them read-only.
struct SentCopyFinder {
  /// Bounds of one look.
  enum Bounds {
    /// The newest mails that are compared one by one where the search found nothing: what an account sends in some days.
    static let newest = 2_000
    /// Mails of one fetch; with a few Received fields each some 500 KB at the most.
    static let group = 200
  }

  let connection: MailboxConnection
  /// Of this build; the server is told.
  let version: String

  /// What is found for each message, by its id.
  func find(_ checks: [SentCheck]) async throws(WatchFailure) -> [Int64: SentFinding] {
    let folders = try await folders()
    guard !folders.isEmpty else {
      let nowhere = SentFinding.impossible("the mailbox has no Sent folder to look into")
      return Dictionary(checks.map { ($0.messageID, nowhere) }) { first, _ in first }
    }
    var found: [Int64: [SentCopy]] = [:]
    for folder in folders {
      for (message, copies) in try await find(checks, in: folder) {
        // Gmail's All shows what lies in Sent once more: the folder that has more of them counts.
        if copies.count > found[message, default: []].count { found[message] = copies }
      }
    }
    return Dictionary(checks.map { ($0.messageID, .copies(found[$0.messageID] ?? [])) }) { first, _ in first }
  }

  private func folders() async throws(WatchFailure) -> [String] {
    let setup = try await MailboxSetup.learn(connection, version: version)
    guard let special = setup.special else { throw .refused(command: "LIST", words: setup.refusal) }
    return special.copiesOfSent
  }

  private func find(_ checks: [SentCheck], in folder: String) async throws(WatchFailure) -> [Int64: [SentCopy]] {
    guard try await connection.examine(folder, from: nil).mailbox.exists > 0 else { return [:] }
    var found: [Int64: [SentCopy]] = [:]
    var missed: [SentCheck] = []
    for check in checks {
      let copies = try await search(for: check.id)
      if copies.isEmpty { missed.append(check) }
      found[check.messageID] = copies.compactMap { $0.copy(check, folder) }
    }
    guard !missed.isEmpty else { return found }
    // A server may find no header fields, find them only once its index is up to date, or know another Message-ID.
    for mail in try await newest(since: missed.map(\.since).min() ?? 0) {
      for check in missed where mail.isCopy(of: check.id) {
        if let copy = mail.copy(check, folder) { found[check.messageID, default: []].append(copy) }
      }
    }
    return found
  }

  private func search(for id: String) async throws(WatchFailure) -> [IdentifiedMail] {
    guard let keys = IdentifiedMail.search(for: id, gmail: connection.offers("X-GM-EXT-1")) else { return [] }
    do {
      let uids = try await connection.search(keys).first(Bounds.group)
      return uids.isEmpty ? [] : try await fetch(uids).filter { $0.isCopy(of: id) }
    } catch {
      // NO or BAD to the search: the others are compared by hand.
      guard case .refused = error else { throw error }
      return []
    }
  }

  private func newest(since: Int64) async throws(WatchFailure) -> [IdentifiedMail] {
    // A day earlier, as the server compares days in a zone of its own.
    let all = try await connection.search([.since(since - 86_400_000)])
    var uids: [UInt32] = []
    for range in all.ranges.reversed() {
      uids += range.reversed().prefix(Bounds.newest - uids.count)
      if uids.count >= Bounds.newest { break }
    }
    var mails: [IdentifiedMail] = []
    for start in stride(from: 0, to: uids.count, by: Bounds.group) {
      mails += try await fetch(Array(uids[start..<min(start + Bounds.group, uids.count)]))
    }
    return mails
  }

  private func fetch(_ uids: [UInt32]) async throws(WatchFailure) -> [IdentifiedMail] {
    let wanted = IdentifierSet(uids.sorted())
    var mails: [UInt32: IdentifiedMail] = [:]
    try await connection.succeed(.fetch(wanted, IdentifiedMail.items)) { action in
      guard case .fetched(let message) = action, let mail = IdentifiedMail(message), wanted.contains(mail.uid) else {
        return
      }
      mails[mail.uid] = mail
    }
    return mails.values.sorted { $0.uid < $1.uid }
  }
}

extension IdentifiedMail {
  /// As the store takes it, for the message that it is a copy of; nil when its trace names another with the same Message-ID.
  fileprivate func copy(_ check: SentCheck, _ folder: String) -> SentCopy? {
    let isNamed = queueIDs.contains(check.messageID)
    guard queueIDs.isEmpty || isNamed else { return nil }
    return SentCopy(
      folder: folder, at: internalDate ?? date, replacedID: id == check.id ? nil : id, hasTrace: hasTrace,
      isNamed: isNamed)
  }
}
