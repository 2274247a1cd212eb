import Configuration
import Delivery
import Host
import Store

/// Writes what was fetched into the store: each group of mails and the cursor behind it in one transaction.
struct InboundRecorder: Sendable {
  let store: Store
  let log: Log
  /// The message whose unsubscribe token stands in a subject.
  let tokenOwner: @Sendable (String) -> Int64?
  let memory: MemorySteward

  func cursor(_ account: AccountRecord, _ folder: WatchedFolder) async throws(WatchFailure) -> FolderCursor? {
    let id = account.id
    return try await ask { reader in try reader.cursor(accountID: id, folder: folder.name) }
  }

  /// What came before this instant can be no answer to anything: the first send of the account, or its own beginning.
  func horizon(_ account: AccountRecord) async throws(WatchFailure) -> Int64 {
    let id = account.id
    return try await ask { reader in try reader.firstSend(accountID: id) } ?? account.createdAt
  }

  /// Whether anything of the account's mailbox is stored.
  func hasMail(_ account: AccountRecord) async throws(WatchFailure) -> Bool {
    let id = account.id
    return try await ask { reader in try reader.hasInbound(accountID: id) }
  }

  /// Which of these mails the account has, by identity or by the server's own names.
  func seen(
    _ identities: Set<String>, _ objectIDs: Set<String>, _ account: AccountRecord
  ) async throws(WatchFailure) -> Set<String> {
    let id = account.id
    return try await ask { reader in
      try reader.seen(identities: identities, accountID: id).union(try reader.seen(objectIDs: objectIDs, accountID: id))
    }
  }

  private func ask<T: Sendable>(_ body: @escaping @Sendable (Reader) throws -> T) async throws(WatchFailure) -> T {
    do {
      return try await store.read(body)
    } catch {
      throw .store(error)
    }
  }

  /// Sorts and records mails and moves the cursor; returns how many were new to the store.
  func record(
    _ mails: [FetchedMail], _ cursor: FolderCursor, _ account: AccountRecord, _ folder: WatchedFolder
  ) async throws(WatchFailure) -> Int {
    let inbound = mails.map {
      SortedInbound($0, accountID: account.id, address: account.address, folder: folder, now: Clock.now())
    }
    for mail in mails where mail.isTruncated {
      log.warning(
        "poller.truncated",
        [
          "account": .text(account.address), "folder": .text(folder.name), "uid": .int(Int64(mail.facts.uid)),
          "size": .int(Int64(clamping: mail.facts.size)), "taken": .int(Int64(mail.bytes.count)),
        ])
    }
    let recorded: [InboundRecord]
    do {
      recorded = try await write(inbound, cursor, account, folder)
    } catch .statement(let reason) where !inbound.isEmpty, .unreadable(let reason) where !inbound.isEmpty {
      // One mail that the store cannot take must not keep out the others of its group.
      log.error("poller.group_unrecorded", ["account": .text(account.address), "reason": .text(reason)])
      return try await recordSingly(inbound, cursor, account, folder)
    } catch {
      throw .store(error)
    }
    memory.note(recorded.count)
    for record in recorded { tell(record) }
    return recorded.count
  }

  /// Says that a mail is left unread for good.
  func passOver(_ uid: UInt32, _ account: AccountRecord, _ folder: WatchedFolder, _ words: String) {
    log.error(
      "poller.passed_over",
      [
        "account": .text(account.address), "folder": .text(folder.name), "uid": .int(Int64(uid)),
        "reason": .text(words),
      ])
  }

  /// Pauses an account whose login is refused; false when that could not be written. A login takes seconds: when the account
  /// got another password or was authorized anew meanwhile, the refusal says nothing of that, and its watch begins anew.
  func pause(_ account: AccountRecord, _ words: String) async -> Bool {
    let id = account.id
    let settingsTried = account.changedAt
    let now = Clock.now()
    do {
      try await store.write { transaction in
        guard try transaction.account(id)?.changedAt == settingsTried else { return }
        try transaction.setAccountState(id, .paused, reason: .authFailed, text: words, now: now)
      }
      return true
    } catch {
      log.error("poller.unwritten", ["account": .text(account.address), "reason": .text("\(error)")])
      return false
    }
  }

  private func write(
    _ inbound: [SortedInbound], _ cursor: FolderCursor, _ account: AccountRecord, _ folder: WatchedFolder
  ) async throws(StoreError) -> [InboundRecord] {
    try await store.write { [self] transaction in
      var recorded: [InboundRecord] = []
      for mail in inbound {
        guard let record = try take(mail, folder, transaction) else { continue }
        recorded.append(record)
        guard account.settings.moveBouncesTo != nil, folder.role != .sent, record.kind == "bounce" else { continue }
        try transaction.planBounceMove(
          accountID: account.id, folder: folder.name, uidValidity: cursor.uidValidity, uid: Int64(mail.uid))
      }
      try transaction.setCursor(cursor, accountID: account.id, folder: folder.name)
      return recorded
    }
  }

