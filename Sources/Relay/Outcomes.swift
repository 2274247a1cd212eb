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
    /// Its login is refused: it is paused.
    case pause(String)
  }

  var outcome: AttemptOutcome
  var account = AccountAction.none
}

/// Reads results of the SMTP client and of connecting; pure.
struct Judge {
  var retry: RetryPolicy
  /// So long a message stands back after the connection broke under it, lest it stop all behind it.
  static let standBackMilliseconds: Int64 = 60_000
  static let defaultRestMilliseconds: Int64 = 900_000

  func judge(_ result: ClientResult, of claim: Claim, now: Int64) -> Judgement {
    switch result {
    case .accepted(let reply):
      return Judgement(outcome: .accepted(journal(reply, "accepted")))
    case .refused(let stage, let reply):
      return judge(reply, at: stage, of: claim, now: now)
    case .unsendable(let failure):
      let reply = JournalReply(code: nil, text: Self.text(of: failure), meaning: "content_refused")
      return Judgement(outcome: .contentRefused(reply))
    case .connectionLost(let position):
      return lost("the connection was lost", position, claim, now: now)
    case .protocolFailure(let what, let position):
      return lost("the server does not speak SMTP: \(what)", position, claim, now: now)
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
  func judge(_ failure: RemoteFailure, now: Int64) -> Judgement {
    let text = "\(failure)"
    if failure.kind == .cancelled {
      return Judgement(
        outcome: .unharmed(JournalReply(code: nil, text: text, meaning: "interrupted"), retryAt: now))
    }
    let isRefused = failure.kind == .login && !failure.isTemporary
    let reply = JournalReply(code: nil, text: text, meaning: isRefused ? "login_refused" : "connection_trouble")
    return Judgement(
      outcome: .unharmed(reply, retryAt: now),
      account: isRefused ? .pause(failure.text) : .backOff(leastMilliseconds: 0, text))
  }

  private func judge(_ reply: Reply, at stage: ClientStage, of claim: Claim, now: Int64) -> Judgement {
    let facts = SMTPReplyFacts(
      stage: SMTPStage(stage), code: reply.code, enhanced: reply.enhanced.map { "\($0)" }, text: reply.text)
    let meaning = ReplyTable.meaning(of: facts, provider: Provider(host: claim.account.settings.smtp.host))
    let journal = journal(reply, meaning.kind.rawValue)
    switch meaning.kind {
    // A positive reply is never a refusal; the table's word for one would be a defect, and the message must not be lost.
    case .accepted, .temporary:
      let next = retry.nextTry(afterRefusals: claim.message.attempts + 1, now: now)
      return Judgement(outcome: .temporary(journal, retryAt: next))
    case .recipientRefused: return Judgement(outcome: .recipientRefused(journal, suppress: meaning.isHard))
    case .contentRefused: return Judgement(outcome: .contentRefused(journal))
    case .accountLimited:
      return Judgement(
        outcome: .unharmed(journal, retryAt: now),
        account: .rest(milliseconds: meaning.restMilliseconds ?? Self.defaultRestMilliseconds, journal.text))
    case .loginRefused:
      return Judgement(outcome: .unharmed(journal, retryAt: now), account: .pause(journal.text))
    case .connectionTrouble:
      return Judgement(
        outcome: .unharmed(journal, retryAt: now + Self.standBackMilliseconds),
        account: .backOff(leastMilliseconds: meaning.restMilliseconds ?? 0, journal.text))
    }
  }

  private func lost(_ text: String, _ position: DotPosition, _ claim: Claim, now: Int64) -> Judgement {
    let backOff = Judgement.AccountAction.backOff(leastMilliseconds: 0, text)
    switch position {
    case .beforeDot:
      let reply = JournalReply(code: nil, text: text, meaning: "connection_lost")
      return Judgement(outcome: .brokeOff(reply, retryAt: now + Self.standBackMilliseconds), account: backOff)
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
    case .needsSMTPUTF8: "the account's server does not offer SMTPUTF8 and an address is not ASCII"
    case .tooLarge(let limit): "the mail is larger than the \(limit) octets that the account's server takes"
    case .unsafeAddress(let address): "the address \(address) cannot stand in an SMTP command"
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
