import Testing

@testable import Delivery

let evaluatedAt = at("2026-11-20T10:00:00Z")
let tonight = at("2026-11-21T00:00:00Z")

func account(_ id: Int64 = 1, _ change: (inout AccountFacts) -> Void = { _ in }) -> AccountFacts {
  var account = AccountFacts(id: id, address: "a\(id)@example.org", dayEnds: tonight)
  account.connectionsMax = 4
  change(&account)
  return account
}

func message(_ change: (inout MessageFacts) -> Void = { _ in }) -> MessageFacts {
  var message = MessageFacts(id: 1, due: evaluatedAt)
  change(&message)
  return message
}

/// Messages and accounts with one thing in the way each, and what is to be done with them at `evaluatedAt`.
extension EvaluateTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var message = MessageFacts(id: 1, due: evaluatedAt)
    var accounts = [account()]
    var outcome: Outcome
    var binding: GateName?
    var testDescription: String { name }
  }

  static let messageCases: [Case] = [
    .init(name: "nothing in the way", outcome: .go(account: 1)),
    .init(
      name: "due later", message: message { $0.due = evaluatedAt + 1 }, outcome: .wait(until: evaluatedAt + 1),
      binding: .due),
    .init(name: "no time known", message: message { $0.due = nil }, outcome: .wait(until: nil), binding: .due),
    .init(name: "held", message: message { $0.hold = "manual" }, outcome: .wait(until: nil), binding: .due),
    .init(
      name: "sequence paused", message: message { $0.running = .paused("sequence demo is paused") },
      outcome: .wait(until: nil), binding: .running),
    .init(
      name: "enrollment ended", message: message { $0.running = .ended("replied") },
      outcome: .cancel(reason: "replied"), binding: .running),
    .init(
      name: "ended before it is due",
      message: message {
        $0.running = .ended("replied"); $0.due = evaluatedAt + day
      },
      outcome: .cancel(reason: "replied"), binding: .running),
    .init(
      name: "conditions met", message: message { $0.conditions = [.init(name: "no-reply", brokenAt: nil)] },
      outcome: .go(account: 1)),
    .init(
      name: "a condition is broken",
      message: message {
        $0.conditions = [.init(name: "no-reply", brokenAt: nil), .init(name: "no-open", brokenAt: evaluatedAt - 5)]
      }, outcome: .skip(reason: "no-open is not met"), binding: .conditions),
    .init(
      name: "a broken condition decides only when due",
      message: message {
        $0.conditions = [.init(name: "no-open", brokenAt: evaluatedAt - 5)]; $0.due = evaluatedAt + hour
      },
      outcome: .wait(until: evaluatedAt + hour), binding: .due),
    .init(
      name: "a broken condition of a paused sequence waits",
      message: message {
        $0.conditions = [.init(name: "no-open", brokenAt: evaluatedAt - 5)]; $0.running = .paused("x")
      },
      outcome: .wait(until: nil), binding: .running),
    .init(
      name: "a broken condition skips outside the window",
      message: message {
        $0.conditions = [.init(name: "no-open", brokenAt: evaluatedAt - 5)]
        $0.window = Window(days: [.sun], spans: [], zone: .utc)
      }, outcome: .skip(reason: "no-open is not met"), binding: .conditions),
    .init(
      name: "suppressed", message: message { $0.suppression = .init(value: "example.net", reason: "bounced") },
      outcome: .cancel(reason: "suppressed"), binding: .suppression),
    .init(
      name: "contact's cap",
      message: message { $0.caps = [.init(name: "mails a day", used: 1, limit: 1, freesAt: evaluatedAt + 7)] },
      outcome: .wait(until: evaluatedAt + 7), binding: .contact),
    .init(
      name: "the later of two caps",
      message: message {
        $0.caps = [
          .init(name: "cooldown", used: 1, limit: 1, freesAt: evaluatedAt + 9),
          .init(name: "mails a day", used: 3, limit: 3, freesAt: evaluatedAt + 7),
        ]
      }, outcome: .wait(until: evaluatedAt + 9), binding: .contact),
    .init(
      name: "a cap that is free by evaluatedAt",
      message: message { $0.caps = [.init(name: "x", used: 1, limit: 1, freesAt: evaluatedAt)] },
      outcome: .go(account: 1)),
    .init(
      name: "credits left", message: message { $0.credits = .init(used: 4, limit: 5, dayEnds: tonight) },
      outcome: .go(account: 1)),
    .init(
      name: "no credits", message: message { $0.credits = .init(used: 5, limit: 5, dayEnds: tonight) },
      outcome: .wait(until: tonight), binding: .credits),
    .init(
      name: "overdrawn by replies", message: message { $0.credits = .init(used: 9, limit: 5, dayEnds: tonight) },
      outcome: .wait(until: tonight), binding: .credits),
    .init(
      name: "the last credit is under way",
      message: message { $0.credits = .init(used: 4, inFlight: 1, limit: 5, dayEnds: tonight) },
      outcome: .wait(until: nil), binding: .credits),
    .init(
      name: "no credit plan", message: message { $0.credits = .init(used: 900, limit: 0, dayEnds: tonight) },
      outcome: .go(account: 1)),
    .init(
      name: "outside the window", message: message { $0.window = Window(days: [.sat], spans: [480..<600], zone: .utc) },
      outcome: .wait(until: at("2026-11-21T08:00:00Z")), binding: .window),
    .init(
      name: "inside the window", message: message { $0.window = Window(days: [.fri], spans: [480..<661], zone: .utc) },
      outcome: .go(account: 1)),
    .init(
      name: "the gate that opens last binds",
      message: message {
        $0.due = evaluatedAt + hour
        $0.credits = .init(used: 5, limit: 5, dayEnds: tonight)
        $0.window = Window(days: [.fri], spans: [720..<780], zone: .utc)
      }, outcome: .wait(until: tonight), binding: .credits),
    .init(
      name: "a change is later than any time",
      message: message {
        $0.due = evaluatedAt + 40 * day; $0.running = .paused("x")
      }, outcome: .wait(until: nil),
      binding: .running),
  ]

  static let accountCases: [Case] = [
    .init(name: "no account", accounts: [], outcome: .wait(until: nil), binding: .account),
    .init(
      name: "paused",
      accounts: [
        account {
          $0.state = .paused; $0.stateReason = "auth_failed"
        }
      ],
      outcome: .wait(until: nil), binding: .account),
    .init(
      name: "disabled, another is free", accounts: [account { $0.state = .disabled }, account(2)],
      outcome: .go(account: 2)),
    .init(
      name: "resting", accounts: [account { $0.restUntil = evaluatedAt + 5 }], outcome: .wait(until: evaluatedAt + 5),
      binding: .account),
    .init(name: "rested", accounts: [account { $0.restUntil = evaluatedAt }], outcome: .go(account: 1)),
    .init(
      name: "daily limit",
      accounts: [
        account {
          $0.dailyLimit = 3; $0.usedToday = 3
        }
      ],
      outcome: .wait(until: tonight), binding: .account),
    .init(
      name: "under the daily limit",
      accounts: [
        account {
          $0.dailyLimit = 3; $0.usedToday = 2
        }
      ],
      outcome: .go(account: 1)),
    .init(
      name: "the rest of the day is under way",
      accounts: [
        account {
          $0.dailyLimit = 3; $0.usedToday = 2; $0.inFlight = 1
        }
      ], outcome: .wait(until: nil),
      binding: .account),
    .init(
      name: "a limit of none", accounts: [account { $0.dailyLimit = 0 }], outcome: .wait(until: tonight),
      binding: .account),
    .init(
      name: "yesterday's count does not count",
      accounts: [
        account {
          $0.dailyLimit = 3; $0.usedToday = 3; $0.dayEnds = evaluatedAt
        }
      ], outcome: .go(account: 1)),
    .init(
      name: "rolling limit",
      accounts: [
        account {
          $0.limitMode = .rolling; $0.dailyLimit = 3; $0.lastDay = .init(used: 3, freesAt: evaluatedAt + 9)
        }
      ],
      outcome: .wait(until: evaluatedAt + 9), binding: .account),
    .init(
      name: "rolling limit does not end at midnight",
      accounts: [
        account {
          $0.limitMode = .rolling; $0.dailyLimit = 3; $0.usedToday = 0;
          $0.lastDay = .init(used: 3, freesAt: tonight + 9)
        }
      ], outcome: .wait(until: tonight + 9), binding: .account),
    .init(
      name: "rolling limit freed by time, but one is under way",
      accounts: [
        account {
          $0.limitMode = .rolling; $0.dailyLimit = 3; $0.lastDay = .init(used: 3, freesAt: evaluatedAt); $0.inFlight = 1
        }
      ], outcome: .wait(until: nil), binding: .account),
    .init(
      name: "hourly limit",
      accounts: [
        account {
          $0.hourlyLimit = 2; $0.lastHour = .init(used: 2, freesAt: evaluatedAt + 3)
        }
      ],
      outcome: .wait(until: evaluatedAt + 3), binding: .account),
    .init(
      name: "warmup cap",
      accounts: [
        account {
          $0.warmup = .standard; $0.usedToday = 5; $0.dailyLimit = 50
        }
      ],
      outcome: .wait(until: tonight), binding: .account),
    .init(
      name: "warmup cap of day 3 is 11",
      accounts: [
        account {
          $0.warmup = .standard; $0.warmupDay = 3; $0.usedToday = 10; $0.dailyLimit = 50
        }
      ],
      outcome: .go(account: 1)),
    .init(
      name: "the daily limit is under the warmup cap",
      accounts: [
        account {
          $0.warmup = .standard; $0.warmupDay = 30; $0.usedToday = 50; $0.dailyLimit = 50
        }
      ],
      outcome: .wait(until: tonight), binding: .account),
    .init(
      name: "warmup caps the calendar day of a rolling limit",
      accounts: [
        account {
          $0.warmup = .curve([1]); $0.usedToday = 1; $0.limitMode = .rolling; $0.dailyLimit = 9
        }
      ],
      outcome: .wait(until: tonight), binding: .account),
    .init(
      name: "after the curve there is no cap",
      accounts: [
        account {
          $0.warmup = .curve([1]); $0.warmupDay = 1; $0.usedToday = 500
        }
      ], outcome: .go(account: 1)),
    .init(
      name: "minimum gap",
      accounts: [
        account {
          $0.minimumGapMilliseconds = 90; $0.lastSendAt = evaluatedAt - 30
        }
      ],
      outcome: .wait(until: evaluatedAt + 60), binding: .account),
    .init(
      name: "the gap is over",
      accounts: [
        account {
          $0.minimumGapMilliseconds = 90; $0.lastSendAt = evaluatedAt - 90
        }
      ],
      outcome: .go(account: 1)),
    .init(
      name: "a gap and a send under way",
      accounts: [
        account {
          $0.minimumGapMilliseconds = 90; $0.inFlight = 1
        }
      ],
      outcome: .wait(until: nil), binding: .account),
    .init(
      name: "a clock that went back does not stop an account",
      accounts: [
        account {
          $0.minimumGapMilliseconds = 90; $0.lastSendAt = evaluatedAt + day
        }
      ], outcome: .go(account: 1)),
    .init(
      name: "no connection free", accounts: [account { $0.connectionsInUse = 4 }], outcome: .wait(until: nil),
      binding: .account),
    .init(
      name: "the account's own hours",
      accounts: [account { $0.window = Window(days: [], spans: [660..<720], zone: .utc) }],
      outcome: .wait(until: at("2026-11-20T11:00:00Z")), binding: .account),
    .init(
      name: "the first account to open",
      accounts: [
        account { $0.restUntil = evaluatedAt + 50 }, account(2) { $0.restUntil = evaluatedAt + 20 },
        account(3) { $0.state = .paused },
      ], outcome: .wait(until: evaluatedAt + 20), binding: .account),
    .init(
      name: "of one account the last check to open",
      accounts: [
        account {
          $0.restUntil = evaluatedAt + 50; $0.hourlyLimit = 1; $0.lastHour = .init(used: 1, freesAt: evaluatedAt + 80)
        }
      ],
      outcome: .wait(until: evaluatedAt + 80), binding: .account),
    .init(
      name: "the account of its thread", message: message { $0.binding = .thread(2) },
      accounts: [account(), account(2), account(3)], outcome: .go(account: 2)),
    .init(
      name: "the account of its thread rests, others do not help", message: message { $0.binding = .thread(2) },
      accounts: [account(), account(2) { $0.restUntil = evaluatedAt + 5 }], outcome: .wait(until: evaluatedAt + 5),
      binding: .account),
    .init(
      name: "the account of its thread was removed", message: message { $0.binding = .thread(9) },
      accounts: [account()], outcome: .wait(until: nil), binding: .account),
    .init(
      name: "the account asked for", message: message { $0.binding = .requested(3) },
      accounts: [account(), account(3)], outcome: .go(account: 3)),
  ]
}
