import Foundation
import Testing

@testable import CommandLine

struct TableTests {
  static let berlin = TimeZone(identifier: "Europe/Berlin") ?? .gmt

  @Test func columnsAreAligned() {
    let rows = [
      #"{"id":1,"who":"Äsop","due":"2026-11-21T05:40:15.123Z","n":7}"#,
      #"{"id":1000,"who":"漢字","due":null,"n":null}"#,
    ].compactMap { JSONValue.read(Array($0.utf8)) }
    let table = renderTable(
      [
        Column("ID", "id", .number), Column("WHO", "who"), Column("DUE", "due", .time), Column("N", "n", .number),
      ], rows, zone: Self.berlin)
    #expect(
      table == """
          ID  WHO   DUE (Europe/Berlin)  N
           1  Äsop  2026-11-21 06:40:15  7
        1000  漢字

        """)
  }

  @Test func terminalEscapesAreDefused() {
    let row = JSONValue.object(["s": .text("a\u{1b}[31mb\nc\td\u{9b}e")])
    let table = renderTable([Column("S", "s")], [row], zone: .gmt)
    #expect(table == "S\na [31mb c d e\n")
  }

  @Test func nullsOfAnObjectAreNotShown() {
    #expect(JSONValue.read(Array(#"{"a":1,"b":null,"c":"x"}"#.utf8))?.plain == "a 1, c x")
  }

  @Test func longCellsAreCut() {
    let row = JSONValue.object(["s": .text("abcdefghij")])
    #expect(renderTable([Column("S", "s", .shortened(5))], [row], zone: .gmt) == "S\nabcd…\n")
  }

  @Test func factsLeaveOutWhatIsEmpty() {
    let value = JSONValue.read(
      Array(#"{"a":"x","b":null,"t":"2026-07-01T00:00:00Z","d":90000,"list":["p","q"],"o":{"z":1,"y":true}}"#.utf8))
    let text = renderFacts(
      [
        Column("first", "a"), Column("second", "b"), Column("when", "t", .time), Column("gap", "d", .duration),
        Column("pools", "list"), Column("object", "o"), Column("deep", "o.z"), Column("none", "o.z.q"),
      ], of: value ?? .null, zone: Self.berlin)
    #expect(
      text == """
        first   x
        when    2026-07-01 02:00:00 Europe/Berlin
        gap     1m 30s
        pools   p, q
        object  y yes, z 1
        deep    1

        """)
  }

  @Test(
    arguments: [
      (0, "0s"), (999, "999ms"), (1000, "1s"), (90_000, "1m 30s"), (3_600_000, "1h"), (3_601_000, "1h"),
      (90_061_000, "1d 1h"), (-90_000, "-1m 30s"),
    ] as [(Int64, String)])
  func durations(milliseconds: Int64, text: String) {
    #expect(durationText(milliseconds) == text)
  }
}
