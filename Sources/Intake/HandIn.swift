import Configuration
import MailText
import SMTP
public import Store

/// A mail that comes by no listener: over the control socket.
public struct HandedMail: Sendable, Equatable {
  /// What is to be told about one recipient's mail, and who that was before (RFC 3461 §4.1 and §4.2).
  public struct Request: Sendable, Equatable {
    /// NOTIFY.
    public var notify: String?
    /// ORCPT.
    public var originalRecipient: String?

    /// What was asked.
    public init(notify: String?, originalRecipient: String?) {
      self.notify = notify
      self.originalRecipient = originalRecipient
    }
  }

  /// The reverse-path; empty for `<>`.
  public var sender: String
  /// At least one.
  public var recipients: [String]
  /// The mail; line ends may be LF or CRLF, as programs on this machine write them.
  public var mail: [UInt8]
  /// The name under which it is handed in; the same name again is the same mail again.
  public var name: String?
  /// RET of RFC 3461.
  public var returnContent: String?
  /// ENVID of RFC 3461, in xtext.
  public var envelopeID: String?
  /// Whether its header may hold UTF-8 (SMTPUTF8, RFC 6531).
  public var allowsUTF8: Bool
  /// By recipient; those without one ask for nothing.
  public var requests: [String: Request]

  /// A mail with its envelope.
  public init(
    sender: String, recipients: [String], mail: [UInt8], name: String? = nil, returnContent: String? = nil,
    envelopeID: String? = nil, allowsUTF8: Bool = false, requests: [String: Request] = [:]
  ) {
    self.sender = sender
    self.recipients = recipients
    self.mail = mail
    self.name = name
    self.returnContent = returnContent
    self.envelopeID = envelopeID
    self.allowsUTF8 = allowsUTF8
    self.requests = requests
  }
}

/// What became of a mail that was handed in over the control socket or found in the spool folder.
public enum HandInReply: Sendable, Equatable {
  /// The store took it, or knew it, or cancelled something for it.
  case taken(SubmissionResult)
  /// Never, with the reply an SMTP client would have got.
  case refused(String)
  /// Not now.
  case later(String)
}

extension IntakeServer {
  /// Takes a mail in as from a client of a trusted network: the same checks, the same commit.
  public func handIn(_ mail: HandedMail) async -> HandInReply {
    var envelope: Envelope
    switch mail.envelope {
    case .success(let read): envelope = read
    case .failure(let refusal): return .refused(refusal.text)
    }
    let isASCII = ([envelope.reversePath] + envelope.recipients).allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }
    envelope.allowsUTF8 = mail.allowsUTF8 || !isASCII
    return await handIn(BatchMail.encode(envelope, OutgoingMail.normalizedLineEnds(mail.mail)), name: mail.name)
  }

  /// The same for a mail as it lies in the spool folder.
  func handIn(_ batch: [UInt8], name: String?) async -> HandInReply {
    guard let offer = localOffer else { return .later("421 4.3.2 Shutting down") }
    let mail: BatchMail.Mail
    switch BatchMail.read(batch, offer.local.session) {
    case .success(let read): mail = read
    // Also a 4xx: the same file will get it again.
    case .failure(let refusal): return .refused(refusal.text)
    }
    switch await taker(offer).takeLocal(mail.envelope, mail.content, name: name, preparation: offer.preparation) {
    case .success(.refused(let reason)): return .refused(reason)
    case .success(let result): return .taken(result)
    case .failure(let refusal):
      let text = String(decoding: refusal.reply.bytes.dropLast(2), as: UTF8.self)
      return refusal.reply.code / 100 == 5 ? .refused(text) : .later(text)
    }
  }

  /// The largest file of the spool folder that can hold a mail: the text, and before it as many addresses as it likes.
  var largestBatch: Int { (localOffer?.limits.maxMessageSize ?? 0) + 1 << 20 }
}

extension HandedMail {
  fileprivate struct Refusal: Error {
    var text: String
  }

  /// The envelope, with addresses in their shortest form. What could end a command's line or parameter is refused here,
  /// because all of it becomes commands.
  fileprivate var envelope: Result<Envelope, Refusal> {
    guard let reversePath = Envelope.address(sender) else {
      return .failure(Refusal(text: "501 5.1.7 \(sender) is no address"))
    }
    var envelope = Envelope(reversePath: reversePath, envelopeID: envelopeID)
    for recipient in recipients {
      guard let address = Envelope.address(recipient), !address.isEmpty else {
        return .failure(Refusal(text: "501 5.1.3 \(recipient) is no address"))
      }
      envelope.recipients.append(address)
      envelope.recipientRequests[address] = requests[recipient].map {
        RecipientRequest(notify: $0.notify, originalRecipient: $0.originalRecipient)
      }
    }
    let words = requests.values.flatMap { [$0.notify, $0.originalRecipient] } + [envelopeID, returnContent]
    for word in words.compactMap(\.self) where word.isEmpty || word.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
      return .failure(Refusal(text: "501 5.5.4 \"\(word)\" is no parameter"))
    }
    if let returnContent {
      guard let known = ReturnContent(rawValue: returnContent.uppercased()) else {
        return .failure(Refusal(text: "501 5.5.4 \"\(returnContent)\" is not FULL or HDRS"))
      }
      envelope.returnContent = known
    }
    return .success(envelope)
  }
}
