import Foundation
import MailText
import Testing

@testable import CommandLine

struct SendmailTests {
  static let flagCases: [(arguments: [String], request: SendmailRequest)] = [
    (["-t"], SendmailRequest(recipientsFromHeader: true)),
    (["-t", "-i"], SendmailRequest(recipientsFromHeader: true, ignoresDots: true)),
    (["-ti"], SendmailRequest(recipientsFromHeader: true, ignoresDots: true)),
    (
      ["-oi", "-f", "a@example.org", "b@example.org"],
      SendmailRequest(ignoresDots: true, sender: "a@example.org", recipients: ["b@example.org"])
    ),
    (
      ["-fa@example.org", "--", "-odd@example.org"],
      SendmailRequest(sender: "a@example.org", recipients: ["-odd@example.org"])
    ),
    (["-f", "<>", "<b@example.org>"], SendmailRequest(sender: "<>", recipients: ["<b@example.org>"])),
    (
      ["-r", "a@x", "-F", "Full Name", "-B8BITMIME", "-N", "never", "-oem", "-odb", "b@x"],
      SendmailRequest(sender: "a@x", fullName: "Full Name", notify: "NEVER", recipients: ["b@x"])
    ),
    (
      ["-Ndelay, Success", "-Rhdrs", "-V", "id=1 +", "-vGU", "-hmany", "-Llabel", "-O", "a=b", "-o7", "b@x"],
      SendmailRequest(
        notify: "SUCCESS,DELAY", returnContent: "HDRS", envelopeID: "id+3D1+20+2B", isVerbose: true, recipients: ["b@x"]
      )
    ),
    // What Postfix warns of and ignores.
    (["-V", String(repeating: "a b", count: 33), "b@x"], SendmailRequest(recipients: ["b@x"])),
    (
      ["-V" + String(repeating: "x", count: 97) + "=", "b@x"],
      SendmailRequest(envelopeID: String(repeating: "x", count: 97) + "+3D", recipients: ["b@x"])
    ),
    (["-V" + String(repeating: "x", count: 98) + "=", "b@x"], SendmailRequest(recipients: ["b@x"])),
    (["-Nsometimes", "-Rhalf", "-V", "", "b@x"], SendmailRequest(recipients: ["b@x"])),
    (["-o", "i", "-tifa@x"], SendmailRequest(recipientsFromHeader: true, ignoresDots: true, sender: "a@x")),
    (["b@x", "-f", "a@x"], SendmailRequest(recipients: ["b@x", "-f", "a@x"])),
    (["-bs"], SendmailRequest(mode: .smtp)), (["-q5m", "-bs"], SendmailRequest(mode: .smtp)),
    (["-qRworld.test"], SendmailRequest(mode: .runSite("world.test"))),
    (["-qR@[world.test]"], SendmailRequest(mode: .runSite("world.test"))),
    (["-qI17"], SendmailRequest(mode: .runMessage("17"))), (["-I"], SendmailRequest(mode: .nothing)),
    (["-c", "/f", "b@x"], SendmailRequest(recipients: ["b@x"], configuration: "/f")),
    (["-C/f", "b@x"], SendmailRequest(recipients: ["b@x"], configuration: "/f")),
    (["-bp"], SendmailRequest(mode: .listQueue)), (["-q"], SendmailRequest(mode: .runQueue)),
    (["-q30m", "b@x"], SendmailRequest(recipients: ["b@x"])), (["-bm", "b@x"], SendmailRequest(recipients: ["b@x"])),
    (["-bi"], SendmailRequest(mode: .nothing)),
    (["--socket=/s", "b@x"], SendmailRequest(recipients: ["b@x"], socket: "/s")),
    (["--socket", "/s", "-v", "b@x"], SendmailRequest(isVerbose: true, recipients: ["b@x"], socket: "/s")),
  ]

  @Test(arguments: flagCases)
  func flags(arguments: [String], request: SendmailRequest) throws {
    #expect(try SendmailRequest.parse(arguments) == request)
  }

