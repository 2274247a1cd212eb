/// What Relay gives to make the mail that leaves: the stored mail with From, threading and Message-ID of this message.
public struct OutgoingMail {
  /// How the stored mail is to be changed.
  public struct Plan: Sendable {
    /// The queue id, for our Received field; nil writes none.
    public var queueID: Int64?
    /// The Message-ID with its brackets; it never changes between attempts.
    public var messageID: String
    /// The mail this one answers, with brackets; nil keeps what the mail says itself.
    public var inReplyTo: String?
    /// The thread, oldest first; empty keeps what the mail says itself.
    public var references: [String]
    /// The subject to take when the mail's own is empty or missing.
    public var subjectWhenEmpty: String?
    /// Who sends it; nil keeps the mail's From.
    public var from: (displayName: String?, address: String)?
    /// The Date to write when the mail has none, in epoch milliseconds.
    public var date: Int64
    /// Whether `date` takes the place of the mail's own: a mail that waited for days is complete when it goes.
    public var replacesDate: Bool
    /// Fields for a mail that has none of their name.
    public var additions: [(name: String, value: String)]

    /// Collects the parts of a plan.
    public init(
      messageID: String, inReplyTo: String? = nil, references: [String] = [], subjectWhenEmpty: String? = nil,
      from: (displayName: String?, address: String)? = nil, date: Int64, replacesDate: Bool = false,
      queueID: Int64? = nil, additions: [(name: String, value: String)] = []
    ) {
      self.queueID = queueID
      self.messageID = messageID
      self.inReplyTo = inReplyTo
      self.references = references
      self.subjectWhenEmpty = subjectWhenEmpty
      self.from = from
      self.date = date
      self.replacesDate = replacesDate
      self.additions = additions
    }
  }

  /// The mail as it leaves: without Bcc, Received of others and control fields, with the plan's fields; other fields and the body stay
  /// byte for byte, except that a bare CR or LF becomes CR LF (RFC 5321 §2.3.8).
  public static func compose(_ stored: [UInt8], plan: Plan) -> [UInt8] {
    // Line ends first: a bare CR would otherwise hide a field here that the next server sees.
    let mail = normalizedLineEnds(stored)
    var reader = FieldReader(position: 0, limit: mail.count)
    reader.skipEnvelopeLine(mail)
    var out: [UInt8] = []
    out.reserveCapacity(mail.count + 1024)
    var done: Set<String> = []

    func write(_ name: String, _ value: String) {
      if done.insert(name).inserted { out += HeaderField(name: name, value: value).raw }
    }
    var hasDate = false
    var additions = plan.additions
    while let field = reader.next(mail) {
      if isRemoved(field) { continue }
      if let id = plan.queueID, field.isNamed(TraceField.name) {
        out += TraceField.numbered(field, id).raw
        continue
      }
      if field.isNamed("message-id") {
        write("Message-ID", plan.messageID)
      } else if let inReplyTo = plan.inReplyTo, field.isNamed("in-reply-to") {
        write("In-Reply-To", inReplyTo)
      } else if !plan.references.isEmpty, field.isNamed("references") {
        write("References", references(plan.references))
      } else if let from = plan.from, field.isNamed("from") {
        write("From", formatted(from))
      } else if plan.replacesDate, field.isNamed("date") {
        write("Date", MailDate.format(plan.date))
        hasDate = true
      } else if field.isNamed("subject") {
        if field.valueBytes.isEmpty, let subject = plan.subjectWhenEmpty {
          write("Subject", EncodedWord.encode(subject))
        } else {
          done.insert("Subject")
          out += field.raw
        }
      } else {
        if field.isNamed("date") { hasDate = true }
        additions.removeAll { field.isNamed($0.name) }
        out += field.raw
      }
      if out.last.map({ $0 != Octet.lf }) == true { out += [Octet.cr, Octet.lf] }
    }
    if !hasDate { write("Date", MailDate.format(plan.date)) }
    if let from = plan.from { write("From", formatted(from)) }
    write("Message-ID", plan.messageID)
    if let inReplyTo = plan.inReplyTo { write("In-Reply-To", inReplyTo) }
    if !plan.references.isEmpty { write("References", references(plan.references)) }
    if let subject = plan.subjectWhenEmpty { write("Subject", EncodedWord.encode(subject)) }
    for addition in additions { write(addition.name, addition.value) }
    out += [Octet.cr, Octet.lf]
    out += mail[reader.bodyStart(mail)...]
    return out
  }

  /// Fields that never leave: blind copies (RFC 5322 §3.6.3), the way the mail came to us, our own control fields.
  private static func isRemoved(_ field: HeaderField) -> Bool {
    field.isNamed("bcc") || (field.isNamed(TraceField.name) && !TraceField.isOurs(field)) || field.isNamed("resent-bcc")
      || field.hasNamePrefix("x-postern-")
  }

  private static func formatted(_ from: (displayName: String?, address: String)) -> String {
    guard let name = from.displayName, !name.isEmpty else { return from.address }
    return Address.encodeDisplayName(name) + " <" + from.address + ">"
  }

  /// The thread's first mail and its newest ones: RFC 5322 leaves the length open, servers refuse headers of many kilobytes.
  private static func references(_ ids: [String]) -> String {
    let most = 50
    let kept = ids.count > most ? [ids[0]] + ids.suffix(most - 1) : ids
    return kept.joined(separator: " ")
  }

  /// Every bare CR or LF made CR LF; the same array when there is none.
  package static func normalizedLineEnds(_ bytes: [UInt8]) -> [UInt8] {
    guard let first = firstBareLineEnd(bytes) else { return bytes }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + bytes.count / 32 + 16)
    out += bytes[..<first]
    var i = first
    while i < bytes.count {
      let octet = bytes[i]
      i += 1
      switch octet {
      case Octet.cr:
        out += [Octet.cr, Octet.lf]
        if i < bytes.count, bytes[i] == Octet.lf { i += 1 }
      case Octet.lf: out += [Octet.cr, Octet.lf]
      default: out.append(octet)
      }
    }
    return out
  }

  private static func firstBareLineEnd(_ bytes: [UInt8]) -> Int? {
    var bare: Int?
    var at = 0
    while let feed = bytes.firstIndex(of: Octet.lf, in: at..<bytes.count) {
      if feed == 0 || bytes[feed - 1] != Octet.cr {
        bare = feed
        break
      }
      at = feed + 1
    }
    let end = bare ?? bytes.count
    at = 0
    while let carriage = bytes.firstIndex(of: Octet.cr, in: at..<end) {
      if carriage + 1 == bytes.count || bytes[carriage + 1] != Octet.lf { return carriage }
      at = carriage + 1
    }
    return bare
  }
}
