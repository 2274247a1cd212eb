import Testing

@testable import Outreach

private let contact: [String: [String]] = [
  "company": ["Acme GmbH"], "domain": ["acme.test"], "tag": ["vip", "eu"], "created": ["2026-02-03T10:00:00.000Z"],
  "plan": ["Pro"], "score": ["42"], "replied": [],
]

@Test(arguments: [
  ("tag = vip", true), ("tag = VIP and tag = eu", true), ("tag = us", false), ("tag != us", true),
  ("tag != vip", false),
  ("company ~ acme", true), ("company = acme", false), ("company = \"acme gmbh\"", true), ("company", true),
  ("replied", false), ("not replied", true), ("nothing", false), ("nothing != x", true), ("not not tag=vip", true),
  ("score > 41.5 and score<=42", true), ("score = 42.0", true), ("plan > 1", false),
  ("created >= 2026-02-03", true), ("created < 2026-02-03", false), ("created < 2026-02-04T00:00:00+02:00", true),
  ("tag = us or plan = pro and score = 42", true), ("(tag = us or plan = pro) and score = 43", false),
  ("tag=us or not (plan = pro and score = 43)", true),
])
func filtersHold(_ text: String, _ expected: Bool) throws {
  #expect(try ContactFilter(text).matches { contact[$0] ?? [] } == expected)
}

@Test(arguments: [
  ("", "at 1: it is empty"), ("tag =", "at 6: expected a value after ="),
  ("score > nine", "at 9: > compares with a number or a date such as 2026-01-31, not with \"nine\""),
  (
    "created > 2026-13-45",
    "at 11: > compares with a number or a date such as 2026-01-31, not with \"2026-13-45\""
  ),
  ("(tag = vip", "at 11: ( is never closed by )"),
  ("tag = vip plan = pro", "at 11: expected and, or, or the end"), ("and tag", "at 4: expected a name before and"),
  ("tag = \"vip", "at 7: a quote is never closed"), ("= vip", "at 1: expected a name, not, or ("),
  (String(repeating: "(", count: 30), "at 21: it nests more than 20 deep"),
])
func wrongFiltersSayWhere(_ text: String, _ expected: String) {
  do throws(FilterError) {
    Issue.record("read as \(try ContactFilter(text).root)")
  } catch {
    #expect(error.description == expected)
  }
}

@Test func filtersSayWhatTheyAsk() throws {
  #expect(try ContactFilter("Tag = a and not (plan or score > 1)").names == ["tag", "plan", "score"])
}
