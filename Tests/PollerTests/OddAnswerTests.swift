import Configuration
import Host
import Store
import Synchronization
import Testing

@testable import Poller

/// Answers that a server may give and hardly any does, and folders that change while they are watched.
@Suite struct OddAnswerTests {
  private static func facts(_ uid: Int, size: String = "9", at date: String = "01-Jan-2030 00:00:00 +0000") -> String {
    "* \(uid) FETCH (UID \(uid) RFC822.SIZE \(size) INTERNALDATE \"\(date)\")\r\n"
  }

  @Test func sizesThatNoNumberHoldsTogetherHarmNothing() async throws {
    try await inRoom { test in
      let most = "\(UInt64.max)"
      try await test.add {
        for name in ["one", "two"] { $0.deliver(mail(name)) }
        $0.answer("UID FETCH 1:2 (UID RFC822", with: Self.facts(1, size: most) + Self.facts(2, size: most) + "% OK\r\n")
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", "two"] })
    }
  }

  /// Somebody reads his mail while it is looked at for the first time (RFC 9051 section 7.5.2, RFC 7162 section 3.2.4).
  @Test func whatComesBetweenTheAnswersTakesNothingFromThem() async throws {
    try await inRoom { test in
      let seen = "* 1 FETCH (UID 1 MODSEQ (7) FLAGS (\\Seen))\r\n* 1 FETCH (FLAGS (\\Seen))\r\n"
      try await test.add {
        for name in ["one", "two", "three"] { $0.deliver(mail(name)) }
        $0.answer(
          "UID FETCH 1:3 (UID RFC822",
          with: Self.facts(3) + "* 4 EXISTS\r\n" + Self.facts(1, at: old) + seen + "* OK still here\r\n* 9 RECENT\r\n"
            + "* 2 FETCH (INTERNALDATE \"01-Jan-2030 00:00:00 +0000\" UID 2)\r\n* 2 FETCH (RFC822.SIZE 9 UID 2)\r\n"
            + "* 17 FETCH (UID 1717 FLAGS ())\r\n% OK\r\n")
      }
      test.room.start()
      // The first came before the account did; that it has been read meanwhile does not make it new.
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["two", "three"] })
      let account = try #require(try await test.account())
      #expect(
        try await test.until {
          try await test.store.read { try $0.cursor(accountID: account.id, folder: "INBOX") }?.backlog == nil
        })
      #expect(try await test.inbound().count == 2)
    }
  }

  @Test func anEmptyMailHoldsUpNothing() async throws {
    try await inRoom { test in
      let server = try await test.add {
        $0.deliver(mail("one"))
        $0.deliver("", announcedSize: 0)
        $0.deliver(mail("three"))
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one", nil, "three"] })
      #expect(server.state.withLock { $0.logins } == 1)
    }
  }

  @Test func aMailThatIsTooLargeSaysSo() async throws {
    try await inRoom(polling(maxMailSize: 400)) { test in
      try await test.add {
        $0.deliver(mail("large", body: String(repeating: "x", count: 1_000)))
        $0.deliver(mail("next"))
      }
      test.room.start()
      #expect(try await test.until { try await test.inbound().count == 2 })
      let rows = try await test.inbound()
      #expect(rows[0].verdict.contains("of which the first 400 were read") && rows[1].subject == "next")
      #expect(!rows[1].verdict.contains("were read"))
    }
  }

  /// Names as literals, in UTF-8 or in modified UTF-7, on servers with and without levels: each is asked for as it was given.
  @Test(
    arguments: [
      ("ENABLE UTF8=ACCEPT", "\"/\" \"Ünerwünscht & mehr\"", "\"Ünerwünscht & mehr\""),
      ("ENABLE", "\"/\" \"&ANw-nerw&APw-nscht &- mehr\"", "\"&ANw-nerw&APw-nscht &- mehr\""),
      ("NAMESPACE", "NIL {12}\r\nSpam \"a\" \\ *", "\"Spam \\\"a\\\" \\\\ *\""), ("IDLE", "\"\" \"*{5}\"", "\"*{5}\""),
    ]) func aFolderIsAskedForByTheNameThatItHas(_ offer: String, _ listed: String, _ asked: String) async throws
  {
    try await inRoom { test in
      let server = try await test.add {
        $0.state.withLock { $0.capabilities = "IMAP4rev1 \(offer)" }
        $0.answer("ENABLE", with: "* ENABLED UTF8=ACCEPT\r\n% OK\r\n")
        $0.answer("NAMESPACE", with: "* NAMESPACE ((\"\" NIL)) NIL NIL\r\n% OK\r\n")
        $0.answer("LIST", with: "* LIST (\\Junk) \(listed)\r\n* LIST () NIL INBOX\r\n% OK\r\n")
        $0.answer("STATUS \(asked)", with: "* STATUS \(asked) (UIDNEXT 1 UIDVALIDITY 9)\r\n% OK\r\n", times: .max)
      }
      test.room.start()
      #expect(try await test.until { server.commands.contains("EXAMINE \(asked)") }, "\(server.commands)")
    }
  }

  /// The user renames a folder, or the server makes one for the first spam.
  @Test func aFolderThatIsGoneIsLookedForAgain() async throws {
    var settings = polling()
    settings.foldersIntervalMilliseconds = 100
    try await inRoom(settings) { test in
      func listed(_ names: String...) -> String {
        names.map { "* LIST (\\HasNoChildren) \"/\" \($0)\r\n" }.joined() + "% OK\r\n"
      }
      let server = try await test.add {
        $0.answer("LIST", with: listed("INBOX", "Sent"))
        $0.answer("STATUS \"Sent\"", with: "% NO [NONEXISTENT] no such mailbox\r\n", times: .max)
        $0.answer("LIST", with: listed("INBOX", "Junk", "\"Sent Items\""), times: .max)
        for name in ["Junk", "Sent Items"] {
          $0.answer(
            "STATUS \"\(name)\"", with: "* STATUS \"\(name)\" (UIDNEXT 1 UIDVALIDITY 9)\r\n% OK\r\n", times: .max)
          $0.answer(
            "EXAMINE \"\(name)\"", with: "* 0 EXISTS\r\n* OK [UIDVALIDITY 9] v\r\n* OK [UIDNEXT 1] n\r\n% OK\r\n",
            times: .max)
        }
      }
      test.room.start()
      #expect(try await test.until { server.commands.contains("EXAMINE \"Sent Items\"") })
      #expect(server.commands.contains("EXAMINE \"Junk\""))
      #expect(server.commands.filter { $0 == "STATUS \"Sent\" (MESSAGES UIDNEXT UIDVALIDITY)" }.count == 1)
      server.deliver(mail("one"))
      #expect(try await test.until { try await test.inbound().map(\.subject) == ["one"] })
      #expect(server.state.withLock { $0.logins } == 1)
    }
  }

  /// It has Cc to himself, or came through a list; the copy in Sent comes later.
  @Test func whatTheOwnerWroteWithACopyToHimselfIsNoAnswer() {
    let text =
      "From: me@example.org\r\nTo: ann@example.com\r\nCc: me@example.org\r\nSubject: Re: offer\r\nMessage-ID: <a@x.example>\r\n"
      + "In-Reply-To: <o@x.example>\r\n\r\nyes\r\n"
    let mail = FetchedMail(facts: MailFacts(uid: 7, size: 0), bytes: Array(text.utf8), isTruncated: false)
    let seen = SortedInbound(mail, accountID: 1, address: "me@example.org", folder: .inbox, now: 9)
    #expect(seen.isByHand && seen.inbound.rule == "own.address" && seen.inbound.answers.isEmpty)
    #expect(seen.asSent.recipients == ["ann@example.com", "me@example.org"])
  }
}
