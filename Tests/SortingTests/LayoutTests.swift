import Foundation
import Sorting
import Testing

/// How mail programs lay out an answer, one case for each program and language: `Layouts/*.txt` hold the mail's text and, below
/// `=== is`, what the person wrote.
struct LayoutCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String
  let reply: String

  static func all(_ file: String) -> [LayoutCase] {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Layouts/\(file)")
    let text = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
    return "\n\(text)".components(separatedBy: "\n=== ").dropFirst().map { block in
      let end = block.firstIndex(of: "\n") ?? block.endIndex
      return (String(block[..<end]), String(block[end...].dropFirst()))
    }.paired()
  }

  /// Words alone: what blank lines stay is no matter.
  static func words(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

extension [(String, String)] {
  /// A name with its text, and the block "is" behind it.
  fileprivate func paired() -> [LayoutCase] {
    stride(from: 0, to: count - 1, by: 2).map {
      LayoutCase(testDescription: self[$0].0, text: self[$0].1, reply: self[$0 + 1].1)
    }
  }
}

@Suite struct LayoutTests {
  @Test func theFilesHoldTheCases() {
    #expect(LayoutCase.all("plain.txt").count > 200 && LayoutCase.all("html.txt").count > 30)
  }

  @Test(arguments: LayoutCase.all("plain.txt")) func plain(_ layout: LayoutCase) {
    let sorted = Sorting.sort(ReplyTests.mail(layout.text))
    #expect(sorted.verdict.mailClass == .reply)
    #expect(LayoutCase.words(sorted.verdict.replyText ?? "") == LayoutCase.words(layout.reply))
  }

  @Test(arguments: LayoutCase.all("html.txt")) func html(_ layout: LayoutCase) {
    let sorted = Sorting.sort(ReplyTests.mail(layout.text, html: true))
    #expect(sorted.verdict.mailClass == .reply)
    #expect(LayoutCase.words(sorted.verdict.replyText ?? "") == LayoutCase.words(layout.reply))
  }

  @Test func whatIsOnlyQuotedIsShownAndIsNobodysWish() {
    let quote = Sorting.sort(ReplyTests.mail("> To unsubscribe, answer with stop.\n> Ann\n"))
    #expect(quote.verdict.replyText == "> To unsubscribe, answer with stop.\n> Ann" && !quote.asksToStop)
    let forward = Sorting.sort(
      ReplyTests.mail(
        "---------- Forwarded message ----------\nFrom: Ann <a@sender.test>\nDate: Thu, 26 Nov 2026\n"
          + "Subject: Hello over\ntwo lines\nTo: kim@example.net\n\nplease stop\n"))
    #expect(forward.verdict.replyText == "please stop" && !forward.asksToStop)
    let below = Sorting.sort(
      ReplyTests.mail(
        "**Von:** Ann <a@sender.test>\n\n**Gesendet:** 26.11.2026\n\n**An:** Kim\n\n**Betreff:** Hallo\n\nGern.\n"))
    #expect(below.verdict.replyText == "Gern.")
  }
}
