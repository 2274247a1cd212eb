import Host
import MailText
import SMTP
import Store

/// Brings a mail from the end of its data into the store, and says what the client is told.
struct MailTaker: Sendable {
  let store: Store
  let log: Log
  let hooks: IntakeHooks
  /// How long an idempotency key is remembered; milliseconds.
  let idempotencyWindow: Int64

  /// The `default` workspace, for clients of trusted networks; the store makes it as its first row.
  private static let defaultWorkspace: Int64 = 1

  /// The reply to the end of data. A 250 means that the mail is on disk.
  func take(
    _ envelope: Envelope, _ content: [UInt8], submitter: SubmitterRecord?, peer: PeerAddress,
    tls: TLSFacts?, preparation: MailPreparation
  ) async -> ServerReply {
    let facts = facts(envelope, content, submitter, peer)
    let origin = MailOrigin(client: peer.literal, tls: tls.map { "\($0.version), \($0.cipher)" })
    switch await submit(envelope, content, submitter, origin, preparation, facts) {
    case .success(let result): return answer(result, facts)
    case .failure(let refusal): return refusal.reply
    }
  }

  /// The same for a mail that came over the control socket, or lay in the spool folder under its name.
  func takeLocal(_ envelope: Envelope, _ content: [UInt8], name: String?, preparation: MailPreparation) async -> Result<
    SubmissionResult, MailPreparation.Refusal
  > {
    let facts = facts(envelope, content, nil, PeerAddress(bytes: [], port: 0))
    let result = await submit(envelope, content, nil, MailOrigin(), preparation, name: name, facts)
    if case .success(let result) = result { _ = answer(result, facts) }
    return result
  }

  private func facts(_ envelope: Envelope, _ content: [UInt8], _ submitter: SubmitterRecord?, _ peer: PeerAddress)
    -> LogFields
  {
    var facts: LogFields = [
      "peer": .text(peer.host), "from": .text(envelope.reversePath),
      "recipients": .int(Int64(envelope.recipients.count)),
      "size": .int(Int64(content.count)),
      "protocol": .text(envelope.protocolName.isEmpty ? "local" : envelope.protocolName),
    ]
    if let submitter { facts.append("submitter", .text(submitter.name)) }
    return facts
  }

  private func submit(
    _ envelope: Envelope, _ content: [UInt8], _ submitter: SubmitterRecord?, _ origin: MailOrigin,
    _ preparation: MailPreparation, name: String? = nil, _ facts: LogFields
  ) async -> Result<SubmissionResult, MailPreparation.Refusal> {
    if hooks.isDiskLow() { return .failure(MailPreparation.Refusal(refuse(.insufficientStorage, facts))) }
    var rights = SenderRights()
    if let submitter {
      rights = SenderRights(
        pools: submitter.pools, fromAddresses: submitter.fromAddresses, keepsFrom: submitter.keepsFrom)
    }
    let now = Clock.now()
    let mail: PreparedMail
    switch preparation.prepare(content, envelope, rights, from: origin, now: now) {
    case .success(let prepared): mail = prepared
    case .failure(let refusal): return .failure(MailPreparation.Refusal(refuse(refusal.reply, facts)))
    }
    let domain = mail.idDomain
    let submission = Submission(
      workspaceID: submitter?.workspaceID ?? Self.defaultWorkspace, submitter: submitter,
      sender: envelope.reversePath, recipients: envelope.recipients, fromAddress: mail.fromAddress, body: mail.body,
      messageID: mail.messageID, makeMessageID: { MessageID.make(uuid: UUIDv7.text(), domain: domain) },
      subject: mail.subject, control: mail.control, receivedAt: now, idempotencyWindow: idempotencyWindow,
      requests: envelope.deliveryRequests, handInName: name)
    do throws(StoreError) {
      return .success(try await store.write { try $0.submit(submission) })
    } catch {
      return .failure(MailPreparation.Refusal(storeFailed(error, facts)))
    }
  }

  private func answer(_ result: SubmissionResult, _ facts: LogFields) -> ServerReply {
    var facts = facts
    switch result {
    case .queued(let ids):
      // A reply line has its length; whoever sends to more asks for the list.
      let shown = ids.prefix(20).map { "\($0)" }.joined(separator: " ") + (ids.count > 20 ? " ..." : "")
      facts.append("messages", .text(shown))
      log.info("intake.queued", facts)
      return ServerReply(250, .init(2, 0, 0), "Ok: queued as \(shown)")
    case .repeated(let first):
      facts.append("messages", .text("\(first)"))
      log.info("intake.repeated", facts)
      return ServerReply(250, .init(2, 0, 0), "Ok: queued as \(first)")
    case .cancelled(let count):
      facts.append("cancelled", .int(Int64(count)))
      log.info("intake.cancelled", facts)
      return ServerReply(250, .init(2, 0, 0), "Ok: cancelled \(count) waiting message\(count == 1 ? "" : "s")")
    case .refused(let text):
      return refuse(ServerReply(554, .init(5, 6, 0), text), facts)
    }
  }

  private func storeFailed(_ error: StoreError, _ facts: LogFields) -> ServerReply {
    var facts = facts
    facts.append("error", .text("\(error)"))
    log.error("intake.store_failed", facts)
    switch error {
    case .full: return .insufficientStorage
    case .commitFailed, .unavailable:
      // Nothing the store says can be believed any more: the daemon has to stop and recover from disk.
      hooks.storeFailed(error)
      return .localError
    case .statement, .unreadable, .rejected, .cannotOpen, .newerSchema:
      return .localError
    }
  }

  private func refuse(_ reply: ServerReply, _ facts: LogFields) -> ServerReply {
    var facts = facts
    facts.append("reply", .text(String(decoding: reply.bytes.dropLast(2), as: UTF8.self)))
    log.info("intake.refused", facts)
    return reply
  }
}

extension Envelope {
  /// What was asked for each recipient, as the store keeps it; only for those with a wish.
  var deliveryRequests: [String: DeliveryRequest] {
    let isAsked = allowsUTF8 || returnContent != nil || envelopeID != nil || !recipientRequests.isEmpty
    guard isAsked else { return [:] }
    var requests: [String: DeliveryRequest] = [:]
    for recipient in recipients {
      let wish = recipientRequests[recipient]
      requests[recipient] = DeliveryRequest(
        returnContent: returnContent?.rawValue, envelopeID: envelopeID, notify: wish?.notify,
        originalRecipient: wish?.originalRecipient, allowsUTF8: allowsUTF8)
    }
    return requests
  }
}
