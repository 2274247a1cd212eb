import Testing

@testable import Outreach

private let digits = String(repeating: "0a", count: 32)

@Test(arguments: [
  (" Ann@Example.ORG ", "ann@example.org"), ("mailto:ann@example.org", "ann@example.org"),
  ("Ann <ann@example.org>", "ann@example.org"), ("example.org", "@example.org"), ("@Example.org", "@example.org"),
  ("*@example.org", "@example.org"), ("sha256:\(digits.uppercased())", "sha256:\(digits)"),
  (digits, "sha256:\(digits)"), ("hmac:\(digits)", "hmac:\(digits)"), ("bücher.example", "@bücher.example"),
])
func anEntryIsReadFromHowPeopleWriteIt(text: String, stored: String) throws {
  #expect(try SuppressionValue(text).stored == stored)
}

@Test(arguments: [
  ("", "it has no address, domain or hash"), ("example", "\"example\" is no mail address, domain or hash"),
  ("a@b@c.org", "\"a@b@c.org\" is no mail address, domain or hash"),
  ("exa mple.org", "\"exa mple.org\" is no mail address, domain or hash"),
  ("sha256:12", "\"sha256:12\" is no hash: 64 hexadecimal digits follow the colon"),
  ("-x.org", "\"-x.org\" is no mail address, domain or hash"),
])
func whatIsNoEntryIsRefusedWithTheReason(text: String, reason: String) {
  #expect(throws: ContactRefusal(description: reason)) { try SuppressionValue(text) }
}

@Test func aListHasAHeaderOrNone() throws {
  #expect(try SuppressionColumns.read(["ann@example.org", "x"]) == nil)
  #expect(try SuppressionColumns.read(["example.org"]) == nil)
  let columns = try #require(try SuppressionColumns.read(["Created", "E-Mail", "Reason", "Domain"]))
  #expect(columns.row(["1", " a@b.org ", "bounced", ""]) == .init(value: "a@b.org", reason: "bounced"))
  #expect(columns.row(["1", "", "", "b.org"]) == .init(value: "b.org"))
  #expect(columns.row(["1"]) == .init(value: ""))
  #expect(throws: ContactRefusal.self) { try SuppressionColumns.read(["name", "created"]) }
}
