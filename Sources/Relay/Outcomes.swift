import Configuration
import Delivery
import Host
import SMTP
import Store

/// What one try means: for the message, and for the account that made it.
struct Judgement: Equatable {
  /// What becomes of the account.
  enum AccountAction: Equatable {
    case none
    /// A provider's limit: it stays away so long.
    case rest(milliseconds: Int64, String)
    /// The way to its server, or the server itself, is in trouble: it backs off.
    case backOff(leastMilliseconds: Int64, String)
    /// Its login is refused, or its provider lets it send nothing until a person acts: it is paused, in the server's words.
    case pause(AccountReason, String)
  }

  var outcome: AttemptOutcome
  var account = AccountAction.none
  /// The others of its account go before it: its wait begins when the account's rest ends.
  var staysBehind = false

  /// The account rests so long.
  mutating func stayBehind(restMilliseconds: Int64) {
    guard staysBehind else { return }
    switch outcome {
    case .unharmed(let reply, let retryAt): outcome = .unharmed(reply, retryAt: retryAt + restMilliseconds)
    case .brokeOff(let reply, let retryAt): outcome = .brokeOff(reply, retryAt: retryAt + restMilliseconds)
    default: break
    }
  }
}

/// What a message met before that was laid at its accounts' doors, from the journal.
struct MetTroubles: Equatable {
  var count = 0
  /// Whose servers said it.
  var accounts: Set<Int64> = []

  init() {}

  init(_ attempts: [AttemptRecord]) {
    for attempt in attempts where attempt.finishedAt != nil {
      // Without a code the server did not speak: of the mail it knew nothing.
      let isSpoken =
        attempt.replyCode != nil && attempt.meaning.flatMap(ReplyMeaning.Kind.init(rawValue:))?.isOfAccount == true
      if isSpoken { accounts.insert(attempt.accountID) }
      if isSpoken || attempt.meaning == Judge.connectionLost { count += 1 }
    }
  }
}

/// Reads results of the SMTP client and of connecting; pure.
struct Judge {
  var retry: RetryPolicy
  /// So long a message stands back the first time its account's trouble came with it, lest it stop all behind it; then twice
  /// as long each time, up to a quarter of an hour.
  static let standBackMilliseconds: Int64 = 60_000
  static let longestStandBackMilliseconds: Int64 = 900_000
  static let defaultRestMilliseconds: Int64 = 900_000
  /// A reply in these numbers from one account alone is the mail's: others of its account were to go in between.
  static let mostFromOneAccount = 3
  /// After so many in all a person looks at the mail; released, it gets as many again.
  static let mostTroubles = 10
  /// What the journal calls a connection that broke before the dot.
  static let connectionLost = "connection_lost"

  /// Whether what the message met before matters for a result: it may be the mail itself that its account suffers from.
  func asksForTroubles(_ result: ClientResult, of claim: Claim) -> Bool {
    switch result {
    case .refused(let stage, let reply): stage.knowsRecipient && meaning(of: reply, at: stage, claim).kind.isOfAccount
    case .connectionLost(.beforeDot), .protocolFailure(_, .beforeDot): true
    case .accepted, .unsendable, .connectionLost, .protocolFailure: false
    }
  }

  func judge(_ result: ClientResult, of claim: Claim, after met: MetTroubles = MetTroubles(), now: Int64) -> Judgement {
    switch result {
    case .accepted(let reply):
      return Judgement(outcome: .accepted(journal(reply, "accepted")))
    case .refused(let stage, let reply):
      return judge(reply, at: stage, of: claim, after: met, now: now)
    case .unsendable(let failure):
      let reply = JournalReply(code: nil, text: Self.text(of: failure), meaning: "content_refused")
      return Judgement(outcome: .contentRefused(reply))
    case .connectionLost(let position):
      return lost("the connection was lost", position, claim, after: met, now: now)
    case .protocolFailure(let what, let position):
      return lost("the server does not speak SMTP: \(what)", position, claim, after: met, now: now)
    }
  }

  /// The mail could not be put together: tried again, as a store that is busy mends, but not for ever.
  func judge(uncomposed why: String, of claim: Claim, now: Int64) -> Judgement {
    let reply = JournalReply(code: nil, text: "the mail cannot be put together: \(why)", meaning: "temporary")
    let next = retry.nextTry(afterRefusals: claim.message.attempts + 1, now: now)
    return Judgement(outcome: .temporary(reply, retryAt: next))
  }

