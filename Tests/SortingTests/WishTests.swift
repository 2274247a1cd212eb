import Sorting
import Testing

/// Answers and mails that ask for no more mail, and those that only hold such words.
@Suite struct WishTests {
  /// `wishes.txt`: one answer a line.
  private static func lines(_ sign: Character) -> [String] {
    caseLines("wishes.txt").filter { $0.first == sign }.map { String($0.dropFirst(2)) }
  }

  @Test func thePlainWishIsHeard() {
    let wishes = Self.lines("+")
    #expect(wishes.count > 340)
    for words in wishes {
      let sorted = sort(ReplyTests.mail(words + "\n\n> Hello\n> You?\n"))
      #expect(sorted.verdict.mailClass == .reply && sorted.asksToStop, "\(words)")
    }
  }

  @Test func nothingIsHeardInOtherWords() {
    let others = Self.lines("-")
    #expect(others.count > 70)
    for words in others {
      let sorted = sort(ReplyTests.mail(words + "\n\n> Hello\n> You?\n"))
      #expect(sorted.verdict.mailClass == .reply && !sorted.asksToStop, "\(words): \(sorted.verdict.evidence)")
    }
  }

  private static let disclaimer = String(
    repeating: "This e-mail is confidential and intended solely for the addressee. If you are not, please delete it. ",
    count: 8)

  @Test(
    arguments: [
      "Hi Kim,\n\nplease take me off your list.\n\nBest regards\nAnn Lee\nExample Inc.\n\n" + disclaimer,
      "I told you that we have a supplier for this and that we are happy with it, and nobody here has the time for a demonstration. "
        + "There is no budget for any change this year. So stop emailing me and my colleagues, as I have asked you before.",
      "Hi,\n\nUnsubscribe.\n\nThanks,\nBob", "Thanks but no thanks. Please unsubscribe.\nSent from my iPhone",
      "De\u{301}sabonnez-moi.", "STOP STOP STOP", "I am on vacation, thanks for your message. Stop emailing me.",
      "I no longer work at Example. Please remove me from your list.",
    ]) func aWishIsHeardAmongOtherWords(_ text: String)
  {
    let sorted = sort(ReplyTests.mail(text))
    #expect(sorted.verdict.mailClass == .reply && sorted.asksToStop)
    #expect(sorted.verdict.evidence.last?.hasPrefix("asks to stop: ") == true)
  }

  @Test(
    arguments: [
      "Yes, let's talk on Monday.\n\nBob\nExample Inc, 1 Main Street\nIf you no longer want to hear from us, unsubscribe here",
      "Thanks, looks good.\n\nBob Miller\nSenior Recruiter\nExample Inc\n\nUnsubscribe | Privacy policy",
      "Yes, call me.\n\nBob\n\nTo opt out of marketing from Example click here: https://example.org/optout",
      "Yes please.\n\nBob\n\nSie können unseren Newsletter jederzeit abbestellen: https://example.org",
    ]) func theFooterOfWhoAnswersIsNoWish(_ text: String)
  {
    let sorted = sort(ReplyTests.mail(text))
    #expect(sorted.verdict.mailClass == .reply && !sorted.asksToStop)
  }

  @Test func aMailOfItsOwnCanAskToo() {
    let own = sort(Array("From: kim@example.net\nSubject: your mails\n\nPlease stop emailing me.\n\nKim\n".utf8))
    #expect(own.verdict.mailClass == .unsubscribe && own.verdict.rule == "unsubscribe.words" && own.asksToStop)
    let bulk = "From: shop@example.net\nList-Unsubscribe: <https://example.net>\nSubject: Sale\n\nUnsubscribe me\n"
    #expect(!sort(Array(bulk.utf8)).asksToStop)
    let machine = "From: shop@example.net\nAuto-Submitted: auto-generated\nSubject: Sale\n\nUnsubscribe me\n"
    #expect(!sort(Array(machine.utf8)).asksToStop)
  }

  @Test func whoHasLeftMayAskToBeStruckOut() {
    let mail =
      "From: kim@example.net\nSubject: Re: Hello\nAuto-Submitted: auto-replied\n\nKim no longer works here. "
      + "Please remove this address from your list.\n"
    let sorted = sort(Array(mail.utf8))
    #expect(sorted.verdict.rule == "autoreply.left" && sorted.asksToStop)
  }

  @Test func anyTextEnds() {
    let pieces = [
      "stop ", "please ", "mails ", "do not ", "send ", ",", ".", "\u{3002}", "unsubscribe ", "from ", "list ",
    ]
    for length in [1, 10, 400, 4_000] {
      for (index, piece) in pieces.enumerated() {
        let text = String(repeating: piece + pieces[(index + 1) % pieces.count], count: length)
        #expect(sort(ReplyTests.mail(text)).verdict.confidence > 0)
      }
    }
  }
}
