import COpenSSL

/// SHA-256 and its text.
public enum Digest {
  static let length = 32
  /// Looked up once: that takes longer than a short text.
  nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

  /// The SHA-256 (FIPS 180-4) of some bytes; 32 bytes.
  public static func sha256(_ text: [UInt8]) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: length)
    let code = EVP_Digest(text, text.count, &out, nil, algorithm, nil)
    precondition(code == 1, "cannot compute a hash: \(opensslErrors())")
    return out
  }

  /// Lower-case hexadecimal digits.
  public static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
