public import Configuration
import SMTP

/// What holds for mails that are handed in on this machine, by no listener.
public struct LocalMailRules: Sendable {
  /// A session of one mail. A program names all its recipients at once.
  let session: SMTP.ServerSettings
  let preparation: MailPreparation

  /// The rules of a configuration.
  public init(_ configuration: Configuration) {
    let limits = configuration.intake
    session = SMTP.ServerSettings(
      hostname: configuration.server.hostname, authentication: .off, trusted: true,
      maximumMessageBytes: limits.maxMessageSize, maximumRecipients: .max)
    preparation = MailPreparation(
      maximumHeaderBytes: limits.maxHeaderSize, maximumHeaderFields: limits.maxHeaderFields,
      maximumReceived: limits.maxReceived, maximumParts: limits.maxMimeParts, hostname: configuration.server.hostname,
      showsClient: limits.receivedShowsClient)
  }

  /// The reply that the daemon would refuse a batch of `BatchMail` with; nil when only its store can tell, or nothing is wrong.
  /// `now` is UTC epoch milliseconds.
  public func refusal(of batch: [UInt8], now: Int64) -> String? {
    switch BatchMail.read(batch, session) {
    case .failure(let refusal): return refusal.text
    case .success(let mail):
      guard case .failure(let refusal) = preparation.prepare(mail.content, mail.envelope, SenderRights(), now: now)
      else { return nil }
      return String(decoding: refusal.reply.bytes.dropLast(2), as: UTF8.self)
    }
  }
}
