// `sequence …`, `enroll`.
import Outreach

extension Verb {
  static let sequenceVerbs: [Verb] = [
    Verb(words: ["sequence", "list"], summary: "list sequences with their enrollments by state") {
      (call: Invocation) throws(Failure) in
      try call.printList(
        try call.lines("/sequences"),
        [
          Column("KEY", "key"), Column("NAME", "name"), Column("STATE", "state"),
          Column("STEPS", "step_count", .number),
          Column("VERSION", "version", .number),
          Column("ENROLLED", "enrolled", .number), Column("ACTIVE", "active", .number),
          Column("PAUSED", "paused", .number), Column("COMPLETED", "completed", .number),
          Column("STOPPED", "stopped", .number), Column("FAILED", "failed", .number),
          Column("REPLIED", "replied", .number),
        ], empty: "no sequences")
    },
    Verb(
      words: ["sequence", "show"], summary: "show a sequence, its steps, and where each contact is in it",
      parameters: [Parameter(name: "KEY")], options: [.limit(1000)], run: showSequence),
    Verb(
      words: ["sequence", "versions"], summary: "list the definitions a sequence has had, the newest first",
      parameters: [Parameter(name: "KEY")]
    ) { (call: Invocation) throws(Failure) in
      try call.printList(
        try call.lines("/sequences/\(call.positional[0])/versions"),
        [Column("VERSION", "version", .number), Column("SINCE", "at", .time), Column("DEFINITION", "definition")],
        empty: "its steps come by headers")
    },
    Verb(
      words: ["sequence", "check"], summary: "say what its mails lack before they may go",
      parameters: [Parameter(name: "KEY")],
      notes: "The exit code is 65 when it may not go."
    ) { (call: Invocation) throws(Failure) in
      let answer = try call.object("GET", "/sequences/\(call.positional[0])/check")
      if !call.wantsJSON {
        let rows = answer["findings"].items
        let columns = [
          Column("STEP", "step"), Column("VARIANT", "variant"), Column("SEVERITY", "severity"), Column("RULE", "rule"),
          Column("WHAT", "text"),
        ]
        let all =
          answer["steps_by"].string == "headers"
          ? "nothing is missing in the newest mails of its steps, which come by headers" : "nothing is missing"
        call.shell.out(rows.isEmpty ? all + "\n" : renderTable(columns, rows, zone: call.shell.zone))
      }
      if answer["may_go"] == .boolean(false) { throw Failure(ExitCode.data, "") }
    },
    change("activate", "is active", "let a sequence go"),
    change("pause", "is paused", "hold a sequence: nothing goes, nobody is taken"),
    change("complete", "is completed", "let a sequence end: who is in it goes on, nobody new is taken"),
    Verb(
      words: ["sequence", "duplicate"], summary: "make a draft that says the same as a sequence",
      parameters: [Parameter(name: "KEY"), Parameter(name: "NEWKEY")]
    ) { (call: Invocation) throws(Failure) in
      _ = try call.object("POST", "/sequences/\(call.positional[0])/duplicate", query: [("as", call.positional[1])])
      call.say("\(call.positional[1]) is a draft that says the same as \(call.positional[0])")
    },
    Verb(
      words: ["sequence", "remove"], summary: "remove a sequence that nobody was ever in",
      parameters: [Parameter(name: "KEY")]
    ) { (call: Invocation) throws(Failure) in
      _ = try call.object("DELETE", "/sequences/\(call.positional[0])")
      call.say("\(call.positional[0]) removed")
    },
    Verb(
      words: ["enroll"], summary: "put people into a sequence; says of each whether it was taken",
      parameters: [Parameter(name: "SEQUENCE"), Parameter(name: "ADDRESS", isRequired: false, repeats: true)],
      options: [
        Option(long: "segment", value: "FILTER", help: "everybody it holds for, like: tag = vip and not contacted"),
        Option(long: "file", short: "f", value: "FILE|-", help: "CSV or JSON Lines; what it says of them is kept"),
        Option(long: "map", value: "COLUMN=NAME", help: "what a column of the file is; - leaves it out", repeats: true),
        Option(long: "allow-roles", help: "take addresses like support@ too"),
        Option(long: "quiet", short: "q", help: "print only who was refused"),
      ],
      notes: "The exit code is 65 when anybody was refused; all others are taken.", run: enroll),
  ]

  private static func change(_ word: String, _ done: String, _ summary: String) -> Verb {
    Verb(words: ["sequence", word], summary: summary, parameters: [Parameter(name: "KEY", repeats: true)]) {
      (call: Invocation) throws(Failure) in
      try call.each(call.positional) { key throws(Failure) in
        _ = try call.object("POST", "/sequences/\(key)/\(word)")
        call.say("\(key) \(done)")
      }
    }
  }

  private static func showSequence(_ call: Invocation) throws(Failure) {
    let key = call.positional[0]
    let limit = try call.number("limit", in: 1...1_000_000) ?? 1000
    let query = [("limit", String(limit) as String?)]
    let sequence = try call.object("GET", "/sequences/\(key)", query: query)
    guard !call.wantsJSON else { return }
    let facts = [
      Column("key", "key"), Column("name", "name"), Column("workspace", "workspace"), Column("state", "state"),
      Column("version", "version"), Column("pool", "pool"),
      Column("on reply", "on_reply"), Column("on bounce", "on_bounce"), Column("on away", "on_away"),
      Column("window", "window"),
      Column("zone", "zone"), Column("since", "created_at", .time),
    ]
    call.shell.out(renderFacts(facts, of: sequence, zone: call.shell.zone))
    for (columns, rows) in [
      (stepColumns, sequence["steps"].items), (variantColumns, variants(of: sequence)),
      (enrollmentColumns, sequence["enrollments"].items),
    ] where !rows.isEmpty {
      call.shell.out("\n" + renderTable(columns, rows, zone: call.shell.zone))
    }
  }

