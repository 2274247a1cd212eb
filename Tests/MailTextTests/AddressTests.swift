import MailText
import Testing

struct ListCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let value: String
  let found: [String]

  init(_ value: String, _ found: [String]) {
    testDescription = value
    self.value = value
    self.found = found
  }
}

@Suite struct AddressTests {
  /// Each found address as `name|address`.
  static let cases = [
    ListCase("a@b.c", ["|a@b.c"]),
    ListCase("<a@b.c>", ["|a@b.c"]),
    ListCase("Bob Example <b@x.org>", ["Bob Example|b@x.org"]),
    ListCase("\"Example, Bob\" <b@x.org>, c@d.e", ["Example, Bob|b@x.org", "|c@d.e"]),
    ListCase("\"Bob \\\"B\\\"\" <b@x.org>", ["Bob \"B\"|b@x.org"]),
    ListCase("b@x.org (Bob (the) Builder)", ["Bob the Builder|b@x.org"]),
    ListCase("=?utf-8?q?J=C3=B6rg?= <j@x.org>", ["Jörg|j@x.org"]),
    ListCase("Jörg <jörg@bücher.example>", ["Jörg|jörg@bücher.example"]),
    ListCase("A group: a@b.c, D <d@e.f>; g@h.i", ["|a@b.c", "D|d@e.f", "|g@h.i"]),
    ListCase("undisclosed-recipients:;", []),
    ListCase("<@relay.example:a@b.c>", ["|a@b.c"]),
    ListCase("\"a b\"@c.d", ["|\"a b\"@c.d"]),
    ListCase("a @ b.c", ["|a@b.c"]),
    ListCase("postmaster <postmaster>", ["postmaster|postmaster"]),
    ListCase("<>", []),
    ListCase(",,;", []),
    ListCase("Bob <b@x.org", ["Bob|b@x.org"]),
    ListCase("\"Bob <b@x.org>", ["Bob|b@x.org"]),
    ListCase("a@[192.0.2.1]", ["|a@[192.0.2.1]"]),
    ListCase("(((((", []),
    ListCase("Mail Delivery System b@x.org", ["|b@x.org"]),
    ListCase("<b@x.org,>, <c@x.org;>", ["|b@x.org", "|c@x.org"]),
    ListCase("<b@x.org,c@x.org>, <b@x.org;c>, d@x.org", ["|\"b@x.org,c\"@x.org", "|d@x.org"]),
    // Found by FuzzAddress: a quoted string in the middle of a word that is cut in two.
    ListCase("@at.est,@b.t2est:\"loccl paat.est,@b.t2est:\"lrt\":::1]", ["|\"\"@at.est"]),
  ]

  @Test(arguments: cases) func lists(_ c: ListCase) {
    #expect(Address.list(in: c.value).map { "\($0.displayName ?? "")|\($0.address)" } == c.found)
  }

  /// Quadratic time would take minutes for this, on a loop that serves others too.
  @Test func aLongNonsenseIsReadInLinearTime() {
    #expect(Address.list(in: "a@" + String(repeating: ":", count: 200_000)).count <= 1)
    #expect(Address.list(in: String(repeating: "\"a@b:", count: 40_000)).count <= 10_000)
    #expect(AddressWords.all(in: String(repeating: "(a@b:", count: 40_000)).count == 40_000)
    #expect(AddressWords.all(in: "\"" + String(repeating: "a@b:", count: 40_000)).count == 40_000)
  }

  @Test(
    arguments: [
      (nil, "a@b.c", "a@b.c"), ("Bob", "b@x.org", "Bob <b@x.org>"), ("Dr. Bob", "b@x.org", "\"Dr. Bob\" <b@x.org>"),
      ("Jörg", "j@x.org", "=?UTF-8?B?SsO2cmc=?= <j@x.org>"), ("a\"b", "b@x.org", "\"a\\\"b\" <b@x.org>"),
      ("x\r\nBcc: e@f", "b@x.org", "\"x  Bcc: e@f\" <b@x.org>"),
    ] as [(String?, String, String)])
  func formats(_ name: String?, _ address: String, _ written: String) throws {
    var value = try #require(Address(address))
    value.displayName = name
    #expect(value.formatted == written)
  }

  @Test func envelopeAddresses() {
    #expect(Address.normalized(" <Bob@EXAMPLE.Org> ") == "Bob@example.org")
    #expect(Address.normalized("<>") == "")
    // Found by FuzzAddress: what is normalized stays so.
    #expect(Address.normalized("< Bob@Example.org >") == "Bob@example.org")
    #expect(Address.normalized("Bob") == "Bob")
    #expect(Address.comparisonKey("Bob@Example.org") == Address.comparisonKey("bOB@example.ORG"))
    #expect(Address.domain(of: "Bob@EXAMPLE.org") == "example.org")
    #expect(Address.domain(of: "bob") == "")
  }

  @Test(arguments: [
    ("<a@b> <c@d>", ["<a@b>", "<c@d>"]), ("<a@\r\n b>", ["<a@b>"]), ("text <a@b> (comment)", ["<a@b>"]), ("<>", []),
    ("<a@b", []), ("", []), ("<<a@b>>", ["<a@b>"]),
  ])
  func messageIDs(_ value: String, _ ids: [String]) { #expect(MessageID.list(in: value) == ids) }

  @Test func messageIDForms() {
    #expect(MessageID.first(in: "a@b") == "<a@b>")
    #expect(MessageID.first(in: "Your mail of Monday") == nil)
    #expect(MessageID.make(uuid: "0190-1", domain: "Ex ample.org\r\n") == "<0190-1@example.org>")
    #expect(MessageID.make(uuid: "1", domain: "") == "<1@localhost>")
    #expect(MessageID.list(in: "<" + String(repeating: "a", count: 2_000) + ">").isEmpty)
    #expect(MessageID.list(in: String(repeating: "<a@b>", count: 5_000)).count == 1_000)
  }

  @Test(arguments: [
    ("root", ["root@host.test"]), ("root, a@b.test, <post>", ["root@host.test", "a@b.test", "post@host.test"]),
    ("John Smith", []), ("Group: me, you;", ["me@host.test", "you@host.test"]), ("", []), ("<>, ,", []),
    ("a@b.test c@d.test", ["a@b.test", "c@d.test"]), ("Bob b@x.test", ["b@x.test"]), ("a @ b.test", ["a@b.test"]),
    ("<a@b.test> <c@d.test>, e@f.test", ["a@b.test", "c@d.test", "e@f.test"]),
    ("Bob <a@b.test> is c@d.test", ["a@b.test"]), ("A <a@b.test> (x) \"C, D\" <c@d.test>", ["a@b.test", "c@d.test"]),
    ("\"two words\"", []), ("\"two words\"@b.test", ["\"two words\"@b.test"]),
  ])
  func wordsAreCompleted(value: String, addresses: [String]) {
    #expect(Address.list(in: value, completedWith: "host.test").map(\.address) == addresses)
  }

  /// Found by FuzzAddress.
  @Test(arguments: ["\"a\0b\"@c.test", "@a.test:\"l\0\0\"@[IPv6:::1]", "\"a\r\nb\"@c.test", "<a@b\0c.test>"])
  func whatEndsALineIsInNoAddress(value: String) {
    #expect(Address.list(in: value).isEmpty)
    #expect(Address.list(in: value, completedWith: "host.test").isEmpty)
  }
}
