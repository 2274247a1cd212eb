import Outreach
import Testing

@testable import Web

private let file = """
  [[template]]
  key = "welcome"
  subject = "Hi {{ contact.first_name | default: 'there' }}"
  html = "<p>{{ contact.company }}</p>{% render 'sign' %}"
  tags = ["first"]

  [[snippet]]
  key = "sign"
  text = "Best, {{ sender.name }}"
  """

@Test func templatesAreAppliedCheckedAndShown() async throws {
  let test = try TestAPI()
  let applied = try await test.apply(file)
  #expect(applied["changes.0.name"] == "welcome" && applied["changes.1.name"] == "sign")
  #expect(try await test.apply(file)["changes.0.name"] == nil)
  let changed = try await test.apply(file.replacing("Hi ", with: "Hello "))
  #expect(changed["changes.0.what"] == "subject")
  #expect(await test.get("/templates")["items.0.subject"] == "Hello {{ contact.first_name | default: 'there' }}")
  let check = await test.get("/templates/welcome/check")
  #expect(check["errors.0"] == nil)
  #expect(check["needed.0"] == "contact.company")
  _ = await test.post(
    "/contacts/import", body: Array(#"{"contacts":[{"address":"rosa@acme.test","company":"A & B"}]}"#.utf8))
  let preview = await test.get("/templates/welcome/preview", ["contact": "rosa@acme.test"])
  #expect(preview["subject"] == "Hello there")
  #expect(preview["html"] == "<p>A &amp; B</p>Best, <mark>[sender.name]</mark>")
  #expect(await test.get("/templates/welcome/preview", ["contact": "no@acme.test"]).status == 404)
  #expect(await test.delete("/snippets/sign").status == 200)
  #expect(await test.get("/templates/welcome/check")["errors.0"] == "welcome (html):1:29: there is no snippet \"sign\"")
  #expect(await test.delete("/templates/welcome").status == 200)
  #expect(await test.delete("/templates/welcome").status == 404)
}

@Test func aTemplateThatCannotBeReadIsRefusedWithItsPlace() async throws {
  let test = try TestAPI()
  let answer = try await test.apply(file.replacing("<p>{{ contact.company }}", with: "<p>{{ contact.company"))
  #expect(answer.status == 409)
  #expect(answer["error.message"] == "template welcome (html):1:4: {{ is never closed by }}")
  #expect(await test.get("/templates").count == 0)
}

@Test func whatIsMistypedNamesTheNearest() async throws {
  let test = try TestAPI()
  _ = try await test.apply(
    file + """

      [[account]]
      address = "ann@acme.test"
      smtp = { host = "localhost" }

      [[sequence]]
      key = "welcome"

      [[segment]]
      name = "vip"
      filter = "tag = vip"
      """)
  let asked = [
    "/templates/welcom": "template welcom; did you mean \"welcome\"?",
    "/sequences/wellcome": "sequence wellcome; did you mean \"welcome\"?",
    "/sequences/welcom/stats": "sequence welcom; did you mean \"welcome\"?",
    "/accounts/an@acme.test": "account an@acme.test; did you mean \"ann@acme.test\"?",
    "/segments/vipp": "segment vipp; did you mean \"vip\"?", "/campaigns/welcome": "campaign welcome",
    "/templates/sign": "template sign",
  ]
  for (path, words) in asked {
    let answer = await test.get(path)
    #expect(answer.status == 404 && answer["error.message"] == "there is no " + words)
  }
  // What was removed is no more.
  _ = await test.delete("/accounts/ann@acme.test")
  #expect(await test.get("/accounts/ann@acme.test")["error.message"] == "there is no account ann@acme.test")
  #expect(await test.delete("/snippets/sgn")["error.message"] == "there is no snippet sgn; did you mean \"sign\"?")
}

@Test(arguments: [
  ("text = \"Hi\"", "0"), ("text = \"Hi\"\nhtml_from_text = true", "1"), ("text = \"Hi\"\npreheader = \"Now\"", "1"),
  ("text = \"Hi\"\npreheader = \"Now\"\nhtml_from_text = false", "0"), ("html = \"<p>Hi</p>\"", "1"),
])
func theListSaysWhetherItsMailsHaveHTML(_ texts: String, _ hasHTML: String) async throws {
  let test = try TestAPI()
  let applied = try await test.apply("[[template]]\nkey = \"hi\"\nsubject = \"Hi\"\n" + texts)
  #expect(applied["changes.0.name"] == "hi")
  #expect(await test.get("/templates")["items.0.has_html"] == hasHTML)
}
