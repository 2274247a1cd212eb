// `contact`: people.
import Foundation
import MailText
import Outreach

extension Verb {
  private static let contactColumns = [
    Column("ID", "id", .number), Column("ADDRESS", "address"), Column("FIRST NAME", "first_name", .shortened(20)),
    Column("LAST NAME", "last_name", .shortened(20)), Column("COMPANY", "company", .shortened(30)),
    Column("ZONE", "zone"), Column("TAGS", "tags", .shortened(30)), Column("SINCE", "created_at", .time),
  ]
  private static let filterOption = Option(
    long: "filter", value: "FILTER", help: "only those it holds for, like: tag = vip and not replied")
  private static let filterNotes =
    "A filter compares with = != ~ < <= > >= and joins with and, or, not and ( ). Names: address, domain, first_name, "
    + "last_name, company, zone, consent, tag, created, contacted, replied, bounced, suppressed, enrolled (a sequence's "
    + "key), enrollment (KEY:STATE), and each custom field."

  static let contactVerbs: [Verb] = [
    Verb(
      words: ["contact", "import"],
      summary: "take people in from CSV or JSON Lines files; what is known of one is added to",
      parameters: [Parameter(name: "FILE|-", repeats: true)],
      options: [
        Option(long: "map", value: "COLUMN=NAME", help: "what a column is; - leaves it out", repeats: true),
        Option(
          long: "charset", value: "NAME", help: "of the file, like koi8-r (default: UTF-8, UTF-16 or Windows-1252)"),
        Option(long: "tag", value: "TAG", help: "give each of them this tag", repeats: true),
        Option(long: "consent", value: "TEXT", help: "where the ground for writing to them comes from"),
        Option(long: "allow-roles", help: "take addresses like postmaster@ too"),
        Option(long: "dry-run", help: "say what would happen and change nothing"),
      ],
      notes:
        "A row that is refused is printed with its line and the reason, and the exit code is 65 then; all others are "
        + "taken. Names for --map: email, first_name, last_name, name, company, zone, consent, tags, or a custom field.",
      run: importContacts),
    Verb(
      words: ["contact", "list"], summary: "list people",
      options: [
        filterOption, .limit(1000), Option(long: "after", value: "ID", help: "only those after this id: the next page"),
      ], notes: filterNotes
    ) { (call: Invocation) throws(Failure) in
      let limit = try call.number("limit", in: 1...1_000_000) ?? 1000
      let after = try call.number("after", in: 0...Int.max).map(String.init)
      let query = [("limit", String(limit)), ("after", after), ("filter", call.value("filter"))]
      try call.printList(try call.lines("/contacts", query: query), contactColumns, empty: "no contacts")
    },
    Verb(
      words: ["contact", "show"], summary: "show a person with their sequences and mails",
      parameters: [Parameter(name: "ADDRESS")], run: showContact),
    Verb(
      words: ["contact", "tag"], summary: "give tags to people, or take them away",
      options: [
        Option(long: "filter", value: "FILTER", help: "whom"),
        Option(long: "add", value: "TAG,…", help: "tags to give"),
        Option(long: "remove", value: "TAG,…", help: "tags to take away"),
      ], notes: filterNotes
    ) { (call: Invocation) throws(Failure) in
      guard let filter = call.value("filter") else { throw call.usage("\"contact tag\" needs --filter") }
      guard call.has("add") || call.has("remove") else { throw call.usage("nothing to --add or --remove") }
      let answer = try call.object(
        "POST", "/contacts/tag",
        query: [("filter", filter), ("add", call.value("add")), ("remove", call.value("remove"))])
      call.say("\(answer["changed"].plain) contacts changed")
    },
    Verb(
      words: ["contact", "erase"],
      summary: "take people out of the store for good: facts, mails, answers; they get no more mail",
      parameters: [Parameter(name: "ADDRESS", repeats: true)],
      options: [Option(long: "dry-run", help: "say what is there and change nothing")],
      notes:
        "What counts stays as numbers. The suppression list keeps a hash of each address, by which their mail is still "
        + "kept back. The store's files are swept afterwards, which takes about as long as reading them. Not in the "
        + "store, and so not touched: the mailboxes themselves, the daemon's log, backups, files that campaigns read, and whatever other systems know.",
      run: eraseContacts),
    Verb(
      words: ["contact", "export"], summary: "write people as CSV, or with --json as JSON Lines",
      options: [filterOption],
      notes: filterNotes, run: exportContacts),
  ]

