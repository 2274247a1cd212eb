import Host
import IMAP
import Store

/// Reads what is new in the open folder: finds, fetches, sorts and records it in bounded groups, and moves the cursor with
/// each group in the same transaction. Nothing in the mailbox is changed.
struct FolderLook {
  /// Bounds of one look; fixed, because they follow from the IMAP limits and not from taste.
  enum Bounds {
    /// Mails whose sizes are asked for at once.
    static let facts = 500
    /// Mails of one fetch and one transaction.
    static let mails = 100
    /// Bytes of one fetch, as announced.
    static let bytes: UInt64 = 2 << 20
    /// Bytes of one piece; half of what IMAP's limits take as one literal.
    static let piece: UInt32 = 512 << 10
    /// Looks in which a mail may fail to be read before it is passed over.
    static let tries = 3
  }

  let account: AccountRecord
  let folder: String
  let maxMailSize: Int
  let connection: MailboxConnection
  let recorder: InboundRecorder
  let troubles: Troubles

  /// Mails the server could not deliver, by UID, with how often; kept over reconnects by the account's watch.
  final class Troubles {
    var failures: [UInt32: Int] = [:]
    var uidValidity: UInt32 = 0
  }

  /// Looks once, from where the cursor stands; returns how many mails were recorded. `mailbox` has a UIDNEXT only when the
  /// folder was opened for this look.
  func run(_ mailbox: Mailbox) async throws(WatchFailure) -> Int {
    guard let uidValidity = mailbox.uidValidity else {
      throw .unusable("the server keeps no UIDVALIDITY, so nobody could say what is new")
    }
    if troubles.uidValidity != uidValidity {
      troubles.uidValidity = uidValidity
      troubles.failures = [:]
    }
    let cursor = try await recorder.cursor(account, folder)
    let plan = LookPlan(
      cursor: cursor, uidValidity: uidValidity, uidNext: mailbox.uidNext, accountCreatedAt: account.createdAt)
    var progress = Progress(uidValidity: uidValidity, stored: plan.after, recorded: 0)
    let top = plan.since == nil ? 0 : try await highestUID(mailbox)
    var windows = SearchWindows(
      after: plan.after, uidNext: mailbox.uidNext, exists: mailbox.exists, compact: connection.offers("ESEARCH"))
    while let window = windows.take() {
      var keys = [window]
      // A day earlier, as the server compares days in a zone of its own; the exact instant is compared below.
      if let since = plan.since { keys.append(.since(since - 86_400_000)) }
      // "n:*" always names the last mail, also when its UID is below n (RFC 9051 section 9, seq-range).
      var left = try await connection.search(keys).clamped(to: plan.after + 1 ... .max)
      while !left.isEmpty {
        let uids = left.first(Bounds.facts)
        try await read(uids, since: plan.since, &progress)
        guard let last = uids.last, last < .max else { break }
        left = left.clamped(to: last + 1 ... .max)
      }
    }
    // A first look leaves a cursor even when nothing was found: nothing below UIDNEXT can still come.
    if plan.since != nil {
      progress.recorded += try await recorder.record([], progress.cursor(at: top), account, folder)
    }
    return progress.recorded
  }

  private struct Progress {
    let uidValidity: UInt32
    /// The UID up to which the store knows the folder.
    var stored: UInt32
    var recorded: Int

    func cursor(at uid: UInt32) -> FolderCursor {
      FolderCursor(uidValidity: Int64(uidValidity), lastUID: Int64(max(uid, stored)))
    }
  }

  /// The UID of the last mail when the folder was opened.
  private func highestUID(_ mailbox: Mailbox) async throws(WatchFailure) -> UInt32 {
    if let next = mailbox.uidNext { return next > 0 ? next - 1 : 0 }
    // RFC 3501 did not yet demand UIDNEXT. A range that ends in "*" always names the last mail.
    return try await connection.search([.uid(from: .max, through: nil)]).ranges.last?.upperBound ?? 0
  }

  private func read(_ uids: [UInt32], since: Int64?, _ progress: inout Progress) async throws(WatchFailure) {
    var facts: [UInt32: MailFacts] = [:]
    let wanted = IdentifierSet(uids)
    try await connection.succeed(.fetch(wanted, [.uid, .size, .internalDate])) { action in
      guard case .fetched(let message) = action, let uid = message.uid, wanted.contains(uid) else { return }
      facts[uid] = MailFacts(uid: uid, size: message.size ?? 0, internalDate: message.internalDate)
    }
    // What has vanished since the search is not missed by anybody.
    let mails = uids.compactMap { facts[$0] }.filter { mail in
      guard let since, let date = mail.internalDate else { return true }
      return date >= since
    }
    let groups = FetchGroups.make(
      mails, count: Bounds.mails, bytes: Bounds.bytes, piece: UInt64(Bounds.piece))
    for group in groups {
      let fetched = try await fetch(group)
      guard let last = group.last else { continue }
      progress.recorded += try await recorder.record(fetched, progress.cursor(at: last.uid), account, folder)
      progress.stored = max(progress.stored, last.uid)
    }
  }

  /// A group at once; when the server refuses that, one by one, so that one unreadable mail does not hold up the others.
  private func fetch(_ group: [MailFacts]) async throws(WatchFailure) -> [FetchedMail] {
    do {
      return try await fetchTogether(group)
    } catch {
      guard case .refused(_, let words) = error else { throw error }
      if let only = group.first, group.count == 1 {
        // Some servers say NO to a fetch of what was deleted meanwhile.
        guard try await !connection.search([.uid(from: only.uid, through: only.uid)]).isEmpty else { return [] }
        let count = (troubles.failures[only.uid] ?? 0) + 1
        troubles.failures[only.uid] = count
        guard count >= Bounds.tries else { throw error }
        recorder.passOver(only.uid, account, folder, words)
        return []
      }
    }
    var fetched: [FetchedMail] = []
    for mail in group { fetched += try await fetch([mail]) }
    return fetched
  }

  private func fetchTogether(_ group: [MailFacts]) async throws(WatchFailure) -> [FetchedMail] {
    var mails: [UInt32: MailAssembly] = [:]
    var unfinished: [UInt32: FetchItem] = [:]
    var complaint: String?
    let first = MailAssembly(limit: maxMailSize, piece: Bounds.piece)
    let wanted = IdentifierSet(group.map(\.uid))
    func take(_ action: Action) {
      guard case .fetched(let message) = action, let uid = message.uid, wanted.contains(uid) else { return }
      for section in message.sections {
        var mail = mails[uid] ?? first
        switch mail.take(section, piece: Bounds.piece) {
        case .complete: unfinished[uid] = nil
        case .wants(let origin, let count):
          unfinished[uid] = .bodyPiece(section: "", origin: origin, count: count)
        case .wrong(let what): complaint = "the server sent \(what) of mail \(uid)"
        }
        mails[uid] = mail
      }
    }
    try await connection.succeed(.fetch(wanted, [.uid, first.firstPiece]), take)
    for mail in group {
      while complaint == nil, let piece = unfinished.removeValue(forKey: mail.uid) {
        try await connection.succeed(.fetch(IdentifierSet([mail.uid]), [.uid, piece]), take)
      }
    }
    if let complaint { throw .unusable(complaint) }
    return group.compactMap { facts in
      guard let mail = mails[facts.uid], !mail.bytes.isEmpty else { return nil }
      return FetchedMail(facts: facts, bytes: mail.bytes, isTruncated: mail.isTruncated)
    }
  }
}

/// A mail as it was fetched.
struct FetchedMail {
  var facts: MailFacts
  var bytes: [UInt8]
  var isTruncated: Bool
}
