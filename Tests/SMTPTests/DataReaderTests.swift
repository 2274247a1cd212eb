import SMTP
import Testing

/// What comes of a message's text, by policy: the content and the fault at its end, and whether the end was seen.
private struct DataCase: Sendable, CustomTestStringConvertible {
  let name: String
  let input: String
  let reject: String
  let normalize: String
  var testDescription: String { name }
}

/// Everything is followed by `\r\n.\r\nQ`, the true end and the first octet of the next command, as a smuggler would
/// have it. The expectations say what was taken for the message, what was left, and `!` with the fault.
private let smuggling: [DataCase] = [
  DataCase(name: "nothing special", input: "a", reject: "a\r\n|Q", normalize: "a\r\n|Q"),
  DataCase(name: "LF.LF", input: "a\n.\nb", reject: "!bareNewline|b\r\n.\r\nQ", normalize: "a\r\n.\r\nb\r\n|Q"),
  DataCase(name: "LF.CRLF", input: "a\n.\r\nb", reject: "!bareNewline|b\r\n.\r\nQ", normalize: "a\r\n.\r\nb\r\n|Q"),
  DataCase(name: "CRLF.LF", input: "a\r\n.\nb", reject: "!bareNewline|b\r\n.\r\nQ", normalize: "a\r\n.\r\nb\r\n|Q"),
  DataCase(name: "CRLF.CR", input: "a\r\n.\rb", reject: "!bareNewline|b\r\n.\r\nQ", normalize: "a\r\n.\r\nb\r\n|Q"),
  DataCase(name: "CR.CR", input: "a\r.\rb", reject: "!bareNewline|b\r\n.\r\nQ", normalize: "a\r\n.\r\nb\r\n|Q"),
  DataCase(name: "CR.CRLF", input: "a\r.\r\nb", reject: "!bareNewline|b\r\n.\r\nQ", normalize: "a\r\n.\r\nb\r\n|Q"),
  DataCase(name: "CR.LF", input: "a\r.\nb", reject: "!bareNewline|b\r\n.\r\nQ", normalize: "a\r\n.\r\nb\r\n|Q"),
  DataCase(name: "LF.CR", input: "a\n.\rb", reject: "!bareNewline|b\r\n.\r\nQ", normalize: "a\r\n.\r\nb\r\n|Q"),
  DataCase(
    name: "CRLF.CRCRLF", input: "a\r\n.\r\r\nb", reject: "!bareNewline|\r\nb\r\n.\r\nQ",
    normalize: "a\r\n.\r\n\r\nb\r\n|Q"),
  DataCase(
    name: "CRCRLF.CRLF", input: "a\r\r\n.\r\nb", reject: "!bareNewline|b\r\n.\r\nQ", normalize: "a\r\n\r\n|b\r\n.\r\nQ"),
  DataCase(
    name: "LFCR.CRLF", input: "a\n\r.\r\nb", reject: "!bareNewline|b\r\n.\r\nQ", normalize: "a\r\n\r\n.\r\nb\r\n|Q"),
  DataCase(name: "CRLF NUL.CRLF", input: "a\r\n\0.\r\nb", reject: "!nul|Q", normalize: "a\r\n.\r\nb\r\n|Q"),
  DataCase(name: "CRLF.NUL CRLF", input: "a\r\n.\0\r\nb", reject: "!nul|Q", normalize: "a\r\n\r\nb\r\n|Q"),
  DataCase(
    name: "CR NUL LF.CRLF", input: "a\r\0\n.\r\nb", reject: "!bareNewline|b\r\n.\r\nQ",
    normalize: "a\r\n\r\n.\r\nb\r\n|Q"),
  DataCase(
    name: "LF.CRLF.CRLF", input: "a\n.\r\n.\r\nb", reject: "!bareNewline|.\r\nb\r\n.\r\nQ",
    normalize: "a\r\n.\r\n|b\r\n.\r\nQ"),
  DataCase(name: "CRLF.. LF", input: "a\r\n..\nb", reject: "!bareNewline|Q", normalize: "a\r\n.\r\nb\r\n|Q"),
  DataCase(name: "bare LF in text", input: "a\nb", reject: "!bareNewline|Q", normalize: "a\r\nb\r\n|Q"),
  DataCase(name: "bare CR in text", input: "a\rb", reject: "!bareNewline|Q", normalize: "a\r\nb\r\n|Q"),
  DataCase(name: "NUL in text", input: "a\0b", reject: "!nul|Q", normalize: "ab\r\n|Q"),
  DataCase(name: "CR at the very end", input: "a\r", reject: "!bareNewline|Q", normalize: "a\r\n\r\n|Q"),
  DataCase(name: "a dot and blank", input: "a\r\n. \r\nb", reject: "a\r\n \r\nb\r\n|Q", normalize: "a\r\n \r\nb\r\n|Q"),
]

private func read(_ bytes: [UInt8], _ policy: BareNewlines, step: Int) -> String {
  var reader = DataReader(bareNewlines: policy, maximumBytes: 1000, maximumLine: 1000)
  var at = 0
  while at < bytes.count {
    let chunk = Array(bytes[at..<min(at + step, bytes.count)])
    let (used, ended) = chunk.withUnsafeBufferPointer { reader.read($0) }
    at += used
    if ended {
      let taken = reader.fault.map { "!\($0)" } ?? String(decoding: reader.takeContent(), as: UTF8.self)
      return "\(taken)|\(String(decoding: bytes[at...], as: UTF8.self))"
    }
  }
  return "no end"
}

@Suite("End of data")
struct DataReaderTests {
  @Test("smuggling variants", arguments: smuggling)
  private func variants(_ variant: DataCase) {
    let bytes = Array((variant.input + "\r\n.\r\nQ").utf8)
    for step in 1...bytes.count {
      #expect(read(bytes, .reject, step: step) == variant.reject, "reject, \(step) at a time")
      #expect(read(bytes, .normalize, step: step) == variant.normalize, "normalize, \(step) at a time")
    }
  }

  @Test("all short texts of dangerous octets end in the same place however they are cut")
  func allShortTexts() {
    let alphabet: [UInt8] = [0x0D, 0x0A, 0x2E, 0x00, 0x61]
    for number in 0..<(5 * 5 * 5 * 5 * 5 * 5) {
      var rest = number
      var bytes: [UInt8] = []
      for _ in 0..<6 {
        bytes.append(alphabet[rest % 5])
        rest /= 5
      }
      bytes += Array("\r\n.\r\nQ\r\n.\r\nQ".utf8)
      for policy in [BareNewlines.reject, .normalize] {
        let whole = read(bytes, policy, step: bytes.count)
        #expect(read(bytes, policy, step: 1) == whole)
        #expect(read(bytes, policy, step: 2) == whole)
        #expect(whole != "no end")
      }
    }
  }

  @Test("a refused message gives its memory back but is read to its end")
  func tooBig() {
    var reader = DataReader(bareNewlines: .reject, maximumBytes: 10, maximumLine: 1000)
    let text = Array("12345678901\r\n".utf8)
    for _ in 0..<100 {
      let (used, ended) = text.withUnsafeBufferPointer { reader.read($0) }
      #expect(used == text.count && !ended)
    }
    let (used, ended) = Array(".\r\nQ".utf8).withUnsafeBufferPointer { reader.read($0) }
    #expect(used == 3 && ended)
    #expect(reader.fault == .tooBig)
    #expect(reader.takeContent().isEmpty)
  }
}
