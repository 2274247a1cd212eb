import CLinux
import Glibc

/// Where a connection comes from, or where a listener stands.
public struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
  /// The address in network order: 4 bytes (also for an IPv4 peer on an IPv6 socket), 16 bytes, or none for a Unix socket.
  public let bytes: [UInt8]
  /// The port; 0 for a Unix socket.
  public let port: Int

  /// Makes an address of 4, 16 or 0 bytes.
  public init(bytes: [UInt8], port: Int) {
    let mapped = bytes.count == 16 && bytes[0..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
    self.bytes = mapped ? Array(bytes[12...]) : bytes
    self.port = port
  }

  /// Reads a numeric IPv4 or IPv6 address, IPv6 also in brackets; nil for anything else.
  public init?(numeric text: String, port: Int = 0) {
    var text = text
    // inet_pton would not see what follows a NUL.
    if text.utf8.contains(0) { return nil }
    if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
    // Bytes and not in6_addr, which c-ares' header includes too: a release build does not find it under Glibc then.
    var four = [UInt8](repeating: 0, count: 4)
    var sixteen = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &four) == 1 {
      self.init(bytes: four, port: port)
    } else if inet_pton(AF_INET6, text, &sixteen) == 1 {
      self.init(bytes: sixteen, port: port)
    } else {
      return nil
    }
  }

  /// Somebody of whom nothing is known: `0.0.0.0`, which is nobody's address.
  public static let unknown = PeerAddress(bytes: [0, 0, 0, 0], port: 0)

  /// Whom to count as one: an IPv6 host has a whole /64 to itself. Empty for a Unix socket.
  public var network: [UInt8] { bytes.count == 16 ? Array(bytes.prefix(8)) : bytes }

  /// The address alone: `192.0.2.1`, `2001:db8::1` or `unix`.
  public var host: String {
    if bytes.count == 4 { return "\(bytes[0]).\(bytes[1]).\(bytes[2]).\(bytes[3])" }
    guard bytes.count == 16 else { return "unix" }
    var text = [CChar](repeating: 0, count: 64)
    guard inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil else {
      return "unknown"
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The address literal of RFC 5321 section 4.1.3: `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
  public var literal: String { bytes.count == 16 ? "[IPv6:\(host)]" : "[\(host)]" }

  /// Address and port, `192.0.2.1:25` or `[2001:db8::1]:25`.
  public var description: String {
    switch bytes.count {
    case 4: "\(host):\(port)"
    case 16: "[\(host)]:\(port)"
    default: host
    }
  }

  /// Reads what `accept` or `getsockname` filled in.
  init(storage: inout sockaddr_storage) {
    self = withUnsafeBytes(of: &storage) { raw in
      switch Int32(raw.loadUnaligned(as: sa_family_t.self)) {
      case AF_INET:
        let address = raw.loadUnaligned(as: sockaddr_in.self)
        return PeerAddress(
          bytes: withUnsafeBytes(of: address.sin_addr) { Array($0) }, port: Int(UInt16(bigEndian: address.sin_port)))
      case AF_INET6:
        let address = raw.loadUnaligned(as: sockaddr_in6.self)
        return PeerAddress(
          bytes: withUnsafeBytes(of: address.sin6_addr) { Array($0) }, port: Int(UInt16(bigEndian: address.sin6_port)))
      default: return PeerAddress(bytes: [], port: 0)
      }
    }
  }

  /// Where a socket of this machine stands; nil when it is none.
  static func local(of socket: Int32) -> PeerAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let code = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
    }
    return code == 0 ? PeerAddress(storage: &storage) : nil
  }

  /// Copies what a library hands over as a `sockaddr` of so many bytes.
  init(socketAddress: UnsafeRawPointer?, length: Int) {
    var storage = sockaddr_storage()
    withUnsafeMutableBytes(of: &storage) { space in
      space.copyBytes(from: UnsafeRawBufferPointer(start: socketAddress, count: min(length, space.count)))
    }
    self.init(storage: &storage)
  }

  /// Calls with the `sockaddr` of this address.
  func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    if bytes.count == 16 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
      withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
      return withSocketPointer(to: &address, body)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
    withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes.prefix(4)) }
    return withSocketPointer(to: &address, body)
  }
}

/// A C socket address of any family as the `sockaddr` the calls want.
func withSocketPointer<Address, Result>(
  to address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  let length = socklen_t(MemoryLayout<Address>.size)
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
  }
}
