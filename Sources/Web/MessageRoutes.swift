import Configuration
import Delivery
import Host
import Store

extension API {
  static let messageRoutes: [Route] = [
    forecastRoute,
    Route("GET", "messages") { api, request, _ in
      let filter = try MessageFilter(request)
      let now = api.now()
      let isDiskLow = api.hooks.relay().isDiskLow
      let items = try await api.store.read { db in
        let listings = try db.messages(filter)
        let waits = try db.waits(listings, now: now)
        return listings.map { listing in
          let isDue = listing.message.state == .scheduled && listing.message.due.map { $0 <= now } ?? false
          let disk = isDue && isDiskLow ? RelayStanding.diskWords : nil
          return JSON.object(listing.members(waitsFor: disk ?? waits[listing.message.id]))
        }
      }
      return Response(list: items, for: request)
    },
    Route("GET", "messages/*/explain") { api, _, text in
      let id = try rowID(text)
      let now = api.now()
      guard let explanation = try await api.store.read({ try $0.explain(id, now: now) }) else {
        throw Problem.notFound("message \(id)")
      }
      let relay = api.hooks.relay()
      var foretold: ForetoldSend?
      // Nothing goes, whatever a run of the scheduler says, while the disk is low.
      if explanation.listing.message.state == .scheduled, !relay.isDiskLow {
        foretold = try await api.store.foretell(id, from: now, maxConnections: relay.connectionsMax)
      }
      let through = foretold?.accountID
      let account = try await api.store.read { db in try through.flatMap { try db.account($0)?.address } }
      return Response(
        explanation.json(foretold, through: account, relay: relay.gate, copyWait: api.hooks.sentCopyWait()))
    },
    change("cancel") { try $0.cancelMessage($1, now: $2) },
    change("retry") { try $0.retryMessage($1, now: $2) },
    change("hold") { try $0.holdMessage($1, now: $2) },
    change("release") { try $0.releaseMessage($1, now: $2) },
    Route("GET", "messages/*") { api, _, text in
      let id = try rowID(text)
      let now = api.now()
      let found: JSON? = try await api.store.read { db in
        guard let listing = try db.messageListing(id) else { return nil }
        let waits = try db.waits([listing], now: now)[id]
        let names = AccountNames(db)
        let attempts = try db.attempts(of: id).map { try $0.json(names) }
        let answers = try db.inbound(answering: id).map(\.summary)
        return .object(listing.members(waitsFor: waits) + [("attempts", .list(attempts)), ("answers", .list(answers))])
      }
      guard let found else { throw Problem.notFound("message \(id)") }
      return Response(found)
    },
    Route("POST", "queue/run") { api, request, _ in
      let now = api.now()
      let domain = request.query["domain"]
      if let domain, domain.isEmpty || domain.contains(where: { "%\\@ ".contains($0) }) {
        throw Problem.invalid("\"\(domain)\" is no domain")
      }
      let count = try await api.store.write { try $0.runQueue(domain: domain, now: now) }
      return Response(.object([("released", .number(count))]))
    },
    Route("GET", "queue/stats") { api, request, _ in
      let counts = try await api.store.read { try $0.messageCounts() }
      let items = counts.map { JSON.object([("state", .text($0.state)), ("count", .integer($0.count))]) }
      return Response(list: items, for: request)
    },
  ]

  private static func change(
    _ word: String, _ body: @escaping @Sendable (Transaction, Int64, Int64) throws -> Void
  ) -> Route {
    Route("POST", "messages/*/\(word)") { api, _, text in
      let id = try rowID(text)
      let now = api.now()
      guard try await api.store.read({ try $0.message(id) }) != nil else { throw Problem.notFound("message \(id)") }
      return Response(
        try await api.store.write { transaction in
          try body(transaction, id, now)
          guard let listing = try transaction.messageListing(id) else { return .null }
          return .object(listing.members(waitsFor: try transaction.waits([listing], now: now)[id]))
        })
    }
  }
}

/// A path's parameter that is a row's id.
func rowID(_ text: String) throws(Problem) -> Int64 {
  guard let id = Int64(text), id > 0 else { throw .invalid("\"\(text)\" is no id: ids are numbers") }
  return id
}

