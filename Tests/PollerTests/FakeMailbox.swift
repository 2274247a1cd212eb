import Foundation
import Host
import IMAP
import Synchronization

@testable import Poller

/// An IMAP server in memory with one INBOX: what the tests script, and a record of every command it was given.
final class FakeMailbox: Sendable {
  struct Mail: Sendable {
    var uid: UInt32
    var bytes: [UInt8]
    var internalDate: String
    /// What RFC822.SIZE says; nil: the truth.
    var announcedSize: Int?
    /// The same under whatever UID.
    var emailID = ""
  }

  struct State: Sendable {
    var mails: [Mail] = []
    var uidValidity: UInt32 = 1
    var uidNext: UInt32 = 1
    var capabilities = "IMAP4rev1 IDLE"
    var pushes = true
    var tellsUIDNext = true
    var commands: [String] = []
    var logins = 0
    /// Answers a command (without its tag) in place of the server; `%` stands for the tag.
    var answers: [(prefix: String, answer: String, times: Int)] = []
    var wires: [FakeWire] = []
    /// What happens while a command is answered, once.
    var onFetch: (prefix: String, happens: @Sendable (FakeMailbox) -> Void)?
    /// Why a login fails, and how often.
    var loginFailure: WatchFailure?
    var loginFailures = 0
    /// What happens while a login is under way, once.
    var duringLogin: (@Sendable () async throws -> Void)?
  }

  let state = Mutex(State())

  /// Puts a mail into the INBOX, and tells whoever idles.
  @discardableResult
  func deliver(_ text: String, at internalDate: String = "01-Jan-2030 00:00:00 +0000", announcedSize: Int? = nil)
    -> UInt32
  {
    let bytes = Array(text.utf8)
    let (uid, wires, exists) = state.withLock { state in
      let uid = state.uidNext
      state.uidNext += 1
      state.mails.append(
        Mail(uid: uid, bytes: bytes, internalDate: internalDate, announcedSize: announcedSize, emailID: "M\(uid)"))
      return (uid, state.pushes ? state.wires : [], state.mails.count)
    }
    for wire in wires { wire.push(exists) }
    return uid
  }

  /// Gives every mail a new UID in reverse, as a server does that lost its index.
  func rebuild() {
    let wires = state.withLock { state in
      state.uidValidity += 1
      state.mails.reverse()
      for index in state.mails.indices { state.mails[index].uid = UInt32(index) + 1 }
      state.uidNext = UInt32(state.mails.count) + 1
      return state.wires
    }
    for wire in wires { wire.hangUp() }
  }

  func answer(_ prefix: String, with answer: String, times: Int = 1) {
    state.withLock { $0.answers.append((prefix, answer, times)) }
  }

  func hangUp() {
    for wire in state.withLock({ $0.wires }) { wire.hangUp() }
  }

  var commands: [String] { state.withLock { $0.commands } }

  func login(on loop: EventLoop) async -> Result<MailboxLogin, WatchFailure> {
    // Decided before anything happens: a watch that begins meanwhile must not get this one's refusal.
    let (happening, failure) = state.withLock { state in
      defer { state.duringLogin = nil }
      guard state.loginFailures > 0 else { return (state.duringLogin, WatchFailure?.none) }
      if state.loginFailure != nil { state.loginFailures -= 1 }
      return (state.duringLogin, state.loginFailure)
    }
    do {
      try await happening?()
    } catch {
      return .failure(.unreachable("\(error)"))
    }
    return state.withLock { state in
      state.logins += 1
      if let failure { return .failure(failure) }
      let wire = FakeWire(server: self, loop: loop)
      state.wires.append(wire)
      return .success(MailboxLogin(wire: wire, transcript: ["* OK hi", "A2 OK logged in"]))
    }
  }