  private static let stepColumns = [
    Column("STEP", "step", .number), Column("ID", "id"), Column("KIND", "kind"), Column("AFTER", "delay"),
    Column("AT", "at"), Column("ONLY IF", "only_if"), Column("FILTER", "filter", .shortened(40)),
    Column("BRANCHES", "branches", .shortened(60)), Column("WHAT", "what", .shortened(50)),
  ]
  private static let variantColumns = [
    Column("STEP", "step"), Column("VARIANT", "id"), Column("CHOICE", "choice"), Column("METRIC", "metric"),
    Column("WEIGHT", "weight", .number), Column("SENT", "sent", .number), Column("SUCCESSES", "successes", .number),
    Column("WON", "won"),
  ]
  static let enrollmentColumns = [
    Column("ID", "id", .number), Column("CONTACT", "contact"), Column("STATE", "state"),
    Column("REASON", "stop_reason"), Column("ACCOUNT", "account"), Column("STEPS", "steps_text"),
    Column("NEXT", "next_at", .time), Column("REPLIED", "replied_at", .time),
  ]

  /// The variants of all steps, each a row with its step and experiment.
  private static func variants(of sequence: JSONValue) -> [JSONValue] {
    sequence["steps"].items.flatMap { step -> [JSONValue] in
      let experiment = step["experiment"]
      return experiment["variants"].items.map { variant in
        guard case .object(var members) = variant else { return variant }
        members["step"] = step["id"]
        for name in ["choice", "metric"] { members[name] = experiment[name] }
        members["won"] = experiment["winner"].plain == variant["id"].plain ? experiment["called_at"] : .null
        return .object(members)
      }
    }
  }

  // MARK: - Enrolling

  /// People of a request: enough to make it cheap, few enough that its answer comes soon.
  private static let batch = 500

  private static func enroll(_ call: Invocation) throws(Failure) {
    let (key, addresses) = (call.positional[0], Array(call.positional.dropFirst()))
    guard !addresses.isEmpty || call.has("segment") || call.has("file") else {
      throw call.usage("\"enroll\" needs an ADDRESS, --segment or --file")
    }
    var report = EnrollmentReport()
    for start in stride(from: 0, to: addresses.count, by: batch) {
      let some = addresses[start..<min(start + batch, addresses.count)]
      try send(EnrollRequest(addresses: Array(some)), key, nil, call, &report)
    }
    if let filter = call.value("segment") { try send(EnrollRequest(filter: filter), key, nil, call, &report) }
    if let file = call.value("file") { try enroll(file: file, key, call, &report) }
    if !call.wantsJSON {
      call.shell.out("\(report.enrolled) enrolled, \(report.refused) refused\n")
    }
    if report.refused > 0 { throw Failure(ExitCode.data, "") }
  }

  private static func enroll(file: String, _ key: String, _ call: Invocation, _ report: inout EnrollmentReport)
    throws(Failure)
  {
    let bytes = file == "-" ? try call.shell.input() : try call.shell.readFile(file)
    var rows: any ContactRows
    do {
      rows = try contactRows(bytes, mapping: try call.columnMapping())
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(ExitCode.data, "postern: \(file): \(error)")
    }
    var request = EnrollRequest(contacts: [])
    var isOver = false
    while !isOver {
      do throws(CSVError) {
        if let row = try rows.next() { request.contacts?.append(row) } else { isOver = true }
      } catch {
        report.refused += 1
        call.shell.err("\(file):\(error.line): \(error.what)\n")
      }
      let count = request.contacts?.count ?? 0
      guard count >= batch || (isOver && count > 0) else { continue }
      try send(request, key, file, call, &report)
      request.contacts = []
    }
  }

  private static func send(
    _ request: EnrollRequest, _ key: String, _ file: String?, _ call: Invocation, _ report: inout EnrollmentReport
  ) throws(Failure) {
    var request = request
    request.allowRoles = call.has("allow-roles")
    let answer = try call.ask("POST", "/sequences/\(key)/enroll", query: [("format", "lines")], body: encoded(request))
    for line in answer.split(separator: UInt8(ascii: "\n")) {
      if call.wantsJSON { call.printLine(Array(line)) }
      guard let row = JSONValue.read(Array(line)) else { continue }
      let isEnrolled = row["result"].plain == "enrolled"
      report.enrolled += isEnrolled ? 1 : 0
      report.refused += isEnrolled ? 0 : 1
      if call.wantsJSON || (isEnrolled && call.has("quiet")) { continue }
      let place = file.map { "\($0):\(row["line"].plain): " } ?? ""
      let what = isEnrolled ? "enrolled, \(row["enrollment_id"].plain)" : "refused: \(row["text"].plain)"
      call.shell.out("\(place)\(row["address"].plain): \(what)\n")
    }
  }
}

private struct EnrollmentReport {
  var enrolled = 0
  var refused = 0
}

private struct EnrollRequest: Encodable {
  var addresses: [String]?
  var contacts: [ImportRow]?
  var filter: String?
  var allowRoles = false

  enum CodingKeys: String, CodingKey {
    case addresses, contacts, filter
    case allowRoles = "allow_roles"
  }
}

extension Invocation {
  /// `--map COLUMN=NAME`.
  func columnMapping() throws(Failure) -> [String: String] {
    var mapping: [String: String] = [:]
    for pair in values["map"] ?? [] {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw usage("--map needs COLUMN=NAME, not \"\(pair)\"") }
      mapping[parts[0]] = parts[1]
    }
    return mapping
  }
}
