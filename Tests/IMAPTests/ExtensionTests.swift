import IMAP
import Testing

private let literalSearch = Command.search([.header(name: "Subject", contains: "größe")], extended: false)
private let status = Command.status(mailbox: "Entwürfe", modSequence: true, mailboxID: true)
private let resync = Command.examine(
  mailbox: "INBOX", resync: .qresync(uidValidity: 7, modSequence: 90, known: 12 ... .max))

private func login(_ capabilities: String) -> [String] { ["A1 OK [CAPABILITY IMAP4rev1 \(capabilities)] in"] }

private let conversations: [Conversation] = [
  Conversation(
    name: "literal that waits for the server's +",
    steps: opened + [.send(literalSearch), .server("+ go\r\n"), .server("* SEARCH 4\r\nP2 OK\r\n")],
    actions: openedActions + [
      written("P2 UID SEARCH CHARSET UTF-8 HEADER \"Subject\" {7}"), written("größe"),
      .found(SearchResult(identifiers: IdentifierSet([4]))), finished("P2", literalSearch),
    ]),
  Conversation(
    name: "literal refused before it is sent",
    steps: opened + [.send(literalSearch), .server("P2 BAD no\r\n"), .send(.noop), .server("P3 OK\r\n")],
    actions: openedActions + [
      written("P2 UID SEARCH CHARSET UTF-8 HEADER \"Subject\" {7}"), finished("P2", literalSearch, "no", .bad),
      written("P3 NOOP"), finished("P3", .noop),
    ]),
  Conversation(
    name: "no continuation is taken after the last literal",
    steps: opened + [.send(literalSearch), .server("+\r\n+\r\n")],
    actions: openedActions + [
      written("P2 UID SEARCH CHARSET UTF-8 HEADER \"Subject\" {7}"), written("größe"),
      .failed(.unexpectedContinuation("")),
    ]),
  Conversation(
    name: "LITERAL+", transcript: login("LITERAL+"), steps: opened + [.send(literalSearch)],
    actions: openedActions + [written("P2 UID SEARCH CHARSET UTF-8 HEADER \"Subject\" {7+}\r\ngröße")]),
  Conversation(
    name: "LITERAL-", transcript: login("LITERAL-"),
    steps: opened + [.send(literalSearch), .server("P2 OK\r\n"), .send(.list(pattern: long, specialUse: false))],
    actions: openedActions + [
      written("P2 UID SEARCH CHARSET UTF-8 HEADER \"Subject\" {7+}\r\ngröße"), finished("P2", literalSearch),
      written("P3 LIST \"\" {5000}"),
    ]),
  Conversation(
    name: "UTF8=ACCEPT changes the spelling of names and searches",
    steps: [
      .send(.enable(["QRESYNC", "UTF8=ACCEPT"])), .server("* ENABLED QRESYNC UTF8=ACCEPT\r\nP1 OK\r\n"),
      .send(.list(pattern: "Entwürfe & mehr", specialUse: false)),
      .server("* LIST () \"/\" \"Entwürfe &- mehr\"\r\nP2 OK\r\n"), .send(inbox),
      .server("* 1 EXISTS\r\nP3 OK\r\n"), .send(literalSearch),
    ],
    actions: [
      written("P1 ENABLE QRESYNC UTF8=ACCEPT"), finished("P1", .enable(["QRESYNC", "UTF8=ACCEPT"])),
      written("P2 LIST \"\" \"Entwürfe & mehr\""),
      .listed(ListEntry(attributes: [], delimiter: "/", name: "Entwürfe &- mehr")),
      finished("P2", .list(pattern: "Entwürfe & mehr", specialUse: false)),
      written("P3 EXAMINE \"INBOX\""), finished("P3", inbox),
      written("P4 UID SEARCH HEADER \"Subject\" \"größe\""),
    ]),
  Conversation(
    name: "status",
    steps: [
      .send(status),
      .server(
        "* STATUS \"Entw&APw-rfe\" (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 5 HIGHESTMODSEQ 77 MAILBOXID (F1) X (1 (2)))\r\n"
          + "P1 OK\r\n"),
    ],
    actions: [
      written("P1 STATUS \"Entw&APw-rfe\" (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ MAILBOXID)"),
      .mailboxStatus(
        with(MailboxStatus(name: "Entwürfe")) {
          $0.messages = 3
          $0.uidNext = 9
          $0.uidValidity = 5
          $0.highestModSequence = 77
          $0.mailboxID = "F1"
        }), finished("P1", status),
    ]),
  Conversation(
    name: "QRESYNC tells of new mail while opening",
    steps: [
      .send(resync),
      .server(
        "* 5 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [HIGHESTMODSEQ 95] m\r\n* OK [MAILBOXID (abc)] i\r\n"
          + "* VANISHED (EARLIER) 12,14:16\r\n* 5 FETCH (UID 13 FLAGS () MODSEQ (95))\r\nP1 OK [READ-ONLY] open\r\n"),
      .send(.noop), .server("* VANISHED 13\r\n* VANISHED 1:4294967295\r\nP2 OK\r\n"),
    ],
    actions: [
      written("P1 EXAMINE \"INBOX\" (QRESYNC (7 90 12:4294967295))"),
      message(5) {
        $0.uid = 13
        $0.flags = []
        $0.modSequence = 95
      },
      finished("P1", resync, "open", code: .readOnly), written("P2 NOOP"), finished("P2", .noop),
    ]),
  Conversation(
    name: "ids of objects, RFC 8474 and Gmail",
    steps: opened + [
      .send(.fetch(IdentifierSet([1]), [.uid, .objectIDs, .gmailIDs])),
      .server(
        "* 1 FETCH (UID 1 EMAILID (M6d99ac3275bb4e) THREADID (T64b478a75b7ea9) X-GM-MSGID 1278455344230334865 "
          + "X-GM-THRID 1266894439832287888)\r\n* 2 FETCH (UID 2 EMAILID (M1) THREADID NIL)\r\nP2 OK\r\n"),
    ],
    actions: openedActions + [
      written("P2 UID FETCH 1 (UID EMAILID THREADID X-GM-MSGID X-GM-THRID)"),
      message(1) {
        $0.uid = 1
        $0.emailID = "M6d99ac3275bb4e"
        $0.threadID = "T64b478a75b7ea9"
        $0.gmailMessageID = 1_278_455_344_230_334_865
        $0.gmailThreadID = 1_266_894_439_832_287_888
      },
      message(2) {
        $0.uid = 2
        $0.emailID = "M1"
      },
      finished("P2", .fetch(IdentifierSet([1]), [.uid, .objectIDs, .gmailIDs])),
    ]),
  Conversation(
    name: "namespaces of Courier, of none and of Dovecot",
    steps: [
      .send(.namespace),
      .server(
        "* NAMESPACE ((\"INBOX.\" \".\")) NIL ((\"#shared.\" \".\"))\r\n* NAMESPACE NIL NIL NIL\r\n"
          + "* NAMESPACE ((\"\" \"/\")(\"#mh/\" \"/\" \"X\" (\"Y\"))) NIL NIL\r\nP1 OK\r\n"),
    ],
    actions: [
      written("P1 NAMESPACE"), .namespace(Namespace(prefix: "INBOX.", delimiter: ".")),
      .namespace(Namespace(prefix: "", delimiter: "/")), finished("P1", .namespace),
    ]),
  Conversation(
    name: "compression begins with the byte after the completion",
    steps: [.send(.compress), .server("P1 OK on\r\n")],
    actions: [written("P1 COMPRESS DEFLATE"), finished("P1", .compress, "on"), .compressed([])]),
  Conversation(
    name: "compression refused", steps: [.send(.compress), .server("P1 NO [COMPRESSIONACTIVE] already\r\n")],
    actions: [
      written("P1 COMPRESS DEFLATE"), finished("P1", .compress, "already", .no, code: .other("COMPRESSIONACTIVE", "")),
    ]),
  Conversation(
    name: "moving",
    steps: [
      .send(.moving(.create(mailbox: "Bounces"))), .server("P1 NO [ALREADYEXISTS] there\r\n"),
      .send(.moving(.select(mailbox: "INBOX"))), .server("* 2 EXISTS\r\nP2 OK [READ-WRITE] open\r\n"),
      .send(.moving(.move(IdentifierSet([4]), to: "Bounces"))),
      .server("* OK [COPYUID 1 4 1] done\r\n* 1 EXPUNGE\r\nP3 NO [TRYCREATE] no\r\n"),
    ],
    actions: [
      written("P1 CREATE \"Bounces\""),
      finished("P1", .moving(.create(mailbox: "Bounces")), "there", .no, code: .other("ALREADYEXISTS", "")),
      written("P2 SELECT \"INBOX\""),
      finished("P2", .moving(.select(mailbox: "INBOX")), "open", code: .readWrite),
      written("P3 UID MOVE 4 \"Bounces\""), .expunged(1),
      finished("P3", .moving(.move(IdentifierSet([4]), to: "Bounces")), "no", .no, code: .noSuchMailbox),
    ]),
]

