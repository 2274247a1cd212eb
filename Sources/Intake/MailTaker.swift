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
  ///
  /// `isAlone`: nobody else's session is served, so this one may wait for the disk on its own thread.
  func take(
    _ envelope: Envelope, _ content: [UInt8], submitter: SubmitterRecord?, peer: PeerAddress,
    tls: TLSFacts?, preparation: MailPreparation, isAlone: Bool
  ) async -> ServerReply {
    let arrival = Arrival(envelope: envelope, size: content.count, submitter: submitter, peer: peer)
    let origin = MailOrigin(
      client: preparation.showsClient ? peer.literal : nil, tls: tls.map { "\($0.version), \($0.cipher)" })
    switch await submit(arrival, content, origin, preparation, isAlone: isAlone) {
    case .success(let result): return answer(result, arrival)
    case .failure(let refusal): return refusal.reply
    }
  }

  /// The same for a mail that came over the control socket, or lay in the spool folder under its name.
  func takeLocal(_ envelope: Envelope, _ content: [UInt8], name: String?, preparation: MailPreparation) async -> Result<
    SubmissionResult, MailPreparation.Refusal
  > {
    let peer = PeerAddress(bytes: [], port: 0)
    let arrival = Arrival(envelope: envelope, size: content.count, submitter: nil, peer: peer)
    let result = await submit(arrival, content, MailOrigin(), preparation, name: name, isAlone: false)
    if case .success(let result) = result { _ = answer(result, arrival) }
    return result
  }

  /// What the log says of a mail; put into words only when they are written.
  private struct Arrival {
    let envelope: Envelope
    let size: Int
    let submitter: SubmitterRecord?
    let peer: PeerAddress

    var facts: LogFields {
      var facts: LogFields = [
        "peer": .text(peer.host), "from": .text(envelope.reversePath),
        "recipients": .int(Int64(envelope.recipients.count)),
        "size": .int(Int64(size)),
        "protocol": .text(envelope.protocolName.isEmpty ? "local" : envelope.protocolName),
      ]
      if let submitter { facts.append("submitter", .text(submitter.name)) }
      return facts
    }

    func facts(_ key: String, _ value: LogValue) -> LogFields {
      var facts = facts
      facts.append(key, value)
      return facts
    }
  }

  private func submit(
    _ arrival: Arrival, _ content: [UInt8], _ origin: MailOrigin, _ preparation: MailPreparation, name: String? = nil,
    isAlone: Bool
  ) async -> Result<SubmissionResult, MailPreparation.Refusal> {
    let (envelope, submitter) = (arrival.envelope, arrival.submitter)
    if hooks.isDiskLow() { return .failure(MailPreparation.Refusal(refuse(.insufficientStorage, arrival))) }
    var rights = SenderRights()
    if let submitter {
      rights = SenderRights(
        pools: submitter.pools, fromAddresses: submitter.fromAddresses, keepsFrom: submitter.keepsFrom)
    }
    let now = Clock.now()
    let mail: PreparedMail
    switch preparation.prepare(content, envelope, rights, from: origin, now: now) {
    case .success(let prepared): mail = prepared
    case .failure(let refusal): return .failure(MailPreparation.Refusal(refuse(refusal.reply, arrival)))
    }
    let domain = mail.idDomain
    let submission = Submission(
      workspaceID: submitter?.workspaceID ?? Self.defaultWorkspace, submitter: submitter,
      sender: envelope.reversePath, recipients: envelope.recipients, fromAddress: mail.fromAddress, body: mail.body,
      messageID: mail.messageID, makeMessageID: { MessageID.make(uuid: UUIDv7.text(), domain: domain) },
      subject: mail.subject, control: mail.control, receivedAt: now, idempotencyWindow: idempotencyWindow,
      requests: envelope.deliveryRequests, handInName: name)
    do throws(StoreError) {
      return .success(try await store.submit(submission, isAlone: isAlone))
    } catch {
      return .failure(MailPreparation.Refusal(storeFailed(error, arrival)))
    }
  }

  private func answer(_ result: SubmissionResult, _ arrival: Arrival) -> ServerReply {
    switch result {
    case .queued(let ids):
      // A reply line has its length; whoever sends to more asks for the list.
      let shown =
        ids.count == 1
        ? "\(ids[0])" : ids.prefix(20).map { "\($0)" }.joined(separator: " ") + (ids.count > 20 ? " ..." : "")
      log.info("intake.queued", arrival.facts("messages", .text(shown)))
      return ServerReply(250, .init(2, 0, 0), "Ok: queued as \(shown)")
    case .repeated(let first):
      log.info("intake.repeated", arrival.facts("messages", .text("\(first)")))
      return ServerReply(250, .init(2, 0, 0), "Ok: queued as \(first)")
    case .cancelled(let count):
      log.info("intake.cancelled", arrival.facts("cancelled", .int(Int64(count))))
      return ServerReply(250, .init(2, 0, 0), "Ok: cancelled \(count) waiting message\(count == 1 ? "" : "s")")
    case .refused(let text):
      return refuse(ServerReply(554, .init(5, 6, 0), text), arrival)
    }
  }

  private func storeFailed(_ error: StoreError, _ arrival: Arrival) -> ServerReply {
    log.error("intake.store_failed", arrival.facts("error", .text("\(error)")))
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

  private func refuse(_ reply: ServerReply, _ arrival: Arrival) -> ServerReply {
    log.info(
      "intake.refused", arrival.facts("reply", .text(String(decoding: reply.bytes.dropLast(2), as: UTF8.self))))
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
