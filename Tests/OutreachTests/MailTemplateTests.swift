import Delivery
import MailText
import Testing

@testable import Outreach

private let now: Int64 = 1_772_353_800_000
private let rosa = mailValues(
  contact: ContactDraft(address: "rosa@acme.test", firstName: "Rosa", company: "A & B", fields: ["plan": "pro"]),
  sender: MailSender(address: "anna@sender.test", displayName: "Anna Sender"))

@Test func aMailHasAllItsTexts() throws {
  let template = try MailTemplate(
    MailTexts(
      subject: "Hi {{ contact.first_name }},\n {{ custom.plan }}?", preheader: "For {{ company.name }}",
      html: "<html><BODY class=x><p>Hi {{ contact.first_name }} of {{ contact.company }}</p>"
        + "<p>See <a href=\"https://x.test/?a=1&amp;b=2\">this page</a>.</p>{% render 'sign' %}</body></html>"),
    name: "welcome")
  let texts = try template.render(rosa, now: now, zone: .utc) { name, form in
    try? Template(form == .html ? "<b>{{ sender.first_name }}</b>" : "{{ sender.first_name }}", name: name)
  }
  #expect(texts.subject == "Hi Rosa, pro?")
  #expect(texts.preheader == "For A & B")
  let html = texts.html ?? ""
  #expect(html.hasPrefix("<html><BODY class=x><div style=\"display:none;max-height:0;overflow:hidden\">For A &amp; B"))
  #expect(html.contains("<p>Hi Rosa of A &amp; B</p>") && html.contains("<b>Anna</b>"))
  let text = texts.text ?? ""
  #expect(text.contains("Hi Rosa of A & B"))
  #expect(text.contains("this page (https://x.test/?a=1&b=2)"))
  #expect(text.contains("Anna"))
}

@Test func nobodyIsSentAHole() throws {
  let template = try MailTemplate(MailTexts(subject: "x", text: "Hi {{ contact.last_name }}"), name: "w")
  #expect(
    throws: TemplateError(
      kind: .missing, template: "w (text)", line: 1, column: 7,
      what: "contact.last_name is empty, and no default says what stands in its place")
  ) { try template.render(rosa, now: now, zone: .utc) }
}

@Test func theMailIsReadBackAsItWasWritten() throws {
  let texts = MailTexts(
    subject: "Grüße an Rosa, " + String(repeating: "lang ", count: 30),
    text: ".dot\nFrom here\n--x\ntrailing \n" + String(repeating: "ü=", count: 100) + "\n\nend", html: "<p>é</p>\r\n")
  let bytes = texts.mail(boundary: "=_b")
  let mail = Message(bytes)
  #expect(mail.header.text("subject") == texts.subject)
  let parts = mail.parts.filter { $0.children.isEmpty }
  #expect(parts.map { mail.text(of: $0).replacing("\r\n", with: "\n") } == [texts.text ?? "", "<p>é</p>"])
  let body = bytes[mail.parts[0].body]
  for line in String(decoding: body, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false) {
    #expect(line.utf8.count <= 76, "\(line)")
    #expect(!line.contains("\n") && !line.hasPrefix(".") && !line.hasPrefix("From "))
  }
}

@Test(arguments: [
  (
    "a < b\n{{ x | append: '<' }} & {% if a < b %}\"{% endif %}",
    "a &lt; b<br>\n{{ x | append: '<' }} &amp; {% if a < b %}&quot;{% endif %}"
  ),
  ("plain", "plain"), ("{{ open", "{{ open"),
])
func plainTextBecomesHTML(_ text: String, _ html: String) {
  #expect(htmlOfText(text) == html)
}

@Test(arguments: [
  (
    "a < b\r\nsee https://x.test/?a=1&b=2.\n",
    "a &lt; b<br>\nsee <a href=\"https://x.test/?a=1&amp;b=2\">https://x.test/?a=1&amp;b=2</a>.<br>\n"
  ),
  (
    "(http://x.test) <https://y.test/>",
    "(<a href=\"http://x.test\">http://x.test</a>) &lt;<a href=\"https://y.test/\">https://y.test/</a>&gt;"
  ),
  ("https:// x", "https:// x"), ("", ""),
])
func aTextBecomesAnHTMLMail(_ text: String, _ html: String) {
  #expect(htmlOfMailText(text) == html)
}

@Test(
  arguments: [
    (nil, nil, false), (true, nil, true), (nil, "Look, {{ contact.first_name }}", true), (false, "Look", false),
  ] as [(Bool?, String?, Bool)])
func theHTMLIsMadeFromTheTextWhereItIsAskedFor(isAsked: Bool?, preheader: String?, isMade: Bool) throws {
  var plain = MailTexts(subject: "Hi", preheader: preheader, text: "Hi {{ contact.company }},\nbye")
  plain.htmlFromText = isAsked
  let texts = try MailTemplate(plain, name: "w").render(rosa, now: now, zone: .utc)
  #expect(texts.text == "Hi A & B,\nbye")
  #expect((texts.html != nil) == isMade)
  if isMade { #expect(texts.html?.hasSuffix("Hi A &amp; B,<br>\nbye") == true) }
  #expect((texts.html ?? "").contains("Look, Rosa") == (preheader != nil && isMade))
}

@Test func theVocabularyKnowsWhatMailsHave() throws {
  let known = TemplateVocabulary.ofMails(customFields: ["plan"])
  let template = try MailTemplate(
    MailTexts(
      subject: "{{ contact.plan }}{{ custom.plan }}{{ sender.name }}", text: "{{ contact.plann }}{{ sender.x }}"),
    name: "w")
  #expect(
    template.check(known).errors.map(\.description) == [
      "w (text):1:4: contact has no \"plann\"; did you mean \"plan\"?", "w (text):1:23: sender has no \"x\"",
    ])
}
