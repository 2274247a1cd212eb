import Configuration
import Delivery
import Host
import MailText
import Outreach
import SMTP
import Store

/// One claimed message on its way to its account's server: compose, connect, journal, send, book.
struct Handover {
  let desk: Desk
  let claim: Claim

  /// Within a minute a mail has only passed through: its author's Date stays.
  private static let datedAnewAfterMilliseconds: Int64 = 60_000

  private var account: AccountRecord { claim.account }

  /// A mail as it leaves, and what it asks of the account's server.
  private struct Composed {
    let bytes: [UInt8]
    let request: ClientRequest
  }

  func run() async {
    let mail: Composed
    do {
      mail = try await compose()
    } catch {
      desk.log.error("relay.compose_failed", ["message": .int(claim.message.id), "error": .text("\(error)")])
      return await book(judge.judge(uncomposed: "\(error)", of: claim, now: Clock.now()))
    }
    while let connection = await desk.keptConnection(for: account) {
      if await handOver(mail, on: connection) { return }
    }
    switch await desk.newConnection(for: account) {
    case .failure(let failure): await book(judge.judge(failure, now: Clock.now()))
    case .success(let connection): _ = await handOver(mail, on: connection)
    }
  }

  /// False when the connection turned out to be of no use before the mail was touched.
  private func handOver(_ mail: Composed, on connection: AccountConnection) async -> Bool {
    var journalFailure: StoreError?
    let result = await connection.handOver(
      from: account.address, to: claim.message.recipient, mail.bytes, asking: mail.request
    ) {
      switch await commitTransmitting() {
      case .success(let mayGo): return mayGo
      case .failure(let failure):
        journalFailure = failure
        return false
      }
    }
    switch result {
    case .stale:
      desk.log.info("relay.connection_stale", ["account": .text(account.address)])
      await connection.quit()
      return false
    case .withdrawn:
      if let journalFailure {
        await book(judge.judge(unjournaled: "\(journalFailure)", now: Clock.now()))
      } else {
        desk.log.info("relay.withdrawn", ["message": .int(claim.message.id), "account": .text(account.address)])
      }
    case .result(let result):
      let judgement = judge.judge(result, of: claim, now: Clock.now())
      // Before the booking, which the account's next claim may follow in the same commit: it finds the connection free.
      await desk.keep(connection, of: account)
      await book(judgement)
    }
    return true
  }

  private var judge: Judge {
    Judge(retry: RetryPolicy(delaysMilliseconds: desk.settings.retryDelaysMilliseconds))
  }

  private func compose() async throws -> Composed {
    let message = claim.message
    let outgoing = try await desk.store.read(seesLog: false) { reader in try reader.outgoing(message) }
    let from: (displayName: String?, address: String)? =
      message.fromAddress == nil ? (outgoing.fromName ?? account.settings.displayName, account.address) : nil
    let now = Clock.now()
    let headers = OutgoingHeaders(settings: desk.outgoing, tokenKey: desk.tokenKey)
    let bytes = OutgoingMail.compose(
      outgoing.stored,
      plan: OutgoingMail.Plan(
        messageID: message.messageID, inReplyTo: outgoing.inReplyTo, references: outgoing.references,
        subjectWhenEmpty: outgoing.threadSubject.map { "Re: \($0)" }, from: from, date: now,
        // What its plan or its gates held back carries the time it goes at, as if its author had sent it then.
        replacesDate: now - message.createdAt > Self.datedAnewAfterMilliseconds, queueID: message.id,
        additions: headers.fields(for: message, outgoing, through: account)))
    let signed = try await desk.signer.sign(bytes, now: now)
    let asked = outgoing.request
    // RFC 3461 section 4.4: a report gives the envelope id back, also where a server on the way replaced the Message-ID. A token
    // tells nobody else anything, and nobody can make one up.
    let token = UnsubscribeToken.make(message: message.id) { [key = desk.tokenKey] in hmacSHA256(key, $0) }
    return Composed(
      bytes: signed,
      request: ClientRequest(
        returnContent: asked.returnContent.flatMap(ReturnContent.init), envelopeID: asked.envelopeID ?? token,
        notify: asked.notify, originalRecipient: asked.originalRecipient, allowsUTF8: asked.allowsUTF8))
  }