  /// It has not what its sequence wants of its mails.
  func judge(lacking what: String) -> Judgement {
    Judgement(outcome: .held(JournalReply(code: nil, text: "compliance: \(what)", meaning: "compliance")))
  }

  /// The journal could not be written before the dot, so it was not sent.
  func judge(unjournaled why: String, now: Int64) -> Judgement {
    let reply = JournalReply(code: nil, text: "the journal cannot be written: \(why)", meaning: "interrupted")
    return Judgement(outcome: .unharmed(reply, retryAt: now + Self.standBackMilliseconds))
  }

  /// The server refused a mail because the next one's commands were behind its end: it goes again, without.
  func judge(outOfStep reply: Reply, now: Int64) -> Judgement {
    Judgement(outcome: .unharmed(journal(reply, "interrupted"), retryAt: now))
  }

  /// It was claimed ahead, and what is before it closed the way.
  func judge(givenBackAt now: Int64) -> Judgement {
    let reply = JournalReply(code: nil, text: "not begun: its connection ended before", meaning: "interrupted")
    return Judgement(outcome: .unharmed(reply, retryAt: now))
  }

  /// Connecting, TLS or the login failed: the message has not been touched.
  func judge(_ failure: RemoteFailure, of claim: Claim, now: Int64) -> Judgement {
    let text = "\(failure)"
    if failure.kind == .cancelled {
      return Judgement(
        outcome: .unharmed(JournalReply(code: nil, text: text, meaning: "interrupted"), retryAt: now))
    }
    if let meaning = meaning(of: failure, claim), meaning.kind.isOfAccount {
      let reply = JournalReply(code: nil, text: text, meaning: meaning.kind.rawValue)
      return Judgement(outcome: .unharmed(reply, retryAt: now), account: action(meaning, failure.text))
    }
    let isRefused = failure.kind == .login && !failure.isTemporary
    let reply = JournalReply(code: nil, text: text, meaning: isRefused ? "login_refused" : "connection_trouble")
    return Judgement(
      outcome: .unharmed(reply, retryAt: now),
      account: isRefused ? .pause(.authFailed, failure.text) : .backOff(leastMilliseconds: 0, text))
  }

  /// What the server said to a connection that did not come about; nil when it said nothing.
  private func meaning(of failure: RemoteFailure, _ claim: Claim) -> ReplyMeaning? {
    guard failure.kind == .login || failure.kind == .protocol,
      let facts = SMTPReplyFacts(stage: failure.kind == .login ? .login : .greeting, line: failure.text)
    else { return nil }
    return ReplyTable.meaning(of: facts, provider: Provider(host: claim.account.settings.smtp.host))
  }

  private func meaning(of reply: Reply, at stage: ClientStage, _ claim: Claim) -> ReplyMeaning {
    let facts = SMTPReplyFacts(
      stage: SMTPStage(stage), code: reply.code, enhanced: reply.enhanced.map { "\($0)" }, text: reply.text)
    return ReplyTable.meaning(of: facts, provider: Provider(host: claim.account.settings.smtp.host))
  }

  private func judge(_ reply: Reply, at stage: ClientStage, of claim: Claim, after met: MetTroubles, now: Int64)
    -> Judgement
  {
    let meaning = meaning(of: reply, at: stage, claim)
    let journal = journal(reply, meaning.kind.rawValue)
    switch meaning.kind {
    // A positive reply is never a refusal; the table's word for one would be a defect, and the message must not be lost.
    case .accepted, .temporary:
      let next = retry.nextTry(afterRefusals: claim.message.attempts + 1, now: now)
      return Judgement(outcome: .temporary(journal, retryAt: next))
    case .recipientRefused: return Judgement(outcome: .recipientRefused(journal, suppress: meaning.isHard))
    case .contentRefused: return Judgement(outcome: .contentRefused(journal))
    case .accountLimited, .loginRefused, .connectionTrouble:
      return judge(ofAccount: meaning, journal, at: stage, of: claim, after: met, now: now)
    }
  }