  private static func showContact(_ call: Invocation) throws(Failure) {
    let contact = try call.object("GET", "/contacts/\(call.positional[0])")
    guard !call.wantsJSON else { return }
    let facts = [
      Column("address", "address"), Column("first name", "first_name"), Column("last name", "last_name"),
      Column("company", "company"), Column("zone", "zone"), Column("consent", "consent"), Column("tags", "tags"),
      Column("fields", "fields"), Column("suppressed", "suppressed"), Column("since", "created_at", .time),
      Column("changed", "changed_at", .time),
    ]
    call.shell.out(renderFacts(facts, of: contact, zone: call.shell.zone))
    let enrollments = [
      Column("ENROLLMENT", "id", .number), Column("SEQUENCE", "sequence"), Column("STATE", "state"),
      Column("REASON", "stop_reason"), Column("STEPS", "steps_text"), Column("NEXT", "next_at", .time),
      Column("STARTED", "started_at", .time), Column("ENDED", "ended_at", .time),
      Column("REPLIED", "replied_at", .time),
    ]
    let mails = [
      Column("MESSAGE", "id", .number), Column("STATE", "state"), Column("STEP", "step", .number),
      Column("SUBJECT", "subject", .shortened(50)), Column("PLANNED", "scheduled_for", .time),
      Column("SENT", "sent_at", .time), Column("REPLIED", "replied_at", .time),
    ]
    for (columns, rows) in [(enrollments, contact["enrollments"].items), (mails, contact["messages"].items)]
    where !rows.isEmpty {
      call.shell.out("\n" + renderTable(columns, rows, zone: call.shell.zone))
    }
  }

  private static func eraseContacts(_ call: Invocation) throws(Failure) {
    let last = call.positional.count - 1
    for (index, address) in call.positional.enumerated() {
      let query = [
        ("dry_run", call.has("dry-run") ? "true" as String? : nil), ("shred", index < last ? "false" : nil),
      ]
      let report = try call.object("DELETE", "/contacts/\(address)", query: query, patience: Invocation.dayLong)
      let parts = [
        ("mails to them", "messages"), ("mails from or about them", "inbound"), ("sequences", "enrollments"),
        ("mails of others that named them", "mentions"),
      ].map { "\(report[$0.1].plain) \($0.0)" }
      let done = call.has("dry-run") ? "would be erased" : "erased"
      call.say("\(report["address"].plain) \(done): \(parts.joined(separator: ", "))")
      for place in report["remaining"].items { call.say("still named by your own settings: \(place.plain)") }
    }
  }

  // MARK: - Import

  /// Rows of a request: enough to make it cheap, few enough that nobody's mail waits behind the transaction.
  private static let batch = 1000

  private static func importContacts(_ call: Invocation) throws(Failure) {
    let mapping = try call.columnMapping()
    var sums: [String: Int64] = ["added": 0, "updated": 0, "unchanged": 0, "refused": 0]
    let files = call.positional
    for file in files {
      let bytes = file == "-" ? try call.shell.input() : try call.shell.readFile(file)
      var rows: any ContactRows
      do {
        rows = try contactRows(bytes, mapping: mapping, charset: call.value("charset"))
      } catch {
        throw Failure(ExitCode.data, "postern: \(file): \(error)")
      }
      try send(&rows, of: file, call, &sums)
    }
    if call.wantsJSON {
      call.printLine(encoded(sums))
    } else {
      let isDry = call.has("dry-run") ? " (--dry-run: nothing was changed)" : ""
      let parts = ["added", "updated", "unchanged", "refused"].map { "\(sums[$0] ?? 0) \($0)" }
      call.shell.out(parts.joined(separator: ", ") + isDry + "\n")
    }
    if sums["refused"] != 0 { throw Failure(ExitCode.data, "") }
  }