  /// The answer to one command line.
  func reply(to line: String, on wire: FakeWire) -> String {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    guard words.count == 2 else { return line == "DONE" ? wire.endIdle() : "* BAD what\r\n" }
    let (tag, command) = (words[0], words[1])
    let scripted = state.withLock { state -> String? in
      state.commands.append(command)
      for index in state.answers.indices where command.hasPrefix(state.answers[index].prefix) {
        guard state.answers[index].times > 0 else { continue }
        state.answers[index].times -= 1
        return state.answers[index].answer
      }
      return nil
    }
    if let scripted { return scripted.replacing("%", with: tag) }
    let happening = state.withLock { state -> (@Sendable (FakeMailbox) -> Void)? in
      guard let due = state.onFetch, command.hasPrefix(due.prefix) else { return nil }
      state.onFetch = nil
      return due.happens
    }
    if let happening {
      happening(self)
      return reply(to: "\(tag) \(command)", on: wire)
        .replacing("\(tag) OK", with: "* \(state.withLock { $0.mails.count }) EXISTS\r\n\(tag) OK")
    }
    return state.withLock { state in
      let done = "\(tag) OK done\r\n"
      if command == "CAPABILITY" { return "* CAPABILITY \(state.capabilities)\r\n" + done }
      if command == "NOOP" { return "* \(state.mails.count) EXISTS\r\n" + done }
      if command == "IDLE" { return "+ idling\r\n" + wire.beginIdle(tag, exists: state.pushes ? state.mails.count : 0) }
      if command == "EXAMINE \"INBOX\"" {
        wire.tell(state.mails.count)
        let next = state.tellsUIDNext ? "* OK [UIDNEXT \(state.uidNext)] next\r\n" : ""
        return "* \(state.mails.count) EXISTS\r\n* OK [UIDVALIDITY \(state.uidValidity)] v\r\n\(next)"
          + "\(tag) OK [READ-ONLY] open\r\n"
      }
      if command.hasPrefix("UID SEARCH") { return search(command, state) + done }
      if command.hasPrefix("UID FETCH") { return fetch(command, state) + done }
      return "\(tag) BAD unknown command\r\n"
    }
  }

  /// `UID SEARCH [RETURN (ALL)] UID a:b [SINCE day]`; the day is left to the client, which must check the instant anyway.
  private func search(_ command: String, _ state: State) -> String {
    let words = command.split(separator: " ").map(String.init)
    guard let at = words.dropFirst().firstIndex(where: { $0 == "UID" }), at + 1 < words.count else { return "" }
    let bounds = words[at + 1].split(separator: ":").map(String.init)
    let last = state.mails.last?.uid ?? 0
    let first = UInt32(bounds[0]) ?? 0
    let end = bounds[1] == "*" ? last : UInt32(bounds[1]) ?? 0
    // "9:*" names the last mail even when its UID is below 9.
    let range = min(first, end)...max(first, end)
    let hits = state.mails.map(\.uid).filter { range.contains($0) || (bounds[1] == "*" && $0 == last) }
    if command.contains("RETURN") {
      return "* ESEARCH (TAG \"x\") UID" + (hits.isEmpty ? "" : " ALL \(IdentifierSet(hits).encoded)") + "\r\n"
    }
    return "* SEARCH " + hits.map { "\($0)" }.joined(separator: " ") + "\r\n"
  }

