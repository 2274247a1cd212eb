internal import Outreach

/// Where a person is in the store, by rows. Found by readers, because it takes a look at everything.
struct Traces: Sendable {
  /// Up to where the tables that only grow were looked through.
  struct Marks: Sendable {
    var message: Int64 = 0
    var attempt: Int64 = 0
    var inbound: Int64 = 0
    var event: Int64 = 0
    var body: Int64 = 0
    var task: Int64 = 0
    var campaignPerson: Int64 = 0
    var key: Int64 = 0
  }

  var contact: Int64?
  var enrollments: [Int64] = []
  /// Mails to the person.
  var messages: [Int64] = []
  /// Mails from the person, and what came back for mails to the person.
  var inbound: [Int64] = []
  /// What these mails consist of, and mails of others that name the person.
  var bodies: [Int64] = []
  /// Other people's messages that have one of these bodies.
  var sharers: [(message: Int64, body: Int64)] = []
  /// Other people's mails that came in with one of these bodies.
  var inboundSharers: [(inbound: Int64, body: Int64)] = []
  /// Rows that name the person in one of `ErasureTables.texts`, by table.
  var named: [String: [Int64]] = [:]
  /// Events about the person's messages and enrollments.
  var events: [Int64] = []
  /// What sources of campaigns have said of the person.
  var campaignPeople: [Int64] = []
  /// Idempotency keys an app has put the address into.
  var keys: [(owner: String, key: String)] = []
  var marks = Marks()
}

extension Reader {
  /// Everything of a person in a workspace. `known` was found before: then only what is newer is looked through.
  func traces(of person: PersonTrace, workspaceID: Int64, since known: Traces? = nil) throws(StoreError) -> Traces {
    let after = known?.marks ?? Traces.Marks()
    var traces = known ?? Traces()
    traces.contact = try first(
      "SELECT id FROM contact WHERE workspace_id = ? AND address = ?", [.integer(workspaceID)] + person.address.person
    ) { row in row.integer(0) }
    if let contact = traces.contact {
      traces.enrollments = try ids(
        "SELECT id FROM enrollment WHERE contact_id \(ofContact)", [.integer(contact), .integer(contact)])
    }
    traces.messages += try ids(
      "SELECT id FROM message WHERE id > ? AND workspace_id = ? AND \(samePerson)",
      [.integer(after.message), .integer(workspaceID)] + person.address.person)
    let mine = SQLValue(ids: traces.messages)
    traces.inbound += try ids(
      """
      SELECT i.id FROM inbound i JOIN account a ON a.id = i.account_id WHERE i.id > ? AND a.workspace_id = ?
        AND (lower(i.sender) IN (SELECT value FROM json_each(?)) OR i.message_id IN (SELECT value FROM json_each(?)))
      """,
      [.integer(after.inbound), .integer(workspaceID), .text(try JSONText.encode(person.spellings)), mine])
    traces.events += try ids(
      """
      SELECT id FROM event WHERE id > ? AND (message_id IN (SELECT value FROM json_each(?))
        OR enrollment_id IN (SELECT value FROM json_each(?)))
      """, [.integer(after.event), mine, SQLValue(ids: traces.enrollments)])
    for (table, columns) in ErasureTables.texts {
      traces.named[table, default: []] += try rowsNaming(person, table, columns, after: after.of(table))
    }
    traces.campaignPeople += try connection.rows(
      "SELECT id, identity, address, person FROM campaign_person WHERE id > ?", [.integer(after.campaignPerson)]
    ) { row in
      [row.text(1), row.text(2), row.text(3)].contains(where: person.isIn) ? row.integer(0) : nil
    }.compactMap(\.self)
    traces.keys += try connection.rows(
      "SELECT owner, key FROM idempotency WHERE rowid > ?", [.integer(after.key)]
    ) { row in person.isIn(row.text(1)) ? (row.text(0), row.text(1)) : nil }.compactMap(\.self)
    try findBodies(person, &traces, after: after)
    traces.marks = Traces.Marks(
      message: try highest("message"), attempt: try highest("attempt"), inbound: try highest("inbound"),
      event: try highest("event"), body: try highest("body"), task: try highest("task"),
      campaignPerson: try highest("campaign_person"), key: try highest("idempotency"))
    return traces
  }

  private func findBodies(_ person: PersonTrace, _ traces: inout Traces, after: Traces.Marks) throws(StoreError) {
    var bodies = Set(traces.bodies)
    bodies.formUnion(
      try ids(
        "SELECT body_id FROM message WHERE id IN (SELECT value FROM json_each(?))", [SQLValue(ids: traces.messages)]))
    bodies.formUnion(
      try ids(
        "SELECT body_id FROM inbound WHERE id IN (SELECT value FROM json_each(?))", [SQLValue(ids: traces.inbound)]))
    bodies.formUnion(
      try connection.rows("SELECT id, bytes FROM body WHERE id > ?", [.integer(after.body)]) { row in
        person.isIn(mail: row.blob(1)) ? row.integer(0) : nil
      }.compactMap(\.self))
    bodies.remove(0)  // Where a mail has none.
    traces.bodies = bodies.sorted()
    let (messages, inbound) = (Set(traces.messages), Set(traces.inbound))
    let list = SQLValue(ids: traces.bodies)
    traces.sharers = try connection.rows(
      "SELECT id, body_id FROM message WHERE body_id <> 0 AND body_id IN (SELECT value FROM json_each(?))", [list]
    ) { row in (message: row.integer(0), body: row.integer(1)) }.filter { !messages.contains($0.message) }
    traces.inboundSharers = try connection.rows(
      "SELECT id, body_id FROM inbound WHERE body_id <> 0 AND body_id IN (SELECT value FROM json_each(?))", [list]
    ) { row in (inbound: row.integer(0), body: row.integer(1)) }.filter { !inbound.contains($0.inbound) }
  }

  private func rowsNaming(_ person: PersonTrace, _ table: String, _ columns: [String], after: Int64)
    throws(StoreError) -> [Int64]
  {
    // Tables and columns come from `ErasureTables`, never from outside.
    let tests = columns.flatMap { column in person.forms.map { _ in "instr(lower(\(column)), ?) > 0" } }
    return try ids(
      "SELECT id FROM \(table) WHERE id > ? AND (\(tests.joined(separator: " OR ")))",
      [.integer(after)] + columns.flatMap { _ in person.forms.map { .text($0) } })
  }

  private func highest(_ table: String) throws(StoreError) -> Int64 {
    try first("SELECT COALESCE(MAX(rowid), 0) FROM \(table)", []) { row in row.integer(0) } ?? 0
  }

  func ids(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> [Int64] {
    try connection.rows(sql, values) { row in row.integer(0) }
  }
}

extension Traces.Marks {
  fileprivate func of(_ table: String) -> Int64 {
    switch table {
    case "message": message
    case "attempt": attempt
    case "inbound": inbound
    case "event": event
    case "task": task
    default: 0
    }
  }
}

extension SQLValue {
  /// For `IN (SELECT value FROM json_each(?))`.
  init(ids: [Int64]) { self = .text("[" + ids.map(String.init).joined(separator: ",") + "]") }
}
