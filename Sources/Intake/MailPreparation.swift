import MailText
import Outreach
import SMTP

/// What a login may do with the mails it hands in.
struct SenderRights: Sendable, Equatable {
  /// Pools it may name; empty: any.
  var pools: [String] = []
  /// Addresses and `@domain`s it may write from, in small letters; empty: any.
  var fromAddresses: [String] = []
  /// Whether the mail's own From stays.
  var keepsFrom = false

  /// Whether mail from this address is allowed.
  func allows(_ address: String) -> Bool {
    guard !fromAddresses.isEmpty else { return true }
    let key = Address.comparisonKey(address)
    return fromAddresses.map(Address.comparisonKey).contains { $0 == key || ($0.hasPrefix("@") && key.hasSuffix($0)) }
  }
}

/// A mail as it goes into the store.
struct PreparedMail: Sendable, Equatable {
  /// The mail without control headers, Bcc and trace, with a Date.
  var body: [UInt8]
  var control: ControlHeaders
  /// Its own Message-ID with brackets; nil when it has none.
  var messageID: String?
  /// The From address, when the submitter may choose it.
  var fromAddress: String?
  /// The domain for Message-IDs that are made for it.
  var idDomain: String
  /// Decoded, for people.
  var subject: String
}

/// How a mail came in, for its Received field.
struct MailOrigin: Sendable, Equatable {
  /// The client's address as a literal; nil for a mail that came by no connection.
  var client: String?
  /// Protocol and cipher; nil without TLS.
  var tls: String?
}

/// Looks at a whole mail before it is stored: limits, control headers, sender rights; and mends what RFC 6409 §8 lets a
/// submission server mend. Pure: the time comes in.
struct MailPreparation: Sendable {
  var maximumHeaderBytes: Int
  var maximumHeaderFields: Int
  var maximumReceived: Int
  /// At most `Message.Limit.parts`, which the reader of MIME counts to.
  var maximumParts = Message.Limit.parts
  /// Stands in Message-IDs of mails whose From has no domain.
  var hostname: String
  /// Whether Received names the client.
  var showsClient = false

  /// A mail that has been here so often goes in a circle, however few hops lie between. Twice is met where a mail server
  /// behind an account forwards to one that has Postern as its smarthost.
  private static let mostPasses = 5

  private static let controlPrefix = ControlHeaders.namePrefix.lowercased()

  /// The mail for the store, or the reply that refuses it.
  func prepare(
    _ content: [UInt8], _ envelope: Envelope, _ rights: SenderRights, from origin: MailOrigin = MailOrigin(), now: Int64
  ) -> Result<PreparedMail, Refusal> {
    var header = HeaderBlock(parsing: content)
    let headerEnd = header.fields.last?.raw.endIndex ?? 0
    let found = Findings(header)
    let rest = content[min(headerEnd, content.count)...]
    if let refusal = limitRefusal(header, headerEnd, found.hops) ?? partsRefusal(found, content)
      ?? strayControlRefusal(rest)
    {
      return .failure(Refusal(refusal))
    }

    var control = ControlHeaders()
    if !found.control.isEmpty {
      switch ControlHeaders.parse(found.control.map { ($0.name, $0.value) }, now: now) {
      case .success(let parsed): control = parsed
      case .failure(let error): return .failure(Refusal(ServerReply(554, .init(5, 6, 0), error.text)))
      }
    }
    control.hold(envelope.release, now: now)
    let authors = found.from.flatMap { Address.list(in: $0.value) }
    if let refusal = rightsRefusal(rights, envelope, authors, control) ?? writersRefusal(rights, found) {
      return .failure(Refusal(refusal))
    }

    let messageID = found.messageID.flatMap { MessageID.first(in: $0.value) }
    if found.hasRemovable || !found.hops.isEmpty || (messageID == nil && found.messageID != nil) {
      header.removeAll { field in
        Self.isRemoved(field) || (field.isNamed(TraceField.name) && !TraceField.isOurs(field, hostname: hostname))
          || (messageID == nil && field.isNamed("message-id"))
      }
    }
    // RFC 6409 §8.2: a missing Date is added, one that says no time or stands twice is replaced.
    let date = found.dates.first.flatMap { MailDate.parse($0.value) }
    if date == nil || found.dates.count > 1 {
      if !found.dates.isEmpty { header.removeAll { $0.isNamed("date") } }
      header.append("Date", MailDate.format(date ?? now))
    }
    header.removeWhiteLines()
    header.prepend(TraceField.name, trace(envelope, origin, now: now))
    let domain = authors.first?.domain ?? ""
    return .success(
      PreparedMail(
        body: assemble(header, rest), control: control, messageID: messageID,
        fromAddress: rights.keepsFrom ? authors.first.map { Address.normalized($0.address) } : nil,
        idDomain: domain.isEmpty ? hostname : domain, subject: found.subject?.text ?? ""))
  }