  @Test(arguments: [
    ("a\nb\n", false, "a\r\nb\r\n"), ("a\r\nb", false, "a\r\nb\r\n"), ("a\n.\nb\n", false, "a\r\n"),
    ("a\n.\nb\n", true, "a\r\n.\r\nb\r\n"), ("a\n..\n", false, "a\r\n..\r\n"), ("a\rb\n", false, "a\r\nb\r\n"),
    ("", false, ""), ("\n\n", false, "\r\n\r\n"), (".", false, ""), ("a\n.\r\nb", false, "a\r\n"),
  ])
  func input(typed: String, ignoresDots: Bool, mail: String) {
    #expect(String(decoding: mailFromInput(Array(typed.utf8), ignoresDots: ignoresDots), as: UTF8.self) == mail)
  }

  private struct Body: Decodable {
    var name: String
    var sender: String
    var recipients: [String]
    var mail: Data
  }

  private func sent(_ shell: TestShell) throws -> Body {
    let request = try #require(shell.requests.first)
    #expect(request.path == "/api/v1/submissions")
    return try JSONDecoder().decode(Body.self, from: Data(request.body))
  }

  @Test func recipientsFromHeaderAndCommandLine() throws {
    let shell = TestShell()
    shell.input = "From: a@example.org\nTo: B <b@example.org>, c@example.org\nBcc: d@example.org\n\nHello\n"
    #expect(shell.run("-t", "-f", "bounces@example.org", "e@example.org", named: "/usr/sbin/sendmail") == 0)
    let body = try sent(shell)
    #expect(body.sender == "bounces@example.org")
    #expect(body.recipients == ["e@example.org", "b@example.org", "c@example.org", "d@example.org"])
    #expect(body.name == "name-1")
    #expect(String(decoding: body.mail, as: UTF8.self).hasSuffix("Bcc: d@example.org\r\n\r\nHello\r\n"))
    #expect(shell.out.isEmpty)
  }

  @Test(arguments: [(".\n", 2), ("x\n.\r\n", 5), ("x\r\n.\n", 5), (".x\n..\n \n.\n", 10)], [true, false])
  func loneDotEndsTheReading(text: (String, Int), drips: Bool) throws {
    let shell = TestShell()
    shell.inputDrips = drips
    shell.input = text.0 + (drips ? "more\n" : "")
    #expect(shell.run("sendmail", "a@x.test") == 0)
    #expect(shell.inputRead == text.1)
    #expect(shell.input == (drips ? "more\n" : ""))
    shell.input = text.0 + "more\n"
    #expect(shell.run("sendmail", "-i", "a@x.test") == 0 && shell.input.isEmpty)
  }

  @Test func inputWithoutEndIsNotReadWhole() {
    let shell = TestShell()
    shell.input = String(repeating: "yes, yes\n", count: 8 << 20)
    #expect(shell.run("sendmail", "a@x.test") == 65)
    #expect(shell.err.contains("more than 67108864 bytes") && shell.requests.isEmpty)
  }

