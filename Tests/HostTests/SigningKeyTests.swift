import Host
import Testing

@Suite struct SigningKeyTests {
  @Test(arguments: SigningKey.Kind.allCases) func aKeyIsTheSameAfterItWasStored(_ kind: SigningKey.Kind) throws {
    let key = try SigningKey.make(kind)
    let again = try SigningKey.load(kind, privateBytes: key.privateBytes)
    #expect(again.publicBytes == key.publicBytes)
    // Both kinds sign without chance (RFC 8017 section 8.2, RFC 8032).
    #expect(try again.sign([1, 2, 3]) == (try key.sign([1, 2, 3])))
    #expect(try key.sign([1, 2, 3]).count == (kind == .rsa ? 256 : 64))
    #expect(try key.sign([1, 2, 4]) != (try key.sign([1, 2, 3])))
    #expect(try SigningKey.make(kind).publicBytes != key.publicBytes)
  }

  @Test func whatIsNoKeyIsRefused() {
    for bytes in [[], [1, 2, 3], [UInt8](repeating: 0x30, count: 500)] {
      #expect(throws: HostError.self) { try SigningKey.load(.rsa, privateBytes: bytes) }
    }
  }

  /// RFC 4231 section 4.3.
  @Test func hmac() {
    let mac = hmacSHA256(Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
    #expect(mac.prefix(4) == [0x5b, 0xdc, 0xc1, 0x46] && mac.suffix(2) == [0x38, 0x43])
  }
}
