import Testing

@testable import Outreach

private func rows(_ text: String) -> [String] {
  var reader = CSVReader(Array(text.utf8))
  var found: [String] = []
  while true {
    do {
      guard let row = try reader.next() else { return found }
      found.append("\(row.line):" + row.fields.joined(separator: "|"))
    } catch {
      found.append("\(error.line)! \(error.what)")
    }
  }
}

struct CSVCase: CustomStringConvertible {
  var name: String
  var text: String
  var rows: [String]
  var description: String { name }
}

/// RFC 4180, section 2, and what spreadsheets really write.
private let csvCases: [CSVCase] = [
  .init(name: "plain", text: "a,b\r\nc,d\r\n", rows: ["1:a|b", "2:c|d"]),
  .init(name: "no end of line at the end", text: "a,b\nc,d", rows: ["1:a|b", "2:c|d"]),
  .init(name: "old Macintosh", text: "a,b\rc,d\r", rows: ["1:a|b", "2:c|d"]),
  .init(name: "quotes", text: "\"a, b\",\"say \"\"hi\"\"\"\n", rows: ["1:a, b|say \"hi\""]),
  .init(name: "a line end in quotes", text: "a,\"two\r\nlines\"\nb,c\n", rows: ["1:a|two\r\nlines", "3:b|c"]),
  .init(name: "empty fields", text: ",,\na,,\n", rows: ["1:||", "2:a||"]),
  .init(name: "empty lines", text: "\n\na\n\n\nb\n", rows: ["3:a", "6:b"]),
  .init(name: "semicolons", text: "a;b,c;d\n1;2;3\n", rows: ["1:a|b,c|d", "2:1|2|3"]),
  .init(name: "tabs", text: "a\tb\n1\t2\n", rows: ["1:a|b", "2:1|2"]),
  .init(name: "a comma in quotes decides nothing", text: "\"a,b,c\";d\n", rows: ["1:a,b,c|d"]),
  .init(name: "text after a quote", text: "\"Rosa\" L,b\n", rows: ["1:Rosa L|b"]),
  .init(name: "a quote inside", text: "5\" disk,b\n", rows: ["1:5\" disk|b"]),
  .init(name: "an open quote", text: "a,\"b\nc,d\n", rows: ["1! a quote is never closed", "2:c|d"]),
  .init(name: "nothing", text: "", rows: []),
]

@Test(arguments: csvCases) func csvIsRead(_ one: CSVCase) {
  #expect(rows(one.text) == one.rows)
}

@Test func anyPieceOfCSVEnds() {
  for one in csvCases {
    let bytes = Array(one.text.utf8)
    for end in 0...bytes.count { _ = rows(String(decoding: bytes[..<end], as: UTF8.self)) }
  }
}

@Test func filesOfSpreadsheetsBecomeUTF8() {
  let utf8 = Array("Müller".utf8)
  #expect(utf8Text(ofFile: [0xEF, 0xBB, 0xBF] + utf8) == utf8)
  #expect(utf8Text(ofFile: utf8) == utf8)
  #expect(utf8Text(ofFile: [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72]) == utf8)
  #expect(utf8Text(ofFile: [0xFF, 0xFE] + "Müller".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }) == utf8)
  #expect(utf8Text(ofFile: [0xFE, 0xFF] + "Müller".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }) == utf8)
}

@Test(arguments: [
  ("Rosa@Example.ORG", "rosa@example.org"), (" rosa@example.org ", "rosa@example.org"),
  ("Rosa L <rosa@example.org>", "rosa@example.org"), ("mailto:rosa@example.org", "rosa@example.org"),
  ("rosa+news@example.org", "rosa+news@example.org"), ("r.o.s.a@example.org", "r.o.s.a@example.org"),
  ("rosa@exämple.org", "rosa@exämple.org"), ("rosa", nil), ("rosa@", nil), ("@example.org", nil),
  ("rosa@localhost", nil),
  ("rosa @example.org", nil), ("rosa@example..org", nil), ("rosa@-example.org", nil), ("a@b.org, c@d.org", nil),
  ("", nil), ("Rosa <rosa@example.org> x", nil), ("bad\r\nRCPT TO:<eve@example.org>@example.org", nil),
  ("rosa\u{0}@example.org", nil), ("<rosa@example.org>", "rosa@example.org"),
])
func addressesOfContacts(_ text: String, _ expected: String?) {
  #expect(contactAddress(text) == expected)
}

