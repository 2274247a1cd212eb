import Delivery
import Testing

@testable import Outreach

/// 2026-03-01T08:30:00Z, a Sunday.
private let now: Int64 = 1_772_353_800_000

private let values: [String: TemplateValue] = [
  "contact": .object([
    "first_name": .text("Rosa"), "last_name": .text("O'Neil & Söhne <x>"), "company": .none, "score": .text("42"),
    "tags": .list([.text("vip"), .text("eu"), .text("vip")]), "since": .text("2025-12-24"),
    "note": .text("  two words "),
  ]),
  "sender": .object(["name": .text("Anna"), "zone": .text("Europe/Berlin")]),
  "items": .list([1, 2, 3, 4, 5].map(TemplateValue.integer)),
]

private let berlin = Zone.named("Europe/Berlin") ?? .utc

private func write(_ text: String, _ form: Template.Form = .text, _ snippets: [String: String] = [:]) throws -> String {
  let known = try snippets.mapValues { try Template($0, name: "snippet") }
  return try Template(text, name: "t").render(values, as: form, now: now, zone: berlin) { known[$0] }
}

/// What a template makes of the values above. The meaning of each filter and tag is that of Shopify's Liquid documentation.
struct TemplateCase: CustomStringConvertible {
  var template: String
  var expected: String
  var description: String { template }

  init(_ template: String, _ expected: String) {
    self.template = template
    self.expected = expected
  }
}

