import Testing

@testable import Outreach

private func mail(
  subject: String = "Hello", text: String? = "Hi", html: String? = nil, header: Bool = false, link: String? = nil
) -> ComplianceMail {
  ComplianceMail(
    texts: MailTexts(subject: subject, text: text, html: html), hasUnsubscribeHeader: header, unsubscribeLink: link)
}

private func findings(_ mail: ComplianceMail, _ change: (inout CompliancePolicy) -> Void) -> [String] {
  var policy = CompliancePolicy()
  change(&policy)
  return complianceFindings(of: mail, policy).map { "\($0.rule.rawValue) \($0.isRefusal)" }
}

private let link = "https://g.test/u/1-a-b"

@Test(arguments: [
  (CompliancePolicy.Unsubscribe.none, mail(), true), (.header, mail(), false), (.header, mail(header: true), true),
  (.header, mail(text: link, link: link), false), (.link, mail(text: "out: \(link)", link: link), true),
  (.link, mail(header: true, link: link), false), (.link, mail(header: true), false),
  (.link, mail(text: link, html: "<p>no link</p>", link: link), false),
  (.link, mail(text: link, html: "<a href=\"\(link)\">out</a>", link: link), true),
  (.either, mail(header: true), true), (.either, mail(text: link, link: link), true), (.either, mail(), false),
])
func theWayOutIsThereWhereItIsAskedFor(asked: CompliancePolicy.Unsubscribe, mail: ComplianceMail, isGood: Bool) {
  #expect(findings(mail) { $0.unsubscribe = asked } == (isGood ? [] : ["unsubscribe true"]))
}

@Test(arguments: [
  ("Acme, 1 Main St,\n  Springfield", nil as String?, true), ("ACME, 1 main st, springfield", nil, true),
  ("Acme", nil, false),
  ("Acme, 1 Main St, Springfield", "<p>Acme, 1 Main&nbsp;St,<br>Springfield</p>", true),
  ("Acme, 1 Main St, Springfield", "<p>Acme</p>", false),
])
func thePostalAddressIsThereInEveryForm(text: String, html: String?, isGood: Bool) {
  let found = findings(mail(text: text, html: html)) { $0.postalAddress = "Acme, 1 Main St, Springfield" }
  #expect(found == (isGood ? [] : ["postal_address true"]))
}

@Test(arguments: [
  ("see https://acme.test/x and http://www.acme.test", [] as [String]), ("no link at all", []),
  ("see https://evil.test/acme.test", ["links true"]), ("see HTTPS://EVIL.test.", ["links true"]),
  ("https://acme.test@evil.test/", ["links true"]), ("https://notacme.test", ["links true"]),
  ("https://a.evil.test https://b.evil.test https://a.evil.test", ["links true", "links true"]),
  ("https://acme.test:8443/", []), ("leave: \(link)", []), ("https:\\\\evil.test", ["links true"]),
  ("www.evil.test", ["links true"]), ("(www.acme.test)", []), ("https://www.acme.test", []), ("awww.evil", []),
  ("https://[::1]/x", ["links true"]), ("and//or", []), ("http: see above", []),
])
func linksLeadOnlyWhereTheyMay(text: String, wanted: [String]) {
  #expect(findings(mail(text: text, link: link)) { $0.linkDomains = ["acme.test"] } == wanted)
  #expect(findings(mail(text: text, link: link)) { $0.linkDomains = [] } == [])
}

@Test(arguments: [
  ("<a href='//evil.test/x'>", true), ("<a href= //evil.test>", true), ("<a href='https&#58;//evil.test'>", true),
  ("<a href='https&#x3A;&sol;&sol;evil.test'>", true), ("<a href='&#104;ttps://evil.test'>", true),
  ("<a href='//acme.test/x?a=1&amp;b=2'>a &amp; b // c</a>", false), ("<a href='\(link)&amp;x'>", false),
  ("<style>a { background: url(//evil.test/x) }</style>", true), ("<p>&notanything; & #58 &#; &#xZ;</p>", false),
])
func linksOfTheHTMLAreFoundInEverySpelling(html: String, isForeign: Bool) {
  let found = findings(mail(text: "x", html: html, link: link)) { $0.linkDomains = ["acme.test"] }
  #expect(found == (isForeign ? ["links true"] : []))
}

@Test func whereALinkOfTheHTMLLeadsCountsAndNotWhatItShows() {
  let html = "<a href='https://evil.test/'>https://acme.test</a>"
  #expect(findings(mail(text: "x", html: html)) { $0.linkDomains = ["acme.test"] } == ["links true"])
  #expect(
    findings(mail(text: "x", html: html)) {
      $0.linkDomains = ["acme.test"]
      $0.foreignLinks = .warn
    } == ["links false"])
}

