import Testing

@testable import SMTP

private struct PathCase: Sendable, CustomTestStringConvertible {
  let input: String
  let expected: Result<String, PathError>
  init(_ input: String, _ address: String) { (self.input, expected) = (input, .success(address)) }
  init(_ input: String, _ error: PathError) { (self.input, expected) = (input, .failure(error)) }
  var testDescription: String { input }
}

private let paths: [PathCase] = [
  PathCase("<>", ""),
  PathCase("<a@b.test>", "a@b.test"),
  PathCase(" \t<a.b+c@B.Test>", "a.b+c@b.test"),
  PathCase("<postMASTER>", "postmaster"),
  PathCase("<@x.test:a@b.test>", "a@b.test"),
  PathCase("<@x.test,@[192.0.2.1]:a@b.test>", "a@b.test"),
  PathCase("<\"a\"@b.test>", "a@b.test"),
  PathCase("<\"a b\"@b.test>", "\"a b\"@b.test"),
  PathCase("<\"a\\b\"@b.test>", "ab@b.test"),
  PathCase("<\"a\\\"\\\\\"@b.test>", "\"a\\\"\\\\\"@b.test"),
  PathCase("<\"a@c\"@b.test>", "\"a@c\"@b.test"),
  PathCase("<a@[192.0.2.255]>", "a@[192.0.2.255]"),
  PathCase("<a@[IPv6:2001:DB8::1]>", "a@[ipv6:2001:db8::1]"),
  PathCase("<a@[IPv6:::]>", "a@[ipv6:::]"),
  PathCase("<a@[IPv6:1:2:3:4:5:6:7:8]>", "a@[ipv6:1:2:3:4:5:6:7:8]"),
  PathCase("<a@[IPv6:::ffff:192.0.2.1]>", "a@[ipv6:::ffff:192.0.2.1]"),
  PathCase("<a@[IPv6:1::]>", "a@[ipv6:1::]"),
  PathCase("<a@xn--bcher-kva.test>", "a@xn--bcher-kva.test"),
  PathCase("<\(String(repeating: "l", count: 64))@b.test>", "\(String(repeating: "l", count: 64))@b.test"),
  // A bounce address with its recipient in it.
  PathCase("<\(String(repeating: "l", count: 247))@b.test>", "\(String(repeating: "l", count: 247))@b.test"),
  PathCase("<\(String(repeating: "l", count: 248))@b.test>", .tooLong),
  PathCase("<a@\(String(repeating: "x.", count: 127))xx>", .tooLong),
  PathCase("", .syntax), PathCase("<", .syntax), PathCase("<a", .syntax), PathCase("<a@", .syntax),
  PathCase("<a@b", .syntax), PathCase("a@b", .syntax), PathCase("<a>", .syntax), PathCase("<@b>", .syntax),
  PathCase("<a@b@c>", .syntax), PathCase("<a b@c>", .syntax), PathCase("<.a@b>", .syntax), PathCase("<a.@b>", .syntax),
  PathCase("<a..b@c>", .syntax), PathCase("<a@b..c>", .syntax), PathCase("<a@-b>", .syntax),
  PathCase("<a@b->", .syntax),
  PathCase("<a@b.>", .syntax), PathCase("<@x:>", .syntax), PathCase("<@x a@b>", .syntax),
  PathCase("<@x,:a@b>", .syntax),
  PathCase("<\"\"@b>", .syntax), PathCase("<\"a@b>", .syntax), PathCase("<\"a\\", .syntax),
  PathCase("<\"a\u{1}\"@b>", .syntax),
  PathCase("<a@[192.0.2]>", .syntax), PathCase("<a@[192.0.2.256]>", .syntax), PathCase("<a@[192.0.2.1>", .syntax),
  PathCase("<a@[]>", .syntax), PathCase("<a@[IPv6:]>", .syntax), PathCase("<a@[IPv6:1:2]>", .syntax),
  PathCase("<a@[IPv6:1::2::3]>", .syntax), PathCase("<a@[IPv6:1:2:3:4:5:6:7:8:9]>", .syntax),
  PathCase("<a@[IPv6::1:2:3:4:5:6:7]>", .syntax), PathCase("<a@[IPv6:g::]>", .syntax),
  PathCase("<a@[IPv6:12345::]>", .syntax),
  PathCase("<ä@b>", "ä@b"), PathCase("<a@BÄ>", "a@bÄ"), PathCase("<\"ä\"@b>", "ä@b"),
  PathCase("<\"ä b\"@b>", "\"ä b\"@b"), PathCase("<a@[ä]>", .syntax), PathCase("<a\u{85}@b>", .syntax),
]

@Suite("Envelope addresses")
struct PathTests {
  @Test("are read", arguments: paths)
  private func read(_ path: PathCase) {
    let result = Result { () throws(PathError) in try Path(Array(path.input.utf8), from: 0).address }
    #expect(result == path.expected)
  }

  @Test("broken UTF-8 is no address", arguments: [[0xFF], [0xC3], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xC0, 0xAF]])
  func brokenUTF8(_ bytes: [UInt8]) {
    for text in [[0x3C] + bytes + Array("@b>".utf8), Array("<a@".utf8) + bytes + [0x3E]] {
      #expect(throws: PathError.syntax) { try Path(text, from: 0) }
    }
  }
}
