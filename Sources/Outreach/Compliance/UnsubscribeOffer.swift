import MailText

/// How mails offer to be taken off the list: what the configuration says of it, and the maker of tokens.
public struct UnsubscribeOffer: Sendable {
  /// Whether mails get List-Unsubscribe, unless their account or sequence says otherwise.
  public var isUsual: Bool
  /// The address of the mailto form; empty is the account's own, if that is watched.
  public var address: String
  /// What the HTTPS form begins with, before the token; empty is none.
  public var url: String
  /// The token of a message.
  public var token: @Sendable (_ message: Int64) -> String

  /// An offer.
  public init(isUsual: Bool, address: String, url: String, token: @escaping @Sendable (Int64) -> String) {
    self.isUsual = isUsual
    self.address = address
    self.url = url
    self.token = token
  }

  /// List-Unsubscribe (RFC 2369, section 3.2) and, with an HTTPS form, List-Unsubscribe-Post (RFC 8058). `watched` is the
  /// account's address when its mailbox is watched.
  public func fields(message: Int64, sequence: Bool?, account: Bool?, watched: String?) -> [(
    name: String, value: String
  )] {
    guard sequence ?? account ?? isUsual else { return [] }
    let ways = ways(message: message, watched: watched)
    guard !ways.isEmpty else { return [] }
    let value = ways.map { "<\($0)>" }.joined(separator: ", ")
    return [(name: "List-Unsubscribe", value: value)]
      + (url.isEmpty ? [] : [(name: "List-Unsubscribe-Post", value: "List-Unsubscribe=One-Click")])
  }

  /// The best way for a link in a text: the HTTPS form, else the mailto form; nil when there is neither.
  public func link(message: Int64, watched: String?) -> String? { ways(message: message, watched: watched).first }

  private func ways(message: Int64, watched: String?) -> [String] {
    let token = token(message)
    var ways: [String] = url.isEmpty ? [] : [url + token]
    if let address = address.isEmpty ? watched : address {
      ways.append("mailto:\(Self.escaped(address))?subject=unsubscribe%20\(token)")
    }
    return ways
  }

  /// What may stand in the address of a mailto URL (RFC 6068, section 2), percent-encoded where it may not.
  private static func escaped(_ address: String) -> String {
    var text = ""
    for byte in address.utf8 {
      let isPlain = byte.isLetter || byte.isDigit || "-_.@".utf8.contains(byte)
      if isPlain {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        text += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return text
  }
}