extension MessageFilter {
  init(_ request: Request) throws(Problem) {
    self.init()
    if let named = request.query["state"] {
      for name in named.split(separator: ",") {
        if name == "all" {
          states = MessageState.allCases
          continue
        }
        guard let state = MessageState(rawValue: String(name)) else {
          let known = MessageState.allCases.map(\.rawValue).joined(separator: ", ")
          throw .invalid("\"\(name)\" is no state of a message: \(known) or all")
        }
        states.append(state)
      }
    }
    recipient = request.query["recipient"]
    account = request.query["account"]
    sequence = request.query["sequence"]
    after = try request.number("after", default: 0, in: 0...Int64.max)
    limit = try request.limit()
  }
}

extension MessageListing {
  /// `waits_for` is the reason as people read it, `parked_by` the gate's name.
  func members(waitsFor reason: String?) -> [(String, JSON)] {
    [
      ("id", .integer(message.id)), ("state", .text(message.state.rawValue)), ("recipient", .text(message.recipient)),
      ("subject", .text(message.subject)), ("account", .optional(account)), ("pool", .text(pool)),
      ("sequence", .optional(sequence)), ("step", .optional(message.step)),
      ("enrollment_id", .optional(message.enrollmentID)), ("priority", .number(message.priority)),
      ("scheduled_for", .time(message.scheduledFor)), ("due", .time(message.due)),
      ("retry_at", .time(message.retryAt)), ("parked_by", .optional(message.parkedBy)),
      ("waits_for", .optional(reason)),
      ("attempt_count", .number(message.attempts)), ("last_reply", .optional(message.lastReply)),
      ("sender", .text(message.sender)), ("from_address", .optional(message.fromAddress)),
      ("message_id", .text(message.messageID)), ("sent_message_id", .optional(message.sentMessageID)),
      ("delay_milliseconds", .optional(message.delay)), ("send_at", .time(message.sendAt)),
      ("conditions", .texts(message.conditions.split(separator: ",").map(String.init))),
      ("campaign", .optional(message.campaign)), ("tag", .optional(message.tag)),
      ("created_at", .time(message.createdAt)), ("sent_at", .time(message.sentAt)),
      ("replied_at", .time(message.repliedAt)), ("opened_at", .time(message.openedAt)),
      ("clicked_at", .time(message.clickedAt)), ("finished_at", .time(message.finishedAt)),
    ]
  }
}

/// Addresses of accounts by id, each asked once; also of removed ones.
final class AccountNames {
  private let db: Reader
  private var known: [Int64: String] = [:]

  init(_ db: Reader) { self.db = db }

  func address(_ id: Int64?) throws(StoreError) -> JSON {
    guard let id else { return .null }
    if let address = known[id] { return .text(address) }
    guard let address = try db.account(id)?.address else { return .null }
    known[id] = address
    return .text(address)
  }
}

extension AttemptRecord {
  func json(_ names: AccountNames) throws(StoreError) -> JSON {
    .object([
      ("id", .integer(id)), ("account", try names.address(accountID)), ("state", .text(state)),
      ("claimed_at", .time(claimedAt)), ("transmitting_at", .time(transmittingAt)), ("finished_at", .time(finishedAt)),
      ("reply_code", .optional(replyCode)), ("reply_text", .optional(replyText)), ("meaning", .optional(meaning)),
    ])
  }
}

