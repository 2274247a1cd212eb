import IMAP
import Testing

private let piece = FetchItem.bodyPiece(section: "", origin: 0, count: 100)
private let search = Command.search([.uid(from: 4, through: nil)], extended: false)

private let conversations: [Conversation] = [
  Conversation(
    name: "greeting and capability", transcript: nil,
    steps: [
      .server("* OK [CAPABILITY imap4rev1 Idle] hello {5}\r\n"), .send(.capability),
      .server("* CAPABILITY IMAP4rev1 ESEARCH\r\nP1 OK done\r\n"),
    ],
    actions: [
      .greeted(StatusResponse(.ok, code: .capability(["IMAP4REV1", "IDLE"]), text: "hello {5}")),
      written("P1 CAPABILITY"), finished("P1", .capability, "done"),
    ]),
  Conversation(
    name: "preauth", transcript: nil, steps: [.server("* PREAUTH you are known\r\n"), .send(.noop)],
    actions: [.greeted(StatusResponse(.preauth, text: "you are known")), written("P1 NOOP")]),
  Conversation(
    name: "greeting bye", transcript: nil, steps: [.server("* BYE too many connections\r\n")],
    actions: [.failed(.bye("too many connections"))]),
  Conversation(
    name: "examine of Dovecot",
    steps: [
      .send(inbox),
      .server(
        "* FLAGS (\\Answered \\Flagged $Forwarded)\r\n* OK [PERMANENTFLAGS ()] Read-only mailbox.\r\n* 3 EXISTS\r\n"
          + "* 0 RECENT\r\n* OK [UNSEEN 1] First unseen.\r\n* OK [UIDVALIDITY 1700000000] UIDs valid\r\n"
          + "* OK [UIDNEXT 4] Predicted next UID\r\n* OK [HIGHESTMODSEQ 18446744073709551615] Highest\r\n"
          + "P1 OK [READ-ONLY] Examine completed (0.001 + 0.000 secs).\r\n"),
    ],
    actions: [
      written("P1 EXAMINE \"INBOX\""),
      finished("P1", inbox, "Examine completed (0.001 + 0.000 secs).", code: .readOnly),
    ]),
  Conversation(
    name: "examine refused, then search refused here",
    steps: [.send(inbox), .server("P1 NO [NONEXISTENT] no such box\r\n"), .send(search)],
    actions: [
      written("P1 EXAMINE \"INBOX\""), finished("P1", inbox, "no such box", .no, code: .noSuchMailbox),
    ]),
  Conversation(
    name: "search with trailing space and modseq",
    steps: opened + [.send(search), .server("* SEARCH 4 6 5 9 (MODSEQ 917)\r\n* SEARCH \r\n* search\r\nP2 OK\r\n")],
    actions: openedActions + [
      written("P2 UID SEARCH UID 4:*"),
      .found(SearchResult(identifiers: IdentifierSet([4...6, 9...9]), modSequence: 917)),
      .found(SearchResult(identifiers: IdentifierSet([UInt32]()))),
      .found(SearchResult(identifiers: IdentifierSet([UInt32]()))), finished("P2", search),
    ]),
  Conversation(
    name: "esearch",
    steps: opened + [
      .send(search), .server("* ESEARCH (TAG \"P2\") UID ALL 1:2,7:5 COUNT 5 MIN 1 MODSEQ 3\r\nP2 OK x\r\n"),
    ],
    actions: openedActions + [
      written("P2 UID SEARCH UID 4:*"),
      .found(SearchResult(tag: "P2", identifiers: IdentifierSet([1...2, 5...7]), count: 5, modSequence: 3)),
      finished("P2", search, "x"),
    ]),
  Conversation(
    name: "fetch with literals, quoted sections, NIL and unknown attributes",
    steps: opened + [
      .send(.fetch(IdentifierSet([1...3]), [.uid, .flags, .internalDate, .size, piece])),
      .server(
        "* 1 FETCH (UID 11 FLAGS (\\Seen $Junk) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286"
          + " BODY[]<0> {12}\r\nSubject: a\r\n MODSEQ (624140003))\r\n"
          + "* 2 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" NIL) {3}\r\na)b) UID 12 BODY[HEADER.FIELDS (\"Su]\" X)] \"q\\\"\" )\r\n"
          + "* 3 FETCH (BODY[] NIL X-GM-LABELS (\\Inbox \"a b\") BINARY[1] ~{2}\r\n\u{0}\n UID 13)\r\nP2 OK\r\n"),
    ],
    actions: openedActions + [
      written("P2 UID FETCH 1:3 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.100>)"),
      message(1) {
        $0.uid = 11
        $0.flags = ["\\Seen", "$Junk"]
        $0.internalDate = 837_596_665_000
        $0.size = 4286
        $0.modSequence = 624_140_003
        $0.sections = [section("", at: 0, "Subject: a\r\n")]
      },
      message(2) {
        $0.uid = 12
        $0.sections = [section("HEADER.FIELDS (\"SU]\" X)", "q\"")]
      },
      message(3) {
        $0.uid = 13
        $0.sections = [section("", nil), section("1", "\u{0}\n")]
      },
      finished("P2", .fetch(IdentifierSet([1...3]), [.uid, .flags, .internalDate, .size, piece])),
    ]),
  Conversation(
    name: "a broken date and size are not said",
    steps: opened + [
      .send(.noop),
      .server(
        "* 1 FETCH (INTERNALDATE \"99-Foo-0000 99:99:99 +9999\" UID 1)\r\n"
          + "* 2 FETCH (INTERNALDATE NIL RFC822.SIZE NIL UID 2)\r\nP2 OK\r\n"),
    ],
    actions: openedActions + [
      written("P2 NOOP"), message(1) { $0.uid = 1 }, message(2) { $0.uid = 2 }, finished("P2", .noop),
    ]),
  Conversation(
    name: "idle with news and DONE",
    steps: opened + [
      .send(.idle), .server("+ idling\r\n* OK Still here\r\n* 4 EXISTS\r\n* 1 RECENT\r\n* 2 EXPUNGE\r\n+ again\r\n"),
      .endIdle, .endIdle, .server("P2 OK Idle completed.\r\n"), .endIdle,
    ],
    actions: openedActions + [
      written("P2 IDLE"), .idling, .exists(4), .expunged(2), written("DONE"), finished("P2", .idle, "Idle completed."),
    ]),
  Conversation(
    name: "idle stopped before the server confirmed it",
    steps: opened + [.send(.idle), .endIdle, .server("+\r\nP2 OK\r\n")],
    actions: openedActions + [written("P2 IDLE"), written("DONE"), finished("P2", .idle)]),
  Conversation(
    name: "idle refused", steps: opened + [.send(.idle), .server("P2 BAD no idle here\r\n"), .send(.noop)],
    actions: openedActions + [written("P2 IDLE"), finished("P2", .idle, "no idle here", .bad), written("P3 NOOP")]),
  Conversation(
    name: "pipelined fetches complete out of order",
    steps: opened + [
      .send(.fetch(IdentifierSet([1...1]), [.size])), .send(.noop),
      .server("P3 OK n\r\n* 1 FETCH (UID 1 RFC822.SIZE 5)\r\nP2 OK f\r\n"),
    ],
    actions: openedActions + [
      written("P2 UID FETCH 1 (RFC822.SIZE)"), written("P3 NOOP"), finished("P3", .noop, "n"),
      message(1) {
        $0.uid = 1
        $0.size = 5
      },
      finished("P2", .fetch(IdentifierSet([1...1]), [.size]), "f"),
    ]),
  Conversation(
    name: "list with special use, literal name and modified UTF-7",
    steps: [
      .send(.list(pattern: "*", specialUse: true)),
      .server(
        "* LIST (\\HasNoChildren \\Sent) \"/\" \"Gesendete Objekte\"\r\n* LIST () NIL INBOX\r\n"
          + "* LIST (\\Noselect) \".\" {5}\r\nEntw.\r\n* LIST (\\junk) \"\\\\\" \"Entw&APw-rfe\" (\"CHILDINFO\" (\"X\"))\r\nP1 OK\r\n"
      ),
    ],
    actions: [
      written("P1 LIST \"\" \"*\" RETURN (SPECIAL-USE)"),
      .listed(ListEntry(attributes: ["\\HasNoChildren", "\\Sent"], delimiter: "/", name: "Gesendete Objekte")),
      .listed(ListEntry(attributes: [], delimiter: nil, name: "INBOX")),
      .listed(ListEntry(attributes: ["\\Noselect"], delimiter: ".", name: "Entw.")),
      .listed(ListEntry(attributes: ["\\junk"], delimiter: "\\", name: "Entwürfe")),
      finished("P1", .list(pattern: "*", specialUse: true)),
    ]),
  Conversation(
    name: "alerts and odd codes do no harm",
    steps: [
      .send(.noop),
      .server(
        "* OK [ALERT] Quota {90}\r\n* NO [UIDNEXT nonsense] x\r\n* OK [never closed\r\n* XLIST (a {3}\r\n(\"( b\r\n"
          + "* 5 VANISHED\r\nP1 NO [UNAVAILABLE] later {3}\r\n"),
    ],
    actions: [
      written("P1 NOOP"), .alert("Quota {90}"),
      finished("P1", .noop, "later {3}", .no, code: .other("UNAVAILABLE", "")),
    ]),
  Conversation(
    name: "logout", steps: [.send(.logout), .server("* BYE so long\r\nP1 OK bye\r\n"), .server("* 1 EXISTS\r\n")],
    actions: [written("P1 LOGOUT"), finished("P1", .logout, "bye"), .ended]),
  Conversation(
    name: "logout, closed before its OK", steps: [.send(.logout), .server("* BYE so long\r\n"), .close],
    actions: [written("P1 LOGOUT"), .ended]),
]