  private static func send(
    _ rows: inout any ContactRows, of file: String, _ call: Invocation, _ sums: inout [String: Int64]
  ) throws(Failure) {
    func refuse(_ line: Int, _ reason: String) {
      sums["refused", default: 0] += 1
      // Where the bar stands.
      if call.shell.isWatched { call.shell.err("\r\u{1B}[K") }
      call.shell.err("\(file):\(line): \(reason)\n")
    }
    // In a dry run the daemon does not see what batches before it would have added.
    var (seen, now): (Set<String>, Set<String>) = ([], [])
    var batch = ImportBatch(contacts: [], allowRoles: call.has("allow-roles"))
    var isOver = false
    while !isOver {
      do throws(CSVError) {
        if var row = try rows.next() {
          row.draft.tags += call.values["tag"] ?? []
          row.draft.consent = row.draft.consent ?? call.value("consent")
          if call.has("dry-run"), let address = contactAddress(row.draft.address) {
            let person = Address.comparisonKey(address)
            row.isAgain = seen.contains(person)
            now.insert(person)
          }
          batch.contacts.append(row)
        } else {
          isOver = true
        }
      } catch {
        refuse(error.line, error.what)
      }
      guard batch.contacts.count >= Self.batch || (isOver && !batch.contacts.isEmpty) else { continue }
      let query = [("dry_run", call.has("dry-run") ? "true" as String? : nil)]
      let reply = JSONValue.read(try call.ask("POST", "/contacts/import", query: query, body: encoded(batch))) ?? .null
      for name in ["added", "updated", "unchanged"] { sums[name, default: 0] += reply[name].int ?? 0 }
      for row in reply["refused"].items { refuse(Int(row["line"].int ?? 0), row["reason"].plain) }
      batch.contacts.removeAll(keepingCapacity: true)
      seen.formUnion(now)
      now.removeAll(keepingCapacity: true)
      if call.shell.isWatched { call.shell.err("\r" + progressBar(rows.progress)) }
    }
    if call.shell.isWatched { call.shell.err("\r\u{1B}[K") }
  }

  // MARK: - Export

  private static func exportContacts(_ call: Invocation) throws(Failure) {
    var last: Int64 = 0
    var contacts: [JSONValue] = []
    while true {
      let query = [("limit", "10000"), ("after", String(last)), ("filter", call.value("filter"))]
      let lines = try call.lines("/contacts", query: query)
      for line in lines {
        if call.wantsJSON { call.printLine(line) }
        guard let contact = JSONValue.read(line) else { continue }
        last = max(last, contact["id"].int ?? 0)
        if !call.wantsJSON { contacts.append(contact) }
      }
      if lines.count < 10_000 { break }
    }
    guard !call.wantsJSON else { return }
    // Custom fields have columns of their own, so all of them must be known before the first line.
    var fields: Set<String> = []
    for contact in contacts { if case .object(let members) = contact["fields"] { fields.formUnion(members.keys) } }
    let names = ["email", "first_name", "last_name", "company", "zone", "consent", "tags"]
    let paths = ["address"] + names.dropFirst() + fields.sorted().map { "fields.\($0)" }
    call.shell.out(csvLine(names + fields.sorted()))
    for contact in contacts { call.shell.out(csvLine(paths.map { contact[$0].plain })) }
  }
}

/// RFC 4180, section 2: quotes where a field holds a comma, a quote or a line end.
func csvLine(_ fields: [String]) -> String {
  fields.map { field in
    let isPlain = field.utf8.allSatisfy { ![0x22, 0x2C, 0x0A, 0x0D].contains($0) }
    return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
  }.joined(separator: ",") + "\r\n"
}

func progressBar(_ share: Double) -> String {
  let width = 40
  let full = Int((min(max(share, 0), 1) * Double(width)).rounded())
  return "[" + String(repeating: "#", count: full) + String(repeating: " ", count: width - full)
    + "] \(Int(share * 100)) %"
}