  @Test func severalRecipientsInOneWordOrFieldWithBlanksBetween() throws {
    let shell = TestShell()
    shell.input = "To: <b@x.test> <c@x.test>\nCc: d@x.test\n \nBcc: e@x.test f@x.test\n\nHello\n"
    #expect(shell.run("sendmail", "-t", "post@x.test a@x.test") == 0)
    #expect(try sent(shell).recipients == ["post", "a", "b", "c", "d", "e", "f"].map { "\($0)@x.test" })
    for words in ["not an address", "a@x.test @ b"] { #expect(TestShell().run("sendmail", words) == 65) }
  }

  private static let date = "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"

  @Test(arguments: [
    ("Hello\n", "From: Me <me@example.org>\r\n\(date)\r\nHello\r\n"),
    ("\nHello\n", "From: Me <me@example.org>\r\n\(date)\r\nHello\r\n"),
    ("Subject: x\n\nHello\n", "From: Me <me@example.org>\r\n\(date)Subject: x\r\n\r\nHello\r\n"),
    ("From: you@example.org\n\nHello\n", "\(date)From: you@example.org\r\n\r\nHello\r\n"),
    (
      "From you Mon Jan 1\nDate: x\nFrom: you@example.org\n\nHello\n",
      "Date: x\r\nFrom: you@example.org\r\n\r\nHello\r\n"
    ),
  ])
  func missingFieldsAreAdded(typed: String, mail: String) throws {
    let shell = TestShell()
    shell.input = typed
    #expect(shell.run("sendmail", "-F", "Me", "-f", "me@example.org", "b@example.org") == 0)
    #expect(String(decoding: try sent(shell).mail, as: UTF8.self) == mail)
  }

  @Test func resentFieldsComeFirst() {
    let header = HeaderBlock(parsing: Array("To: a@example.org\r\nResent-To: b@example.org\r\n\r\n".utf8))
    #expect(headerFields(header) == ["b@example.org"])
  }

  @Test func mailWithoutRecipientsIsRefused() {
    let shell = TestShell()
    shell.input = "Subject: x\n\nx\n"
    #expect(shell.run("sendmail", "-t") == 65)
    #expect(shell.requests.isEmpty)
  }

  @Test func calledAsMailq() {
    let shell = TestShell()
    shell.answer("")
    #expect(shell.run(named: "/usr/bin/mailq") == 0)
    #expect(shell.requests.first?.path == "/api/v1/messages")
    let listing = TestShell()
    listing.answer("")
    #expect(listing.run("-bp", named: "sendmail") == 0)
    #expect(listing.requests.first?.path == "/api/v1/messages")
  }
}

/// While the daemon is down, and over stdin and stdout.
struct SendmailSpoolTests {
  @Test func mailIsKeptWhenNobodyAnswers() throws {
    let shell = TestShell()
    shell.unreachable = true
    shell.input = "From: a@example.org\nDate: x\nTo: b@example.org, root\n\nHello\n"
    #expect(shell.run("sendmail", "-t", "-Nnever", "-Rhdrs", "-Vid", "-f", "Ann <a@example.org>") == 0)
    #expect(shell.err.isEmpty)
    let kept = try #require(shell.kept.first)
    #expect(kept.folder == "/var/lib/postern/spool")
    #expect(kept.name == "name-1")
    #expect(
      String(decoding: kept.bytes, as: UTF8.self) == """
        EHLO localhost\r
        MAIL FROM:<a@example.org> BODY=8BITMIME RET=HDRS ENVID=id\r
        RCPT TO:<b@example.org> NOTIFY=NEVER\r
        RCPT TO:<root@host.example.org> NOTIFY=NEVER\r
        BDAT 64 LAST\r
        From: a@example.org\r
        Date: x\r
        To: b@example.org, root\r
        \r
        Hello\r

        """)
  }

  @Test func forbiddenSocketIsNoHindrance() {
    let shell = TestShell()
    shell.answer("{\"error\":{\"code\":\"forbidden\",\"message\":\"no\"}}", status: 403)
    #expect(shell.run("sendmail", "b@example.org") == 0)
    #expect(shell.kept.count == 1)
    shell.answer("{\"error\":{\"code\":\"stopping\",\"message\":\"no\"}}", status: 503)
    #expect(shell.run("sendmail", "b@example.org") == 0)
    #expect(shell.kept.count == 2)
  }

  @Test func folderOfTheConfigurationOrTheEnvironment() throws {
    let shell = TestShell()
    shell.unreachable = true
    shell.files["/etc/p.toml"] = "[server]\ndata_dir = \"/srv/p\"\nspool_dir = \"out\"\nhostname = \"mx.example.org\"\n"
    #expect(shell.run("sendmail", "-c", "/etc/p.toml", "root") == 0)
    #expect(shell.kept.last?.folder == "/srv/p/out")
    #expect(String(decoding: try #require(shell.kept.last).bytes, as: UTF8.self).contains("TO:<root@mx.example.org>"))
    shell.environment = ["POSTERN_SPOOL": "/var/spool/p", "POSTERN_SOCKET": "/run/p"]
    #expect(shell.run("sendmail", "b@example.org") == 0)
    #expect(shell.kept.last?.folder == "/var/spool/p")
    // Another daemon than the default one, and nobody said where its folder is.
    shell.environment = ["POSTERN_SOCKET": "/run/p"]
    #expect(shell.run("sendmail", "b@example.org") == 75)
    #expect(shell.kept.count == 2)
  }

