import Configuration
import Delivery
import Host
import Store
import Synchronization
import Testing

@testable import Poller

let old = "01-Jan-2020 00:00:00 +0000"

func polling(
  interval: Int64 = 60_000, idleRenewal: Int64 = 540_000, maxMailSize: Int = 1 << 20
) -> PollerSettings {
  var settings = PollerSettings()
  settings.commandTimeoutMilliseconds = 5_000
  settings.maxBackoffMilliseconds = 1_000
  settings.intervalMilliseconds = interval
  settings.idleRenewalMilliseconds = idleRenewal
  settings.maxMailSize = maxMailSize
  return settings
}

/// Runs a test in a room of its own and ends the room whatever happens.
func inRoom(
  _ settings: PollerSettings = polling(), _ body: (RoomUnderTest) async throws -> Void
) async throws {
  let room = try RoomUnderTest(settings)
  do {
    try await body(room)
  } catch {
    await room.end()
    throw error
  }
  await room.end()
}

@Suite struct PollerRoomTests {
  @Test func aFirstLookTakesOnlyWhatCameSinceTheAccountWasAdded() async throws {
    try await inRoom { test in
      try await test.add { server in
        server.deliver(mail("old"), at: old)
        server.deliver(mail("new"))
        server.deliver(mail("older"), at: old)
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["new"] })
      let account = try #require(try await test.account())
      let wanted = FolderCursor(uidValidity: 1, lastUID: 3)
      #expect(
        try await test.until {
          try await test.store.read { try $0.cursor(accountID: account.id, folder: "INBOX") } == wanted
        })
    }
  }

  @Test(arguments: [true, false]) func newMailIsSeenWithAndWithoutIdle(_ idle: Bool) async throws {
    try await inRoom(polling(interval: 100)) { test in
      let server = try await test.add { $0.state.withLock { if !idle { $0.capabilities = "IMAP4rev1 ESEARCH" } } }
      test.room.start()
      let waiting = idle ? "IDLE" : "NOOP"
      #expect(try await test.until { server.commands.contains(waiting) })
      server.deliver(mail("one"))
      #expect(try await test.until { try await test.inbound().count == 1 })
      server.deliver(mail("two"))
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", "two"] })
      #expect(server.state.withLock { $0.logins } == 1)
      // Nothing but these, all of which leave a mailbox as it is.
      let words = Set(server.commands.map { $0.split(separator: " ").prefix(2).joined(separator: " ") })
      #expect(
        words.isSubset(of: ["CAPABILITY", "LIST \"\"", "EXAMINE \"INBOX\"", "UID SEARCH", "UID FETCH", "IDLE", "NOOP"]))
      #expect(!server.commands.contains { $0.contains("BODY[") })
    }
  }

  @Test func aRebuiltMailboxReplaysNothingAndMissesNothing() async throws {
    try await inRoom { test in
      let server = try await test.add {
        for name in ["one", "two", "three"] { $0.deliver(mail(name)) }
        $0.deliver("Subject: no id\r\n\r\nbody\r\n")
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().count == 4 })
      server.state.withLock { $0.pushes = false }
      server.deliver(mail("came meanwhile"))
      server.rebuild()
      #expect(try await test.until { try await test.inbound().count == 5 })
      let account = try #require(try await test.account())
      #expect(
        try await test.until {
          try await test.store.read { try $0.cursor(accountID: account.id, folder: "INBOX") }
            == FolderCursor(uidValidity: 2, lastUID: 5)
        })
      #expect(try await test.inbound().count == 5)
      let events = try await test.store.read { try $0.events(after: 0, kind: "inbound.received", limit: 100) }
      #expect(events.count == 5)
      // Known by their headers: not fetched again. The one without a Message-ID is.
      #expect(server.commands.last { $0.contains("BODY.PEEK[]<") } == "UID FETCH 1:2 (UID BODY.PEEK[]<0.524288>)")
    }
  }

  @Test func mailsAreKnownAgainByTheServersOwnNames() async throws {
    try await inRoom { test in
      let server = try await test.add {
        $0.state.withLock { $0.capabilities = "IMAP4rev1 IDLE OBJECTID" }
        $0.deliver("Subject: no id\r\n\r\nbody\r\n")
        $0.deliver(mail("two"))
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().count == 2 })
      server.rebuild()
      #expect(try await test.until { server.state.withLock { $0.logins } == 2 && server.commands.last == "IDLE" })
      #expect(server.commands.filter { $0.contains("BODY.PEEK[]<") }.count == 1)
      #expect(try await test.inbound().count == 2)
    }
  }

  @Test func aServerWithoutUIDNEXTIsNotReadFromTheBeginning() async throws {
    try await inRoom { test in
      let server = try await test.add { server in
        server.state.withLock { $0.tellsUIDNext = false }
        for number in 0..<5 { server.deliver(mail("old \(number)"), at: old) }
      }
      test.room.start()
      #expect(try await test.until { server.commands.contains("IDLE") })
      server.deliver(mail("new"))
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["new"] })
    }
  }

  @Test func largeMailsComeInPiecesWhateverSizeIsAnnounced() async throws {
    try await inRoom { test in
      let whole = mail("whole", body: String(repeating: "0123456789abcde\n", count: 60_000))
      let long = mail("long", body: String(repeating: "0123456789abcde\n", count: 100_000))
      let server = try await test.add {
        $0.deliver(whole, announcedSize: 10)
        $0.deliver(long)
        $0.deliver(mail("small"), announcedSize: 4_000_000_000)
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().count == 3 })
      let rows = try await test.inbound()
      let bodies = try await test.store.read { reader in try rows.map { try reader.body($0.bodyID) ?? [] } }
      #expect(bodies[0] == Array(whole.utf8))
      #expect(bodies[1] == Array(long.utf8.prefix(1 << 20)))
      #expect(bodies[2] == Array(mail("small").utf8))
      #expect(server.commands.contains("UID FETCH 2 (UID BODY.PEEK[]<524288.524288>)"))
    }
  }

  @Test func aFirstLookGoesFromTheNewestDownAndTakesEachOnce() async throws {
    try await inRoom { test in
      let server = try await test.add { for number in 0..<730 { $0.deliver(mail("\(number)")) } }
      test.room.start()
      #expect(try await test.until { try await test.inbound().count == 730 })
      let order = try await test.inbound().compactMap { $0.subject.flatMap { Int($0) } }
      #expect(
        Set(order).count == 730 && order.prefix(100) == Array(630..<730)[...] && order.suffix(30) == Array(0..<30)[...])
      server.deliver(mail("next"))
      #expect(try await test.until { try await test.inbound().last?.subject == "next" })
    }
  }

  @Test func whatComesDuringALongFirstLookDoesNotWaitForItsEnd() async throws {
    try await inRoom { test in
      let server = try await test.add { server in
        for number in 0..<900 { server.deliver(mail("\(number)")) }
        server.state.withLock { $0.onFetch = ("UID FETCH 301:400 (UID BODY", { _ = $0.deliver(mail("urgent")) }) }
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().count == 901 })
      let order = try await test.inbound().map(\.subject)
      let place = try #require(order.firstIndex(of: "urgent"))
      #expect(place == 600, "read after the group that was being fetched")
      #expect(server.state.withLock { $0.logins } == 1)
    }
  }

  @Test func aFirstLookGoesOnWhereItWasCutOff() async throws {
    try await inRoom { test in
      let server = try await test.add { server in
        for number in 0..<900 { server.deliver(mail("\(number)")) }
        server.answer("UID FETCH 301:400 (UID BODY", with: "* BYE full\r\n")
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().count == 900 })
      #expect(server.state.withLock { $0.logins } == 2)
      let fetches = server.commands.filter { $0.contains("BODY.PEEK[]<") }
      #expect(Set(fetches).count == fetches.count - 1, "only the group that was cut off is fetched again")
    }
  }

  @Test func aRefusedLoginPausesOnlyThatAccount() async throws {
    try await inRoom { test in
      let words = "NO [AUTHENTICATIONFAILED] wrong password"
      let refused = try await test.add("refused@example.org") { server in
        server.state.withLock {
          $0.loginFailure = .loginRefused(words)
          $0.loginFailures = 1
        }
      }
      let server = try await test.add()
      test.room.start()
      #expect(try await test.until { try await test.account("refused@example.org")?.state == .paused })
      let account = try #require(try await test.account("refused@example.org"))
      #expect(account.reason == .authFailed && account.reasonText == words)
      server.deliver(mail("one"))
      #expect(try await test.until { try await test.inbound().count == 1 })
      #expect(refused.state.withLock { $0.logins } == 1)
      // A new password, and it is watched again.
      refused.deliver(mail("two"))
      try await test.store.write {
        try $0.putAccount(account.settings, sealedSecret: [1], now: RoomUnderTest.createdAt)
      }
      #expect(try await test.until { try await test.inbound().count == 2 })
    }
  }

  @Test func aRefusedLoginSaysNothingOfThePasswordThatCameMeanwhile() async throws {
    try await inRoom { test in
      let server = try await test.add()
      let settings = try #require(try await test.account()).settings
      server.state.withLock { state in
        state.loginFailure = .loginRefused("NO [AUTHENTICATIONFAILED] wrong password")
        state.loginFailures = 1
        // A login takes seconds: whoever mends the password does not wait for its end.
        state.duringLogin = { [store = test.store] in
          _ = try await store.write {
            try $0.putAccount(settings, sealedSecret: [1], now: RoomUnderTest.createdAt + 1)
          }
        }
      }
      server.deliver(mail("one"))
      test.room.start()
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one"] })
      #expect(server.state.withLock { $0.logins } == 2)
      // Never, not even for a moment, in which its mail would have stood still.
      let pauses = try await test.store.read { try $0.events(after: 0, kind: "account.paused", limit: 10) }
      #expect(pauses == [])
      #expect(try await test.account()?.state == .active)
    }
  }

  @Test func aRefusalThatCannotBeWrittenIsTriedAgain() async throws {
    try await inRoom { test in
      #expect(test.refuseToPause())
      let server = try await test.add { server in
        server.state.withLock {
          $0.loginFailure = .loginRefused("NO [AUTHENTICATIONFAILED] wrong password")
          $0.loginFailures = 1
        }
      }
      server.deliver(mail("one"))
      test.room.start()
      // Unwritten, it must not end the watch: nobody would know why the account's answers are no longer seen.
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one"] })
      #expect(server.state.withLock { $0.logins } == 2)
    }
  }

  @Test func accountsComeAndGoWhileItRuns() async throws {
    try await inRoom { test in
      test.room.start()
      let server = try await test.add()
      server.deliver(mail("one"))
      #expect(try await test.until { try await test.inbound().count == 1 })
      _ = try await test.store.write { try $0.removeAccount(at: "me@example.org", now: 1) }
      #expect(try await test.until { server.state.withLock { $0.wires.allSatisfy(\.isClosed) } })
      #expect(test.room.watched.isEmpty)
      try await test.add("other@example.org") { $0.deliver(mail("two")) }
      #expect(try await test.until { try await test.inbound().count == 2 })
    }
  }

  @Test(
    arguments: [
      ("EXAMINE", "* BYE full\r\n"), ("EXAMINE", "% NO [UNAVAILABLE] later\r\n"), ("UID SEARCH", "nonsense\r\n"),
      ("UID SEARCH", "* SEARCH 1 2 4294967296\r\n% OK\r\n"), ("UID SEARCH", "% BAD no\r\n"),
      ("UID SEARCH", "* ESEARCH (TAG \"x\") UID ALL 1:4294967295\r\n% OK\r\n"),
      ("UID FETCH", "* 1 FETCH (UID 1 RFC822.SIZE (((\r\n"),
      ("UID FETCH 1 (UID BODY", "* 1 FETCH (UID 1 BODY[] {9999999}\r\n"),
      ("UID FETCH 1 (UID BODY", "* 1 FETCH (UID 1 BODY[]<7> {1}\r\nx)\r\n% OK\r\n"),
      ("UID FETCH 1 (UID BODY", "* 1 FETCH (UID 1 BODY[TEXT]<0> {1}\r\nx)\r\n% OK\r\n"),
      // OK, and nothing of a mail that is there.
      ("UID FETCH 1 (UID RFC822", "% OK\r\n"), ("UID FETCH 1 (UID BODY", "% OK\r\n"),
      ("UID FETCH 1 (UID BODY", "* 1 FETCH (UID 1 BODY[]<0> NIL)\r\n% OK\r\n"),
      ("UID FETCH 1 (UID BODY", "* 1 FETCH (UID 1 BODY[]<0> \"\")\r\n% OK\r\n"),
      ("CAPABILITY", "* BAD LINE\n"), ("IDLE", "% OK at once\r\n"), ("IDLE", "* BYE idle no more\r\n"),
    ]) func aServersLapseIsFollowedByAnotherTry(_ command: String, _ answer: String) async throws
  {
    try await inRoom(polling(interval: 100)) { test in
      let server = try await test.add {
        $0.answer(command, with: answer)
        $0.deliver(mail("one"))
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one"] })
      #expect(try await test.until { server.state.withLock { $0.answers[0].times } == 0 })
      server.deliver(mail("two"))
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", "two"] })
    }
  }

  @Test func oneUnreadableMailIsPassedOverInTheEnd() async throws {
    try await inRoom { test in
      let server = try await test.add {
        for name in ["one", "two", "three"] { $0.deliver(mail(name)) }
        $0.answer("UID FETCH 1:3 (UID BODY", with: "% NO cannot\r\n", times: .max)
        $0.answer("UID FETCH 2 (UID BODY", with: "% NO damaged\r\n", times: .max)
        $0.answer("UID FETCH 2:3 (UID BODY", with: "% NO cannot\r\n", times: .max)
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", "three"] })
      server.deliver(mail("four"))
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", "three", "four"] })
    }
  }

  @Test func aMailThatIsNeverSentIsPassedOverInTheEnd() async throws {
    try await inRoom { test in
      let two = "* 2 FETCH (UID 2 BODY[]<0> NIL)\r\n% OK\r\n"
      let server = try await test.add {
        for name in ["one", "two", "three"] { $0.deliver(mail(name)) }
        $0.answer("UID FETCH 1:3 (UID BODY", with: two, times: .max)
        $0.answer("UID FETCH 2 (UID BODY", with: two, times: .max)
        $0.answer("UID FETCH 2:3 (UID BODY", with: two, times: .max)
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", "three"] })
      // Twice it might have come another time.
      #expect(server.state.withLock { $0.logins } == 3)
      server.deliver(mail("four"))
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", "three", "four"] })
    }
  }

  @Test func aMailThatCannotBeStoredHoldsUpNothing() async throws {
    try await inRoom { test in
      #expect(test.refuseToStore(subject: "two"))
      let server = try await test.add { for name in ["one", "two", "three"] { $0.deliver(mail(name)) } }
      test.room.start()
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", "three"] })
      server.deliver(mail("two again"))
      #expect(try await test.until { server.commands.contains { $0.hasPrefix("UID FETCH 4 (UID BODY") } })
      server.deliver(mail("five"))
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", "three", "five"] })
      #expect(server.state.withLock { $0.logins } == 1)
    }
  }

  @Test func aMailDeletedMeanwhileHoldsUpNothing() async throws {
    try await inRoom { test in
      let server = try await test.add {
        for name in ["one", "two", "three"] { $0.deliver(mail(name)) }
        $0.answer("UID FETCH 1:3 (UID BODY", with: "% NO [EXPUNGEISSUED] Some messages are gone\r\n")
        $0.answer("UID FETCH 2 (UID BODY", with: "% NO gone\r\n")
        $0.answer("UID SEARCH UID 2:2", with: "* SEARCH\r\n% OK\r\n")
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", "three"] })
      #expect(server.state.withLock { $0.logins } == 1)
    }
  }

  @Test func aServerThatDoesNotPushIsAskedInstead() async throws {
    try await inRoom(polling(interval: 50, idleRenewal: 50)) { test in
      let server = try await test.add { $0.state.withLock { $0.pushes = false } }
      test.room.start()
      #expect(try await test.until { server.commands.contains("NOOP") })
      server.deliver(mail("one"))
      #expect(try await test.until { try await test.inbound().count == 1 })
    }
  }

  @Test func aLostConnectionLosesNothing() async throws {
    try await inRoom { test in
      let server = try await test.add { $0.deliver(mail("one")) }
      test.room.start()
      #expect(try await test.until { try await test.inbound().count == 1 })
      server.state.withLock { $0.pushes = false }
      server.deliver(mail("two"))
      server.hangUp()
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", "two"] })
      #expect(server.state.withLock { $0.logins } == 2)
    }
  }

  @Test func reloadedSettingsTakeEffect() async throws {
    try await inRoom { test in
      let server = try await test.add()
      test.room.start()
      #expect(try await test.until { server.commands.contains("IDLE") })
      var settings = PollerSettings()
      settings.idle = false
      settings.intervalMilliseconds = 100
      test.room.reload(settings)
      #expect(try await test.until { server.commands.contains("NOOP") })
      #expect(server.state.withLock { $0.wires[0].isClosed })
    }
  }
}
