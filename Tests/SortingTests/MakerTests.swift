import Foundation
import Sorting
import Testing

/// Notices of many makers, written after their manuals and sources; a maker needs no rule of its own to be understood.
@Suite struct MakerTests {
  struct Maker: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Nil: the notice does not say.
    let recipient: String?
    let reason: String
    let path: String
  }

  /// `makers/makers.tsv` says what is to be read out of each notice beside it.
  static let makers = caseLines("makers/makers.tsv").map { line in
    let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    return Maker(
      testDescription: cells[3], recipient: cells[2] == "-" ? nil : cells[2], reason: cells[1],
      path: caseFile("makers/" + cells[0]).path)
  }

  @Test func noNoticeIsForgotten() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: caseFile("makers").path)
    #expect(files.filter { $0.hasSuffix(".eml") }.count == Self.makers.count && !Self.makers.isEmpty)
  }

  @Test(arguments: makers) func understands(_ maker: Maker) throws {
    let mail = try [UInt8](Data(contentsOf: URL(filePath: maker.path)))
    let verdict = sort(mail).verdict
    #expect(verdict.mailClass == .bounce)
    #expect(verdict.bounces.first?.reason == maker.reason)
    if let recipient = maker.recipient { #expect(verdict.bounces.map(\.recipient) == [recipient]) }
    if String(decoding: mail, as: UTF8.self).contains("<orig-1@sender.example>") {
      #expect(verdict.originalMessageID == "<orig-1@sender.example>")
    }
  }

  /// Letters that speak of returns and deliveries.
  @Test(arguments: [
    "From: Bounce Fitness <news@fitness.example>\nSubject: Get a bounce in your step\nList-Unsubscribe: <mailto:u@fitness.example>\n\nA class that could not be delivered at a better time.\n",
    "From: Billing <billing@shop.example>\nSubject: Returned mail order 1234\n\nYour item was received. The parcel was not delivered to you.\nhelp@shop.example\n",
    "From: Postmaster <postmaster@isp.example>\nSubject: Your question\nIn-Reply-To: <q@sender.example>\n\nYou asked why the mail could not be delivered. Our limit is 30 MB.\n",
  ]) func isNoBounce(_ mail: String) {
    #expect(sort(Array(mail.utf8)).verdict.mailClass != .bounce)
  }
}
