import Foundation
import Sorting
import Testing

/// The mail corpus beside the checkout; it is not part of the repository.
enum Corpus {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/corpora/mail")
  static let exists = FileManager.default.fileExists(atPath: folder.appending(path: "labels.jsonl").path)

  static func bytes(_ file: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: file))) }

  static func lines<T: Decodable>(_ file: String, _ type: T.Type) throws -> [T] {
    try String(decoding: bytes(file), as: UTF8.self).split(separator: "\n").map {
      try JSONDecoder().decode(type, from: Data($0.utf8))
    }
  }
}

/// What the guard uses of a row of labels.jsonl.
struct Label: Decodable {
  var file: String
  var `class`: String
  var recipients: [String]
  var hard_ambiguous: Bool?
  var orig_message_id: String?
  var weak: Bool?
}

/// A guard under the figures of scripts/accuracy: a change of the rules that loses what was reached fails here.
@Suite(.enabled(if: Corpus.exists, "the mail corpus is not beside the checkout (../shared/corpora/mail)"))
struct SortingCorpusTests {
  private struct Tally {
    var hit = 0
    var all = 0
    var share: Double { all == 0 ? 0 : 100 * Double(hit) / Double(all) }
    mutating func add(_ right: Bool) {
      all += 1
      hit += right ? 1 : 0
    }
  }

  @Test func figuresDoNotFall() throws {
    var found = Tally()
    var falseBounces = Tally()
    var recipients = Tally()
    var hard = Tally()
    var original = Tally()
    var complaints = Tally()
    var automatic = Tally()
    for label in try Corpus.lines("labels.jsonl", Label.self) {
      let verdict = sort(try Corpus.bytes(label.file)).verdict
      let got = verdict.mailClass
      if label.class == "complaint" { complaints.add(got == .complaint) }
      if label.class == "auto_reply" { automatic.add(got == .autoReply) }
      if label.class.hasPrefix("bounce") {
        found.add(got == .bounce)
        if !label.recipients.isEmpty {
          let ours = Set(
            verdict.bounces.flatMap { [$0.recipient, $0.originalRecipient] }.compactMap { $0?.lowercased() })
          recipients.add(ours.isSuperset(of: label.recipients.map { $0.lowercased() }))
        }
        if label.hard_ambiguous == false {
          hard.add(verdict.bounces.contains { $0.permanence == .hard } == (label.class == "bounce_hard"))
        }
      } else if label.class != "delay" {
        falseBounces.add(got == .bounce || got == .delay)
      }
      if let id = label.orig_message_id, label.class.hasPrefix("bounce") {
        original.add(verdict.originalMessageID.map { $0.dropFirst().dropLast() == id } ?? false)
      }
    }
    #expect(found.all > 400)
    #expect(found.share >= 99.5)
    #expect(falseBounces.hit == 0)
    #expect(recipients.share >= 98)
    #expect(hard.share >= 97)
    #expect(original.share >= 99)
    #expect(complaints.share == 100)
    #expect(automatic.share >= 95)
  }

  @Test func everyOtherMailHasAVerdict() throws {
    for folder in ["mime", "unlabelled"] {
      for name in try FileManager.default.contentsOfDirectory(atPath: Corpus.folder.appending(path: folder).path)
      where name.hasSuffix(".eml") {
        let verdict = sort(try Corpus.bytes(folder + "/" + name)).verdict
        #expect(try JSONDecoder().decode(Verdict.self, from: Data(verdict.jsonLine())) == verdict, "\(name)")
      }
    }
  }
}
