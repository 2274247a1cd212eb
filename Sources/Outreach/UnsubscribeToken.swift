/// The token by which whoever got a message says that they want no more: in List-Unsubscribe (RFC 2369, RFC 8058), as the subject
/// of a mail or the end of a URL. It is also the envelope id (RFC 3461 §4.4) of mails whose author gave none, and names the
/// message in what servers report of it.
///
/// `1-2s-…`: the version of the key, the message's id in base 36, 26 digits of base 32 of a HMAC over both. Only small letters,
/// digits and dashes, so that it survives subjects, URLs and whoever retypes it in capitals.
public enum UnsubscribeToken {
  /// What the key of version 1 is derived for (`SealingKey.derived`).
  public static let keyPurpose = "postern unsubscribe token 1"

  private static let digits = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
  /// 130 bits: nobody guesses one.
  private static let macDigits = 26

  /// The token of a message; `mac` is HMAC-SHA-256 under that version's key.
  public static func make(message: Int64, version: Int, mac: ([UInt8]) -> [UInt8]) -> String {
    token(version, message, mac(body(version, message)))
  }

  private static func body(_ version: Int, _ message: Int64) -> [UInt8] {
    Array("\(version)-\(String(message, radix: 36))".utf8)
  }

  private static func token(_ version: Int, _ message: Int64, _ mac: [UInt8]) -> String {
    "\(String(decoding: body(version, message), as: UTF8.self))-\(encoded(mac))"
  }

  /// The message whose token stands somewhere in a text; nil when there is none that is genuine. `mac` is nil for a version
  /// that is not known.
  public static func message(in text: String, mac: (_ version: Int, [UInt8]) -> [UInt8]?) -> Int64? {
    // A subject of ordinary length; longer ones are nobody's answer.
    for word in text.prefix(1_000).lowercased().split(whereSeparator: { !isTokenCharacter($0) }) {
      let parts = word.split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[2].utf8.count == macDigits, let version = Int(parts[0]), version > 0,
        let message = Int64(parts[1], radix: 36), message > 0,
        let made = mac(version, body(version, message)).map({ token(version, message, $0) })
      else { continue }
      if isSame(made, String(word)) { return message }
    }
    return nil
  }

  private static func isTokenCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "-")
  }

  /// In a time that does not tell how much of it is right.
  private static func isSame(_ one: String, _ other: String) -> Bool {
    guard one.utf8.count == other.utf8.count else { return false }
    return zip(one.utf8, other.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func encoded(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var held = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      held += 8
      while held >= 5, text.count < macDigits {
        held -= 5
        text.append(digits[Int(bits >> UInt32(held) & 31)])
      }
      if text.count == macDigits { break }
      bits &= 1 << UInt32(held) - 1
    }
    return String(decoding: text, as: UTF8.self)
  }
}
