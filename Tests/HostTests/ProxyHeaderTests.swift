import Host
import Testing

private let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
private let four: [UInt8] = [192, 0, 2, 1, 192, 0, 2, 9, 0xC8, 0x22, 0x02, 0x4B]
private let six: [UInt8] =
  [0x20, 1, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [1] + Array(repeating: 9, count: 16) + [0xC8, 0x22, 2, 0x4B]

/// A header of version 2 with a length that says what there is.
private func second(_ command: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
  signature + [command, family, UInt8(rest.count >> 8), UInt8(rest.count & 255)] + rest
}

/// What the header says, read with no more octets than it asks for; nil when it is refused.
private func read(_ bytes: [UInt8]) -> (ProxyHeader, used: Int)? {
  var taken: [UInt8] = []
  while true {
    switch ProxyHeader.read(taken) {
    case .needs(let count):
      guard count > 0, taken.count + count <= bytes.count else { return nil }
      taken = Array(bytes.prefix(taken.count + count))
    case .whole(let header): return (header, taken.count)
    case .invalid: return nil
    }
  }
}

@Suite("PROXY protocol")
struct ProxyHeaderTests {
  static let good: [(name: String, bytes: [UInt8], client: String?)] = [
    ("v1 TCP4", Array("PROXY TCP4 192.0.2.1 192.0.2.9 51234 587\r\n".utf8), "192.0.2.1:51234"),
    ("v1 TCP6", Array("PROXY TCP6 2001:db8::1 2001:db8::9 51234 587\r\n".utf8), "[2001:db8::1]:51234"),
    ("v1 mapped", Array("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.9 1 2\r\n".utf8), "192.0.2.1:1"),
    ("v1 unknown", Array("PROXY UNKNOWN\r\n".utf8), nil),
    ("v1 unknown with more", Array("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n".utf8), nil),
    ("v2 TCP4", second(0x21, 0x11, four), "192.0.2.1:51234"),
    ("v2 TCP6", second(0x21, 0x21, six), "[2001:db8::1]:51234"),
    ("v2 with extensions", second(0x21, 0x11, four + [4, 0, 2, 0, 0]), "192.0.2.1:51234"),
    ("v2 local", second(0x20, 0, []), nil),
    ("v2 local with addresses", second(0x20, 0x11, four), nil),
    ("v2 unspecified", second(0x21, 0, []), nil),
    ("v2 unix", second(0x21, 0x31, Array(repeating: 0, count: 216)), nil),
  ]

  @Test("headers, with what follows left alone", arguments: good.indices)
  func headers(_ index: Int) throws {
    let example = Self.good[index]
    let next = Array("EHLO c\r\n".utf8)
    let (header, used) = try #require(read(example.bytes + next), "\(example.name)")
    #expect(header.client.map { "\($0)" } == example.client, "\(example.name)")
    #expect(used == example.bytes.count, "\(example.name)")
    for cut in example.bytes.indices {
      #expect(read(Array(example.bytes[..<cut])) == nil, "\(example.name) cut at \(cut)")
    }
  }

  @Test(
    "what is none",
    arguments: [
      "EHLO client.test\r\n", "PROXY TCP4 192.0.2.1 192.0.2.9 51234\r\n", "PROXY TCP4 192.0.2.1 192.0.2.9 51234 587\n",
      "PROXY TCP4 2001:db8::1 2001:db8::9 1 2\r\n", "PROXY TCP4 192.0.2.256 192.0.2.9 1 2\r\n",
      "PROXY TCP4 192.0.2.1\0.9 192.0.2.9 1 2\r\n", "PROXY TCP4 192.0.2.1 192.0.2.9 65536 2\r\n",
      "PROXY TCP4 192.0.2.1 192.0.2.9 -1 2\r\n",
      "PROXY TCP5 192.0.2.1 192.0.2.9 1 2\r\n", "PROXY  TCP4 192.0.2.1 192.0.2.9 1 2\r\n",
      "PROXY TCP6 [2001:db8::1] 2001:db8::9 1 2\r\n", "proxy TCP4 192.0.2.1 192.0.2.9 1 2\r\n",
      "PROXY UNKNOWN\(String(repeating: " x", count: 60))\r\n", "\u{16}\u{3}\u{1} a TLS hello of a client",
    ])
  func nonsense(_ text: String) { #expect(read(Array(text.utf8)) == nil) }

  @Test("what is none of version 2")
  func nonsense2() {
    #expect(read(second(0x11, 0x11, four)) == nil, "version")
    #expect(read(second(0x22, 0x11, four)) == nil, "command")
    #expect(read(second(0x21, 0x11, Array(four.dropLast()))) == nil, "too short for its family")
    #expect(read(second(0x21, 0x21, four)) == nil, "too short for IPv6")
    #expect(read(second(0x21, 0x11, Array(repeating: 0, count: 4097))) == nil, "too long")
  }
}
