// `suppress`: who gets no more mail.
import Outreach

extension Verb {
  private static let scopeOptions = [
    Option(long: "global", help: "for all workspaces"),
    Option(long: "workspace", value: "KEY", help: "for this workspace (default: default)"),
  ]
  private static let valueNotes =
    "A value is an address, a domain, or sha256: with the SHA-256 of an address in lower case."

  static let suppressVerbs: [Verb] = [
    Verb(
      words: ["suppress", "list"], summary: "list addresses and domains that get no more mail",
      options: [
        .limit(1000), Option(long: "before", value: "ID", help: "only those before this id: the next page"),
        Option(long: "reason", value: "TEXT", help: "only those with this reason"),
        Option(long: "address", value: "ADDRESS", help: "only what keeps mail from this address"),
      ] + scopeOptions,
      notes: "hmac: stands for a person who was erased; --address finds the entry."
    ) { (call: Invocation) throws(Failure) in
      let query: [(String, String?)] = [
        ("limit", String(try call.number("limit", in: 1...1_000_000) ?? 1000)),
        ("before", try call.number("before", in: 1...Int.max).map(String.init)), ("reason", call.value("reason")),
        ("address", call.value("address")), ("workspace", try call.scope()),
      ]
      try call.printList(
        try call.lines("/suppressions", query: query),
        [
          Column("ID", "id", .number), Column("VALUE", "value"), Column("REASON", "reason"),
          Column("SOURCE", "source"), Column("WORKSPACE", "workspace"), Column("SINCE", "created_at", .time),
        ], empty: "nothing is suppressed")
    },
    Verb(
      words: ["suppress", "add"], summary: "send no more mail to addresses or domains",
      parameters: [Parameter(name: "VALUE", repeats: true)],
      options: [Option(long: "reason", value: "TEXT", help: "why, for people (default manual)")] + scopeOptions,
      notes: valueNotes
    ) { (call: Invocation) throws(Failure) in
      var list = SuppressionList(call, source: "cli", workspace: try call.scope())
      for value in call.positional { list.add(SuppressionColumns.Row(value: value), line: 0) }
      let answer = try list.send()
      if let refused = answer["refused"].items.first { throw call.usage(refused["reason"].plain) }
      call.say("\(call.positional.joined(separator: ", ")) suppressed")
    },
    Verb(
      words: ["suppress", "remove"], summary: "allow mail again to addresses or domains",
      parameters: [Parameter(name: "VALUE", repeats: true)], options: scopeOptions, notes: valueNotes
    ) { (call: Invocation) throws(Failure) in
      let scope = try call.scope()
      try call.each(call.positional) { value throws(Failure) in
        _ = try call.object("DELETE", "/suppressions/\(value)", query: [("workspace", scope)])
        call.say("\(value) may get mail again")
      }
    },
    Verb(
      words: ["suppress", "import"], summary: "take a suppression list in: CSV, or a line for each entry",
      parameters: [Parameter(name: "FILE|-", repeats: true)],
      options: [
        Option(long: "reason", value: "TEXT", help: "why, where the file does not say (default manual)"),
        Option(long: "dry-run", help: "say what would happen and change nothing"),
      ] + scopeOptions,
      notes: valueNotes
        + " Of a CSV file the column value, email, domain or sha256 is taken, with reason and workspace; lines that begin "
        + "with # are passed over. A line that is refused is printed with the reason, and the exit code is 65 then; all "
        + "others are taken.",
      run: importSuppressions),
    Verb(
      words: ["suppress", "export"], summary: "write the list as CSV that import takes, or with --json as JSON Lines",
      options: [Option(long: "reason", value: "TEXT", help: "only those with this reason")] + scopeOptions,
      notes: "Entries that begin with hmac: mean something to this store alone.", run: exportSuppressions),
  ]