  /// A reply that speaks of the account. But a server may say so for one mail only, because of its recipient or its text: what
  /// a second account hears with the same mail, or one account hears again and again, is the mail's, harms no account, and
  /// makes the mail wait.
  private func judge(
    ofAccount meaning: ReplyMeaning, _ journal: JournalReply, at stage: ClientStage, of claim: Claim,
    after met: MetTroubles, now: Int64
  ) -> Judgement {
    let action = action(meaning, journal.text)
    let isTrouble = meaning.kind == .connectionTrouble
    guard stage.knowsRecipient else {
      let retryAt = isTrouble ? now + Self.standBackMilliseconds : now
      return Judgement(outcome: .unharmed(journal, retryAt: retryAt), account: action)
    }
    let tries = met.count + 1
    if tries % Self.mostTroubles == 0 {
      var reason = journal
      reason.text = "\(tries) tries met what only an account should meet, the last: \(journal.text)"
      return Judgement(outcome: .held(reason))
    }
    if met.accounts.contains(where: { $0 != claim.account.id }) || tries >= Self.mostFromOneAccount {
      let wait = (meaning.restMilliseconds ?? 0) + standBack(tries)
      return Judgement(outcome: .unharmed(journal, retryAt: now + wait))
    }
    let isBound = claim.message.lane > 0
    if !isBound, tries == 1, !isTrouble {
      // It may take another account at once.
      return Judgement(outcome: .unharmed(journal, retryAt: now), account: action)
    }
    return Judgement(
      outcome: .unharmed(journal, retryAt: now + standBack(tries)), account: action, staysBehind: isBound || tries > 1)
  }

  private func action(_ meaning: ReplyMeaning, _ words: String) -> Judgement.AccountAction {
    switch meaning.kind {
    case .accountLimited:
      meaning.pauses
        ? .pause(.providerLimit, words)
        : .rest(milliseconds: meaning.restMilliseconds ?? Self.defaultRestMilliseconds, words)
    case .loginRefused: .pause(.authFailed, words)
    case .connectionTrouble: .backOff(leastMilliseconds: meaning.restMilliseconds ?? 0, words)
    case .accepted, .temporary, .recipientRefused, .contentRefused: .none
    }
  }

  private func standBack(_ tries: Int) -> Int64 {
    min(Self.standBackMilliseconds << Int64(min(max(tries - 1, 0), 10)), Self.longestStandBackMilliseconds)
  }

  private func lost(_ text: String, _ position: DotPosition, _ claim: Claim, after met: MetTroubles, now: Int64)
    -> Judgement
  {
    let backOff = Judgement.AccountAction.backOff(leastMilliseconds: 0, text)
    switch position {
    case .beforeDot:
      let reply = JournalReply(code: nil, text: text, meaning: Self.connectionLost)
      let tries = met.count + 1
      return Judgement(
        outcome: .brokeOff(reply, retryAt: now + standBack(tries)), account: backOff,
        staysBehind: claim.message.lane > 0 || tries > 1)
    case .afterDot:
      let reply = JournalReply(code: nil, text: "\(text) after the final dot", meaning: "unknown")
      return Judgement(outcome: .unknown(reply, policy: claim.account.settings.onUnknown), account: backOff)
    }
  }

  private func journal(_ reply: Reply, _ meaning: String) -> JournalReply {
    let enhanced = reply.enhanced.map { "\($0) " } ?? ""
    return JournalReply(code: reply.code, text: "\(reply.code) \(enhanced)\(reply.text)", meaning: meaning)
  }

  private static func text(of failure: ContentFailure) -> String {
    switch failure {
    case .needsEightBitMIME: "the account's server does not offer 8BITMIME and the mail has 8-bit text"
    case .needsSMTPUTF8: "the account's server does not offer SMTPUTF8 and an address or the header is not ASCII"
    case .tooLarge(let limit): "the mail is larger than the \(limit) octets that the account's server takes"
    case .unsafeAddress(let address): "the address \(address) cannot stand in an SMTP command"
    }
  }
}

extension ClientStage {
  /// Whether the server knows for whom the mail is.
  fileprivate var knowsRecipient: Bool {
    switch self {
    case .greeting, .mail: false
    case .rcpt, .data, .dot: true
    }
  }
}

extension SMTPStage {
  fileprivate init(_ stage: ClientStage) {
    switch stage {
    case .greeting: self = .greeting
    case .mail: self = .mail
    case .rcpt: self = .recipient
    case .data: self = .data
    case .dot: self = .dot
    }
  }
}