private let long = String(repeating: "x", count: 5_000)

private func with<T>(_ value: T, _ change: (inout T) -> Void) -> T {
  var value = value
  change(&value)
  return value
}

@Suite struct ExtensionTests {
  @Test(arguments: conversations) func plays(_ conversation: Conversation) {
    #expect(conversation.play { [$0] }.actions == conversation.actions)
  }

  @Test(arguments: conversations) func playsSplitAtEachByte(_ conversation: Conversation) {
    for index in 0...conversation.longestAnswer {
      let played = conversation.play { [Array($0.prefix(index)), Array($0.dropFirst(index))] }
      #expect(played.actions == conversation.actions, "split at \(index)")
    }
  }

  @Test func whatFollowsTheCompletionOfCompressIsNotReadAsText() throws {
    for rest in 0...4 {
      var session = ClientSession(loggedInWith: login("COMPRESS=DEFLATE"))
      _ = try session.submit(.compress)
      let compressed = Array(([0x2a, 0x0d, 0x0a, 0xff] as [UInt8]).prefix(rest))
      let actions = session.receive(Array("P1 OK on\r\n".utf8) + compressed)
      #expect(actions.last == .compressed(compressed))
      #expect(session.receive(Array("* 2 EXISTS\r\n".utf8)).isEmpty && session.phase == .authenticated)
    }
  }