private let writing: [TemplateCase] = [
  .init("Hello {{ contact.first_name }}!", "Hello Rosa!"),
  .init("{{contact['first_name']}}", "Rosa"),
  .init("{{ contact.company | default: \"your team\" }}", "your team"),
  .init("{{ contact.nothing | default: 'there' | upcase }}", "THERE"),
  .init("{{ contact.first_name | upcase | append: \"!\" }}", "ROSA!"),
  .init("{{ 'rosa von x' | capitalize }}", "Rosa von x"),
  .init("{{ contact.note | strip }}|", "two words|"),
  .init("{{ '  a ' | lstrip }}|{{ '  a ' | rstrip }}|", "a |  a|"),
  .init("{{ 'abcdef' | truncate: 5 }}", "ab..."),
  .init("{{ 'abcdef' | truncate: 4, '' }}", "abcd"),
  .init("{{ 'one two three' | truncatewords: 2 }}", "one two..."),
  .init("{{ 'a-b-a' | replace: 'a', 'x' }}", "x-b-x"),
  .init("{{ 'a-b-a' | replace_first: 'a', 'x' }}", "x-b-a"),
  .init("{{ 'a-b-a' | remove: 'a' }}", "-b-"),
  .init("{{ 'a,b,c' | split: ',' | join: ' and ' }}", "a and b and c"),
  .init("{{ contact.tags | uniq | size }}", "2"),
  .init(
    "{{ contact.tags | first }} {{ contact.tags.last }} {{ contact.tags[1] }} {{ contact.tags[-1] }}", "vip vip eu vip"),
  .init("{{ contact.tags | sort | join: ',' }}", "eu,vip,vip"),
  .init("{{ 'Liquid' | slice: 2, 3 }}{{ 'Liquid' | slice: -2, 2 }}", "quiid"),
  .init("{{ 'a b&c' | url_encode }}", "a%20b%26c"),
  .init("{{ '<b>x</b> y' | strip_html }}", "x y"),
  .init("{{ contact.score | plus: 1 }}", "43"),
  .init("{{ 7 | minus: 10 }} {{ 3 | times: 2.5 }} {{ 7 | divided_by: 2 }} {{ -7 | divided_by: 2 }}", "-3 7.5 3 -4"),
  .init("{{ 7.0 | divided_by: 2 }} {{ 7 | modulo: 3 }} {{ -7 | modulo: 3 }}", "3.5 1 2"),
  .init("{{ 2.345 | round: 2 }} {{ 2.5 | round }} {{ 2.1 | ceil }} {{ 2.9 | floor }} {{ -3 | abs }}", "2.35 3 3 2 3"),
  .init("{{ 3 | at_least: 5 }} {{ 3 | at_most: 2 }}", "5 2"),
  .init("{{ 9223372036854775807 | plus: 1 | at_most: 5 }}", "5"),
  .init("{{ 'now' | date: '%d.%m.%Y %H:%M' }}", "01.03.2026 09:30"),
  .init("{{ contact.since | date: '%A, %-d %B %Y' }}", "Wednesday, 24 December 2025"),
  .init("{{ 'now' | date: '%j %u %y %b %I %p %z %%' }}", "060 7 26 Mar 09 AM +0100 %"),
  .init("{{ '2026-07-01T10:00:00Z' | date: '%R' }}", "12:00"),
  .init("{% if contact.company %}a{% else %}b{% endif %}", "b"),
  .init("{% if contact.first_name == 'Rosa' and contact.score > 41 %}yes{% endif %}", "yes"),
  // Liquid binds to the right: false and (false or true).
  .init("{% if false and false or true %}yes{% else %}no{% endif %}", "no"),
  .init("{% if contact.tags contains 'eu' %}eu{% endif %}{% if 'abc' contains 'd' %}d{% endif %}", "eu"),
  .init("{% if contact.company == nil %}nil{% endif %}{% if contact.company == blank %} blank{% endif %}", "nil blank"),
  .init("{% if contact.nothing > 1 %}a{% elsif contact.score <= 42 %}b{% else %}c{% endif %}", "b"),
  .init("{% unless contact.company %}a{% else %}b{% endunless %}", "a"),
  .init("{% case contact.first_name %}{% when 'Ann', 'Rosa' %}r{% else %}e{% endcase %}", "r"),
  .init("{% case 5 %} {% when 1 or 2 %}a{% else %}e{% endcase %}", "e"),
  .init("{% for i in (1..3) %}{{ i }}{% unless forloop.last %}, {% endunless %}{% endfor %}", "1, 2, 3"),
  .init("{% for i in items limit: 2 offset: 1 reversed %}{{ i }}{% endfor %}", "32"),
  .init(
    "{% for i in items %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "13"),
  .init("{% for i in contact.none %}a{% else %}empty{% endfor %}", "empty"),
  .init(
    "{% for a in (1..2) %}{% for b in (1..2) %}{{ a }}{{ b }}{{ forloop.index0 }} {% endfor %}{% endfor %}",
    "110 121 210 221 "),
  .init("{% assign n = contact.first_name | downcase %}{{ n }}{% assign n = 'x' %}{{ n }}", "rosax"),
  .init("{% capture c %}<{{ sender.name }}>{% endcapture %}{{ c }}", "<Anna>"),
  .init("a {%- if true -%} b {%- endif -%} c", "abc"),
  .init("a\n{{- 'b' -}}\n c", "abc"),
  .init("{% comment %}{{ broken {% if %}{% endcomment %}x{% # a remark %}y", "xy"),
  .init("{% raw %}{{ not.read }} {% if %}{% endraw %}", "{{ not.read }} {% if %}"),
  .init("{{ '}}' }} {{ \"%}\" }}", "}} %}"),
  .init("50% {off} } { %}", "50% {off} } { %}"),
]

@Test(arguments: writing) func templatesWrite(_ one: TemplateCase) throws {
  #expect(try write(one.template) == one.expected)
}

private let htmlWriting: [TemplateCase] = [
  .init("<b>{{ contact.last_name }}</b>", "<b>O&#39;Neil &amp; Söhne &lt;x&gt;</b>"),
  .init("{{ contact.last_name | escape }}", "O&#39;Neil &amp; Söhne &lt;x&gt;"),
  .init("{{ contact.last_name | raw }}", "O'Neil & Söhne <x>"),
  .init("{{ '&lt; &' | escape_once }}", "&lt; &amp;"),
  .init("{% capture c %}<i>{{ contact.last_name | slice: 0, 2 }}</i>{% endcapture %}{{ c }}", "<i>O&#39;</i>"),
  .init("{% assign two = 'a<\nb' %}{{ two | newline_to_br }}", "a&lt;<br>\nb"),
]

@Test(arguments: htmlWriting) func htmlIsEscapedUnlessItIsHTML(_ one: TemplateCase) throws {
  #expect(try write(one.template, .html) == one.expected)
}

@Test func snippetsSeeTheMailButNotTheCallersVariables() throws {
  let snippets = [
    "sign": "{{ greeting }}, {{ sender.name }}{{ mine | default: '' }}", "loop": "{% render 'loop' %}",
  ]
  #expect(try write("{% assign mine = 'x' %}{% render 'sign', greeting: 'Best' %}", .text, snippets) == "Best, Anna")
  #expect(throws: TemplateError.self) { try write("{% render 'loop' %}", .text, snippets) }
  #expect(throws: TemplateError.self) { try write("{% render 'none' %}", .text, snippets) }
}

/// A template, and the error it gives with its place.
private let wrong: [TemplateCase] = [
  .init("{% for n in (1..10001) %}{{ n }}{% endfor %}", "t:1:13: a range has at most 10,000 numbers"),
  .init("Hi {{ contact.company }}", "t:1:7: contact.company is empty, and no default says what stands in its place"),
  .init("a\n b {{ contact.first_name | upcas }}", "t:2:28: there is no filter \"upcas\""),
  .init("{{ contact.first_name | plus: 1 }}", "t:1:25: plus takes numbers, \"Rosa\" is none"),
  .init("{{ 1 | divided_by: 0 }}", "t:1:8: divided_by takes no zero"),
  .init("{{ 'soon' | date: '%Y' }}", "t:1:13: \"soon\" is no date: write it like 2026-03-01 or 2026-03-01T09:00:00Z"),
  .init("{{ contact }}", "t:1:4: contact has parts; name one of them"),
  .init("{% if a > %}{% endif %}", "t:1:11: a value is missing here"),
  .init("{% if a = 1 %}{% endif %}", "t:1:10: to compare, write =="),
  .init("x {% if true %}", "t:1:3: {% if %} is never closed by {% endif %}"),
  .init("x {{ a", "t:1:3: {{ is never closed by }}"),
  .init("x\n{{ 'a'" + String(repeating: " | upcase", count: 101) + " }}", "t:2:917: a value has at most 100 filters"),
  .init("{% raw %}" + String(repeating: "{% endraw 'x ", count: 3), "t:1:1: {% raw %} is never closed by {% endraw %}"),
  .init("{{ 'a }}", "t:1:1: {{ is never closed by }}"),
  .init("{{ }}", "t:1:1: there is nothing between {{ and }}"),
  .init("{% endif %}", "t:1:1: {% endif %} closes or continues nothing that is open here"),
  .init("{% break %}", "t:1:1: {% break %} stands only inside {% for %}"),
  .init(
    "{% iff a %}",
    "t:1:1: there is no tag \"iff\"; did you mean \"if\"? Known are if, unless, case, for, assign, capture, render, break, continue, comment, raw"
  ),
  .init("{{ a b }}", "t:1:6: \"b\" does not belong into {{ }}"),
  .init(
    "{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}",
    "t:1:1: loops make more than 10,000 turns"),
  .init("{% for i in contact.first_name %}{% endfor %}", "t:1:1: {% for %} goes over a list"),
  .init("{% comment %} x", "t:1:1: {% comment %} is never closed by {% endcomment %}"),
]

@Test(arguments: wrong) func errorsSayWhatAndWhere(_ one: TemplateCase) {
  do throws(any Error) {
    Issue.record("written: \(try write(one.template))")
  } catch {
    #expect("\(error)" == one.expected)
  }
}

/// Variables whose place would stay empty though something is written.
@Test(arguments: [
  ("{{ 'Mr ' | append: contact.company }}", "t:1:12: contact.company is empty, and append needs it"),
  (
    "{% assign who = 'Mr ' | append: contact.company %}{{ who }}",
    "t:1:25: contact.company is empty, and append needs it"
  ),
  (
    "{{ contact.first_name | replace: contact.company, 'x' }}", "t:1:25: contact.company is empty, and replace needs it"
  ),
  (
    "{{ contact.company | default: contact.nothing }}",
    "t:1:4: contact.company is empty, and so is its default contact.nothing"
  ),
  ("{{ pale.space }}", "t:1:4: pale.space is empty, and no default says what stands in its place"),
  ("{{ pale.zero }}", "t:1:4: pale.zero is empty, and no default says what stands in its place"),
  ("{{ pale.control | upcase }}", "t:1:4: pale.control is empty, and no default says what stands in its place"),
])
func noHoleIsWritten(template: String, error: String) throws {
  var values = values
  values["pale"] = .object([
    "space": .text("\u{A0} "), "zero": .text("\u{200B}\u{FEFF}"), "control": .text("\u{0}\u{7}"),
  ])
  do throws(any Error) {
    Issue.record("written: \(try Template(template, name: "t").render(values, as: .text, now: now, zone: berlin))")
  } catch let found {
    #expect("\(found)" == error)
  }
}

@Test func anEmptyTextThatTheTemplateSaysItselfIsMeant() throws {
  #expect(try write("a{{ contact.company | default: '' }}b") == "ab")
  #expect(try write("{% assign end = contact.company | default: '' %}{{ 'a' | append: end }}{{ end }}") == "a")
  #expect(try write("{{ contact.company | default: contact.first_name }}") == "Rosa")
  #expect(try write("{{ contact.nothing | default: contact.company | default: 'you' }}") == "you")
}

@Test func previewsShowTheGapsInArgumentsToo() throws {
  let template = try Template("{{ 'Mr ' | append: contact.company }}", name: "t")
  #expect(try template.render(values, as: .text, gaps: .shown, now: now, zone: .utc) == "Mr [contact.company]")
}

@Test func previewsShowTheGaps() throws {
  let template = try Template("Hi {{ contact.company }}", name: "t")
  #expect(
    try template.render(values, as: .html, gaps: .shown, now: now, zone: .utc) == "Hi <mark>[contact.company]</mark>")
}