@Suite struct ClientSessionTests {
  @Test(arguments: conversations) func plays(_ conversation: Conversation) {
    #expect(conversation.play { [$0] }.actions == conversation.actions)
  }

  @Test(arguments: conversations) func playsSplitAtEachByte(_ conversation: Conversation) {
    for index in 0...conversation.longestAnswer {
      let played = conversation.play { [Array($0.prefix(index)), Array($0.dropFirst(index))] }
      #expect(played.actions == conversation.actions, "split at \(index)")
    }
    #expect(conversation.play { $0.map { [$0] } }.actions == conversation.actions, "byte by byte")
  }

  @Test(arguments: conversations) func survivesTruncationAtEachByte(_ conversation: Conversation) {
    for index in 0..<conversation.longestAnswer {
      var (actions, session) = conversation.play { [Array($0.prefix(index))] }
      actions += session.peerClosed()
      let last = actions.last
      let isOver: Bool =
        switch last {
        case .failed, .ended: true
        default: false
        }
      #expect(isOver && session.phase == .ended, "truncated at \(index)")
    }
  }

  @Test func keepsTheMailbox() throws {
    let dovecot = try #require(conversations.first { $0.name == "examine of Dovecot" })
    let session = dovecot.play { [$0] }.session
    var mailbox = Mailbox(name: "INBOX")
    mailbox.exists = 3
    mailbox.uidValidity = 1_700_000_000
    mailbox.uidNext = 4
    mailbox.highestModSequence = .max
    mailbox.isReadOnly = true
    #expect(session.mailbox == mailbox)
    #expect(session.phase == .selected)
  }

