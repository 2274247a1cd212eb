import Configuration
import MailText
import SMTP
public import Store

/// What became of a mail that was handed in over the control socket.
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
  ///
  /// Line ends may be LF or CRLF, as programs on this machine write them.
  public func handIn(sender: String, recipients: [String], mail: [UInt8]) async -> HandInReply {
    guard let offer = localOffer else { return .later("421 4.3.2 Shutting down") }
    guard let reversePath = Envelope.address(sender) else { return .refused("501 5.1.7 \(sender) is no address") }
    var people: [String] = []
    for recipient in recipients {
      guard let address = Envelope.address(recipient), !address.isEmpty else {
        return .refused("501 5.1.3 \(recipient) is no address")
      }
      people.append(address)
    }
    guard mail.count <= offer.limits.maxMessageSize else {
      return .refused("552 5.3.4 The mail is larger than \(offer.limits.maxMessageSize) octets")
    }
    let envelope = Envelope(
      reversePath: reversePath, recipients: people, clientName: "localhost", protocolName: "")
    let content = OutgoingMail.normalizedLineEnds(mail)
    switch await taker(offer).takeLocal(envelope, content, preparation: offer.preparation) {
    case .success(.refused(let reason)): return .refused(reason)
    case .success(let result): return .taken(result)
    case .failure(let refusal):
      let text = String(decoding: refusal.reply.bytes.dropLast(2), as: UTF8.self)
      return refusal.reply.code / 100 == 5 ? .refused(text) : .later(text)
    }
  }
}