extension Explanation {
  /// With when it goes if nothing changes, and through which account, as a run of the scheduler says.
  /// `relay` is closed when that keeps everybody's mail; `copyWait`: so long a copy of a message of unknown fate is looked for.
  func json(_ foretold: ForetoldSend?, through account: String?, relay: Gate?, copyWait: Int64) -> JSON {
    var outcome: [(String, JSON)]
    let message = listing.message
    let isDecided = ![.draft, .scheduled, .held].contains(message.state)
    var binding = report.binding?.rawValue
    switch report.outcome {
    // The gates decide nothing any more, or not before a person did.
    case _ where isDecided:
      let outcomeName = message.state == .unknown ? "wait" : message.state == .sending ? "sending" : "ended"
      outcome = [
        ("outcome", .text(outcomeName)), ("account", .optional(listing.account)), ("until", .null),
        ("reason", .text("it is \(message.state.rawValue)" + (message.lastReply.map { ": \($0)" } ?? ""))),
      ]
    case .go where relay != nil:
      binding = relay?.name
      outcome = [
        ("outcome", .text("wait")), ("account", .optional(listing.account)), ("until", .null),
        ("reason", .optional(relay?.reason)),
      ]
    case .go(let id):
      let address = report.accounts.first { $0.id == id }?.address
      outcome = [("outcome", .text("go")), ("account", .optional(address)), ("until", .time(at)), ("reason", .null)]
    case .wait(let until):
      outcome = [
        ("outcome", .text("wait")), ("account", .optional(listing.account)), ("until", .time(until)),
        ("reason", .optional(report.binding.flatMap { report[$0]?.reason })),
      ]
    case .skip(let reason):
      outcome = [("outcome", .text("skip")), ("account", .null), ("until", .null), ("reason", .text(reason))]
    case .cancel(let reason):
      outcome = [("outcome", .text("cancel")), ("account", .null), ("until", .null), ("reason", .text(reason))]
    }
    return .object(
      [
        ("id", .integer(listing.message.id)), ("state", .text(listing.message.state.rawValue)),
        ("recipient", .text(listing.message.recipient)), ("at", .time(at)),
      ] + outcome + [
        ("goes_at", .time(foretold?.at)), ("goes_through", .optional(account)),
        ("goes_why_not", .optional(whyNot(foretold, relay))), ("search", search?.json(wait: copyWait) ?? .null),
        ("binding", .optional(isDecided ? nil : binding)),
        ("gates", .list((report.gates + [isDecided ? nil : relay].compactMap(\.self)).map(\.json))),
        (
          "accounts",
          .list(
            report.accounts.map { account in
              .object([
                ("address", .text(account.address)), ("state", .text(account.isOpen ? "open" : "closed")),
                ("until", .time(account.until)), ("checks", .list(account.checks.map(\.json))),
              ])
            })
        ),
      ])
  }
}

extension CopySearch {
  fileprivate func json(wait: Int64) -> JSON {
    .object([
      ("looks", .optional(looks)), ("next_look", .time(nextLook)), ("until", .time(begunAt.map { $0 + wait })),
      ("on_unknown", .text(policy.rawValue)),
    ])
  }
}

extension Explanation {
  /// Why nothing says when it goes.
  private func whyNot(_ foretold: ForetoldSend?, _ relay: Gate?) -> String? {
    guard let foretold else { return listing.message.state == .scheduled ? relay?.reason : nil }
    if foretold.at != nil { return nil }
    if foretold.endsUnsent {
      return "it will end without being sent: a condition is not met, or its recipient is suppressed"
    }
    if let count = foretold.givenUpAfter {
      return "not before \(Clock.text(foretold.until)): \(count) mails go before then, and no more are gone through"
    }
    if case .wait(until: nil) = report.outcome, let binding = report.binding {
      let isOff = binding == .account && !report.accounts.isEmpty && report.accounts.allSatisfy(\.isOff)
      let change = isOff ? report.accounts.count == 1 ? "it is enabled" : "one of them is enabled" : "that changes"
      return "never until \(change): \(report[binding]?.reason ?? binding.rawValue)"
    }
    // The gate that binds may be known to open later than was looked.
    var known = foretold.until
    if case .wait(let until?) = report.outcome { known = max(known, until) }
    return "not before \(Clock.text(known)) if nothing changes"
  }
}

extension AccountReport {
  /// Whether a person has to enable it.
  fileprivate var isOff: Bool { checks.contains { $0.name == AccountCheck.state.rawValue && !$0.isOpen } }
}

extension Gate {
  var json: JSON {
    .object([
      ("gate", .text(name)), ("state", .text(isOpen ? "open" : "closed")), ("until", .time(until)),
      ("reason", .text(reason)), ("numbers", .object(numbers.list.map { ($0.name, .integer($0.value)) })),
    ])
  }
}

extension InboundRecord {
  /// Without the verdict's details.
  var members: [(String, JSON)] {
    [
      ("id", .integer(id)), ("account", .text(account)), ("folder", .text(folder)), ("received_at", .time(receivedAt)),
      ("seen_at", .time(seenAt)), ("class", .text(kind)), ("rule", .text(rule)), ("sender", .optional(sender)),
      ("subject", .optional(subject)), ("message_id", .optional(messageID)), ("matched_by", .optional(matchedBy)),
    ]
  }

  var summary: JSON { .object(members) }
}
