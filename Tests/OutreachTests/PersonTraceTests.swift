import Testing

@testable import Outreach

private let ann = PersonTrace(address: "ann@example.org", replacement: "gone@erased.invalid")

@Test(arguments: [
  ("to Ann@Example.org.", "to gone@erased.invalid."), ("<ann@example.org>", "<gone@erased.invalid>"),
  ("b+ann=example.org@x.test", "b+gone@erased.invalid@x.test"),
  ("?to=ann%40example.org&x", "?to=gone@erased.invalid&x"),
  ("ann@example.org,ann@example.org", "gone@erased.invalid,gone@erased.invalid"),
])
func anAddressIsTakenOutOfText(text: String, without: String) {
  #expect(ann.isIn(text))
  #expect(ann.redacted(text) == without)
}

@Test(arguments: [
  "joann@example.org", "jo.ann@example.org", "ann@example.org.uk", "ann@example.organic", "ann@example.org-x.test",
  "ann at example.org", "",
])
func anotherPersonIsLeftAlone(text: String) {
  #expect(!ann.isIn(text))
  #expect(ann.redacted(text) == text)
}

@Test func aMailboxGoesWithItsName() throws {
  let mail =
    "From: app@x.test\r\nTo: Bob <bob@x.test>, Ann Example\r\n <ann@example.org>\r\nSubject: =?utf-8?q?Hi_ann=40example.org?=\r\n"
    + "X-Who: ann@example.org\r\n\r\nDear bob, ann@example.org is here too.\r\n"
  #expect(ann.isIn(mail: Array(mail.utf8)))
  let rest = try #require(ann.redacted(mail: Array(mail.utf8)))
  let text = String(decoding: rest, as: UTF8.self)
  #expect(!text.contains("Ann") && !text.contains("ann"))
  #expect(text.contains("To: Bob <bob@x.test>\r\n") && text.contains("Dear bob, gone@erased.invalid is here too.\r\n"))
  #expect(text.contains("Subject:") && text.hasPrefix("From: app@x.test\r\n"))
  // Only Ann was named: the field goes.
  let alone = try #require(ann.redacted(mail: Array("To: ann@example.org\r\nSubject: x\r\n\r\n".utf8)))
  #expect(String(decoding: alone, as: UTF8.self) == "Subject: x\r\n\r\n")
}

@Test func encodedPartsAreSearchedAndCannotBeRedacted() {
  let header = "From: a@x.test\r\nContent-Transfer-Encoding: base64\r\n\r\n"
  // "Hello ann@example.org"
  let mail = Array((header + "SGVsbG8gYW5uQGV4YW1wbGUub3Jn\r\n").utf8)
  #expect(!ann.isIn(mail) && ann.isIn(mail: mail))
  #expect(ann.redacted(mail: mail) == nil)
  #expect(!ann.isIn(mail: Array((header + "SGVsbG8gYm9iQGV4YW1wbGUub3Jn\r\n").utf8)))
  let enclosed = Array(
    ("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nVG86IGFubkBleGFtcGxlLm9yZw0KDQpo\r\n")
      .utf8)
  #expect(ann.isIn(mail: enclosed))
}
