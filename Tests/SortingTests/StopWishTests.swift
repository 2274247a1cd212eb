import MailText
import Sorting
import Testing

/// What people write who want no more mail, and what they write who want something else.
@Suite struct StopWishTests {
  /// An answer with a quote of ours below it.
  static func answer(_ text: String, _ fields: String = "Subject: Re: A question\nIn-Reply-To: <first@example.org>\n")
    -> [UInt8]
  {
    Array(
      "From: kim@example.net\n\(fields)Content-Type: text/plain; charset=utf-8\n\n\(text)\n\n> Hello, may I ask?\n> To unsubscribe, answer with stop.\n"
        .utf8)
  }

  @Test(arguments: StopWishSentences.wishes) func isHeard(_ words: String) {
    let sorted = sort(Self.answer(words))
    #expect(sorted.verdict.mailClass == .reply)
    #expect(sorted.asksToStop, "\(words)")
  }

  @Test(arguments: StopWishSentences.others) func isNotHeardElsewhere(_ words: String) {
    #expect(!sort(Self.answer(words)).asksToStop, "\(words)")
  }

  @Test(arguments: StopWishSentences.long) func isHeardInMuchText(_ words: String) {
    #expect(sort(Self.answer(words)).asksToStop)
  }

  @Test(arguments: [
    ("Subject: Please remove me from your list\n", ""), ("Subject: hello\n", "please stop emailing me"),
    ("Subject: STOP!\n", ""), ("Subject: no more\n", "Please take me off your list.\n\nAnn"),
    ("Subject: Bitte abmelden\n", ""), ("Subject: =?UTF-8?B?6YCA6K6i?=\n", ""),
  ])
  func aNewMailThatAsksIsNoAnswerButOneThatUnsubscribes(_ fields: String, _ text: String) {
    let sorted = sort(Array("From: kim@example.net\n\(fields)\n\(text)\n".utf8))
    #expect(sorted.verdict.mailClass == .unsubscribe && sorted.asksToStop)
  }

  @Test(arguments: [
    ("Subject: Our news\nList-Unsubscribe: <https://example.net/u>\n", "Unsubscribe me"),
    ("Subject: Our news\n", "New things.\n\nIf you no longer wish to receive these emails, unsubscribe here."),
    ("Subject: Your account\nAuto-Submitted: auto-generated\n", "Remove me"),
    ("Subject: bus stop\n", "Where is it?"),
  ])
  func newsAndMachinesAskForNothing(_ fields: String, _ text: String) {
    let sorted = sort(Array("From: kim@example.net\n\(fields)\n\(text)\n".utf8))
    #expect(sorted.verdict.mailClass == .other && !sorted.asksToStop)
  }
}
