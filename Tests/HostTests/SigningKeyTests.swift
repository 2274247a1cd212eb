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

  /// RFC 4231 sections 4.2, 4.3 and 4.7; and nothing under nothing.
  @Test(
    arguments: [
      (
        [UInt8](repeating: 0x0b, count: 20), "Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
      ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ]) func hmac(_ key: [UInt8], _ text: String, _ wanted: String)
  {
    #expect(Digest.hex(hmacSHA256(key, Array(text.utf8))) == wanted)
  }
}
