import COpenSSL

/// SHA-256 and its text.
public enum Digest {
  static let length = 32

  /// The SHA-256 (FIPS 180-4) of some bytes; 32 bytes.
  public static func sha256(_ text: [UInt8]) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: length)
    let code = EVP_Digest(text, text.count, &out, nil, EVP_sha256(), nil)
    precondition(code == 1, "cannot compute a hash: \(opensslErrors())")
    return out
  }

  /// Lower-case hexadecimal digits.
  public static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
