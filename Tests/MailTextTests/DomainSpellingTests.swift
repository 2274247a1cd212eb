import Foundation
import MailText
import Testing

/// Pairs of RFC 3492, section 7.1, and of domains in use; the ASCII forms are what Python's `encode("idna")` says.
@Test(arguments: [
  ("bücher.example", "xn--bcher-kva.example"), ("münchen.de", "xn--mnchen-3ya.de"), ("例え.jp", "xn--r8jz45g.jp"),
  ("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"), ("ελλάδα.gr", "xn--hxakic4aa.gr"),
  ("他们为什么不说中文.example", "xn--ihqwcrb4cv8a8dqg056pqjye.example"),
  ("3年b組金八先生.jp", "xn--3b-ww4c5e180e575a65lsy2b.jp"), ("ü.a-b.example", "xn--tda.a-b.example"),
])
func aDomainHasTwoSpellings(letters: String, ascii: String) {
  #expect(DomainSpelling.all(of: letters) == [ascii, letters])
  #expect(DomainSpelling.ascii(of: letters.uppercased()) == ascii)
  #expect(DomainSpelling.ascii(of: letters.prefix(1) + "\u{AD}" + letters.dropFirst()) == ascii)
  #expect(
    DomainSpelling.ascii(of: letters.decomposedStringWithCanonicalMapping.replacing(".", with: "\u{3002}")) == ascii)
  #expect(DomainSpelling.all(of: ascii) == [ascii, letters])
  #expect(DomainSpelling.all(ofAddress: "a@" + letters.uppercased()) == ["a@" + ascii, "a@" + letters])
}

@Test(arguments: [
  "example.org", "", ".", "xn--", "xn---", "xn--a-\u{FC}", "xn--99999999999999999999",
  "xn--zzzzzzzzzzzzzzzzzzzzzzzzzzz",
  "xn--a!b.example",
])
func whatIsNoPunycodeStays(domain: String) {
  #expect(DomainSpelling.all(of: domain).first == domain)
}
