/// A delivery status notification of our own (RFC 3461 §6, RFC 3464): what became of one mail for one recipient.
public struct DeliveryNotice: Sendable {
  /// What it says.
  public enum Action: String, Sendable {
    /// It will not arrive.
    case failed
    /// It has not gone yet, and will be tried again.
    case delayed
    /// The next server has it; whether it arrives is not known here.
    case relayed
  }

  /// Whom a mail was for.
  public struct Person: Sendable, Equatable {
    /// The envelope's address.
    public var address: String
    /// ORCPT, `type;address` in xtext.
    public var original: String?

    /// One of a mail's recipients.
    public init(address: String, original: String?) {
      self.address = address
      self.original = original
    }
  }

  /// What became of the mail.
  public var action: Action
  /// The name of this machine.
  public var hostname: String
  /// Whom the notice is for.
  public var sender: String
  /// Whom the mail was for.
  public var recipient: String
  /// ORCPT, `type;address` in xtext.
  public var originalRecipient: String?
  /// More that it was for, with the same outcome.
  public var others: [Person] = []
  /// ENVID, in xtext.
  public var envelopeID: String?
  /// The mail's subject, decoded.
  public var subject: String
  /// The deciding reply or, without one, what went wrong; on one line.
  public var reply: String
  /// Whether a server said it.
  public var isServersWord: Bool
  /// When the mail came in; UTC epoch milliseconds.
  public var arrivedAt: Int64
  /// Separates its parts; it must not stand in the mail.
  public var boundary: String

  /// A notice of its parts.
  public init(
    action: Action, hostname: String, sender: String, recipient: String, originalRecipient: String? = nil,
    envelopeID: String? = nil, subject: String, reply: String, isServersWord: Bool, arrivedAt: Int64, boundary: String
  ) {
    self.action = action
    self.hostname = hostname
    self.sender = sender
    self.recipient = recipient
    self.originalRecipient = originalRecipient
    self.envelopeID = envelopeID
    self.subject = subject
    self.reply = reply
    self.isServersWord = isServersWord
    self.arrivedAt = arrivedAt
    self.boundary = boundary
  }

  /// A mail above this comes back as its header only, whatever RET says: nobody wants his own attachment.
  private static let mostReturned = 65_536
  /// So many recipients are named to people; machines find all of them.
  private static let mostNamed = 20

  /// The notice without From, Date and Message-ID, which it gets when it goes. `original` is the mail, of which only the header comes
  /// back unless `returnsAll`.
  public func bytes(returning original: [UInt8], all returnsAll: Bool) -> [UInt8] {
    let isWhole = returnsAll && original.count <= Self.mostReturned
    let returned = isWhole ? OutgoingMail.normalizedLineEnds(original) : HeaderBlock(parsing: original).serialized()
    let isInternational = ([sender] + people.flatMap { [$0.address, $0.original ?? ""] })
      .contains { $0.utf8.contains { $0 >= 0x80 } }
    let eightBit = isInternational || reply.utf8.contains { $0 >= 0x80 } || returned.contains { $0 >= 0x80 }
    let coding = "Content-Transfer-Encoding: \(eightBit ? "8bit" : "7bit")\r\n"
    var header = HeaderBlock()
    header.append("To", sender)
    header.append("Subject", EncodedWord.encode("\(title): \(subject)"))
    // RFC 3834 §5: no machine is to answer.
    header.append("Auto-Submitted", "auto-replied")
    header.append("MIME-Version", "1.0")
    header.append(
      "Content-Type", "multipart/report; report-type=delivery-status; boundary=\"\(boundary)\"")
    var out = header.serialized()
    func part(_ type: String, _ content: [UInt8]) {
      out += "\r\n--\(boundary)\r\nContent-Type: \(type)\r\n\(coding)\r\n".utf8
      out += content
    }
    if eightBit { out += coding.utf8 }
    part("text/plain; charset=utf-8", Array(words.utf8))
    // RFC 6533 §4 and §6: addresses that are not ASCII have types of their own.
    part(isInternational ? "message/global-delivery-status" : "message/delivery-status", status(isInternational))
    part(
      isWhole
        ? isInternational ? "message/global" : "message/rfc822"
        : isInternational ? "message/global-headers" : "text/rfc822-headers", returned)
    out += "\r\n--\(boundary)--\r\n".utf8
    return out
  }

  private var title: String {
    switch action {
    case .failed: "Undelivered"
    case .delayed: "Delayed"
    case .relayed: "Sent on"
    }
  }

  private var people: [Person] { [Person(address: recipient, original: originalRecipient)] + others }

  private var words: String {
    let what =
      switch action {
      case .failed: "could not be delivered. Nothing more is tried."
      case .delayed: "has not been delivered yet. It is tried again; there is no need to send it again."
      case .relayed: "was taken by the next mail server. It may still come back from there."
      }
    var named = people.prefix(Self.mostNamed).map(\.address)
    if people.count > named.count { named.append("and \(people.count - named.count) more") }
    let said = isServersWord ? "The server that it was handed to said:" : "The reason:"
    return """
      This is the mail gateway at \(hostname).

      The mail to

        \(named.joined(separator: "\n  "))

      \(what)

      \(said)

        \(line(reply))

      """.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n") + "\r\n"
  }

  /// RFC 3464 §2.2 and §2.3.
  private func status(_ isInternational: Bool) -> [UInt8] {
    var mail = HeaderBlock()
    if let envelopeID { mail.append("Original-Envelope-Id", envelopeID) }
    mail.append("Reporting-MTA", "dns; \(hostname)")
    mail.append("Arrival-Date", MailDate.format(arrivedAt))
    var out = mail.serialized()
    for person in people {
      var fields = HeaderBlock()
      if let original = person.original { fields.append("Original-Recipient", original) }
      fields.append("Final-Recipient", "\(isInternational ? "utf-8" : "rfc822"); \(person.address)")
      fields.append("Action", action.rawValue)
      fields.append("Status", code)
      if isServersWord { fields.append("Diagnostic-Code", "smtp; \(line(reply))") }
      out += "\r\n".utf8
      out += fields.serialized()
    }
    return out
  }

  /// The enhanced code of the reply, when it has one of the action's class; else the class alone (RFC 3463 §2: x.0.0).
  private var code: String {
    let group =
      switch action {
      case .failed: "5"
      case .delayed: "4"
      case .relayed: "2"
      }
    let found = reply.split(separator: " ").prefix(2).first { word in
      let numbers = word.split(separator: ".", omittingEmptySubsequences: false)
      return numbers.count == 3 && numbers[0] == group
        && numbers.allSatisfy { (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }
    return found.map(String.init) ?? "\(group).0.0"
  }

  private func line(_ text: String) -> String {
    String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }).prefix(500))
  }
}