  @Test func takesCapabilitiesOnlyFromTheLoginsCompletion() {
    let told = ClientSession(loggedInWith: [
      "* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n", "A002 OK [CAPABILITY IMAP4rev1 IDLE] Logged in\r\n",
    ])
    #expect(told.capabilities == ["IMAP4REV1", "IDLE"])
    #expect(told.offers("IDLE") && !told.offers("STARTTLS"))
    let untold = ClientSession(loggedInWith: ["* OK [CAPABILITY IMAP4rev1 IDLE] hi", "A002 OK Logged in"])
    #expect(untold.capabilities == nil && !untold.offers("IDLE"))
    #expect(ClientSession(loggedInWith: ["garbage ("]).capabilities == nil)
  }

  @Test func refusesWhatCannotBeSentNow() throws {
    var fresh = ClientSession()
    #expect(throws: CommandError.notReady) { try fresh.submit(.noop) }
    var session = ClientSession(loggedInWith: [])
    #expect(throws: CommandError.noMailbox) { try session.submit(.search([.all], extended: false)) }
    #expect(throws: CommandError.unencodable) {
      try session.submit(.list(pattern: String(repeating: "x", count: 8_193), specialUse: false))
    }
    _ = try session.submit(.noop)
    #expect(throws: CommandError.busy) { try session.submit(inbox) }
    #expect(throws: CommandError.busy) { try session.submit(.idle) }
    _ = session.receive(Array("P1 OK\r\n".utf8))
    _ = try session.submit(.idle)
    #expect(throws: CommandError.busy) { try session.submit(.noop) }
  }

  @Test(
    arguments: [
      (
        Command.search([.since(760_147_200_000), .uid(from: 1, through: 9)], extended: true),
        "P2 UID SEARCH RETURN (ALL) SINCE 2-Feb-1994 UID 1:9"
      ),
      (
        .search([.header(name: "Message-ID", contains: "<a\"b\\c@d>")], extended: false),
        "P2 UID SEARCH HEADER \"Message-ID\" \"<a\\\"b\\\\c@d>\""
      ),
      (
        .fetch(IdentifierSet([9, 1, 2, 3]), [.bodyPiece(section: "HEADER", origin: 5, count: 7)]),
        "P2 UID FETCH 1:3,9 (BODY.PEEK[HEADER]<5.7>)"
      ),
      (.examine(mailbox: "R&D \"ü\""), "P2 EXAMINE \"R&-D \\\"&APw-\\\"\""),
    ]) func encodes(_ command: Command, _ line: String) throws
  {
    var session = ClientSession(loggedInWith: [])
    _ = try session.submit(inbox)
    _ = session.receive(Array("P1 OK\r\n".utf8))
    #expect(try session.submit(command).bytes == Array((line + "\r\n").utf8))
  }

  @Test(
    arguments: [
      Command.search([], extended: false),
      .search([.header(name: "Subject", contains: "a\r\nP9 LOGOUT")], extended: false),
      .search([.uid(from: 0, through: 1)], extended: false), .search([.uid(from: 3, through: 2)], extended: false),
      .fetch(IdentifierSet([UInt32]()), [.uid]), .fetch(IdentifierSet([1]), []),
      .fetch(IdentifierSet([1]), [.bodyPiece(section: "] x", origin: 0, count: 1)]),
      .fetch(IdentifierSet([1]), [.bodyPiece(section: "", origin: 0, count: 0)]),
    ]) func refusesToEncode(_ command: Command) throws
  {
    var session = ClientSession(loggedInWith: [])
    _ = try session.submit(inbox)
    _ = session.receive(Array("P1 OK\r\n".utf8))
    #expect(throws: CommandError.unencodable) { try session.submit(command) }
    #expect(session.isQuiet)
  }
}
