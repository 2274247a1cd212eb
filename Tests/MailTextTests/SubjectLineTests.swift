import Testing

@testable import MailText

@Suite struct SubjectLineTests {
  @Test(
    arguments: [
      ("offer", "Re: offer"), ("Re: offer", "Re: offer"), ("RE: offer", "RE: offer"), ("re:offer", "re:offer"),
      ("  Re : offer", "  Re : offer"), ("Aw: Angebot", "Aw: Angebot"), ("AW: Angebot", "AW: Angebot"),
      ("Sv: tilbud", "Sv: tilbud"), ("Antw: aanbod", "Antw: aanbod"), ("Re[2]: offer", "Re[2]: offer"),
      ("Re(3): offer", "Re(3): offer"), ("Fwd: offer", "Re: Fwd: offer"), ("Regarding: offer", "Re: Regarding: offer"),
      ("Reply: offer", "Re: Reply: offer"), ("Wg: offer", "Re: Wg: offer"), ("", "Re: "),
    ])
  func anAnswersSubject(subject: String, answer: String) {
    #expect(SubjectLine.answer(to: subject) == answer)
    #expect(SubjectLine.stem(of: answer) == SubjectLine.stem(of: subject))
    #expect(SubjectLine.answer(to: answer) == answer)
  }

  @Test(
    arguments: [
      ("Re: Aw: Fwd: Offer ", "offer"), ("offer", "offer"), ("RE[4]: sv:Offer", "offer"), ("a: b", "a: b"), ("Re:", ""),
      ("R: Offer", "offer"), ("回复：Offer", "offer"), ("Ynt: Re: Offer", "offer"),
    ])
  func aStem(subject: String, stem: String) { #expect(SubjectLine.stem(of: subject) == stem) }
}