@Test(arguments: [
  ("postmaster@example.org", "postmaster"), ("Abuse@example.org", "abuse"), ("noreply+x@example.org", "noreply"),
  ("rosa@example.org", nil), ("abuser@example.org", nil), ("info@example.org", nil),
])
func rolesAreKnown(_ address: String, _ role: String?) {
  #expect(roleLocalPart(of: address) == role)
}

private func zones(_ name: String) -> Bool { name == "Europe/Berlin" }

@Test func columnsAreFoundByTheirNames() throws {
  let columns = try ContactColumns(
    header: ["E-Mail", "Vorname", "Last Name", "Job Title", " ", "Firma", "2nd phone", "Tags"], mapping: [:])
  #expect(
    columns.targets == [
      .address, .firstName, .lastName, .field("job_title"), .ignored, .company, .field("field_2nd_phone"), .tags,
    ])
  let draft = try columns.draft(["Rosa@Example.org", " Rosa ", "L", "CTO", "x", "", "12", "VIP; eu"])
    .checked(allowsRoles: false, zoneIsKnown: zones)
  #expect(
    draft
      == ContactDraft(
        address: "rosa@example.org", firstName: "Rosa", lastName: "L",
        fields: ["job_title": "CTO", "field_2nd_phone": "12"], tags: ["eu", "vip"]))
}

@Test func columnsAreMappedByHand() throws {
  let columns = try ContactColumns(
    header: ["Kontakt", "Name", "Secret"], mapping: ["kontakt": "email", "Secret": "-", "Name": "nick"])
  #expect(columns.targets == [.address, .field("nick"), .ignored])
  #expect(throws: ContactRefusal(description: "there is no column \"x\"; the file has \"a\"")) {
    try ContactColumns(header: ["a"], mapping: ["x": "email"])
  }
  #expect(
    throws: ContactRefusal(
      description: "no column holds addresses; the file has \"a\"; say which with --map COLUMN=email")
  ) { try ContactColumns(header: ["a"]) }
  #expect(throws: ContactRefusal.self) { try ContactColumns(header: ["email", "E-Mail"]) }
}

@Test func controlsGoOutOfValuesAndLinesStay() throws {
  let draft = try ContactDraft(
    address: "r@example.org", firstName: "a\u{0}b\u{7}", company: "\u{0}", fields: ["note": "one\r\ntwo\t3"]
  ).checked(allowsRoles: false, zoneIsKnown: zones)
  #expect(draft == ContactDraft(address: "r@example.org", firstName: "ab", fields: ["note": "one\r\ntwo\t3"]))
}

@Test(arguments: [
  (ContactDraft(address: ""), "it has no address"),
  (ContactDraft(address: "rosa"), "\"rosa\" is no mail address"),
  (
    ContactDraft(address: "abuse@example.org"),
    "abuse@example.org is a role address (abuse@), read by no one person; --allow-roles takes it all the same"
  ),
  (ContactDraft(address: "r@example.org", zone: "Mars"), "\"Mars\" is no time zone; write it like Europe/Berlin"),
  (
    ContactDraft(address: "r@example.org", tags: ["a b"]),
    "\"a b\" is no tag: letters, digits, . _ - and : only, at most 64"
  ),
  (
    ContactDraft(address: "r@example.org", company: String(repeating: "x", count: 2001)),
    "a value has more than 2000 characters"
  ),
])
func draftsAreRefusedWithTheReason(_ draft: ContactDraft, _ reason: String) {
  #expect(throws: ContactRefusal(description: reason)) { try draft.checked(allowsRoles: false, zoneIsKnown: zones) }
}
