import Delivery
import Host
import Store

/// Writes what was fetched into the store: each group of mails and the cursor behind it in one transaction.
struct InboundRecorder: Sendable {
  let store: Store
  let log: Log

  func cursor(_ account: AccountRecord, _ folder: String) async throws(WatchFailure) -> FolderCursor? {
    let id = account.id
    do {
      return try await store.read { reader in try reader.cursor(accountID: id, folder: folder) }
    } catch {
      throw .store(error)
    }
  }

  /// Sorts and records mails and moves the cursor; returns how many the store had not seen before.
  func record(
    _ mails: [FetchedMail], _ cursor: FolderCursor, _ account: AccountRecord, _ folder: String
  ) async throws(WatchFailure) -> Int {
    let inbound = mails.map {
      SortedInbound($0, accountID: account.id, address: account.address, folder: folder, now: Clock.now())
    }
    for mail in mails where mail.isTruncated {
      log.warning(
        "poller.truncated",
        [
          "account": .text(account.address), "folder": .text(folder), "uid": .int(Int64(mail.facts.uid)),
          "size": .int(Int64(clamping: mail.facts.size)), "taken": .int(Int64(mail.bytes.count)),
        ])
    }
    let recorded: [InboundRecord]
    do {
      recorded = try await write(inbound, cursor, account.id, folder)
    } catch .statement(let reason) where !inbound.isEmpty {
      // One mail that the store cannot take must not keep out the others of its group.
      log.error("poller.group_unrecorded", ["account": .text(account.address), "reason": .text(reason)])
      return try await recordSingly(inbound, cursor, account, folder)
    } catch {
      throw .store(error)
    }
    for record in recorded { tell(record) }
    return recorded.count
  }

  /// Says that a mail is left unread for good.
  func passOver(_ uid: UInt32, _ account: AccountRecord, _ folder: String, _ words: String) {
    log.error(
      "poller.passed_over",
      [
        "account": .text(account.address), "folder": .text(folder), "uid": .int(Int64(uid)), "reason": .text(words),
      ])
  }

  /// Pauses an account whose login is refused; false when that could not be written.
  func pause(_ account: AccountRecord, _ words: String) async -> Bool {
    let id = account.id
    let now = Clock.now()
    do {
      try await store.write { transaction in
        try transaction.setAccountState(id, .paused, reason: .authFailed, text: words, now: now)
      }
      return true
    } catch {
      log.error("poller.unwritten", ["account": .text(account.address), "reason": .text("\(error)")])
      return false
    }
  }

  private func write(
    _ inbound: [SortedInbound], _ cursor: FolderCursor, _ account: Int64, _ folder: String
  ) async throws(StoreError) -> [InboundRecord] {
    try await store.write { transaction in
      var recorded: [InboundRecord] = []
      for mail in inbound {
        let isOwn = try mail.messageID.map { try transaction.isOurs(messageID: $0) } ?? false
        if let record = try transaction.recordInbound(isOwn ? mail.asOwn : mail.inbound) { recorded.append(record) }
      }
      try transaction.setCursor(cursor, accountID: account, folder: folder)
      return recorded
    }
  }

  private func recordSingly(
    _ inbound: [SortedInbound], _ cursor: FolderCursor, _ account: AccountRecord, _ folder: String
  ) async throws(WatchFailure) -> Int {
    var count = 0
    for mail in inbound {
      do {
        let at = FolderCursor(uidValidity: cursor.uidValidity, lastUID: Int64(mail.uid))
        for record in try await write([mail], at, account.id, folder) {
          count += 1
          tell(record)
        }
      } catch .statement(let reason) {
        passOver(mail.uid, account, folder, reason)
      } catch {
        throw .store(error)
      }
    }
    do {
      _ = try await write([], cursor, account.id, folder)
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
}