  private static func importSuppressions(_ call: Invocation) throws(Failure) {
    var list = SuppressionList(call, source: "import", workspace: try call.scope())
    var sums: [String: Int64] = ["added": 0, "known": 0, "refused": 0]
    for file in call.positional {
      func refuse(_ line: Int, _ reason: String) {
        sums["refused", default: 0] += 1
        call.shell.err("\(file):\(line): \(reason)\n")
      }
      func flush() throws(Failure) {
        let answer = try list.send()
        for name in ["added", "known"] { sums[name, default: 0] += answer[name].int ?? 0 }
        for row in answer["refused"].items { refuse(Int(row["line"].int ?? 0), row["reason"].plain) }
      }
      let bytes = file == "-" ? try call.shell.input() : try call.shell.readFile(file)
      var reader = CSVReader(utf8Text(ofFile: bytes))
      var columns: SuppressionColumns?
      var isFirst = true
      while true {
        do throws(CSVError) {
          guard let row = try reader.next() else { break }
          if row.fields.first?.hasPrefix("#") ?? false { continue }
          if isFirst {
            isFirst = false
            do {
              columns = try SuppressionColumns.read(row.fields)
            } catch {
              throw CSVError(line: row.line, what: error.description)
            }
            if columns != nil { continue }
          }
          list.add(columns?.row(row.fields) ?? SuppressionColumns.Row(value: row.fields[0]), line: row.line)
        } catch {
          refuse(error.line, error.what)
        }
        guard list.isFull else { continue }
        try flush()
        if call.shell.isWatched { call.shell.err("\r" + progressBar(reader.progress)) }
      }
      try flush()
      if call.shell.isWatched { call.shell.err("\r\u{1B}[K") }
    }
    if call.wantsJSON {
      call.printLine(encoded(sums))
    } else {
      let isDry = call.has("dry-run") ? " (--dry-run: nothing was changed)" : ""
      let parts = ["added", "known", "refused"].map { "\(sums[$0] ?? 0) \($0)" }
      call.shell.out(parts.joined(separator: ", ") + isDry + "\n")
    }
    if sums["refused"] != 0 { throw Failure(ExitCode.data, "") }
  }

  private static func exportSuppressions(_ call: Invocation) throws(Failure) {
    let members = ["value", "reason", "source", "workspace", "created_at"]
    if !call.wantsJSON { call.shell.out(csvLine(members)) }
    var last: Int64?
    while true {
      let query: [(String, String?)] = [
        ("limit", "10000"), ("before", last.map(String.init)), ("reason", call.value("reason")),
        ("workspace", try call.scope()),
      ]
      let lines = try call.lines("/suppressions", query: query)
      for line in lines {
        guard let entry = JSONValue.read(line) else { continue }
        last = entry["id"].int
        if call.wantsJSON { call.printLine(line) } else { call.shell.out(csvLine(members.map { entry[$0].plain })) }
      }
      if lines.count < 10_000 { return }
    }
  }
}

extension Invocation {
  /// The workspace of `--workspace` or `--global`; nil when neither is given.
  fileprivate func scope() throws(Failure) -> String? {
    guard has("global") else { return value("workspace") }
    guard !has("workspace") else { throw usage("give either --global or --workspace") }
    return "*"
  }
}

/// Entries on their way to the daemon, some at a time.
private struct SuppressionList {
  private struct Row: Encodable {
    var line: Int
    var value: String
    var reason: String?
    var workspace: String?
  }

  private struct Body: Encodable {
    var suppressions: [Row] = []
    var reason: String?
    var workspace: String?
    var source: String
  }

  /// Enough to make a request cheap, few enough that nobody's mail waits behind its transaction.
  private static let batch = 1000

  private let call: Invocation
  private var body: Body

  init(_ call: Invocation, source: String, workspace: String?) {
    self.call = call
    body = Body(reason: call.value("reason"), workspace: workspace, source: source)
  }

  var isFull: Bool { body.suppressions.count >= Self.batch }

  mutating func add(_ row: SuppressionColumns.Row, line: Int) {
    body.suppressions.append(Row(line: line, value: row.value, reason: row.reason, workspace: row.workspace))
  }

  /// Sends what was added; the answer counts it.
  mutating func send() throws(Failure) -> JSONValue {
    guard !body.suppressions.isEmpty else { return .null }
    defer { body.suppressions.removeAll(keepingCapacity: true) }
    let query = [("dry_run", call.has("dry-run") ? "true" as String? : nil)]
    return JSONValue.read(try call.ask("POST", "/suppressions/import", query: query, body: encoded(body))) ?? .null
  }
}
