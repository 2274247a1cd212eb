import Glibc
import Testing

@testable import Host

@Suite struct LogTests {
  @Test(arguments: [
    ("plain", "plain"), ("a@b.example", "a@b.example"), ("", "\"\""), ("two words", "\"two words\""),
    ("a=b", "\"a=b\""), ("say \"hi\"", "\"say \\\"hi\\\"\""), ("back\\slash", "\"back\\\\slash\""),
    ("x\nts=1 level=error event=forged", "\"x\\nts=1 level=error event=forged\""), ("a\r\n\tb", "\"a\\r\\n\\tb\""),
    ("\u{1b}[31mred", "\"\\u001b[31mred\""), ("nul\0", "\"nul\\u0000\""), ("\u{85}", "\"\\u0085\""),
    ("\u{2028}", "\"\\u2028\""), ("\u{202e}evil", "\"\\u202eevil\""), ("Zoë 日本", "\"Zoë 日本\""),
  ])
  func aValueIsOneValue(text: String, written: String) {
    let line = LogLine.bytes(at: 0, level: .info, event: "test", fields: ["key": .text(text)])
    #expect(
      String(decoding: line, as: UTF8.self) == "ts=1970-01-01T00:00:00.000Z level=info event=test key=\(written)\n")
  }

  @Test func keysCannotForgeEither() {
    let line = LogLine.bytes(at: 0, level: .error, event: "a\nb", fields: ["x y=1\n": .int(-5), "": .flag(true)])
    #expect(
      String(decoding: line, as: UTF8.self)
        == "ts=1970-01-01T00:00:00.000Z level=error event=\"a\\nb\" x_y_1_=-5 _=true\n")
  }

  @Test func aLineNeverGrowsPastWhatAPipeTakesWhole() {
    var fields = LogFields()
    for index in 0..<20 { fields.append("f\(index)", .text(String(repeating: "é\n", count: 5000))) }
    let line = LogLine.bytes(at: 0, level: .info, event: "long", fields: fields)
    #expect(line.count <= LogLine.longestLine)
    #expect(String(decoding: line, as: UTF8.self).hasSuffix(" truncated=true\n"))
    #expect(line.filter { $0 == 10 }.count == 1)
  }

  @Test func onlyWhatIsLoudEnoughIsWritten() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let log = Log(threshold: .warning, descriptor: ends[1])
    log.debug("one")
    log.info("two")
    log.warning("three", ["n": .int(3)])
    log.error("four")
    close(ends[1])
    var bytes = [UInt8](repeating: 0, count: 4096)
    let text = String(decoding: bytes[..<max(0, read(ends[0], &bytes, bytes.count))], as: UTF8.self)
    close(ends[0])
    let lines = text.split(separator: "\n").map { $0.drop { $0 != " " } }
    #expect(lines == [" level=warning event=three n=3", " level=error event=four"])
  }

  @Test(arguments: [
    (Int64(0), "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
    (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (1_795_239_615_123, "2026-11-21T05:40:15.123Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    (.max, "9999-12-31T23:59:59.999Z"), (.min, "1970-01-01T00:00:00.000Z"),
  ])
  func instantsPrintInUTC(instant: Int64, text: String) { #expect(Clock.text(instant) == text) }

  @Test func levelsHaveNames() {
    for level in LogLevel.allCases { #expect(LogLevel(name: level.name) == level) }
    #expect(LogLevel(name: "loud") == nil)
    #expect(Clock.deadline(in: .max) == .max)
  }
}