  /// The fields that matter here, found in one pass.
  private struct Findings {
    var control: [HeaderField] = []
    var from: [HeaderField] = []
    var messageID, subject: HeaderField?
    var hops: [HeaderField] = []
    var dates: [HeaderField] = []
    /// Who sent or passed it on for whom: Sender, Resent-From, Resent-Sender.
    var senders: [HeaderField] = []
    var contentTypes: [HeaderField] = []
    var hasRemovable = false

    init(_ header: HeaderBlock) {
      for field in header.fields {
        // X-Postern-…, Bcc, Resent-Bcc and Return-Path: no other begins so that it could be one.
        switch field.nameBytes.first.map({ $0 | 0x20 }) {
        case UInt8(ascii: "x"), UInt8(ascii: "b"), UInt8(ascii: "r"):
          if MailPreparation.isControl(field) { control.append(field) }
          if MailPreparation.isRemoved(field) { hasRemovable = true }
        default: break
        }
        switch field.nameBytes.count {
        case 4 where field.isNamed("from"): from.append(field)
        case 4 where field.isNamed("date"): dates.append(field)
        case 6 where field.isNamed("sender"): senders.append(field)
        case 7 where field.isNamed("subject"): subject = subject ?? field
        case 8 where field.isNamed(TraceField.name): hops.append(field)
        case 10 where field.isNamed("message-id"): messageID = messageID ?? field
        case 11 where field.isNamed("resent-from"): senders.append(field)
        case 12 where field.isNamed("content-type"): contentTypes.append(field)
        case 13 where field.isNamed("resent-sender"): senders.append(field)
        default: break
        }
      }
    }
  }

  /// A reply as an error.
  struct Refusal: Error, Equatable {
    let reply: ServerReply
    init(_ reply: ServerReply) { self.reply = reply }
  }

  /// Fields nobody but Postern is to see: hidden recipients, and where answers of machines went before.
  private static let removed = ["bcc", "resent-bcc", "return-path"]

  /// RFC 5321 §4.4. The name in EHLO is the client's own word, so it stands only beside the address that is sure.
  private func trace(_ envelope: Envelope, _ origin: MailOrigin, now: Int64) -> String {
    let name = envelope.clientName.filter { $0.isLetter || $0.isNumber || ".-_:[]".contains($0) }
    let client = showsClient ? origin.client.map { "\(name) (\($0))" } : nil
    return TraceField.value(
      hostname: hostname, client: client, protocolName: envelope.protocolName.isEmpty ? nil : envelope.protocolName,
      tls: origin.tls, date: now)
  }

  private func limitRefusal(_ header: HeaderBlock, _ bytes: Int, _ hops: [HeaderField]) -> ServerReply? {
    if bytes > maximumHeaderBytes {
      return ServerReply(552, .init(5, 3, 4), "The header has \(bytes) bytes, more than \(maximumHeaderBytes)")
    }
    if header.fields.count > maximumHeaderFields || header.exceedsLimit {
      return ServerReply(554, .init(5, 6, 0), "The header has more than \(maximumHeaderFields) fields")
    }
    // RFC 5321 §6.3: the hops are counted to find a loop.
    let passes = hops.count { TraceField.isOurs($0, hostname: hostname) }
    if hops.count > maximumReceived || passes >= Self.mostPasses {
      return ServerReply(
        554, .init(5, 4, 6),
        "Too many hops: \(hops.count) Received fields, \(passes) of them ours: the mail goes in a circle")
    }
    return nil
  }

