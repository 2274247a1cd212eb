import Host
import IMAP
import Store
import Testing

@testable import Poller

@Suite struct PlanTests {
  @Test func plansFollowTheCursor() {
    func plan(_ cursor: FolderCursor?, _ change: (inout Mailbox) -> Void = { _ in }) -> String {
      var mailbox = Mailbox(name: "INBOX")
      mailbox.uidNext = 10
      mailbox.highestModSequence = 50
      mailbox.mailboxID = "F1"
      change(&mailbox)
      switch LookPlan(cursor: cursor, mailbox: mailbox, uidValidity: 7) {
      case .first: return "first"
      case .rebuilt(let reason): return reason
      case .onward(let after): return "after \(after)"
      }
    }
    #expect(plan(nil) == "first")
    #expect(plan(FolderCursor(uidValidity: 7, lastUID: 9)) == "after 9")
    #expect(plan(FolderCursor(uidValidity: 7, lastUID: 9, modSequence: 50, mailboxID: "F1")) == "after 9")
    #expect(plan(FolderCursor(uidValidity: 6, lastUID: 9)) == "its UIDVALIDITY changed")
    #expect(plan(FolderCursor(uidValidity: 7, lastUID: 4_294_967_296)) == "its UIDVALIDITY changed")
    #expect(plan(FolderCursor(uidValidity: 7, lastUID: 10)) == "its UIDs went back")
    #expect(plan(FolderCursor(uidValidity: 7, lastUID: 10)) { $0.uidNext = nil } == "after 10")
    #expect(plan(FolderCursor(uidValidity: 7, lastUID: 9, modSequence: 51)) == "its modification sequence went back")
    #expect(plan(FolderCursor(uidValidity: 7, lastUID: 9, mailboxID: "F0")) == "its MAILBOXID changed")
    #expect(plan(FolderCursor(uidValidity: 7, lastUID: 9, mailboxID: "F0")) { $0.mailboxID = nil } == "after 9")
  }