  private func fetch(_ command: String, _ state: State) -> String {
    let words = command.split(separator: " ", maxSplits: 3).map(String.init)
    guard words.count == 4 else { return "" }
    let wanted = IdentifierSet(
      words[2].split(separator: ",").map { part in
        let ends = part.split(separator: ":").compactMap { UInt32($0) }
        return ends[0]...ends[ends.count - 1]
      })
    var answer = ""
    for (index, mail) in state.mails.enumerated() where wanted.contains(mail.uid) {
      answer += "* \(index + 1) FETCH (UID \(mail.uid)"
      if words[3].contains("RFC822.SIZE") {
        answer += " RFC822.SIZE \(mail.announcedSize ?? mail.bytes.count) INTERNALDATE \"\(mail.internalDate)\""
      }
      if words[3].contains("EMAILID") { answer += " EMAILID (\(mail.emailID)) THREADID NIL" }
      if let fields = words[3].range(of: "HEADER.FIELDS ("),
        let end = words[3].range(of: "])") ?? words[3].range(of: ")]")
      {
        let names = words[3][fields.upperBound..<end.lowerBound]
        let header = String(decoding: mail.bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n")[0] + "\r\n\r\n"
        answer += " BODY[HEADER.FIELDS (\(names))] {\(header.utf8.count)}\r\n\(header)"
      }
      if let at = words[3].range(of: "BODY.PEEK[]<") {
        let numbers = words[3][at.upperBound...].prefix { $0 != ">" }.split(separator: ".").compactMap { Int($0) }
        let piece = mail.bytes.dropFirst(numbers[0]).prefix(numbers[1])
        answer += " BODY[]<\(numbers[0])> {\(piece.count)}\r\n" + String(decoding: piece, as: UTF8.self)
      }
      answer += ")\r\n"
    }
    return answer
  }
}

/// One connection to a `FakeMailbox`.
final class FakeWire: MailboxWire {
  private struct State {
    var outgoing: [UInt8] = []
    var incoming: [UInt8] = []
    var idleTag: String?
    /// The number of mails that the client was told last.
    var told = 0
    var isClosed = false
    var hungUp = false
  }

  private let server: FakeMailbox
  private let bell: Doorbell
  private let state = Mutex(State())

  init(server: FakeMailbox, loop: EventLoop) {
    self.server = server
    bell = Doorbell(loop: loop)
  }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  func tell(_ exists: Int) { state.withLock { $0.told = exists } }

  /// What a server says first: the mails that came since it last told.
  func beginIdle(_ tag: String, exists: Int) -> String {
    state.withLock { state in
      state.idleTag = tag
      defer { state.told = max(exists, state.told) }
      return exists > state.told ? "* \(exists) EXISTS\r\n" : ""
    }
  }

  func endIdle() -> String {
    state.withLock { state in
      defer { state.idleTag = nil }
      return state.idleTag.map { "\($0) OK idle done\r\n" } ?? "* BAD not idling\r\n"
    }
  }

  func push(_ exists: Int) {
    state.withLock { state in
      guard state.idleTag != nil else { return }
      state.told = exists
      state.outgoing += Array("* \(exists) EXISTS\r\n".utf8)
    }
    bell.ring()
  }

  func hangUp() {
    state.withLock { $0.hungUp = true }
    bell.ring()
  }

  func read(into buffer: inout [UInt8], atMost: Int, deadline: Int64?) async -> Transfer {
    while true {
      if Task.isCancelled { return .cancelled }
      let (bytes, hungUp) = state.withLock { state in
        let bytes = Array(state.outgoing.prefix(atMost))
        state.outgoing.removeFirst(bytes.count)
        return (bytes, state.hungUp)
      }
      if !bytes.isEmpty {
        buffer += bytes
        return .bytes(bytes.count)
      }
      if hungUp { return .end }
      if let deadline, Clock.monotonic() >= deadline { return .timedOut }
      await bell.wait(until: deadline)
    }
  }

  func wait(deadline: Int64?) async -> Transfer? {
    while true {
      if Task.isCancelled { return .cancelled }
      if state.withLock({ !$0.outgoing.isEmpty || $0.hungUp }) { return nil }
      if let deadline, Clock.monotonic() >= deadline { return .timedOut }
      await bell.wait(until: deadline)
    }
  }

  func write(_ bytes: [UInt8], deadline: Int64?) async -> Transfer {
    let lines = state.withLock { state in
      state.incoming += bytes
      var lines: [String] = []
      while let end = state.incoming.firstIndex(of: UInt8(ascii: "\n")) {
        lines.append(String(decoding: state.incoming[..<end].dropLast(), as: UTF8.self))
        state.incoming.removeSubrange(...end)
      }
      return lines
    }
    for line in lines {
      let reply = server.reply(to: line, on: self)
      state.withLock { $0.outgoing += Array(reply.utf8) }
    }
    return .bytes(bytes.count)
  }

  func close() { state.withLock { $0.isClosed = true } }
}
