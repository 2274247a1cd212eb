import Foundation

// `queue explain`: the gates of one message, then each account that could send it, then what follows from that.

extension Verb {
  private static let gateColumns = [
    Column("GATE", "gate"), Column("STATE", "state"), Column("BINDS", "binds"), Column("OPENS", "until", .time),
    Column("REASON", "reason"),
    Column("NUMBERS", "numbers"),
  ]
  private static let accountColumns = [
    Column("ACCOUNT", "address"), Column("STATE", "state"), Column("OPENS", "until", .time),
    Column("CLOSED BY", "closed_by"),
  ]
  private static let verdictFacts = [
    Column("message", "id"), Column("state", "state"), Column("recipient", "recipient"), Column("outcome", "outcome"),
    Column("why", "reason"), Column("account", "account"), Column("opens at", "until", .time),
    Column("goes at", "goes_at", .time), Column("goes through", "goes_through"), Column("goes", "goes_why_not"),
  ]

  /// How the looking for the copy of a message of unknown fate stands.
  private static let searchFacts = [
    Column("looks for its copy", "looks"), Column("next look", "next_look", .time),
    Column("looked for until", "until", .time),
    Column("then (on_unknown)", "on_unknown"),
  ]

  static func explainMessage(_ call: Invocation) throws(Failure) {
    let report = try call.object("GET", "/messages/\(try call.id())/explain")
    guard !call.wantsJSON else { return }
    let zone = call.shell.zone
    guard report["state"].plain != "unknown" else {
      call.shell.out(renderFacts(verdictFacts, of: report, zone: zone))
      return call.shell.out("\n" + renderFacts(searchFacts, of: report["search"], zone: zone))
    }
    guard !["ended", "sending"].contains(report["outcome"].plain) else {
      // What the gates would say now has nothing to do with what became of it.
      call.shell.out(renderFacts(verdictFacts, of: report, zone: zone))
      return
    }
    let clock = ZoneClock(zone)
    let gates = report["gates"].items.map { gate in
      gate.withReadableNumbers(clock).replacing("binds", with: gate["gate"] == report["binding"] ? "yes" : "")
    }
    call.shell.out(renderTable(gateColumns, gates, zone: zone))
    let accounts = report["accounts"].items.map { $0.withClosedChecks(clock) }
    if !accounts.isEmpty { call.shell.out("\n" + renderTable(accountColumns, accounts, zone: zone)) }
    call.shell.out("\n" + renderFacts(verdictFacts, of: report, zone: zone))
  }
}

extension JSONValue {
  /// A gate whose numbers are text: instants in the zone, gaps as durations.
  fileprivate func withReadableNumbers(_ clock: ZoneClock) -> JSONValue {
    replacing("numbers", with: readableNumbers(clock))
  }

  /// An account with its closed checks in one cell.
  fileprivate func withClosedChecks(_ clock: ZoneClock) -> JSONValue {
    let closed = self["checks"].items.filter { $0["state"] == .text("closed") }.map { check in
      let numbers = check.readableNumbers(clock)
      return "\(check["gate"].plain): \(check["reason"].plain)" + (numbers.isEmpty ? "" : " (\(numbers))")
    }
    return replacing("closed_by", with: closed.joined(separator: "; "))
  }

  private func readableNumbers(_ clock: ZoneClock) -> String {
    guard case .object(let numbers) = self["numbers"] else { return "" }
    return numbers.sorted { $0.key < $1.key }.map { name, value in
      guard let number = value.int else { return "\(name) \(value.plain)" }
      // Epoch milliseconds of this century; no count and no gap gets near it.
      if number > 946_684_800_000 { return "\(name) \(clock.time(Date(timeIntervalSince1970: Double(number) / 1000)))" }
      return name == "gap" ? "\(name) \(durationText(number))" : "\(name) \(number)"
    }.joined(separator: ", ")
  }

  fileprivate func replacing(_ name: String, with text: String) -> JSONValue {
    guard case .object(var members) = self else { return self }
    members[name] = .text(text)
    return .object(members)
  }
}
