/// A mail with its envelope as the commands that would submit it ("batch SMTP"), its text as one chunk (RFC 3030).
///
/// `postern sendmail` keeps mails this way while the daemon is down. Reading one is a server session of one mail: every
/// rule for what a client says holds for what stands in a file, and a file that was cut short has no whole chunk.
public enum BatchMail {
  /// What a batch holds.
  public struct Mail: Equatable, Sendable {
    /// Without a protocol: it came by none.
    public var envelope: Envelope
    /// The text, with CRLF line ends.
    public var content: [UInt8]
  }

  /// The reply that a client would have got for a batch that is not good.
  public struct Refusal: Error, Equatable {
    /// Its whole text, with the code and without the line end.
    public let text: String
  }

  /// The batch of a mail; the text has CRLF line ends. Strings of the envelope stand in it as they are.
  public static func encode(_ envelope: Envelope, _ content: [UInt8]) -> [UInt8] {
    let isASCII = ([envelope.reversePath] + envelope.recipients).allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }
    var lines = ["EHLO localhost"]
    lines.append(
      "MAIL FROM:<\(envelope.reversePath)> BODY=8BITMIME" + (envelope.allowsUTF8 || !isASCII ? " SMTPUTF8" : "")
        + parameter("RET", envelope.returnContent?.rawValue) + parameter("ENVID", envelope.envelopeID))
    for recipient in envelope.recipients {
      let wish = envelope.recipientRequests[recipient]
      lines.append(
        "RCPT TO:<\(recipient)>" + parameter("NOTIFY", wish?.notify) + parameter("ORCPT", wish?.originalRecipient))
    }
    lines.append("BDAT \(content.count) LAST")
    return lines.flatMap { Array($0.utf8) + [Octet.cr, Octet.lf] } + content
  }

  private static func parameter(_ name: String, _ value: String?) -> String { value.map { " \(name)=\($0)" } ?? "" }

  /// The mail of a batch that holds exactly one; `settings` are those of a client that is trusted.
  public static func read(_ bytes: [UInt8], _ settings: ServerSettings) -> Result<Mail, Refusal> {
    var session = ServerSession(settings)
    session.receive(bytes)
    while let action = session.next() {
      switch action {
      case .reply(let reply) where reply.first.map({ $0 >= UInt8(ascii: "4") }) ?? true:
        return .failure(Refusal(text: String(decoding: reply.dropLast(2), as: UTF8.self)))
      case .reply: continue
      case .message(var envelope, let content):
        guard session.bufferedBytes == 0 else { return .failure(refusal("there is more behind the mail")) }
        envelope.protocolName = ""
        return .success(Mail(envelope: envelope, content: content))
      case .startTLS, .authenticate, .sasl, .client, .close: return .failure(refusal("there is no mail in it"))
      }
    }
    return .failure(refusal("it ends before its mail does"))
  }

  /// The envelope and the text of a batch that `read` refuses, as far as they can be made out, for a notice to who sent it;
  /// nil when it has no envelope. The text is what there is of it, with all that is wrong with it.
  public static func opened(_ bytes: [UInt8]) -> Mail? {
    let chunk = Array("BDAT ".utf8)
    var start = 0
    while start < bytes.count, !bytes[start...].starts(with: chunk) {
      start = (bytes[start...].firstIndex(of: Octet.lf) ?? bytes.count - 1) + 1
    }
    guard start < bytes.count, let end = bytes[start...].firstIndex(of: Octet.lf) else { return nil }
    // With no text there is nothing to refuse but the envelope's own lines, and those are left out.
    var session = ServerSession(
      ServerSettings(hostname: "localhost", authentication: .off, trusted: true, maximumRecipients: .max))
    session.receive(Array(bytes[..<start]) + Array("BDAT 0 LAST\r\n".utf8))
    while let action = session.next() {
      switch action {
      case .reply: continue
      case .message(let envelope, _): return Mail(envelope: envelope, content: Array(bytes[(end + 1)...]))
      case .startTLS, .authenticate, .sasl, .client, .close: return nil
      }
    }
    return nil
  }

  private static func refusal(_ text: String) -> Refusal { Refusal(text: "554 5.6.0 \(text)") }
}
