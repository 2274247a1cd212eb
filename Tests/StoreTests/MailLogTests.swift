import Foundation
import Outreach
import Testing

@testable import Store

/// The mail log: what a crash, a torn write, a damaged file and an old copy of the store leave.
@Suite struct MailLogTests {
  /// A folder with a store that has a log; opened and closed at will.
  final class Place {
    let folder = NSTemporaryDirectory() + "postern-log-" + UUID().uuidString
    var path: String { folder + "/postern.db" }
    var log: String { path + "-mails" }

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func open() throws -> Store { try Store(path: path, logSize: 64 << 20, now: Bench.noon) }

    /// Runs `body` with the log's file of a closed store, and the number and place of the group that comes next.
    func withLog<T>(_ body: (MailLogFile, MailLogFile.Position) throws -> T) throws -> T {
      let connection = try SQLiteConnection(path: path, mode: .writer)
      defer { connection.close() }
      let transaction = Transaction(connection, SuppressionKey(), messageIDs: MessageIDs())
      let (store, position) = try transaction.logPosition(making: 1)
      return try body(try MailLogFile(path: log, store: store), position)
    }

    /// Writes groups as the log does, without a store that takes them: what a crash leaves.
    func leave(_ groups: [[LoggedMail]]) throws -> [MailLogFile.Place] {
      try withLog { file, position in
        var places: [MailLogFile.Place] = []
        var (number, offset) = (position.number, MailLogFile.begin)
        for mails in groups {
          number += 1
          let bytes = sealed(mails, store: file.store, number: number)
          try bytes.withUnsafeBytes { try file.commit($0, at: offset) }
          places.append(MailLogFile.Place(number: number, offset: offset, size: bytes.count, mails: mails.count))
          offset += bytes.count
        }
        return places
      }
    }

    func overwrite(_ bytes: [UInt8], at offset: Int) throws {
      let file = try #require(FileHandle(forUpdatingAtPath: log))
      try file.seek(toOffset: UInt64(offset))
      try file.write(contentsOf: Data(bytes))
      try file.close()
    }
  }

  static func sealed(_ mails: [LoggedMail], store: UInt64, number: UInt64) -> [UInt8] {
    let payload = mails.reduce(0) { $0 + $1.encodedSize }
    var bytes = [UInt8](repeating: 0xFF, count: MailLogGroup.size(payload: payload))
    bytes.withUnsafeMutableBytes { buffer in
      var at = MailLogGroup.headerSize
      for mail in mails { mail.encode(into: buffer, at: &at) }
      let header = MailLogGroup.Header(store: store, number: number, payload: payload, mails: mails.count)
      #expect(MailLogGroup.seal(header, in: buffer) == buffer.count)
    }
    return bytes
  }

  static func submission(
    _ subject: String, to recipients: [String] = ["ann@example.org"], body: Int = 100,
    _ change: (inout ControlHeaders) -> Void = { _ in }
  ) -> Submission {
    var control = ControlHeaders()
    change(&control)
    return Submission(
      workspaceID: 1, submitter: nil, sender: "app@example.com", recipients: recipients, fromAddress: nil,
      body: Array("Subject: \(subject)\r\n\r\n".utf8) + [UInt8](repeating: 0x61, count: body), messageID: nil,
      makeMessageID: { "<\(UUID().uuidString)@example.com>" }, subject: subject, control: control,
      receivedAt: Bench.noon, idempotencyWindow: 86_400_000)
  }

  static func mail(_ id: Int64, _ subject: String, body: Int = 100) throws -> LoggedMail {
    try #require(LoggedMail(submission(subject, body: body), firstID: { _ in id }))
  }

  static func subjects(_ store: Store) async throws -> [String] {
    try await store.read { reader in try reader.messages(MessageFilter()).map(\.message.subject) }
  }

  // MARK: - The ordinary way

  @Test func aMailComesBackAsItWent() throws {
    var submission = Self.submission(
      "Grüße", to: ["ann@example.org", "bob@example.org", "Ann@Example.org"], body: 5000)
    submission.fromAddress = "me@example.com"
    let mail = try #require(LoggedMail(submission, firstID: { $0 == 2 ? 41 : 0 }))
    #expect(mail.ids == [41, 42])
    let bytes = Self.sealed([mail, mail], store: 7, number: 9)
    try bytes.withUnsafeBytes { buffer in
      let header = try #require(MailLogGroup.header(of: buffer))
      #expect(header == .init(store: 7, number: 9, payload: 2 * mail.encodedSize, mails: 2))
      #expect(MailLogGroup.isWhole(header, buffer))
      var at = MailLogGroup.headerSize
      #expect(LoggedMail(buffer, at: &at) == mail)
      #expect(LoggedMail(buffer, at: &at) == mail)
      for cut in stride(from: 0, to: mail.encodedSize, by: 7) {
        var at = MailLogGroup.headerSize
        let short = UnsafeRawBufferPointer(rebasing: buffer[..<(MailLogGroup.headerSize + cut)])
        #expect(LoggedMail(short, at: &at) == nil)
      }
    }
  }