  /// The journal's word before the dot. A failure means that the store can't say it: then nothing may be sent.
  private func commitTransmitting() async -> Result<Bool, StoreError> {
    let attempt = claim.attemptID
    do {
      return .success(
        try await desk.store.write(seesLog: false) { transaction in
          try transaction.markTransmitting(attempt, now: Clock.now())
        })
    } catch {
      desk.log.error("relay.journal_failed", ["message": .int(claim.message.id), "error": .text("\(error)")])
      return .failure(error)
    }
  }

  /// Books the outcome and what becomes of the account, in one transaction.
  private func book(_ judgement: Judgement) async {
    let now = Clock.now()
    let account = account.id
    let attempt = claim.attemptID
    let action = judgement.account
    var rest: (until: Int64, reason: String)?
    switch action {
    case .rest(let milliseconds, let reason): rest = (now + milliseconds, reason)
    case .backOff(let least, let reason):
      rest = (now + desk.backOff.failed(account, least: least, now: Clock.monotonic()), reason)
    case .none, .pause: break
    }
    let (until, reason) = (rest?.until, rest?.reason ?? "")
    let settingsTried = claim.account.changedAt
    let notices = NoticePolicy(notices: desk.settings.senderNotices, hostname: desk.clientName)
    let isPaused = await written { transaction in
      try transaction.finish(attempt, judgement.outcome, telling: notices, now: now)
      if let until { try transaction.restAccount(account, until: until, reason: reason) }
      // A login takes seconds; when the password was changed meanwhile, its refusal says nothing of the new one.
      guard case .pause(let words) = action, try transaction.account(account)?.changedAt == settingsTried else {
        return false
      }
      try transaction.setAccountState(account, .paused, reason: .authFailed, text: words, now: now)
      return true
    }
    log(judgement, rest: until, isPaused: isPaused ?? false)
  }

  /// Writes an outcome. Only this task knows it, so it waits as long as the disk is full; nil when it is lost: then the
  /// journal still says what it said before, and claimed goes back, transmitting becomes unknown, at the next start.
  private func written(_ body: @escaping @Sendable (Transaction) throws -> Bool) async -> Bool? {
    while true {
      do {
        return try await desk.store.write(seesLog: false, whenQueued: { desk.bookingIsQueued() }, body)
      } catch {
        desk.log.error("relay.booking_failed", ["message": .int(claim.message.id), "error": .text("\(error)")])
        guard error == .full, !Task.isCancelled else { return nil }
        await desk.loop.sleep(milliseconds: desk.settings.tickMilliseconds)
      }
    }
  }

  private func log(_ judgement: Judgement, rest: Int64?, isPaused: Bool) {
    var fields: LogFields = [
      "message": .int(claim.message.id), "attempt": .int(claim.attemptID), "account": .text(account.address),
      "recipient": .text(claim.message.recipient),
    ]
    let (event, reply) = judgement.outcome.told
    fields.append("reply", .text(reply.text))
    if let rest { fields.append("account_rests_until", .text(Clock.text(rest))) }
    switch judgement.outcome {
    case .accepted: desk.log.info(event, fields)
    default: desk.log.warning(event, fields)
    }
    if isPaused, case .pause(let words) = judgement.account {
      desk.log.error(
        "account.paused", ["account": .text(account.address), "reason": .text("auth_failed"), "text": .text(words)])
    }
  }
}

extension AttemptOutcome {
  /// The log event, and the reply that decided.
  fileprivate var told: (event: String, reply: JournalReply) {
    switch self {
    case .accepted(let reply): ("relay.accepted", reply)
    case .recipientRefused(let reply, _): ("relay.recipient_refused", reply)
    case .contentRefused(let reply): ("relay.content_refused", reply)
    case .temporary(let reply, _): ("relay.deferred", reply)
    case .unharmed(let reply, _), .brokeOff(let reply, _): ("relay.put_back", reply)
    case .unknown(let reply, _): ("relay.unknown", reply)
    }
  }
}