  @Test func statusTellsWhetherAFolderMustBeOpened() {
    let state = FolderState(WatchedFolder(name: "Junk", role: .junk))
    func isStale(_ change: (inout MailboxStatus) -> Void) -> Bool {
      var status = MailboxStatus(name: "Junk")
      status.uidValidity = 7
      status.uidNext = 10
      change(&status)
      return state.isStale(status)
    }
    #expect(isStale { _ in })
    state.cursor = FolderCursor(uidValidity: 7, lastUID: 9, modSequence: 50, mailboxID: "F1")
    #expect(!isStale { _ in } && !isStale { $0.mailboxID = "F1" })
    #expect(isStale { $0.uidNext = 11 } && isStale { $0.uidValidity = 8 } && isStale { $0.mailboxID = "F2" })
    #expect(isStale { $0.uidNext = nil } && isStale { $0.uidValidity = nil })
    // Mail that came and went again: nothing to see.
    #expect(
      !isStale {
        $0.uidNext = 11
        $0.highestModSequence = 50
      })
    state.cursor?.backlog = FolderCursor.Backlog(below: 5, since: 0)
    #expect(isStale { _ in })
  }

  @Test func searchesAreWindowedOnlyWhereAnAnswerCouldBeLong() {
    func windows(after: UInt32, _ uidNext: UInt32?, _ exists: UInt32, _ compact: Bool) -> [SearchKey] {
      var windows = SearchWindows(after: after, uidNext: uidNext, exists: exists, compact: compact)
      var keys: [SearchKey] = []
      while let key = windows.take(), keys.count < 10 { keys.append(key) }
      return keys
    }
    #expect(windows(after: 5, 10, 4, false) == [.uid(from: 6, through: nil)])
    #expect(windows(after: 0, 200_001, 200_000, true) == [.uid(from: 1, through: nil)])
    #expect(windows(after: 0, nil, 200_000, false) == [.uid(from: 1, through: nil)])
    #expect(
      windows(after: 0, 120_001, 60_000, false) == [
        .uid(from: 1, through: 50_000), .uid(from: 50_001, through: 100_000), .uid(from: 100_001, through: nil),
      ])
    #expect(windows(after: .max, 5, 60_000, false).isEmpty)
    #expect(windows(after: .max - 1, .max, 60_000, false) == [.uid(from: .max, through: nil)])
    #expect(windows(after: 3, 0, 60_000, false) == [.uid(from: 4, through: nil)])
    var below = SearchWindows(through: 120_000, exists: 60_000, compact: false)
    #expect(below.take() == .uid(from: 1, through: 50_000) && below.take() == .uid(from: 50_001, through: 100_000))
    #expect(below.take() == .uid(from: 100_001, through: 120_000) && below.take() == nil)
  }

  @Test func groupsStayWithinTheirBounds() {
    func uids(_ sizes: [UInt64]) -> [[UInt32]] {
      let mails = sizes.enumerated().map { MailFacts(uid: UInt32($0) + 1, size: $1, internalDate: nil) }
      return FetchGroups.make(mails, count: 3, bytes: 100, piece: 60).map { $0.map(\.uid) }
    }
    #expect(uids([]) == [])
    #expect(uids([1, 1, 1, 1]) == [[1, 2, 3], [4]])
    #expect(uids([50, 50, 1]) == [[1, 2], [3]])
    #expect(uids([.max, 30, .max]) == [[1, 2], [3]])
  }

  @Test func mailsAreAssembledFromPieces() {
    func section(_ origin: UInt64?, _ count: Int, name: String = "") -> FetchedSection {
      FetchedSection(name: name, origin: origin, bytes: [UInt8](repeating: 65, count: count))
    }
    var mail = MailAssembly(limit: 25, piece: 10)
    #expect(mail.firstPiece == .bodyPiece(section: "", origin: 0, count: 10))
    #expect(mail.take(section(0, 10), piece: 10) == .wants(origin: 10, count: 10))
    #expect(mail.take(section(10, 10), piece: 10) == .wants(origin: 20, count: 5))
    #expect(mail.take(section(20, 5), piece: 10) == .complete)
    #expect(mail.isTruncated && mail.bytes.count == 25)

    var exact = MailAssembly(limit: 25, piece: 10)
    _ = exact.take(section(0, 10), piece: 10)
    #expect(exact.take(section(10, 0), piece: 10) == .complete)
    #expect(!exact.isTruncated && exact.bytes.count == 10)

    var whole = MailAssembly(limit: 25, piece: 10)
    #expect(whole.take(section(nil, 30), piece: 10) == .complete)
    #expect(whole.isTruncated && whole.bytes.count == 25)

    var empty = MailAssembly(limit: 25, piece: 10)
    #expect(empty.take(FetchedSection(name: "", origin: nil, bytes: nil), piece: 10) == .complete)

    var wrong = MailAssembly(limit: 25, piece: 10)
    #expect(wrong.take(section(3, 10), piece: 10) == .wrong("a piece from 3 instead of 0"))
    #expect(wrong.take(section(0, 11), piece: 10) == .wrong("11 bytes instead of 10"))
    #expect(wrong.take(section(0, 1, name: "HEADER"), piece: 10) == .wrong("section HEADER"))
  }

  @Test func backoffDoublesToItsCapWithJitter() {
    var longest = Backoff(capMilliseconds: 900_000)
    #expect((0..<12).map { _ in longest.delay(random: 0) }.prefix(4) == [1_000, 2_000, 4_000, 8_000])
    #expect(longest.delay(random: 0) == 900_000)
    for _ in 0..<100 { _ = longest.delay(random: .max) }
    let delay = longest.delay(random: .max)
    #expect((450_000...900_000).contains(delay))
    longest.reset()
    #expect(longest.delay(random: 0) == 1_000)
    longest.reset()
    #expect(longest.delay(random: 0, isThrottled: true) == 60_000)
    #expect((60_000...120_000).contains(longest.delay(random: .max, isThrottled: true)))
  }

  @Test(
    arguments: [
      (.refused(command: "EXAMINE INBOX", words: "NO [THROTTLED] slow down"), true),
      (.refused(command: "UID FETCH", words: "NO [UNAVAILABLE] later"), true),
      (.refused(command: "UID SEARCH", words: "BAD Request is throttled. Suggested Backoff Time: 299961 ms"), true),
      (.unreachable("login: NO [ALERT] Too many simultaneous connections. (Failure)"), true),
      (.protocolFailure(.bye("Account exceeded command or bandwidth limits.")), true),
      (.protocolFailure(.bye("Server shutting down")), false), (.unreachable("connect: refused"), false),
    ] as [(WatchFailure, Bool)]) func throttlesAreTold(_ failure: WatchFailure, _ isThrottle: Bool)
  {
    #expect(failure.isThrottle == isThrottle)
  }

  @Test(
    arguments: [
      (.login, "NO [AUTHENTICATIONFAILED] Authentication failed.", true),
      (.login, "NO [ALERT] Invalid credentials (Failure)", true),
      (.login, "Login denied", true),
      (.login, "NO [UNAVAILABLE] Temporary authentication failure.", false),
      (.login, "NO [ALERT] Too many simultaneous connections. (Failure)", false),
      (.login, "NO [LIMIT] Maximum number of connections from user+IP exceeded", false),
      (.login, "NO [THROTTLED] Rate limit hit", false),
      (.login, "NO [OVERQUOTA] Account exceeded command or bandwidth limits", false),
      (.login, "BYE Server shutting down", false), (.connect, "Connection refused", false),
      (.tls, "certificate has expired", false), (.timeout, "no answer in time", false),
    ] as [(RemoteFailure.Kind, String, Bool)]) func refusedLoginsAreToldFromPassingTrouble(
      _ kind: RemoteFailure.Kind, _ text: String, _ isRefused: Bool
    )
  {
    let meaning = MailboxConnector.meaning(of: RemoteFailure(kind: kind, curlCode: 67, text: text))
    if case .loginRefused(let words) = meaning {
      #expect(isRefused && words == text)
    } else {
      #expect(!isRefused)
    }
  }
}
