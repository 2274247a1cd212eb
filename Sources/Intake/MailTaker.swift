import Host
import MailText
import SMTP
import Store

/// A mail on its way into the store.
struct Arrival: Sendable {
  let submission: Submission
  let facts: Facts

  /// What the log says of it; put into words only when they are written.
  struct Facts: Sendable {
    private let peer: PeerAddress
    private let from, protocolName: String
    private let recipients, size: Int
    private let submitter: String?

    init(_ envelope: Envelope, size: Int, submitter: String?, peer: PeerAddress) {
      self.peer = peer
      self.size = size
      self.submitter = submitter
      from = envelope.reversePath
      recipients = envelope.recipients.count
      protocolName = envelope.protocolName
    }

    /// With one more word at the end.
    func fields(_ key: String, _ value: LogValue) -> LogFields {
      var fields: LogFields = [
        "peer": .text(peer.host), "from": .text(from), "recipients": .int(Int64(recipients)),
        "size": .int(Int64(size)), "protocol": .text(protocolName.isEmpty ? "local" : protocolName),
      ]
      if let submitter { fields.append("submitter", .text(submitter)) }
      fields.append(key, value)
      return fields
    }
  }
}

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
  func take(_ arrival: Arrival, isAlone: Bool) async -> ServerReply {
    do throws(StoreError) {
      return answer(try await store.submit(arrival.submission, isAlone: isAlone), arrival)
    } catch {
      return storeFailed(error, arrival)
    }
  }

  /// The same for a mail that came over the control socket, or lay in the spool folder under its name.
  func takeLocal(_ envelope: Envelope, _ content: [UInt8], name: String?, preparation: MailPreparation) async -> Result<
    SubmissionResult, MailPreparation.Refusal
  > {
    let found = arrival(
      of: envelope, content, submitter: nil, peer: PeerAddress(bytes: [], port: 0), tls: nil, preparation: preparation,
      name: name)
    switch found {
    case .failure(let refusal): return .failure(refusal)
    case .success(let arrival):
      do throws(StoreError) {
        let result = try await store.submit(arrival.submission)
        _ = answer(result, arrival)
        return .success(result)
      } catch {
        return .failure(MailPreparation.Refusal(storeFailed(error, arrival)))
      }
    }
  }

  /// Looks at a mail, and makes it what the store is given; or the reply that refuses it.
  @inline(never)
  func arrival(
    of envelope: Envelope, _ content: [UInt8], submitter: SubmitterRecord?, peer: PeerAddress, tls: TLSFacts?,
    preparation: MailPreparation, name: String? = nil
  ) -> Result<Arrival, MailPreparation.Refusal> {
    let facts = Arrival.Facts(envelope, size: content.count, submitter: submitter?.name, peer: peer)
    if hooks.isDiskLow() { return .failure(MailPreparation.Refusal(refuse(.insufficientStorage, facts))) }
    var rights = SenderRights()
    if let submitter {
      rights = SenderRights(
        pools: submitter.pools, fromAddresses: submitter.fromAddresses, keepsFrom: submitter.keepsFrom)
    }
    let isLocal = peer.bytes.isEmpty
    let origin = MailOrigin(
      client: preparation.showsClient && !isLocal ? peer.literal : nil,
      tls: tls.map { "\($0.version), \($0.cipher)" })
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
    return .success(Arrival(submission: submission, facts: facts))
  }

  @inline(never)
  private func answer(_ result: SubmissionResult, _ arrival: Arrival) -> ServerReply {
    switch result {
    case .queued(let ids):
      // A reply line has its length; whoever sends to more asks for the list.
      let shown =
        ids.count == 1
        ? "\(ids[0])" : ids.prefix(20).map { "\($0)" }.joined(separator: " ") + (ids.count > 20 ? " ..." : "")
      log.info("intake.queued", arrival.facts.fields("messages", .text(shown)))
      return ServerReply(250, .init(2, 0, 0), "Ok: queued as \(shown)")
    case .repeated(let first):
      log.info("intake.repeated", arrival.facts.fields("messages", .text("\(first)")))
      return ServerReply(250, .init(2, 0, 0), "Ok: queued as \(first)")
    case .cancelled(let count):
      log.info("intake.cancelled", arrival.facts.fields("cancelled", .int(Int64(count))))
      return ServerReply(250, .init(2, 0, 0), "Ok: cancelled \(count) waiting message\(count == 1 ? "" : "s")")
    case .refused(let text):
      return refuse(ServerReply(554, .init(5, 6, 0), text), arrival.facts)
    }
  }

  private func storeFailed(_ error: StoreError, _ arrival: Arrival) -> ServerReply {
    log.error("intake.store_failed", arrival.facts.fields("error", .text("\(error)")))
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

  private func refuse(_ reply: ServerReply, _ facts: Arrival.Facts) -> ServerReply {
    log.info(
      "intake.refused", facts.fields("reply", .text(String(decoding: reply.bytes.dropLast(2), as: UTF8.self))))
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
