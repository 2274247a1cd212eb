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
    /// Bytes of a header; RFC 5322 has no limit, and what is looked for stands in the first few KB.
    static let header = 64 << 10
    /// Looks in which a mail may fail to be read before it is passed over.
    static let tries = 3
    /// Bytes to come from which compression pays for what it keeps in memory.
    static let compressed: UInt64 = 1 << 20
    /// Milliseconds between two words about a long look.
    static let progress: Int64 = 5_000
  }

  let account: AccountRecord
  let state: FolderState
  let maxMailSize: Int
  let connection: MailboxConnection
  let recorder: InboundRecorder

  private var folder: WatchedFolder { state.folder }

  /// Looks once, from where the cursor stands; returns how many mails were new. `opened.mailbox` has a UIDNEXT only when the
  /// folder was opened for this look.
  func run(_ opened: OpenedFolder) async throws(WatchFailure) -> Int {
    guard let uidValidity = opened.mailbox.uidValidity else {
      throw .unusable("the server keeps no UIDVALIDITY, so nobody could say what is new")
    }
    if state.cursor == nil { state.cursor = try await recorder.cursor(account, folder) }
    let plan = LookPlan(cursor: state.cursor, mailbox: opened.mailbox, uidValidity: uidValidity)
    if case .onward = plan {} else { try await begin(plan, opened.mailbox, uidValidity) }
    var count = try await readNew(opened)
    if state.cursor?.backlog != nil { count += try await readBacklog(opened.mailbox) }
    return count
  }

  /// Puts the cursor at the top of a folder that was never read or means something else now. What lies below is a backlog: read
  /// from the newest down, so that what matters most comes first, and on disk, so that a restart goes on where it was.
  private func begin(_ plan: LookPlan, _ mailbox: Mailbox, _ uidValidity: UInt32) async throws(WatchFailure) {
    let top = try await highestUID(mailbox)
    var cursor = FolderCursor(
      uidValidity: Int64(uidValidity), lastUID: Int64(top), modSequence: Self.stored(mailbox.highestModSequence),
      mailboxID: mailbox.mailboxID)
    if top > 0 {
      let horizon = try await recorder.horizon(account) - LookPlan.clockSlack
      cursor.backlog = FolderCursor.Backlog(below: Int64(top) + 1, since: horizon)
    }
    recorder.tellBeginning(plan, account, folder)
    state.failures = [:]
    try await commit([], cursor)
  }

  /// The UID of the last mail when the folder was opened.
  private func highestUID(_ mailbox: Mailbox) async throws(WatchFailure) -> UInt32 {
    if let next = mailbox.uidNext { return next > 0 ? next - 1 : 0 }
    // RFC 3501 did not yet demand UIDNEXT. A range that ends in "*" always names the last mail.
    return try await connection.search([.uid(from: .max, through: nil)]).ranges.last?.upperBound ?? 0
  }

  // MARK: - New mail

  private func readNew(_ opened: OpenedFolder) async throws(WatchFailure) -> Int {
    guard let mark = state.mark, mark.lastUID < .max else { return 0 }
    var count = 0
    let mailbox = opened.mailbox
    if let told = opened.told, let next = mailbox.uidNext, next > 0, told.contains(next - 1) {
      // QRESYNC has named the newest mail, so it has named all.
      count += try await read(new: told)
    } else if mailbox.uidNext != mark.lastUID + 1 {
      var windows = SearchWindows(
        after: mark.lastUID, uidNext: mailbox.uidNext, exists: mailbox.exists, compact: connection.offers("ESEARCH"))
      while let window = windows.take() {
        // "n:*" always names the last mail, also when its UID is below n (RFC 9051 section 9, seq-range).
        count += try await read(new: try await connection.search([window]).clamped(to: mark.lastUID + 1 ... .max))
      }
    }
    guard var cursor = state.cursor, mailbox.uidNext != nil else { return count }
    // As of the moment it was opened: what came since has a higher one.
    let sequence = Self.stored(mailbox.highestModSequence)
    if sequence != cursor.modSequence || mailbox.mailboxID != cursor.mailboxID {
      cursor.modSequence = sequence
      cursor.mailboxID = mailbox.mailboxID
      try await commit([], cursor)
    }
    return count
  }

  private func read(new found: IdentifierSet) async throws(WatchFailure) -> Int {
    var left = found
    var count = 0
    while !left.isEmpty {
      let uids = left.first(Bounds.facts)
      let mails = try await present(uids, try await facts(uids, withIdentity: false)).map(\.facts)
      count += try await read(mails) { cursor, last in cursor.lastUID = Int64(last) }
      guard let last = uids.last, last < .max else { break }
      left = left.clamped(to: last + 1 ... .max)
    }
    return count
  }

  /// RFC 7162 section 3.1.1: modification sequences have 63 bits.
  private static func stored(_ modSequence: UInt64?) -> Int64? { modSequence.map { Int64(clamping: $0) } }

  // MARK: - The backlog

  private func readBacklog(_ mailbox: Mailbox) async throws(WatchFailure) -> Int {
    guard let backlog = state.cursor?.backlog else { return 0 }
    // An account of which nothing is stored has nothing to be compared with.
    let isKnown = try await recorder.hasMail(account)
    var left = try await search(backlog, mailbox)
    var count = 0
    try await commitBacklog(below: backlog.below, left: left.count)
    var told = Clock.monotonic()
    while !left.isEmpty {
      let uids = left.last(Bounds.facts)
      guard let lowest = uids.last else { break }
      let known = try await present(uids, try await facts(uids, withIdentity: isKnown))
      let mails = known.filter { ($0.internalDate ?? .max) >= backlog.since }
      count += try await read(try await unseen(mails), beside: mailbox) { cursor, last in
        cursor.backlog?.below = Int64(last)
      }
      left = lowest > 1 ? left.clamped(to: 1...lowest - 1) : IdentifierSet([UInt32]())
      try await commitBacklog(below: Int64(lowest), left: left.count)
      if Clock.monotonic() - told >= Bounds.progress {
        told = Clock.monotonic()
        recorder.tellProgress(state.cursor?.backlog, account, folder)
      }
    }
    guard var cursor = state.cursor else { return count }
    recorder.tellEnd(of: cursor.backlog, account, folder)
    cursor.backlog = nil
    try await commit([], cursor)
    return count
  }

  private func search(_ backlog: FolderCursor.Backlog, _ mailbox: Mailbox) async throws(WatchFailure) -> IdentifierSet {
    let last = UInt32(clamping: backlog.below - 1)
    var windows = SearchWindows(through: last, exists: mailbox.exists, compact: connection.offers("ESEARCH"))
    var found = IdentifierSet([UInt32]())
    while last > 0, let window = windows.take() {
      // A day earlier, as the server compares days in a zone of its own; the exact instant is compared later.
      found = found.union(try await connection.search([window, .since(backlog.since - 86_400_000)]))
    }
    return last > 0 ? found.clamped(to: 1...last) : found
  }

  private func commitBacklog(below: Int64, left: Int) async throws(WatchFailure) {
    guard var cursor = state.cursor, var backlog = cursor.backlog else { return }
    backlog.below = below
    backlog.left = Int64(left)
    backlog.total = max(backlog.total ?? 0, Int64(left))
    cursor.backlog = backlog
    if cursor != state.cursor { try await commit([], cursor) }
  }

  /// Those that the store does not have, by what the server itself calls them or by their headers: a mailbox that
  /// was rebuilt is not fetched again.
  private func unseen(_ mails: [IdentifiedMail]) async throws(WatchFailure) -> [MailFacts] {
    let identities = Set(mails.compactMap(\.identity))
    let objects = Set(mails.compactMap(\.facts.objectID))
    let seen = try await recorder.seen(identities, objects, account)
    return mails.filter { mail in
      !(mail.identity.map(seen.contains) ?? false) && !(mail.facts.objectID.map(seen.contains) ?? false)
    }.map(\.facts)
  }

  // MARK: - Fetching

  /// A mail in the folder with what tells it from every other in the account.
  private struct IdentifiedMail {
    var facts: MailFacts
    var identity: String?
    var internalDate: Int64? { facts.internalDate }

    /// What was said of it, with what is said now.
    func completed(by other: IdentifiedMail) -> IdentifiedMail {
      IdentifiedMail(facts: facts.completed(by: other.facts), identity: identity ?? other.identity)
    }
  }

  private func facts(_ uids: [UInt32], withIdentity: Bool) async throws(WatchFailure) -> [UInt32: IdentifiedMail] {
    var items: [FetchItem] = [.uid, .size, .internalDate]
    if connection.offers("OBJECTID") { items.append(.objectIDs) }
    if connection.offers("X-GM-EXT-1") { items.append(.gmailIDs) }
    if withIdentity { items.append(.headerFields(SortedInbound.identifyingFields)) }
    var found: [UInt32: IdentifiedMail] = [:]
    let wanted = IdentifierSet(uids)
    try await connection.succeed(.fetch(wanted, items)) { action in
      guard case .fetched(let message) = action, let facts = MailFacts(message), wanted.contains(facts.uid) else {
        return
      }
      let header = message.sections.first { $0.name.hasPrefix("HEADER.FIELDS") }?.bytes
      let told = IdentifiedMail(facts: facts, identity: header.flatMap(SortedInbound.identity(header:)))
      // Between the answers, or after them, a server tells of flags that others set (RFC 9051 section 7.5.2).
      found[facts.uid] = found[facts.uid].map { $0.completed(by: told) } ?? told
    }
    return found
  }

  /// The mails that the server told of, in order. What has vanished since the search is not missed by anybody; what is still there
  /// though the server did not speak of it is fetched without being described.
  private func present(
    _ uids: [UInt32], _ facts: [UInt32: IdentifiedMail]
  ) async throws(WatchFailure) -> [IdentifiedMail] {
    let silent = uids.filter { facts[$0] == nil }
    guard !silent.isEmpty else { return uids.compactMap { facts[$0] } }
    let there = try await stillThere(silent)
    return uids.compactMap { uid in
      facts[uid] ?? (there.contains(uid) ? IdentifiedMail(facts: MailFacts(uid: uid, size: 0)) : nil)
    }
  }

  /// Those of these mails that are in the folder now.
  private func stillThere(_ uids: [UInt32]) async throws(WatchFailure) -> IdentifierSet {
    guard let first = uids.min(), let last = uids.max() else { return IdentifierSet([UInt32]()) }
    return try await connection.search([.uid(from: first, through: last)])
  }

  /// Fetches and records mails in groups; `move` moves the cursor behind the last mail of a group. `beside`: what comes to this
  /// folder meanwhile goes before the next group.
  private func read(
    _ mails: [MailFacts], beside mailbox: Mailbox? = nil, _ move: (inout FolderCursor, UInt32) -> Void
  ) async throws(WatchFailure) -> Int {
    // A server may announce any sizes: their sum must not overflow.
    let total = mails.reduce(0) { $0 + min($1.size, Bounds.compressed) }
    if folder.role != .sent, total >= Bounds.compressed { try await connection.compress() }
    var count = 0
    for group in FetchGroups.make(mails, count: Bounds.mails, bytes: Bounds.bytes, piece: UInt64(Bounds.piece)) {
      let fetched = try await fetch(group)
      guard let last = group.last, var cursor = state.cursor else { continue }
      move(&cursor, last.uid)
      // In the order they came, whichever way the folder is read.
      count += try await commit(fetched.sorted { $0.facts.uid < $1.facts.uid }, cursor)
      if let mailbox, connection.hasNews {
        connection.hasNews = false
        var now = connection.mailbox ?? mailbox
        // Said when the folder was opened, and out of date since.
        now.uidNext = nil
        count += try await readNew(OpenedFolder(mailbox: now))
      }
    }
    return count
  }

  @discardableResult
  private func commit(_ mails: [FetchedMail], _ cursor: FolderCursor) async throws(WatchFailure) -> Int {
    let count = try await recorder.record(mails, cursor, account, folder)
    state.cursor = cursor
    return count
  }

  /// A group at once; when the server refuses that, one by one, so that one unreadable mail does not hold up the others.
  private func fetch(_ group: [MailFacts]) async throws(WatchFailure) -> [FetchedMail] {
    var fetched: [FetchedMail] = []
    var refusal: WatchFailure?
    do {
      fetched = try await fetchTogether(group)
    } catch {
      guard case .refused = error else { throw error }
      refusal = error
    }
    let got = Set(fetched.map(\.facts.uid))
    let missing = group.filter { !got.contains($0.uid) }
    guard group.count == 1, let only = missing.first else {
      for mail in missing { fetched += try await fetch([mail]) }
      return fetched
    }
    // A server can also say OK and send nothing of a mail (RFC 9051 section 7.5.2: NIL).
    try await passOver(only, refusal ?? .refused(command: "UID FETCH", words: "OK, but nothing of the mail was sent"))
    return []
  }

  /// Fails while a mail that is still there may be read another time; says so when it is given up. Some servers refuse to fetch
  /// what was deleted meanwhile, others are silent of it.
  private func passOver(_ mail: MailFacts, _ failure: WatchFailure) async throws(WatchFailure) {
    guard try await stillThere([mail.uid]).contains(mail.uid) else { return }
    let count = (state.failures[mail.uid] ?? 0) + 1
    state.failures[mail.uid] = count
    guard count >= Bounds.tries, case .refused(_, let words) = failure else { throw failure }
    recorder.passOver(mail.uid, account, folder, words)
  }

  private func fetchTogether(_ group: [MailFacts]) async throws(WatchFailure) -> [FetchedMail] {
    var mails: [UInt32: MailAssembly] = [:]
    var unfinished: [UInt32: FetchItem] = [:]
    var complaint: String?
    // Whom a mail in Sent went to says its header; what the owner wrote there is nobody's business.
    let first =
      folder.role == .sent
      ? MailAssembly(section: "HEADER", limit: Bounds.header, piece: Bounds.piece)
      : MailAssembly(limit: maxMailSize, piece: Bounds.piece)
    let wanted = IdentifierSet(group.map(\.uid))
    func take(_ action: Action) {
      guard case .fetched(let message) = action, let uid = message.uid, wanted.contains(uid) else { return }
      for section in message.sections {
        var mail = mails[uid] ?? first
        switch mail.take(section, piece: Bounds.piece) {
        case .complete: unfinished[uid] = nil
        case .wants(let origin, let count): unfinished[uid] = mail.item(from: origin, count)
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
      // Nothing of a mail that has something is a failure; some mails are empty.
      guard let mail = mails[facts.uid], !mail.bytes.isEmpty || mail.wasSent && facts.size == 0 else { return nil }
      return FetchedMail(facts: facts, bytes: mail.bytes, isTruncated: mail.isTruncated && folder.role != .sent)
    }
  }
}

/// A mail as it was fetched.
struct FetchedMail {
  var facts: MailFacts
  var bytes: [UInt8]
  var isTruncated: Bool
}
