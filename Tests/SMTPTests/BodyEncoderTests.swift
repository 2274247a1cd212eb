import Testing

@testable import SMTP

private let texts: [(String, String)] = [
  ("", ""), ("a", "a"), ("a\r\n", "a"), ("a\n", "a"), ("a\r", "a"), ("a\r\n\r\n", "a\r\n"), ("\r\n", ""),
  (".", ".."), (".\r\n", ".."), ("..", "..."), ("a\n.\nb", "a\r\n..\r\nb"), ("a\r.\rb", "a\r\n..\r\nb"),
  ("a\r\n.\r\nb", "a\r\n..\r\nb"), ("a\n\r.\r\nb", "a\r\n\r\n..\r\nb"), ("a\r\r\n.b", "a\r\n\r\n..b"),
  ("a\r\n\0.\r\nb", "a\r\n..\r\nb"), ("a\r\0\n.\r\nb", "a\r\n\r\n..\r\nb"), ("a\0b", "ab"), ("\0", ""),
  ("a\r\n.\0\r\n", "a\r\n.."), ("a\r\rb", "a\r\n\r\nb"), ("a.\r\n", "a."),
]

@Suite("Text on the way out")
struct BodyEncoderTests {
  @Test("line ends and dots are made anew", arguments: texts)
  func table(_ input: String, _ expected: String) {
    #expect(String(decoding: BodyEncoder(Array(input.utf8)).bytes, as: UTF8.self) == expected)
  }

  /// As the encoder's words say it, octet by octet.
  private func encoded(_ bytes: [UInt8]) -> [UInt8] {
    var lines: [[UInt8]] = [[]]
    var wasCarriage = false
    for octet in bytes {
      if octet == 0x0D || octet == 0x0A, !(octet == 0x0A && wasCarriage) { lines.append([]) }
      wasCarriage = octet == 0x0D
      if octet != 0x0D, octet != 0x0A, octet != 0 { lines[lines.count - 1].append(octet) }
    }
    if lines.count > 1, lines.last == [] { lines.removeLast() }
    return Array(lines.map { $0.first == 0x2E ? [0x2E] + $0 : $0 }.joined(separator: [0x0D, 0x0A]))
  }

  @Test("it makes no difference where in a long message a text stands", arguments: 110..<140)
  func farIn(_ place: Int) {
    for (text, _) in texts {
      let message = [UInt8](repeating: 0x78, count: place) + Array(text.utf8)
      for end in ["", "z", "\n", "\r\n.", "\r\n\r\n"] {
        let whole = message + Array(end.utf8)
        #expect(BodyEncoder(whole).bytes == encoded(whole), "\((text + end).debugDescription)")
      }
    }
  }

  @Test("no text of dangerous octets can end a transaction early, or is changed by a way through our own server")
  func roundTrip() {
    let alphabet: [UInt8] = [0x0D, 0x0A, 0x2E, 0x00, 0x61]
    for number in 0..<(5 * 5 * 5 * 5 * 5 * 5 * 5) {
      var rest = number
      var bytes: [UInt8] = []
      for _ in 0..<7 {
        bytes.append(alphabet[rest % 5])
        rest /= 5
      }
      let wire = BodyEncoder(bytes).bytes + Array("\r\n.\r\n".utf8)
      var reader = DataReader(bareNewlines: .reject, maximumBytes: 100, maximumLine: 100)
      let (used, ended) = wire.withUnsafeBufferPointer { reader.read($0) }
      #expect(used == wire.count && ended && reader.fault == nil)
      // What arrives is a fixed point: sent once more, it stays as it is.
      let arrived = reader.takeContent()
      #expect(BodyEncoder(arrived).bytes + Array("\r\n.\r\n".utf8) == wire)
    }
  }

  @Test("octets over 127 are seen wherever they stand", arguments: 0..<40)
  func eightBit(_ place: Int) {
    var bytes = [UInt8](repeating: 0x61, count: 40)
    #expect(!BodyEncoder(bytes).isEightBit)
    bytes[place] = 0x80
    #expect(BodyEncoder(bytes).isEightBit)
  }
}

@Suite("Small parts")
struct PartTests {
  @Test("base64 there and back", arguments: 0..<20)
  func base64(_ count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 200) }
    #expect(Base64.decode(Base64.encode(bytes)) == bytes)
  }

  @Test(
    "what is not base64",
    arguments: ["=", "a", "ab", "abc", "ab=c", "a===", "====", "ab==ab==", "ab =", "äbc", "ab\r\n"])
  func notBase64(_ text: String) {
    #expect(Base64.decode(Array(text.utf8)) == nil)
  }

  @Test(
    "enhanced status codes",
    arguments: [
      ("5.1.1", "5.1.1"), ("4.7.999 x", "4.7.999"), ("3.1.1", nil), ("5.1", nil), ("5.1.1.1", nil), ("5..1", nil),
      ("5.1.1x", nil), ("5.1.1000", nil), ("", nil), (".", nil), (" 5.1.1", nil), ("5.1.", nil),
    ] as [(String, String?)])
  func enhanced(_ text: String, _ expected: String?) {
    #expect(EnhancedStatusCode(startOf: text.utf8)?.description == expected)
  }
}
