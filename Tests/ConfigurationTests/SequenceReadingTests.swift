import Foundation
import Testing

@testable import Configuration

@Suite struct SequenceReadingTests {
  static let whole = #"""
    [[sequence]]
    key = "welcome"
    pool = "sales"
    [[sequence.step]]
    id = "intro"
    subject = "Hello"
    text = "Hi"
    at = "09:30"
    [[sequence.step.variant]]
    weight = 3
    [[sequence.step.variant]]
    id = "short"
    subject = "Hi"
    from_name = "Ben"
    [sequence.step.experiment]
    choice = "bandit"
    metric = "open"
    minimum_sample = 50
    confidence = 99
    settle = "2d"
    [[sequence.step]]
    kind = "call"
    delay = "3d"
    only_if = ["no-reply", "open"]
    filter = "tag = vip"
    title = "Call"
    note = "Ask for Ann"
    waits = false
    due = "1d"
    [[sequence.step.branch]]
    only_if = ["click"]
    filter = "company"
    to = "last"
    [[sequence.step.branch]]
    to = "end"
    [[sequence.step]]
    id = "last"
    template = "bye"
    delay = "2w"
    """#

  @Test func allKeysAreReadAndSurviveJSON() throws {
    let sequence = try #require(try Provision.parse(toml: Self.whole, file: "s.toml").get().sequences.first)
    #expect(sequence.pool == "sales" && sequence.steps.map(\.id) == ["intro", "2", "last"])
    let (intro, call, last) = (sequence.steps[0], sequence.steps[1], sequence.steps[2])
    #expect(intro.variants.map(\.id) == ["a", "short"] && intro.variants.map(\.weight) == [3, 1])
    #expect(intro.texts.minuteOfDay == 9 * 60 + 30)
    #expect(intro.texts(ofVariant: "a") == intro.texts)
    let short = intro.texts(ofVariant: "short")
    #expect(short.subject == "Hi" && short.text == .literal("Hi") && short.fromName == "Ben" && short.at == "09:30")
    #expect(
      intro.experiment
        == ExperimentSettings(
          choice: .bandit, metric: .open, minimumSample: 50, confidence: 99, settleMilliseconds: 2 * 86_400_000))
    #expect(call.kind == .call && call.delayMilliseconds == 3 * 86_400_000 && call.onlyIf == [.noReply, .open])
    #expect(call.filter == "tag = vip" && !call.waits && call.dueMilliseconds == 86_400_000)
    #expect(
      call.branches == [
        BranchEntry(onlyIf: [.click], filter: "company", to: "last"), BranchEntry(to: BranchEntry.end),
      ])
    #expect(last.texts.template == "bye" && last.delayMilliseconds == 14 * 86_400_000)
    let json = try JSONEncoder().encode(sequence)
    #expect(try JSONDecoder().decode(SequenceEntry.self, from: json) == sequence)
    // As an older version stored it.
    let old = Data(#"{"key":"old","workspace":"default"}"#.utf8)
    #expect(try JSONDecoder().decode(SequenceEntry.self, from: old) == SequenceEntry(key: "old"))
  }

  static let wrong: [(step: String, error: String)] = [
    ("subjct = \"x\"\ntext = \"y\"", "unknown key \"subjct\" in [sequence.step]; did you mean \"subject\"?"),
    ("text = \"y\"", "subject: the first mail of a thread needs a subject"),
    ("subject = \"x\"", "text: a mail needs a template, text or html"),
    (
      "kind = \"phone\"\ntitle = \"x\"",
      "kind: \"phone\" is not one of \"email\", \"task\", \"call\", \"linkedin\", \"sms\""
    ),
    ("kind = \"call\"", "title: a call needs a title that says what is to be done"),
    ("kind = \"task\"\ntitle = \"x\"\ntext = \"y\"", "kind: texts and variants are for mails; this step is a task"),
    ("subject = \"x\"\ntext = \"y\"\ntitle = \"z\"", "kind: title, note and due are for tasks; this step is a mail"),
    ("subject = \"x\"\ntext = \"y\"\nwaits = true", "waits: is for tasks; a mail is waited for always"),
    (
      "subject = \"x\"\ntext = \"y\"\nonly_if = [\"no-replies\"]",
      "only_if: \"no-replies\" is not one of \"no-reply\", \"no-open\", \"no-click\", \"reply\", \"open\", \"click\"; did you mean \"no-reply\"?"
    ),
    ("subject = \"x\"\ntext = \"y\"\nid = \"end\"", "id: \"end\" is what branches call the end of the sequence"),
    ("subject = \"x\"\ntext = \"y\"\nbranch = [{ to = \"z\" }]", "branch: there is no step \"z\""),
    (
      "subject = \"x\"\ntext = \"y\"\nbranch = [{ to = \"1\" }]",
      "branch: step \"1\" does not come later: a branch leads forward only"
    ),
    (
      "subject = \"x\"\ntext = \"y\"\nvariant = [{ }]",
      "variant: one variant is nothing to compare; give two or more, or none"
    ),
    (
      "subject = \"x\"\ntext = \"y\"\nvariant = [{ id = \"b\" }, { id = \"b\" }]",
      "variant: two variants have the same id"
    ),
    ("subject = \"x\"\ntext = \"y\"\nexperiment = { }", "experiment: there are no variants to compare"),
    ("subject = \"x\"\ntext = \"y\"\nat = \"9\"", "at: \"9\" is no time of day; write it like \"09:30\""),
    (
      "subject = \"x\"\ntext = \"y\"\ndelay = \"soon\"",
      "delay: \"soon\" is no duration; write it like \"90s\", \"15m\", \"4h\", \"3d\" or \"2w\""
    ),
  ]

  @Test(arguments: wrong) func whatIsWrongIsNamedWithItsPlace(_ step: String, _ error: String) throws {
    let toml = "[[sequence]]\nkey = \"s\"\n[[sequence.step]]\n\(step)\n"
    guard case .failure(let errors) = Provision.parse(toml: toml, file: "s.toml") else {
      Issue.record("it was taken")
      return
    }
    let first = try #require(errors.errors.first)
    #expect(errors.errors.count == 1)
    #expect(first.description.hasPrefix("s.toml:"))
    #expect(first.line >= 3)
    #expect(first.description.contains(": " + error))
  }
}