  /// A line that is no field ends the header, such as the second line of a subject. What control fields behind it ask for
  /// would not be done, and people would read them.
  private func strayControlRefusal(_ rest: ArraySlice<UInt8>) -> ServerReply? {
    var start = rest.startIndex
    while start < rest.endIndex {
      let end = rest[start...].firstIndex(of: 0x0A) ?? rest.endIndex
      var line = rest[start..<end]
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return nil }
      // A byte order mark or an indent is what made it no field.
      line = line.drop { $0 >= 0x80 || $0 <= 0x20 }
      let beginning = line.prefix(ControlHeaders.namePrefix.utf8.count)
      if String(decoding: beginning, as: UTF8.self).lowercased() == Self.controlPrefix {
        let name = String(decoding: line.prefix { $0 != 0x3A && $0 > 0x20 }.prefix(60), as: UTF8.self)
        return ServerReply(554, .init(5, 6, 0), "\(name): it stands behind a line that is no header field")
      }
      start = end + 1
    }
    return nil
  }

  /// Only what speaks of a multipart or a mail in a mail can be read as one.
  private func partsRefusal(_ found: Findings, _ content: [UInt8]) -> ServerReply? {
    let mayHaveParts = found.contentTypes.contains { field in
      let type = field.value.lowercased()
      return type.contains("multipart") || type.contains("message")
    }
    guard mayHaveParts, Message(content).parts.count >= maximumParts else { return nil }
    return ServerReply(554, .init(5, 6, 0), "The mail has \(maximumParts) MIME parts or more")
  }

  private func rightsRefusal(
    _ rights: SenderRights, _ envelope: Envelope, _ authors: [Address], _ control: ControlHeaders
  ) -> ServerReply? {
    if !envelope.reversePath.isEmpty, !rights.allows(envelope.reversePath) {
      return ServerReply(553, .init(5, 7, 1), "This login may not send as <\(envelope.reversePath)>")
    }
    if !rights.fromAddresses.isEmpty {
      if authors.isEmpty {
        return ServerReply(550, .init(5, 7, 1), "This login is tied to From addresses and the mail has none")
      }
      if let other = authors.first(where: { !rights.allows($0.address) }) {
        return ServerReply(550, .init(5, 7, 1), "This login may not send From: \(other.address)")
      }
    }
    if let pool = control.pool, !rights.pools.isEmpty, !rights.pools.contains(pool) {
      return ServerReply(550, .init(5, 7, 1), "X-Postern-Pool: this login may not use the pool \(pool)")
    }
    return nil
  }

  /// Readers of a From that is not well-formed disagree on who its author is. So with a login that is tied to addresses each
  /// word with an `@` outside quotes and comments has to be one of them, in From and where a mail says who sent it for whom.
  private func writersRefusal(_ rights: SenderRights, _ found: Findings) -> ServerReply? {
    guard !rights.fromAddresses.isEmpty else { return nil }
    for field in found.from + found.senders {
      if let word = AddressWords.all(in: field.value).first(where: { !isOneAddress($0) || !rights.allows($0) }) {
        let name = String(decoding: field.nameBytes, as: UTF8.self)
        return ServerReply(550, .init(5, 7, 1), "This login may not send with \(word) in \(name)")
      }
    }
    return nil
  }

  /// Whether nothing in it could be taken for another address.
  private func isOneAddress(_ word: String) -> Bool {
    let behindQuotes = word.utf8.lastIndex(of: UInt8(ascii: "\"")) ?? word.startIndex
    return word.utf8[behindQuotes...].count { $0 == UInt8(ascii: "@") } == 1
  }

  /// The header, the empty line and the rest. A mail without the empty line gets it: what follows a header would be
  /// read as one otherwise.
  private func assemble(_ header: HeaderBlock, _ rest: ArraySlice<UInt8>) -> [UInt8] {
    var out = header.serialized(reserving: rest.count + 2)
    let firstLine = rest.prefix { $0 != 0x0D && $0 != 0x0A }
    let isSeparated = !rest.isEmpty && firstLine.allSatisfy { $0 == 0x20 || $0 == 0x09 }
    if !isSeparated { out += [0x0D, 0x0A] }
    out += rest
    return out
  }

  private static func isRemoved(_ field: HeaderField) -> Bool {
    isControl(field) || removed.contains { field.isNamed($0) }
  }

  private static func isControl(_ field: HeaderField) -> Bool { field.hasNamePrefix(ControlHeaders.namePrefix) }
}

extension ControlHeaders {
  /// RFC 4865 §4.2: a mail that its envelope holds back does not go before. Beside X-Postern-Send-At the later holds.
  fileprivate mutating func hold(_ release: Release?, now: Int64) {
    guard let release else { return }
    let instant =
      switch release {
      case .after(let seconds): now + Int64(seconds) * 1000
      case .at(let instant): instant
      }
    sendAt = max(sendAt ?? instant, instant)
  }
}
