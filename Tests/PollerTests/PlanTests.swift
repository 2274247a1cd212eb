import Host
import IMAP
import Store
import Testing

@testable import Poller

@Suite struct PlanTests {
  @Test func plansFollowTheCursor() {
    let slack = LookPlan.clockSlack
    func plan(_ cursor: FolderCursor?) -> LookPlan {
      LookPlan(cursor: cursor, uidValidity: 7, uidNext: 10, accountCreatedAt: 10_000)
    }
    #expect(plan(nil) == .first(since: 10_000 - slack))
    #expect(plan(FolderCursor(uidValidity: 6, lastUID: 9)) == .rebuilt(since: 10_000 - slack))
    #expect(plan(FolderCursor(uidValidity: 7, lastUID: 9)) == .onward(after: 9))
    #expect(plan(FolderCursor(uidValidity: 7, lastUID: 10)) == .rebuilt(since: 10_000 - slack))
    #expect(plan(FolderCursor(uidValidity: 7, lastUID: 4_294_967_296)) == .rebuilt(since: 10_000 - slack))
    #expect(plan(nil).after == 0 && plan(FolderCursor(uidValidity: 7, lastUID: 9)).since == nil)
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
  }

  @Test(
    arguments: [
      (.login, "NO [AUTHENTICATIONFAILED] Authentication failed.", true),
      (.login, "NO [ALERT] Invalid credentials (Failure)", true),
      (.login, "Login denied", true),
      (.login, "NO [UNAVAILABLE] Temporary authentication failure.", false),
      (.login, "NO [ALERT] Too many simultaneous connections. (Failure)", false),
      (.login, "NO [LIMIT] Maximum number of connections from user+IP exceeded", false),
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
