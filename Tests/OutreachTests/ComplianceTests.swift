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
  ("https://acme.test:8443/", []), ("leave: \(link)", []),
])
func linksLeadOnlyWhereTheyMay(text: String, wanted: [String]) {
  #expect(findings(mail(text: text, link: link)) { $0.linkDomains = ["acme.test"] } == wanted)
  #expect(findings(mail(text: text, link: link)) { $0.linkDomains = [] } == [])
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