  private func take(
    _ mail: SortedInbound, _ folder: WatchedFolder, _ transaction: Transaction
  ) throws(StoreError) -> InboundRecord? {
    if folder.role == .sent { return try transaction.recordSentMail(mail.asSent) }
    let isOwn = try mail.messageID.map { id throws(StoreError) in try transaction.isOurs(messageID: id) } ?? false
    // A copy to oneself pauses as the one in Sent does, which may come later and is then known.
    if folder.role == .inbox, mail.isByHand, !isOwn, let record = try transaction.recordSentMail(mail.asSent) {
      return record
    }
    let asked = mail.inbound.subject.flatMap(tokenOwner).map { mail.asking(toStopBecauseOf: $0) }
    var answersOurs = false
    for id in mail.answersInBulk where !answersOurs { answersOurs = try transaction.isOurs(messageID: id) }
    var taken = isOwn ? mail.asOwn : asked ?? (answersOurs ? mail.asAnswer : mail.inbound)
    if !isOwn { taken.token = mail.tokenTexts.lazy.compactMap { [tokenOwner] in tokenOwner($0) }.first }
    // Seen is what is being written: of a step that was claimed before, nobody shall read that it set out after the stop.
    taken.seenAt = Clock.now()
    return try transaction.recordInbound(taken, mustMatch: folder.role == .junk)
  }

  private func recordSingly(
    _ inbound: [SortedInbound], _ cursor: FolderCursor, _ account: AccountRecord, _ folder: WatchedFolder
  ) async throws(WatchFailure) -> Int {
    var count = 0
    for mail in inbound {
      do {
        // The cursor moves with the last of them: until then a restart takes up the whole group again.
        for record in try await write([mail], try await self.cursor(account, folder) ?? cursor, account, folder) {
          count += 1
          tell(record)
        }
      } catch let error as StoreError {
        switch error {
        case .statement(let reason), .unreadable(let reason): passOver(mail.uid, account, folder, reason)
        default: throw .store(error)
        }
      } catch let failure as WatchFailure {
        throw failure
      } catch {
        throw .unusable("\(error)")
      }
    }
    do {
      _ = try await write([], cursor, account, folder)
    } catch {
      throw .store(error)
    }
    return count
  }

  private func tell(_ record: InboundRecord) {
    var fields: LogFields = [
      "inbound": .int(record.id), "account": .text(record.account), "class": .text(record.kind),
      "rule": .text(record.rule),
    ]
    if let message = record.messageID { fields.append("message", .int(message)) }
    if let evidence = record.matchedBy { fields.append("matched_by", .text(evidence)) }
    log.info("poller.inbound", fields)
  }

  // MARK: - Long looks

  func tellBeginning(_ plan: LookPlan, _ account: AccountRecord, _ folder: WatchedFolder) {
    guard case .rebuilt(let reason) = plan else { return }
    log.warning(
      "poller.rebuilt",
      ["account": .text(account.address), "folder": .text(folder.name), "reason": .text(reason)])
  }

  func tellProgress(_ backlog: FolderCursor.Backlog?, _ account: AccountRecord, _ folder: WatchedFolder) {
    guard let backlog else { return }
    log.info("poller.first_look", fields(backlog, account, folder))
  }

  func tellEnd(of backlog: FolderCursor.Backlog?, _ account: AccountRecord, _ folder: WatchedFolder) {
    guard let backlog else { return }
    log.info("poller.first_look_done", fields(backlog, account, folder))
  }

  private func fields(_ backlog: FolderCursor.Backlog, _ account: AccountRecord, _ folder: WatchedFolder) -> LogFields {
    [
      "account": .text(account.address), "folder": .text(folder.name), "left": .int(backlog.left ?? 0),
      "of": .int(backlog.total ?? 0),
    ]
  }

  // MARK: - Bounces to be moved

  func bouncesToMove(
    _ account: AccountRecord, _ folder: WatchedFolder, _ uidValidity: Int64
  ) async throws(WatchFailure) -> [Int64] {
    let id = account.id
    return try await ask { reader in
      try reader.bouncesToMove(accountID: id, folder: folder.name, uidValidity: uidValidity)
    }
  }

  func endBounceMoves(
    _ uids: [Int64], _ account: AccountRecord, _ folder: WatchedFolder, _ uidValidity: Int64
  ) async throws(WatchFailure) {
    let id = account.id
    do {
      try await store.write { transaction in
        try transaction.endBounceMoves(uids, accountID: id, folder: folder.name, uidValidity: uidValidity)
      }
    } catch {
      throw .store(error)
    }
  }

  func tellMoved(_ count: Int, _ account: AccountRecord, _ folder: WatchedFolder, to target: String) {
    log.info(
      "poller.moved",
      [
        "account": .text(account.address), "folder": .text(folder.name), "to": .text(target),
        "mails": .int(Int64(count)),
      ])
  }

  func tellUnmoved(_ count: Int, _ account: AccountRecord, _ folder: WatchedFolder, _ reason: String) {
    log.warning(
      "poller.not_moved",
      [
        "account": .text(account.address), "folder": .text(folder.name), "mails": .int(Int64(count)),
        "reason": .text(reason),
      ])
  }
}
