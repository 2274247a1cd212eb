import Configuration
import Host
import MailText
import Outreach
import Store

/// Fields that the mail that leaves gets when it has none of their name.
struct OutgoingHeaders {
  let settings: OutgoingSettings
  /// HMAC key of unsubscribe tokens.
  let tokenKey: [UInt8]

  func fields(
    for message: MessageRecord, _ outgoing: Outgoing, through account: AccountRecord
  ) -> [(name: String, value: String)] {
    // A notice about another mail (RFC 3464) is nothing that anybody could unsubscribe from.
    guard !message.sender.isEmpty else { return [] }
    return unsubscribe(message, outgoing, account) + feedback(message, outgoing, account)
  }

  /// RFC 2369 section 3.2, RFC 8058. One click needs HTTPS; the mail form is a mail that the poller sees.
  private func unsubscribe(
    _ message: MessageRecord, _ outgoing: Outgoing, _ account: AccountRecord
  ) -> [(name: String, value: String)] {
    let isAsked = outgoing.listUnsubscribe ?? account.settings.listUnsubscribe ?? settings.listUnsubscribe
    guard isAsked else { return [] }
    let token = UnsubscribeToken.make(message: message.id) { hmacSHA256(tokenKey, $0) }
    var ways: [String] = []
    if !settings.unsubscribeUrl.isEmpty { ways.append("<\(settings.unsubscribeUrl)\(token)>") }
    let address = settings.unsubscribeAddress.isEmpty ? watched(account) : settings.unsubscribeAddress
    if let address { ways.append("<mailto:\(Self.escaped(address))?subject=unsubscribe%20\(token)>") }
    guard !ways.isEmpty else { return [] }
    var fields = [(name: "List-Unsubscribe", value: ways.joined(separator: ", "))]
    if !settings.unsubscribeUrl.isEmpty {
      fields.append((name: "List-Unsubscribe-Post", value: "List-Unsubscribe=One-Click"))
    }
    return fields
  }

  private func watched(_ account: AccountRecord) -> String? { account.settings.imap == nil ? nil : account.address }

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

  /// What may stand in the address of a mailto URL (RFC 6068 section 2), percent-encoded where it may not.
  private static func escaped(_ address: String) -> String {
    var text = ""
    for byte in address.utf8 {
      let scalar = Unicode.Scalar(byte)
      if byte < 0x80, isPlain(scalar) || byte == UInt8(ascii: "@") {
        text.unicodeScalars.append(scalar)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        text += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return text
  }
}