  @Test func onlyMailsThatNeedNoRowAreLogged() throws {
    let changes: [(inout ControlHeaders) -> Void] = [
      { ($0.sequence, $0.step) = ("s", 1) }, { $0.idempotencyKey = "k" }, { $0.cancelSequence = "s" },
      { $0.pool = "p" }, { $0.account = "a@example.com" }, { $0.sendAt = Bench.noon }, { $0.priority = 1 },
    ]
    for change in changes { #expect(LoggedMail(Self.submission("x", change), firstID: { _ in 1 }) == nil) }
    var asked = Self.submission("x")
    asked.requests = ["ann@example.org": DeliveryRequest(envelopeID: "e", allowsUTF8: false)]
    #expect(LoggedMail(asked, firstID: { _ in 1 }) == nil)
    var named = Self.submission("x")
    named.handInName = "n"
    #expect(LoggedMail(named, firstID: { _ in 1 }) == nil)
    var tied = Self.submission("x")
    tied.submitter = SubmitterRecord(
      id: 1, workspaceID: 1, name: "s", passwordHash: "", pools: ["p"], fromAddresses: [], keepsFrom: false)
    #expect(LoggedMail(tied, firstID: { _ in 1 }) == nil)
  }

  @Test func whoAsksSeesWhatWasAccepted() async throws {
    let place = try Place()
    let store = try place.open()
    defer { store.close() }
    for number in 1...30 {
      let isAlone = number % 2 == 0
      #expect(try await store.submit(Self.submission("m\(number)"), isAlone: isAlone) == .queued(ids: [Int64(number)]))
      #expect(try await store.read { try $0.message(Int64(number))?.subject } == "m\(number)")
    }
    // A transaction's mail comes behind the logged ones.
    #expect(try await store.submit(Self.submission("key") { $0.idempotencyKey = "k" }) == .queued(ids: [31]))
    #expect(try await store.submit(Self.submission("last")) == .queued(ids: [32]))
    #expect(try await store.write { try $0.message(32)?.subject } == "last")
    let events = try await store.read { try $0.events(after: 0, kind: "message.queued", limit: 100).map(\.messageID) }
    #expect(events == (1...32).map { Optional(Int64($0)) })
  }

  @Test func withoutAnybodyAskingTheRowsComeByThemselves() async throws {
    let place = try Place()
    let store = try place.open()
    defer { store.close() }
    await withCheckedContinuation { continuation in
      let isTold = OnceFlag()
      store.observe(.queue) { if isTold.raise() { continuation.resume() } }
      Task { _ = try await store.submit(Self.submission("quiet")) }
    }
    #expect(try await store.read(seesLog: false) { try $0.messageCounts().map(\.count) } == [1])
  }

  @Test func theRingGoesRoundAndGrows() async throws {
    let place = try Place()
    let store = try Store(path: place.path, logSize: 6 << 20, now: Bench.noon)
    let ids = try await withThrowingTaskGroup(of: [Int64].self) { group in
      for client in 0..<8 {
        group.addTask {
          var ids: [Int64] = []
          for number in 0..<40 {
            let size = (client * 40 + number) * 611 % 250_000
            let result = try await store.submit(Self.submission("\(client).\(number)", body: size))
            if case .queued(let queued) = result { ids += queued }
          }
          return ids
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(ids) == Set(1...320))
    store.close()
    // Whoever ends after somebody else has ended does no harm.
    store.close()
    let size = try #require(FileManager.default.attributesOfItem(atPath: place.log)[.size] as? Int)
    #expect((4 << 20...6 << 20).contains(size))
    let again = try place.open()
    defer { again.close() }
    #expect(again.recovered.mails == 0)
    let bodies = try await again.read { reader in
      try ids.map { try reader.message($0)?.subject ?? "lost" }
    }
    #expect(Set(bodies).count == 320)
  }

  // MARK: - After a crash

  @Test func whatACrashLeftIsTakenOnce() async throws {
    let place = try Place()
    try place.open().close()
    let groups = try (0..<50).map { group in
      try (0..<3).map { try Self.mail(Int64(group * 3 + $0 + 1), "\(group).\($0)", body: group * 900) }
    }
    _ = try place.leave(groups)
    for round in 0..<3 {
      let store = try place.open()
      #expect(store.recovered.mails == (round == 0 ? 150 : 0))
      #expect(!store.recovered.isOlderThanLog)
      #expect(try await store.read { try $0.messageCounts().map(\.count) } == [150 + Int64(round)])
      // New ids come behind those that were told.
      #expect(try await store.submit(Self.submission("new")) == .queued(ids: [151 + Int64(round)]))
      store.close()
    }
  }

  @Test func theLastGroupCountsWholeOrNotAtAll() async throws {
    let place = try Place()
    try place.open().close()
    let first = try [Self.mail(1, "first")]
    let torn = try [Self.mail(2, "torn", body: 6000), Self.mail(3, "torn too", body: 3000)]
    let (store, begin) = try place.withLog { ($0.store, $1) }
    let (number, offset) = (begin.number + 1, MailLogFile.begin)
    let whole = Self.sealed(first, store: store, number: number)
    let last = Self.sealed(torn, store: store, number: number + 1)
    // Each block of it may be the one that did not get there; and single octets.
    var lesions = stride(from: 0, to: last.count, by: 512).map { ($0, 512) }
    let payloadEnd = MailLogGroup.headerSize + torn.reduce(0) { $0 + $1.encodedSize }
    lesions += [0, 9, 17, 24, 28, 40, 47, 64, 100, 5000, payloadEnd - 1].map { ($0, 1) }
    for (start, count) in lesions where start < payloadEnd {
      var bytes = last
      for index in start..<min(start + count, bytes.count) { bytes[index] ^= count == 1 ? 0x10 : bytes[index] }
      guard bytes[..<payloadEnd] != last[..<payloadEnd] else { continue }
      try place.overwrite(whole + bytes, at: offset)
      let found = try place.withLog { file, stored in try file.recover(behind: stored) }
      #expect(found.groups.map(\.number) == [number], "octets \(start) to \(start + count)")
    }
    try place.overwrite(whole + last, at: offset)
    let opened = try place.open()
    #expect(try await Self.subjects(opened) == ["first", "torn", "torn too"])
    opened.close()
  }

  @Test func damageInTheMiddleIsNotPassedOver() throws {
    let place = try Place()
    try place.open().close()
    let places = try place.leave(try (1...3).map { [try Self.mail(Int64($0), "\($0)")] })
    try place.overwrite([0xFF], at: places[1].offset + 100)
    let error = #expect(throws: StoreError.self) { try place.open() }
    #expect("\(error.map { "\($0)" } ?? "")".contains("the log is damaged: group 3 is whole but 2 is not"))
  }

  /// The next group stands behind the last or at the beginning; at any other place it is a sign that the place of the last
  /// one, or the store's word for it, is wrong.
  @Test func aGroupWhereItDoesNotBelongIsNotPassedOver() throws {
    let place = try Place()
    try place.open().close()
    let (store, position) = try place.withLog { ($0.store, $1) }
    let stray = Self.sealed([try Self.mail(1, "stray")], store: store, number: position.number + 1)
    try place.overwrite(stray, at: MailLogFile.begin + 7 * MailLogGroup.block)
    let error = #expect(throws: StoreError.self) { try place.open() }
    #expect("\(error.map { "\($0)" } ?? "")".contains("stands where it does not belong"))
  }

  @Test func aLogThatWasCutShortIsNotTakenForAnEmptyOne() throws {
    let place = try Place()
    try place.open().close()
    try FileManager.default.removeItem(atPath: place.log)
    #expect(FileManager.default.createFile(atPath: place.log, contents: Data(count: 10)))
    let error = #expect(throws: StoreError.self) { try place.open() }
    #expect("\(error.map { "\($0)" } ?? "")".contains("too short for a mail log"))
  }

  @Test func anOldCopyOfTheStoreDoesNotTakeAgain() async throws {
    let place = try Place()
    let store = try place.open()
    _ = try await store.submit(Self.submission("early"))
    store.close()
    let copy = try Data(contentsOf: URL(filePath: place.path))
    let newer = try place.open()
    _ = try await newer.submit(Self.submission("late"))
    newer.close()
    // The late one may have been sent: an older store that finds it in the log must not send it again.
    try copy.write(to: URL(filePath: place.path))
    let restored = try place.open()
    #expect(restored.recovered.isOlderThanLog)
    #expect(restored.recovered.mails == 0)
    #expect(try await Self.subjects(restored) == ["early"])
    _ = try await restored.submit(Self.submission("after"))
    #expect(try await Self.subjects(restored) == ["early", "after"])
    restored.close()
    let again = try place.open()
    #expect(!again.recovered.isOlderThanLog)
    #expect(try await Self.subjects(again) == ["early", "after"])
    again.close()
  }

  @Test func theLogOfAnotherStoreIsNotTouched() throws {
    let (place, other) = (try Place(), try Place())
    try place.open().close()
    try other.open().close()
    try FileManager.default.removeItem(atPath: place.log)
    try FileManager.default.copyItem(atPath: other.log, toPath: place.log)
    let error = #expect(throws: StoreError.self) { try place.open() }
    #expect("\(error.map { "\($0)" } ?? "")".contains("belongs to another store"))
  }

  @Test func aLogThatIsSwitchedOffIsStillRead() async throws {
    let place = try Place()
    try place.open().close()
    _ = try place.leave([[try Self.mail(1, "left")]])
    let store = try Store(path: place.path, now: Bench.noon)
    defer { store.close() }
    #expect(store.recovered.mails == 1)
    #expect(try await Self.subjects(store) == ["left"])
  }
}

/// True once.
private final class OnceFlag: @unchecked Sendable {
  private let lock = NSLock()
  private var isRaised = false
  func raise() -> Bool {
    lock.lock()
    defer { lock.unlock() }
    defer { isRaised = true }
    return !isRaised
  }
}
