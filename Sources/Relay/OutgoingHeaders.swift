public import Configuration
import MailText
public import Outreach
public import Store

/// Fields that the mail that leaves gets when it has none of their name.
struct OutgoingHeaders {
  let settings: OutgoingSettings
  let tokens: TokenKeys

  func fields(
    for message: MessageRecord, _ outgoing: Outgoing, through account: AccountRecord
  ) -> [(name: String, value: String)] {
    // A notice about another mail (RFC 3464) is nothing that anybody could unsubscribe from.
    guard !message.sender.isEmpty else { return [] }
    return unsubscribe(message, outgoing, account) + feedback(message, outgoing, account)
  }

  /// One click needs HTTPS; the mail form is a mail that the poller sees.
  private func unsubscribe(
    _ message: MessageRecord, _ outgoing: Outgoing, _ account: AccountRecord
  ) -> [(name: String, value: String)] {
    UnsubscribeOffer(settings, tokens: tokens).fields(
      message: message.id, sequence: outgoing.listUnsubscribe, account: account.settings.listUnsubscribe,
      watched: account.settings.imap == nil ? nil : account.address)
  }

  /// Gmail's Feedback-ID: three free names, from the narrowest, and the sender's.
  private func feedback(
    _ message: MessageRecord, _ outgoing: Outgoing, _ account: AccountRecord
  ) -> [(name: String, value: String)] {
    guard !settings.feedbackId.isEmpty else { return [] }
    let names = [message.campaign ?? message.tag ?? "", outgoing.sequence ?? "", "\(account.id)"]
    let plain = names.map { name in
      String(name.unicodeScalars.map { Self.isPlain($0) ? Character($0) : "_" }.prefix(60))
    }
    return [(name: "Feedback-ID", value: (plain + [settings.feedbackId]).joined(separator: ":"))]
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_.".unicodeScalars.contains(scalar))
  }
}

extension UnsubscribeOffer {
  /// As the configuration says it.
  public init(_ settings: OutgoingSettings, tokens: TokenKeys) {
    self.init(
      isUsual: settings.listUnsubscribe, address: settings.unsubscribeAddress, url: settings.unsubscribeUrl,
      token: { message in tokens.token(of: message) })
  }
}
