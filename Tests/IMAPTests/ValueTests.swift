import IMAP
import Testing

@Suite struct ValueTests {
  @Test(
    arguments: [
      ("17-Jul-1996 02:44:25 -0700", 837_596_665_000), (" 1-Jan-1970 00:00:00 +0000", 0),
      ("29-Feb-2000 23:59:60 +0130", 951_863_400_000), ("31-Dec-1969 23:59:59 +0000", -1_000),
      ("01-Mar-2026 12:00:00 +0000", 1_772_366_400_000), ("01-jan-0001 00:00:00 +0000", -62_135_596_800_000),
      ("31-DEC-9999 23:59:59 +0000", 253_402_300_799_000),
    ] as [(String, Int64)]) func readsDates(_ text: String, _ instant: Int64)
  {
    #expect(InternalDate.parse(Array(text.utf8)) == instant)
  }

  @Test(
    arguments: [
      "", " ", "17-Jul-1996", "17-Jul-96 02:44:25 -0700", "32-Jul-1996 02:44:25 -0700", "17-Foo-1996 02:44:25 -0700",
      "17-Jul-1996 24:44:25 -0700", "17-Jul-1996 02:44 -0700", "17-Jul-1996 02:44:25 0700",
      "17-Jul-1996 02:44:25 -0760",
      "17-Jul-0000 02:44:25 -0700", "1٣-Jul-1996 02:44:25 -0700", "--- ::: +++++",
    ]) func refusesDates(_ text: String)
  {
    #expect(InternalDate.parse(Array(text.utf8)) == nil)
  }

  @Test(
    arguments: [
      (0, "1-Jan-1970"), (-1, "31-Dec-1969"), (951_782_400_000, "29-Feb-2000"), (951_868_800_000, "1-Mar-2000"),
      (Int64.min, "1-Jan-0001"), (Int64.max, "31-Dec-9999"), (1_772_366_400_000, "1-Mar-2026"),
    ] as [(Int64, String)]) func writesSearchDays(_ instant: Int64, _ day: String)
  {
    #expect(InternalDate.searchDay(instant) == day)
  }

  /// Every day of 800 years goes to text and back.
  @Test func daysRoundTrip() {
    var instant: Int64 = -12_622_780_800_000
    for _ in 0..<292_194 {
      let text = InternalDate.searchDay(instant) + " 00:00:00 +0000"
      guard InternalDate.parse(Array(text.utf8)) == instant else {
        Issue.record("\(text) is not \(instant)")
        return
      }
      instant += 86_400_000
    }
  }

  @Test(
    arguments: [
      ("INBOX", "INBOX"), ("R&D", "R&-D"), ("Entwürfe", "Entw&APw-rfe"),
      ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
      ("😀", "&2D3eAA-"), ("&", "&-"), ("", ""), ("Отправленные", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"),
      ("ab\tü", "ab&AAkA,A-"),
    ]) func modifiedUTF7(_ name: String, _ wire: String)
  {
    #expect(String(decoding: ModifiedUTF7.encode(name), as: UTF8.self) == wire)
    #expect(ModifiedUTF7.decode(Array(wire.utf8)) == name)
  }

  @Test(arguments: ["&", "&AP", "a&b", "&*-", "&AAA-x&", "Entwürfe", "&A-", "&APz-"])
  func namesThatAreNotModifiedUTF7StayAsTheyAre(_ name: String) {
    #expect(ModifiedUTF7.decode(Array(name.utf8)) == name)
  }

  @Test func setsMergeAndStayBounded() {
    let set = IdentifierSet([5...9, 1...2, 3...3, 8...12, .max - 1 ... .max])
    #expect(set.ranges == [1...3, 5...12, .max - 1 ... .max])
    #expect(set.count == 13)
    #expect(set.encoded == "1:3,5:12,4294967294:4294967295")
    #expect(set.contains(12) && !set.contains(4))
    #expect(IdentifierSet([0 ... .max]).count == 4_294_967_296)
    #expect(IdentifierSet([0 ... .max]).first(3) == [0, 1, 2])
    #expect(set.clamped(to: 3...6) == IdentifierSet([3...3, 5...6]))
    #expect(set.union(IdentifierSet([4])).ranges.first == 1...12)
    #expect(IdentifierSet([UInt32]()).encoded.isEmpty)
  }

  @Test func knowsSpecialUse() {
    #expect(ListEntry(attributes: ["\\HasChildren", "\\SENT"], delimiter: nil, name: "x").specialUse == .sent)
    #expect(ListEntry(attributes: ["\\HasChildren"], delimiter: nil, name: "x").specialUse == nil)
    #expect(!ListEntry(attributes: ["\\NoSelect"], delimiter: nil, name: "x").isSelectable)
  }
}