  @Test func refusalIsNotKept() {
    let shell = TestShell()
    shell.answer("{\"error\":{\"code\":\"refused\",\"message\":\"554 5.6.0 no\"}}", status: 422)
    #expect(shell.run("sendmail", "b@example.org") == 65)
    shell.answer("{\"error\":{\"code\":\"later\",\"message\":\"452 4.3.1 full\"}}", status: 503)
    #expect(shell.run("sendmail", "b@example.org") == 75)
    #expect(shell.kept.isEmpty)
  }

  @Test(arguments: [
    ["-t", "-bp"], ["-Z"], ["-f"], ["-bz"], ["-bd"], ["-B", "16BIT", "b@x"], ["-Xlog", "b@x"], ["-qZ"], ["-qR"], [],
  ])
  func wrongUse(words: [String]) {
    let shell = TestShell()
    #expect(runCommand(["sendmail"] + words, verbs: Verb.table(serve: { _ in 78 }), shell: shell.shellForTable) == 64)
  }

  @Test func wordsThatAreNoAddress() {
    #expect(TestShell().run("sendmail", "") == 65)
  }

  @Test func smtpOnStdin() throws {
    let shell = TestShell()
    shell.input = """
      EHLO me\r
      MAIL FROM:<a@example.org>\r
      RCPT TO:<b@example.org> NOTIFY=NEVER\r
      DATA\r
      Subject: x\r
      \r
      ..dot\r
      .\r
      QUIT\r

      """
    shell.answer("{\"result\":\"queued\",\"ids\":[7]}", status: 201)
    #expect(shell.run("-bs", named: "/usr/sbin/sendmail") == 0)
    let replies = shell.out.components(separatedBy: "\r\n").filter { !$0.hasPrefix("250-") }
    #expect(replies.first == "220 host.example.org ESMTP Postern")
    #expect(replies.map { String($0.prefix(3)) } == ["220", "250", "250", "250", "354", "250", "221", ""])
    #expect(replies.contains("250 2.0.0 Ok: queued as 7"))
    let body = String(decoding: try #require(shell.requests.first).body, as: UTF8.self)
    #expect(body.contains("\"requests\":{\"b@example.org\":{\"notify\":\"NEVER\"}}"))
    #expect(body.contains(Data("Subject: x\r\n\r\n.dot\r\n".utf8).base64EncodedString()))
  }

  /// RFC 6531 section 3.4: a header in UTF-8 asks for SMTPUTF8 also between ASCII addresses.
  @Test(arguments: [true, false]) func whatASessionAsksOfTheHeaderReachesTheDaemon(isAsked: Bool) throws {
    let shell = TestShell()
    shell.input =
      "EHLO x\r\nMAIL FROM:<a@example.org>\(isAsked ? " SMTPUTF8" : "")\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
      + "Subject: ü\r\n\r\nx\r\n.\r\nQUIT\r\n"
    shell.answer("{\"result\":\"queued\",\"ids\":[7]}", status: 201)
    #expect(shell.run("-bs", named: "/usr/sbin/sendmail") == 0)
    let body = String(decoding: try #require(shell.requests.first).body, as: UTF8.self)
    #expect(body.contains("\"smtputf8\":true") == isAsked)
  }
}

/// Broken streams, refusals without a daemon, and what is missing.
struct SendmailTroubleTests {
  private static let mail = "From: a@example.org\nDate: x\n\nHello\n"

  @Test(arguments: [OutputTrouble.readerGone, .failed("No space left on device")])
  func handInDoesNotDependOnItsReader(trouble: OutputTrouble) {
    let shell = TestShell()
    shell.brokenOutput = trouble
    shell.input = Self.mail
    shell.answer("{\"result\":\"queued\",\"ids\":[7]}", status: 201)
    #expect(shell.run("sendmail", "-v", "b@example.org") == 0)
    #expect(shell.err.isEmpty)
  }

  @Test func listThatCannotBeWritten() {
    let shell = TestShell()
    shell.brokenOutput = .failed("No space left on device")
    shell.answer("")
    #expect(shell.run("queue", "list") == 74)
    #expect(shell.err == "postern: error writing standard output: No space left on device\n")
    let cut = TestShell()
    cut.brokenOutput = .readerGone
    cut.answer("")
    #expect(cut.run(named: "mailq") == 0)
    #expect(cut.err.isEmpty)
  }

  /// A follower whose reader has gone ends.
  @Test func eventsAreFollowedWhileSomebodyReads() {
    let shell = TestShell()
    shell.brokenOutput = .readerGone
    shell.answer("{\"id\":1,\"event\":\"x\"}\n")
    #expect(shell.run("events", "--follow") == 0)
    #expect(shell.requests.count == 1)
  }

  @Test func inputThatCannotBeReadIsNotSent() {
    let shell = TestShell()
    shell.input = Self.mail
    shell.inputTrouble = Failure(ExitCode.inputOutput, "standard input: Input/output error")
    #expect(shell.run("sendmail", "b@example.org") == 65)
    #expect(shell.err == "sendmail: standard input: Input/output error\nNothing is sent.\n")
    #expect(shell.requests.isEmpty && shell.kept.isEmpty)
    #expect(shell.run("contact", "import", "-") == 74)
    shell.input = "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\nSubject: x\r\n"
    #expect(shell.run("sendmail", "-bs") == 74)
    #expect(shell.requests.isEmpty && shell.kept.isEmpty)
  }

  @Test(arguments: [
    ("X-Postern-Delay: foo\n\nx\n", "X-Postern-Delay"), ("Subject: x\n\na\0b\n", "NUL"),
    (String(repeating: "Received: a\n", count: 60) + "\nx\n", "Too many hops"),
    (String(repeating: "X: 1\n", count: 5000) + "\nx\n", "more than"),
  ])
  func whatIsRefusedAnywayIsNotKept(typed: String, words: String) {
    let shell = TestShell()
    shell.unreachable = true
    shell.input = typed
    #expect(shell.run("sendmail", "b@example.org") == 65)
    #expect(shell.err.hasPrefix("postern: 55") && shell.err.contains(words), "\(shell.err)")
    #expect(shell.kept.isEmpty)
    let talk = "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n"
    shell.input = talk + typed.replacing("\n", with: "\r\n") + ".\r\nQUIT\r\n"
    #expect(shell.run("sendmail", "-bs") == 0)
    #expect(shell.out.contains("\r\n55") && !shell.out.contains("kept as"), "\(shell.out)")
    #expect(shell.kept.isEmpty)
  }

  @Test func limitsOfTheConfigurationHoldWithoutTheDaemon() {
    let shell = TestShell()
    shell.unreachable = true
    shell.files["/p.toml"] = "[intake]\nmax_received = 100\n"
    shell.input = String(repeating: "Received: a\n", count: 60) + "\nx\n"
    #expect(shell.run("sendmail", "-C/p.toml", "b@example.org") == 0)
    #expect(shell.kept.count == 1)
  }

  @Test func tooManyRecipientsAreRefusedWhole() {
    let shell = TestShell()
    let names = (0..<11_000).map { "r\($0)@w" }.joined(separator: ",\n ")
    shell.input = "To: \(names)\nSubject: a\n\nx\n"
    #expect(shell.run("sendmail", "-t") == 65)
    #expect(shell.err.contains("10000 recipients or more"))
    #expect(shell.requests.isEmpty)
    shell.input = "To: \((0..<9_000).map { "r\($0)@w" }.joined(separator: ",\n "))\nSubject: a\n\nx\n"
    #expect(shell.run("sendmail", "-t") == 0)
  }

  @Test(arguments: [
    ("422", "554 5.6.0 X-Postern-Step: no", "554 5.6.0 X-Postern-Step: no"),
    ("503", "452 4.3.1 full", "452 4.3.1 full"),
    ("422", "no words of a reply", "554 5.6.0 no words of a reply"), ("500", "451 4.3.0 x", "451 4.3.0 x"),
  ])
  func refusalIsSaidOnceOnStdout(status: String, message: String, reply: String) {
    let shell = TestShell()
    shell.answer("{\"error\":{\"code\":\"x\",\"message\":\"\(message)\"}}", status: Int(status) ?? 0)
    shell.input = "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\nx: y\r\n\r\nx\r\n.\r\nQUIT\r\n"
    #expect(shell.run("sendmail", "-bs") == 0)
    #expect(shell.out.components(separatedBy: "\r\n").contains(reply), "\(shell.out)")
  }

  /// Postfix takes LF; a chunk is counted, so it stays as it is.
  @Test func linesOnStdinMayEndInLF() throws {
    let shell = TestShell()
    shell.input =
      "EHLO x\nMAIL FROM:<a@b.test>\nRCPT TO:<c@d.test>\nDATA\nSubject: x\n\n..dot\nBDAT 5\n.\n"
      + "MAIL FROM:<a@b.test>\nRCPT TO:<c@d.test>\nBDAT 6\nS: x\r\nBDAT 5 LAST\n\r\nx\r\nQUIT\n"
    for id in 1...2 { shell.answer("{\"result\":\"queued\",\"ids\":[\(id)]}", status: 201) }
    #expect(shell.run("sendmail", "-bs") == 0)
    #expect(shell.out.contains("queued as 1") && shell.out.contains("queued as 2") && shell.out.contains("\r\n221 "))
    let bodies = shell.requests.map { String(decoding: $0.body, as: UTF8.self) }
    #expect(bodies.first?.contains(Data("Subject: x\r\n\r\n.dot\r\nBDAT 5\r\n".utf8).base64EncodedString()) == true)
    #expect(bodies.last?.contains(Data("S: x\r\n\r\nx\r\n".utf8).base64EncodedString()) == true)
  }

  /// In a session with CRLF a bare LF is refused as before: it could end the mail in its middle.
  @Test func bareLineEndAmongOthersIsRefused() {
    let shell = TestShell()
    shell.input = "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\nx: y\r\n\r\na\n.\nb\r\n.\r\n"
    #expect(shell.run("sendmail", "-bs") == 0)
    #expect(shell.requests.isEmpty)
  }

  @Test func sessionEndsWhenNobodyHearsIt() {
    let shell = TestShell()
    shell.brokenOutput = .readerGone
    shell.input = "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\nx: y\r\n\r\nx\r\n.\r\n"
    #expect(shell.run("sendmail", "-bs") == 74)
    #expect(shell.requests.isEmpty && shell.err.isEmpty)
  }

  @Test func siteIsFlushed() throws {
    let shell = TestShell()
    shell.answer("{\"released\":1}")
    #expect(shell.run("sendmail", "-qRworld.test") == 0)
    let request = try #require(shell.requests.first)
    #expect(request.path == "/api/v1/queue/run" && request.query == ["domain": "world.test"])
  }

  /// Another user's configuration with secrets in it; a wrong name is another thing.
  @Test func configurationThatMayNotBeRead() {
    let shell = TestShell()
    shell.input = Self.mail
    shell.secrets = ["/etc/p.toml"]
    #expect(shell.run("sendmail", "-C/etc/p.toml", "b@example.org") == 0)
    #expect(shell.sockets == ["/run/postern/control.sock"])
    shell.unreachable = true
    #expect(shell.run("sendmail", "-C/etc/p.toml", "b@example.org") == 0)
    #expect(shell.kept.map(\.folder) == ["/var/lib/postern/spool"])
    shell.spoolTrouble = Failure(ExitCode.cannotCreate, "postern: cannot keep the mail in /var/lib/postern/spool: no")
    #expect(shell.run("sendmail", "-C/etc/p.toml", "b@example.org") == 78)
    #expect(shell.err.contains("/etc/p.toml: Permission denied"))
    #expect(shell.run("sendmail", "b@example.org") == 75)
    #expect(shell.run("sendmail", "-C/etc/none.toml", "b@example.org") == 78)
    #expect(shell.kept.count == 1)
  }

  /// A daemon that does not answer holds a program up for seconds; the same name makes it one mail.
  @Test func waitForAnAnswerIsShort() throws {
    let shell = TestShell()
    shell.unreachable = true
    shell.input = Self.mail
    #expect(shell.run("sendmail", "b@example.org") == 0)
    let request = try #require(shell.requests.first)
    #expect(request.patienceMilliseconds == 10_000)
    #expect(String(decoding: request.body, as: UTF8.self).contains("\"name\":\"\(shell.kept[0].name)\""))
  }
}