@Test(arguments: [
  ("Act now", 1), ("ACT  NOW!", 1), ("fact nowhere", 0), ("100% guaranteed, money back guarantee", 2), ("react now", 0),
  ("It is guaranteed!", 1), ("good morning", 0),
])
func phrasesThatFiltersKnowAreTold(subject: String, count: Int) {
  #expect(findings(mail(subject: subject)) { _ in } == Array(repeating: "spam_words false", count: count))
  #expect(
    findings(mail(subject: subject)) { $0.spamWords = .refuse } == Array(repeating: "spam_words true", count: count))
  #expect(findings(mail(subject: subject)) { $0.spamWords = .off } == [])
}

@Test func everyPhraseIsWrittenAsItIsLookedFor() {
  for phrase in spamPhrases {
    #expect(phrase.words == phrase.words.lowercased() && !phrase.words.contains("  "))
    #expect(phrase.source.hasPrefix("SpamAssassin "))
    #expect(findings(mail(text: "x \(phrase.words) y")) { _ in }.contains("spam_words false"))
  }
}

private func authored(_ lines: String..., offered: [String] = []) -> ComplianceMail {
  ComplianceMail(authored: Array(lines.joined(separator: "\r\n").utf8), offered: offered)
}

@Test func whatAnAppWroteIsReadAsItsReaderIsShownIt() {
  let mail = authored(
    "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", "List-Unsubscribe: <mailto:out@acme.test>,", " <https://acme.test/u",
    " /1>",
    "Content-Type: multipart/mixed; boundary=a", "", "--a", "Content-Type: multipart/alternative; boundary=b", "",
    "--b", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "", "R3LDvMOfZQ==",
    "--b", "Content-Type: text/html", "Content-Transfer-Encoding: quoted-printable", "", "<p>Gr=C3=BC=", "=C3=9Fe</p>",
    "--b--", "--a", "Content-Type: text/plain", "Content-Disposition: attachment; filename=a.txt", "", "attached",
    "--a", "Content-Type: message/rfc822", "", "Subject: other", "", "forwarded", "--a--", "")
  #expect(mail.texts == MailTexts(subject: "Grüße", text: "Grüße", html: "<p>Grüße</p>"))
  #expect(mail.waysOut == ["mailto:out@acme.test", "https://acme.test/u/1"])
  #expect(mail.hasUnsubscribeHeader)
}

@Test(arguments: [
  (authored("Subject: a", "", "Hi"), CompliancePolicy.Unsubscribe.either, false),
  (authored("Subject: a", "", "Hi", offered: ["https://g.test/u"]), .either, true),
  (authored("Subject: a", "", "Hi", offered: ["https://g.test/u"]), .link, false),
  (authored("Subject: a", "", "Out: https://g.test/u", offered: ["https://g.test/u"]), .link, true),
  (authored("Subject: a", "", "Out: https://acme.test/Unsubscribe?id=1"), .link, true),
  (authored("Subject: a", "", "Out: mailto:a@acme.test?subject=unsubscribe"), .link, true),
  (authored("Subject: a", "", "unsubscribe"), .link, false),
  (authored("Subject: a", "", "https://acme.test/ unsubscribe"), .link, false),
  (authored("Content-Type: text/html", "", "<a href='https://acme.test/opt-out'>x</a>"), .link, true),
  (authored("List-Unsubscribe: none", "", "Hi"), .header, false),
  (authored("List-Unsubscribe: <mailto:o@acme.test>", "", "Hi"), .header, true),
  (authored("", ""), .link, false),
])
func anAppsMailHasItsWayOut(mail: ComplianceMail, asked: CompliancePolicy.Unsubscribe, isGood: Bool) {
  #expect(findings(mail) { $0.unsubscribe = asked } == (isGood ? [] : ["unsubscribe true"]))
}

@Test func anAppsMailOfHTMLAloneIsReadAsText() {
  let mail = authored(
    "Content-Type: text/html", "", "<p>1 Main&nbsp;St, <b>act now</b> <a href=\"https://x.test\">y</a></p>")
  #expect(
    findings(mail) {
      $0.postalAddress = "1 Main St"
      $0.linkDomains = ["acme.test"]
    } == ["links true", "spam_words false"])
  #expect(
    findings(authored("Content-Type: application/pdf", "", "x")) { $0.postalAddress = "1 Main St" } == [
      "postal_address true"
    ])
}

@Test func onlyAPolicyThatMayRefuseHasMailsRead() {
  var policy = CompliancePolicy()
  #expect(!policy.mayRefuse)
  policy.linkDomains = ["acme.test"]
  #expect(policy.mayRefuse)
  policy.foreignLinks = .warn
  policy.postalAddress = "  "
  #expect(!policy.mayRefuse)
  for change in [{ $0.unsubscribe = .either }, { $0.postalAddress = "a" }, { $0.spamWords = .refuse }]
    as [(inout CompliancePolicy) -> Void]
  {
    var strict = policy
    change(&strict)
    #expect(strict.mayRefuse)
  }
}