  @Test func vanishedMailIsNoLongerCounted() throws {
    let played = try #require(conversations.first { $0.name.hasPrefix("QRESYNC") }).play { [$0] }
    #expect(played.session.mailbox?.exists == 0)
    #expect(played.session.mailbox?.mailboxID == "abc" && played.session.mailbox?.highestModSequence == 95)
  }

  @Test(
    arguments: [
      (
        Command.id([IDField("name", "Postern"), IDField("version", "1 \"x\"")]),
        "ID (\"name\" \"Postern\" \"version\" \"1 \\\"x\\\"\")"
      ),
      (.examine(mailbox: "a", resync: .condstore), "EXAMINE \"a\" (CONDSTORE)"),
      (.moving(.copy(IdentifierSet([3, 4]), to: "B")), "UID COPY 3:4 \"B\""),
      (.moving(.delete(IdentifierSet([3]))), "UID STORE 3 +FLAGS.SILENT (\\Deleted)"),
      (.moving(.expunge(IdentifierSet([3]))), "UID EXPUNGE 3"),
      (.search([.gmailRaw("rfc822msgid:a@b")], extended: true), "UID SEARCH RETURN (ALL) X-GM-RAW \"rfc822msgid:a@b\""),
      (
        .fetch(IdentifierSet([1]), [.headerFields(["Message-ID", "Date"]), .modSequence]),
        "UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (Message-ID Date)] MODSEQ)"
      ),
    ]) func encodes(_ command: Command, _ line: String) throws
  {
    var session = ClientSession(loggedInWith: [])
    _ = try session.submit(inbox)
    _ = session.receive(Array("P1 OK\r\n".utf8))
    #expect(try session.submit(command).bytes == Array("P2 \(line)\r\n".utf8))
  }

  @Test(
    arguments: [
      Command.enable([]), .enable(["A B"]), .id([]), .id([IDField("n", String(repeating: "x", count: 1_025))]),
      .examine(mailbox: "a", resync: .qresync(uidValidity: 0, modSequence: 1, known: 1...2)),
      .fetch(IdentifierSet([1]), [.headerFields(["a) b"])]), .fetch(IdentifierSet([1]), [.headerFields([])]),
      .search([.gmailRaw("a\r\nP9 LOGOUT")], extended: false), .moving(.expunge(IdentifierSet([UInt32]()))),
    ]) func refusesToEncode(_ command: Command) throws
  {
    var session = ClientSession(loggedInWith: [])
    _ = try session.submit(inbox)
    _ = session.receive(Array("P1 OK\r\n".utf8))
    #expect(throws: CommandError.unencodable) { try session.submit(command) }
  }
}