@Test func textCannotGrowWithoutEnd() {
  var text = "{% assign a = 'xxxxxxxxxx' %}"
  for _ in 0..<30 { text += "{% assign a = a | append: a %}" }
  do throws(any Error) {
    Issue.record("written: \(try write(text + "{{ a }}").utf8.count)")
  } catch {
    #expect((error as? TemplateError)?.kind == .limit)
  }
}

private let vocabulary = TemplateVocabulary(roots: [
  "contact": ["first_name", "company", "email"], "custom": nil, "sender": ["name"],
])

@Test func checkingFindsWhatTypingErrorsMake() throws {
  let template = try Template(
    """
    Hi {{ contact.firstname }}, {{ contac.email }} {{ custom.whatever | default: 'x' }}
    {% if contact.compny %}{{ contact.company }}{% endif %}{{ sender.name | upcas }}{{ 'a' | truncate: 1, 'b', 'c' }}
    {% render 'foot' %}{% assign mine = 1 %}{{ mine }}{% for tag in custom.tags %}{{ tag }}{{ forloop.index }}{% endfor %}
    """, name: "welcome")
  let foot = try Template("{{ sender.nme }}{% render 'foot' %}", name: "foot")
  let findings = template.check(vocabulary) { $0 == "foot" ? foot : nil }
  #expect(
    findings.errors.map(\.description) == [
      "welcome:1:7: contact has no \"firstname\"; did you mean \"first_name\"?",
      "welcome:1:32: there is no variable \"contac\"; did you mean \"contact\"?",
      "welcome:2:7: contact has no \"compny\"; did you mean \"company\"?",
      "welcome:2:73: there is no filter \"upcas\"; did you mean \"upcase\"?",
      "welcome:2:90: truncate takes 0 to 2 values after the colon, not 3",
      "foot:1:4: sender has no \"nme\"; did you mean \"name\"?",
      "foot:1:17: snippet \"foot\" calls itself",
    ])
  #expect(findings.needed.contains("contact.company"))
  #expect(!findings.needed.contains("custom.whatever"))
  let more = try Template("{{ contact }} {{ contact.company.name }} {{ 'a' | append: contact.email }}", name: "more")
    .check(vocabulary)
  #expect(
    more.errors.map(\.description) == [
      "more:1:4: contact has parts; name one of them, like contact.company",
      "more:1:18: contact.company has no parts, and so no \"name\"",
    ])
  #expect(more.needed.contains("contact.email"))
  #expect(findings.snippets == ["foot"])
}

/// Every piece of every template above, cut anywhere: an error or a text, never a crash.
@Test func cutTemplatesNeverCrash() {
  for one in writing + htmlWriting + wrong {
    let bytes = Array(one.template.utf8)
    for end in 0...bytes.count {
      _ = try? write(String(decoding: bytes[..<end], as: UTF8.self))
      _ = try? write(String(decoding: bytes[end...], as: UTF8.self), .html)
    }
  }
}
