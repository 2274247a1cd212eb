import MailText
import Sorting

extension Verb {
  /// Sorts mails from files, without a daemon and without remembering anything.
  static let classify = Verb(
    words: ["classify"], summary: "say what mails are: reply, bounce, auto-reply …; needs no daemon",
    parameters: [Parameter(name: "FILE|-", repeats: true)],
    options: [
      .json, Option(long: "parts", help: "also show how the mail's parts were read, as `parts` with --json"),
    ], asksDaemon: false,
    notes: "A FILE holds one mail; - is a mail on stdin. With --json one object a line, as soon as each is sorted."
  ) { (call: Invocation) throws(Failure) in
    var rows: [JSONValue] = []
    var unreadable = 0
    for file in call.positional {
      let mail: [UInt8]
      do throws(Failure) {
        mail = file == "-" ? try call.shell.input() : try call.shell.readFile(file)
      } catch {
        call.shell.err("postern: \(error.text)\n")
        unreadable += 1
        continue
      }
      var line = sort(mail).verdict.jsonLine(file: file)
      if call.has("parts") {
        line.removeLast()
        line += Array(",\"parts\":".utf8) + encoded(parts(of: Message(mail))) + Array("}".utf8)
      }
      if call.wantsJSON {
        call.printLine(line)
      } else if let row = JSONValue.read(line) {
        rows.append(row.withBounceSummary)
      }
    }
    if !rows.isEmpty { call.shell.out(renderTable(columns, rows, zone: call.shell.zone)) }
    if unreadable > 0 { throw Failure(ExitCode.noInput, "") }
  }

  /// One part of a mail as it was read.
  private struct Part: Encodable {
    var type: String
    /// How many parts it stands in.
    var depth: Int
    /// Octets of its content, decoded.
    var size: Int
    var name: String?
  }

  private static func parts(of message: Message, below depth: Int = 0) -> [Part] {
    message.parts.flatMap { part in
      let own = Part(
        type: part.contentType.mediaType, depth: depth + part.depth, size: message.content(of: part).count,
        name: part.fileName)
      // An enclosed mail that is encoded has its parts too; ten levels of that are no mail but an attack.
      guard part.isMessage, part.children.isEmpty, depth < 10, let enclosed = message.enclosed(in: part) else {
        return [own]
      }
      return [own] + parts(of: enclosed, below: depth + part.depth + 1)
    }
  }

  private static let columns = [
    Column("FILE", "file"), Column("CLASS", "class"),
    Column("BOUNCES", "bounce_summary", .shortened(60)),
    Column("RULE", "rule"), Column("FROM", "from", .shortened(40)), Column("SUBJECT", "subject", .shortened(50)),
  ]
}

extension JSONValue {
  /// With `bounce_summary`: who bounced, how hard and why, in one cell.
  fileprivate var withBounceSummary: JSONValue {
    guard case .object(var members) = self else { return self }
    let parts = self["bounces"].items.map { bounce in
      [bounce["recipient"].plain, bounce["permanence"].plain, bounce["reason"].plain].filter { !$0.isEmpty }
        .joined(separator: " ")
    }
    members["bounce_summary"] = .text(parts.joined(separator: ", "))
    return .object(members)
  }
}
