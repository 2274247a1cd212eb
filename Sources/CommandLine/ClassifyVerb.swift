import Sorting

extension Verb {
  /// Sorts mails from files, without a daemon and without remembering anything.
  static let classify = Verb(
    words: ["classify"], summary: "say what mails are: reply, bounce, auto-reply …; needs no daemon",
    parameters: [Parameter(name: "FILE|-", repeats: true)], options: [.json], asksDaemon: false,
    notes: "A FILE holds one mail; - is a mail on stdin. With --json one object a line, as soon as each is sorted."
  ) { (call: Invocation) throws(Failure) in
    var rows: [JSONValue] = []
    var unreadable = 0
    for file in call.positional {
      let mail: [UInt8]
      do throws(Failure) {
        mail = file == "-" ? call.shell.input() : try call.shell.readFile(file)
      } catch {
        call.shell.err("postern: \(error.text)\n")
        unreadable += 1
        continue
      }
      let line = sort(mail).verdict.jsonLine(file: file)
      if call.wantsJSON {
        call.printLine(line)
      } else if let row = JSONValue.read(line) {
        rows.append(row.withBounceSummary)
      }
    }
    if !rows.isEmpty { call.shell.out(renderTable(columns, rows, zone: call.shell.zone)) }
    if unreadable > 0 { throw Failure(ExitCode.noInput, "") }
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
