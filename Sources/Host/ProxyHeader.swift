/// What a load balancer writes in front of a client's octets, in version 1 or 2 of HAProxy's PROXY protocol
/// (proxy-protocol.txt of HAProxy 2.8); pure. The extensions of version 2 are skipped: what they say of TLS is the
/// balancer's, and the wire from there to here is as it is.
public struct ProxyHeader: Sendable, Equatable {
  /// How far the reading has come.
  public enum Reading: Sendable, Equatable {
    /// At least so many more octets belong to it. Whoever reads no more than that never takes an octet of what follows:
    /// a TLS handshake reads the socket by itself.
    case needs(Int)
    case whole(ProxyHeader)
    /// It is none; nobody knows what follows.
    case invalid
  }

  /// Who the client is; nil when the balancer speaks for itself (a health check) or for what is no TCP over IP.
  public let client: PeerAddress?

  /// The header of this client.
  public init(client: PeerAddress?) { self.client = client }

  /// §2.1: the longest line of version 1 with its CRLF, and the shortest, `PROXY UNKNOWN`.
  private static let longestLine = 107
  private static let shortestLine = 15
  private static let signature: [UInt8] = Array("\r\n\r\n\0\r\nQUIT\n".utf8)
  /// Octets of version 2 before its addresses.
  private static let fixedPart = 16
  /// Addresses take 36 octets; extensions with a client's certificate some hundred. The length field allows 64 KB.
  private static let longestRest = 4096

  /// Reads what has come so far.
  public static func read(_ bytes: [UInt8]) -> Reading {
    if bytes.count < shortestLine { return mayBegin(bytes) ? .needs(shortestLine - bytes.count) : .invalid }
    return bytes.starts(with: signature) ? version2(bytes) : version1(bytes)
  }

  private static func mayBegin(_ bytes: [UInt8]) -> Bool {
    [Array("PROXY ".utf8), signature].contains { opening in
      bytes.prefix(opening.count).elementsEqual(opening.prefix(bytes.count))
    }
  }

  /// `PROXY TCP4 192.0.2.1 192.0.2.9 51234 587` and CRLF.
  private static func version1(_ bytes: [UInt8]) -> Reading {
    guard bytes.starts(with: "PROXY ".utf8) else { return .invalid }
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
      // One octet at a time: nothing but its end tells where the line ends.
      return bytes.count < longestLine ? .needs(1) : .invalid
    }
    guard end == bytes.count - 1, bytes[end - 1] == UInt8(ascii: "\r") else { return .invalid }
    let line = String(decoding: bytes[..<(end - 1)], as: UTF8.self)
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    if words.count >= 2, words[1] == "UNKNOWN" { return .whole(ProxyHeader(client: nil)) }
    guard words.count == 6, let length = ["TCP4": 4, "TCP6": 16][words[1]],
      let source = PeerAddress(numeric: String(words[2])), !words[2].hasPrefix("["),
      let target = PeerAddress(numeric: String(words[3])), !words[3].hasPrefix("["),
      // An IPv4 client of an IPv6 listener is written in its mapped form, which an address here never keeps.
      source.bytes.count == length || length == 16, target.bytes.count == length || length == 16,
      let port = port(words[4]), Self.port(words[5]) != nil
    else { return .invalid }
    return .whole(ProxyHeader(client: PeerAddress(bytes: source.bytes, port: port)))
  }

  private static func port(_ text: Substring) -> Int? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text).flatMap { $0 <= 65535 ? $0 : nil }
  }

  /// §2.2: signature, version and command, family, length, addresses, extensions, which are not looked at.
  private static func version2(_ bytes: [UInt8]) -> Reading {
    guard bytes.count >= fixedPart else { return .needs(fixedPart - bytes.count) }
    let length = Int(bytes[14]) << 8 | Int(bytes[15])
    guard bytes[12] >> 4 == 2, bytes[12] & 15 <= 1, length <= longestRest else { return .invalid }
    let whole = fixedPart + length
    guard bytes.count >= whole else { return .needs(whole - bytes.count) }
    let isLocal = bytes[12] & 15 == 0
    let size: Int? =
      switch bytes[13] {
      case 0x11: 4
      case 0x21: 16
      default: nil
      }
    // §2.2: LOCAL and families that are not known mean the connection's own ends.
    guard !isLocal, let size else { return .whole(ProxyHeader(client: nil)) }
    guard length >= 2 * size + 4 else { return .invalid }
    let source = Array(bytes[fixedPart..<(fixedPart + size)])
    let at = fixedPart + 2 * size
    return .whole(ProxyHeader(client: PeerAddress(bytes: source, port: Int(bytes[at]) << 8 | Int(bytes[at + 1]))))
  }
}
