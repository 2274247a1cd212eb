import Outreach
import Testing

@Suite struct UnsubscribeTokenTests {
  /// Stands for a HMAC: depends on key and text.
  private func mac(_ key: UInt8) -> ([UInt8]) -> [UInt8] {
    { text in
      var state = UInt64(key) &+ 0xcbf2_9ce4_8422_2325
      return (0..<32).map { round in
        for byte in text { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 &+ UInt64(round) }
        return UInt8(truncatingIfNeeded: state >> 24)
      }
    }
  }

  /// Keys by version.
  private func known(_ keys: [Int: UInt8]) -> (Int, [UInt8]) -> [UInt8]? {
    { version, text in keys[version].map { self.mac($0)(text) } }
  }

  @Test func everyVersionThatIsKnownIsGoodAndNoOther() {
    let old = UnsubscribeToken.make(message: 5, version: 1, mac: mac(1))
    let new = UnsubscribeToken.make(message: 6, version: 12, mac: mac(2))
    #expect(new.hasPrefix("12-6-"))
    let both = known([1: 1, 12: 2])
    #expect(UnsubscribeToken.message(in: "x \(old) y", mac: both) == 5)
    #expect(UnsubscribeToken.message(in: new, mac: both) == 6)
    // Made up: an old key's work under a new version's name, a version that is not known, none.
    let forged = "12" + UnsubscribeToken.make(message: 5, version: 1, mac: mac(1)).dropFirst()
    for text in [
      forged, "3" + old.dropFirst(), "0" + old.dropFirst(), "-1" + old.dropFirst(), "01" + old.dropFirst(),
      String(old.dropFirst()),
    ] {
      #expect(UnsubscribeToken.message(in: text, mac: both) == nil)
    }
    #expect(UnsubscribeToken.message(in: old, mac: known([12: 2])) == nil)
  }

  @Test(arguments: [1, 35, 36, 1_295, 9_876_543_210, Int64.max]) func aTokenNamesItsMessage(_ id: Int64) {
    let token = UnsubscribeToken.make(message: id, version: 1, mac: mac(1))
    #expect(token.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d })
    for text in [token, "unsubscribe \(token)", "Re: Unsubscribe \(token.uppercased()).", "<\(token)>"] {
      #expect(UnsubscribeToken.message(in: text, mac: known([1: 1])) == id)
    }
    #expect(UnsubscribeToken.message(in: token, mac: known([1: 2])) == nil)
    #expect(UnsubscribeToken.message(in: String(token.dropLast()), mac: known([1: 1])) == nil)
    #expect(UnsubscribeToken.message(in: token + "a", mac: known([1: 1])) == nil)
  }

  /// No character of a token may be another.
  @Test func everyChangeIsFound() {
    let token = Array(UnsubscribeToken.make(message: 777, version: 1, mac: mac(1)))
    for place in token.indices {
      var changed = token
      changed[place] = token[place] == "b" ? "c" : "b"
      #expect(UnsubscribeToken.message(in: String(changed), mac: known([1: 1])) == nil)
    }
  }

  @Test(
    arguments: [
      "", "unsubscribe", "1-", "1--", "--", "1-0-aaaaaaaaaaaaaaaaaaaaaaaaaa", "1--5-aaaaaaaaaaaaaaaaaaaaaaaaaa",
      "１-5-é",
    ])
  func whatIsNoTokenIsNone(_ text: String) {
    #expect(UnsubscribeToken.message(in: text, mac: known([1: 1])) == nil)
  }
}
