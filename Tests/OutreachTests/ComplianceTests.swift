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
  ("ftp://evil.test", ["links true"]), ("“https://acme.test”, https://acme.test\u{A0}and https://acme.test。", []),
  ("https://acme.test%2Eevil.test", ["links true"]), ("https://%61cme.test/", []),
  ("https://xn--acme-test.evil.test", ["links true"]), ("https://evil.test\u{FF0F}.acme.test", ["links true"]),
  ("https://evil。test", ["links true"]), ("https://ACME.TEST./x", []), ("\(link).evil.test", []),
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

/// What each is in a browser (`new URL(href, "about:blank")` and the DOM): where it leads, or nothing for what stays in the mail.
@Test(
  arguments: [
    ("<a href='javascript:alert(1)'>", "javascript:"), ("<a href='JavaScript:alert(1)'>", "javascript:"),
    ("<a href=' \u{1}java\nscript:x'>", "javascript:"), ("<a href='java&Tab;script:x'>", "javascript:"),
    ("<a href='&#0000000000106;avascript&colon;x'>", "javascript:"), ("<a href='vbscript:x'>", "vbscript:"),
    ("<a href='data:text/html,x'>", "data:"), ("<img src='data:image/png;base64,AA=='>", nil),
    ("<img src='data:text/html,x'>", "data:"), ("<iframe src='data:image/svg+xml,x'>", "data:"),
    ("<a href='file:///etc/passwd'>", "file:"), ("<a href='HTTPS://EVIL.test'>", "evil.test"),
    ("<a href='  https://evil.test'>", "evil.test"), ("<a href='\u{B}\u{1F}https://evil.test'>", "evil.test"),
    ("<a href='ht\ttps://evil.test'>", "evil.test"),
    ("<a href='https:/\n/acme.test.\tevil.test/'>", "acme.test.evil.test"),
    ("<a href='//evil.test'>", "evil.test"), ("<a href='\\\\evil.test'>", "evil.test"),
    ("<a href='/\\evil.test'>", "evil.test"),
    ("<a href='https:evil.test'>", "evil.test"), ("<a href='https:/evil.test'>", "evil.test"),
    ("<a href='https:///evil.test'>", "evil.test"), ("<a href='https:\\\\evil.test\\x'>", "evil.test"),
    ("<a href='https://acme.test@evil.test'>", "evil.test"), ("<a href='https://a@b@evil.test'>", "evil.test"),
    ("<a href='https://evil.test\\@acme.test'>", "evil.test"), ("<a href='https://acme.test\\@evil.test'>", nil),
    ("<a href='https://evil.test#@acme.test'>", "evil.test"), ("<a href='https://evil.test?@acme.test'>", "evil.test"),
    ("<a href='https://acme.test./x'>", nil), ("<a href='https://evil.test.'>", "evil.test"),
    ("<a href='https://b\u{FC}cher.test'>", nil), ("<a href='https://XN--BCHER-KVA.test'>", nil),
    ("<a href='https://b%C3%BCcher.test'>", nil), ("<a href='https://m\u{FC}ller.test'>", "xn--mller-kva.test"),
    ("<a href='https://www.acme.test:8443/?a=1&amp;b=2#c'>", nil), ("<a href='https://[::1]/'>", "[::1]"),
    ("<a href=https://evil.test>", "evil.test"), ("<A HREF = \"https://evil.test\">", "evil.test"),
    ("<a/href=https://evil.test>", "evil.test"), ("<a title='>' href='https://evil.test'>", "evil.test"),
    ("<a href='https&colon;&sol;&sol;evil&period;test'>", "evil.test"), ("<a href='?a=1&colon=2'>", nil),
    ("<a href='mailto:a@evil.test'>", nil), ("<a href='tel:+49'>", nil), ("<a href='#top'>", nil),
    ("<a href='page.html'>", nil),
    ("<a href='www.evil.test'>", "www.evil.test"), ("<img src='cid:logo'>", nil),
    ("<a href='whatsapp://send'>", "whatsapp:"),
    ("<form action='https://evil.test'>", "evil.test"), ("<button formaction='//evil.test'>", "evil.test"),
    ("<map><area href='https://evil.test'></map>", "evil.test"), ("<img src='https://evil.test/a.png'>", "evil.test"),
    ("<img srcset='https://acme.test/a 1x, https://evil.test/b 2x'>", "evil.test"),
    ("<td background='//evil.test/x'>", "evil.test"),
    ("<base href='https://evil.test/'>", "evil.test"), ("<link rel=stylesheet href='//evil.test'>", "evil.test"),
    ("<svg><a xlink:href='https://evil.test'>", "evil.test"), ("<v:rect href='https://evil.test'>", "evil.test"),
    ("<meta http-equiv=refresh content='0; URL=https://evil.test'>", "evil.test"),
    ("<meta http-equiv=refresh content=\"5;url = 'https://evil.test'\">", "evil.test"),
    ("<meta http-equiv=refresh content='0,//evil.test'>", "evil.test"),
    ("<meta content='text/html; charset=utf-8'>", nil),
    ("<p style='background:url(https://evil.test/x)'>", "evil.test"),
    ("<p style=\"background:URL( '//evil.test' )\">", "evil.test"),
    ("<p style='background:u\\72l(h\\74 tps://evil.test)'>", "evil.test"),
    ("<style>@import \"//evil.test\";</style>", "evil.test"),
    ("<style>p { background: image-set('https://evil.test/a' 1x) }</style>", "evil.test"),
    ("<p style='font-family:\"Times New Roman\"'>", nil), ("<style>a{color:red}</style>", nil),
    ("<html xmlns='http://www.w3.org/1999/xhtml'><p title='https://evil.test'>", nil),
    ("<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd'>", nil),
    ("<!-- made by https://evil.test --><p>x</p>", nil), ("<!--><a href='https://evil.test'>-->", "evil.test"),
    ("<!--[if mso]><a href='https://evil.test'><![endif]-->", "evil.test"),
    ("<p>1 < 2 https://evil.test</p>", "evil.test"),
    ("<p>https:&#x2F;/evil.test</p>", "evil.test"), ("<p>www.evil.test</p>", "www.evil.test"),
    ("<a href=\"https://evil.test", "evil.test"),
  ] as [(String, String?)])
func anHTMLLeadsWhereABrowserGoes(html: String, leads: String?) {
  var policy = CompliancePolicy()
  policy.linkDomains = ["acme.test", "Bücher.test"]
  let found = complianceFindings(of: mail(text: "x", html: html), policy).map(\.text)
  #expect(found.count == (leads == nil ? 0 : 1))
  if let leads { #expect(found.allSatisfy { $0.contains(" \(leads), which") }, "\(found)") }
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
