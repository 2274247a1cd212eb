import Configuration
import Foundation
import Testing

@testable import CommandLine

struct VerbTests {
  @Test func queueListAsTableAndAsLines() {
    let line =
      #"{"id":7,"state":"scheduled","due":"2026-11-21T05:40:15.000Z","recipient":"a@example.org","subject":"Hi"}"#
    let people = TestShell()
    people.answer(line + "\n")
    #expect(people.run("queue", "list") == 0)
    #expect(people.out.contains("2026-11-21 06:40:15"))
    #expect(people.out.split(separator: "\n").count == 2)
    let programs = TestShell()
    programs.answer(line + "\n" + line + "\n")
    #expect(programs.run("queue", "list", "--json") == 0)
    #expect(programs.out == line + "\n" + line + "\n")
  }

  @Test func aKeyIsPrintedOnItsOwn() {
    let shell = TestShell()
    shell.answer(#"{"id":1,"name":"ci","key":"postern_abc"}"#, status: 201)
    #expect(shell.run("key", "add", "ci", "--submitter", "app") == 0)
    #expect(shell.out == "postern_abc\n")
    #expect(shell.requests.map { String(decoding: $0.body, as: UTF8.self) } == [#"{"name":"ci","submitter":"app"}"#])
    #expect(shell.run("key", "add", "ci") == 64)
  }

  @Test func everyChangeIsSentOnce() {
    let shell = TestShell()
    #expect(shell.run("queue", "cancel", "5", "6") == 0)
    #expect(shell.requests.map(\.path) == ["/api/v1/messages/5/cancel", "/api/v1/messages/6/cancel"])
    #expect(shell.out == "message 5 cancelled\nmessage 6 cancelled\n")
  }

  @Test func aRefusalForOneKeepsNothingFromTheOthers() {
    let shell = TestShell()
    shell.answer("{}")
    shell.answer(#"{"error":{"code":"not_found","message":"there is no message 6"}}"#, status: 404)
    shell.answer("{}")
    #expect(shell.run("queue", "cancel", "5", "6", "7") == 65)
    #expect(shell.out == "message 5 cancelled\nmessage 7 cancelled\n")
    #expect(shell.err == "postern: there is no message 6\n")
  }

  @Test func noneOfSeveralIsTouchedWhenOneIsNoID() {
    let shell = TestShell()
    #expect(shell.run("queue", "cancel", "5", "x") == 64)
    #expect(shell.requests.isEmpty)
  }

  @Test func whatHasEndedIsExplainedWithoutGates() {
    let shell = TestShell()
    shell.answer(#"{"id":5,"state":"sent","outcome":"ended","reason":"it is sent: 250 Ok","gates":[],"accounts":[]}"#)
    #expect(shell.run("queue", "explain", "5") == 0)
    #expect(shell.out.contains("it is sent: 250 Ok"))
    #expect(!shell.out.contains("GATE"))
  }

  @Test func applyReadsStdin() {
    let shell = TestShell()
    shell.input = "[[pool]]\nname = \"p\""
    shell.answer(#"{"changes":[{"change":"add","kind":"pool","name":"p","what":""}]}"#)
    #expect(shell.run("apply", "-") == 0)
    #expect(shell.out.contains("add     pool  p"))
  }

  @Test func whyAFileCannotBeReadIsTheSystemsWord() {
    let shell = Shell.system { _, _ throws(Failure) in DaemonReply(status: 500, body: []) }
    for (path, words) in [("/no/such/file", "No such file or directory"), ("/tmp", "Is a directory")] {
      do throws(Failure) {
        _ = try shell.readFile(path)
        Issue.record("\(path) was read")
      } catch {
        #expect(error == Failure(66, "\(path): \(words)"))
      }
    }
  }

  @Test func explainShowsGatesAndOutcome() {
    let shell = TestShell()
    shell.answer(
      #"{"outcome":"wait","until":"2026-11-21T08:00:00Z","binding":"window","goes_at":"2026-11-21T08:05:00Z","reason":"outside its hours","gates":[{"gate":"due","state":"open","until":null,"reason":"","numbers":{}},{"gate":"window","state":"closed","until":"2026-11-21T08:00:00Z","reason":"outside its hours","numbers":{"n":3}}],"accounts":[{"address":"a@b.example","state":"closed","until":null,"checks":[{"gate":"state","state":"open","reason":"","numbers":{}},{"gate":"gap","state":"closed","reason":"too soon","numbers":{"gap":90000,"since":1790000000000}}]}]}"#
    )
    #expect(shell.run("queue", "explain", "5") == 0)
    #expect(shell.out.contains("window  closed  yes    2026-11-21 09:00:00"))
    #expect(
      shell.out.contains(
        "a@b.example  closed                         gap: too soon (gap 1m 30s, since 2026-09-21 16:13:20)"),
      "\(shell.out)")
    #expect(shell.out.contains("opens at  2026-11-21 09:00:00 Europe/Berlin"))
    #expect(shell.out.contains("goes at   2026-11-21 09:05:00 Europe/Berlin"))
  }

  @Test func applySendsSecretsAsLiteralsAndAbsolutePaths() throws {
    let shell = TestShell()
    shell.environment["ANNA"] = "from environment"
    shell.files["pw"] = "from file\nsecond line\n"
    shell.files["ca.pem"] = "x"
    shell.files["a.toml"] = """
      [[account]]
      address = "anna@example.org"
      password_env = "ANNA"
      ca_file = "ca.pem"
      smtp = { host = "h" }
      [[submitter]]
      login = "app"
      password_file = "pw"
      """
    shell.files["b.toml"] = "[[suppression]]\ndomain = \"example.net\""
    shell.answer(#"{"changes":[{"change":"add","kind":"account","name":"anna@example.org","what":""}]}"#)
    #expect(shell.run("apply", "a.toml", "b.toml", "--dry-run") == 0)
    let request = try #require(shell.requests.first)
    #expect(request.path == "/api/v1/apply")
    #expect(request.query == ["dry_run": "true"])
    let sent = try JSONDecoder().decode(Provision.self, from: Data(request.body))
    #expect(sent.accounts.first?.secret == .literal("from environment"))
    #expect(sent.accounts.first?.settings.caFile == "/work/ca.pem")
    #expect(sent.submitters.first?.secret == .password(.literal("from file")))
    #expect(sent.suppressions.first?.value == "example.net")
    #expect(shell.out.contains("add     account  anna@example.org"))
    #expect(shell.out.contains("nothing was changed"))
  }

  /// The daemon knows texts by what they are called; the person who reads it has a file.
  @Test func whatTheDaemonSaysOfATextIsSaidWithFileAndLine() {
    let shell = TestShell()
    shell.files["a.toml"] = "[[segment]]\nname = \"a\"\nfilter = \"tag\"\n"
    shell.files["b.toml"] =
      "[[sequence]]\nkey = \"s\"\n[[sequence.step]]\nsubject = \"Hi\"\ntext = \"{{ contact.nam }}\"\n"
    shell.answer(
      #"{"error":{"code":"conflict","message":"sequence s: step 1 (text):1:4: contact has no \"nam\"\nsegment a: filter: no"}}"#,
      status: 409)
    #expect(shell.run("apply", "a.toml", "b.toml") == 65)
    #expect(
      shell.err
        == "b.toml:5:12: sequence s: step 1 (text):1:4: contact has no \"nam\"\na.toml:3:11: segment a: filter: no\n")
  }

  @Test(arguments: [
    ("[[acount]]\nx = 1", 78, "f.toml:1:3: unknown key \"acount\""),
    ("[[submitter]]\nlogin = \"a\"\npassword_env = \"NOT_SET\"", 78, "NOT_SET"),
    ("[[submitter]]\nlogin = \"a\"\npassword_file = \"missing\"", 66, "missing: No such file"),
    ("[[account]]\naddress = \"a@b.example\"\nsmtp = { host = \"h\" }\nca_file = \"missing\"", 78, "no readable file"),
  ])
  func applyRefusesBeforeTheDaemonIsAsked(toml: String, code: Int32, complaint: String) {
    let shell = TestShell()
    shell.files["f.toml"] = toml
    #expect(shell.run("apply", "f.toml") == code)
    #expect(shell.err.contains(complaint), "\(shell.err)")
    #expect(shell.requests.isEmpty)
  }

  @Test func accountAddChecksAndSends() throws {
    let shell = TestShell()
    shell.input = "s3cret\n"
    #expect(
      shell.run(
        "account", "add", "a@example.org", "--smtp", "smtp.example.org:587", "--smtp-tls", "starttls", "--imap",
        "imap.example.org", "--password-file", "-", "--name", "A \"B\" C", "--daily-limit", "50", "--pool", "x",
        "--pool", "y") == 0)
    let sent = try JSONDecoder().decode(Provision.self, from: Data(try #require(shell.requests.last).body))
    let account = try #require(sent.accounts.first)
    #expect(account.secret == .literal("s3cret"))
    #expect(account.settings.smtp == RemoteServer(host: "smtp.example.org", port: 587, tls: .starttls))
    #expect(account.settings.imap == RemoteServer(host: "imap.example.org", port: 993, tls: .implicit))
    #expect(account.settings.displayName == "A \"B\" C")
    #expect(account.settings.dailyLimit == 50)
    #expect(account.settings.pools == ["x", "y"])
  }

  @Test func checkConfig() {
    let shell = TestShell()
    shell.files["good.toml"] = "[server]\nhostname = \"mail.example.org\""
    shell.files["bad.toml"] = "[server]\nhostnme = \"x\"\nloops = \"y\""
    #expect(shell.run("check-config", "-c", "good.toml") == 0)
    #expect(shell.out == "good.toml: good\n")
    #expect(shell.run("check-config", "-c", "bad.toml") == 78)
    #expect(shell.err.split(separator: "\n").count == 2)
    #expect(shell.err.contains("bad.toml:2:1: unknown key \"hostnme\" in [server]; did you mean \"hostname\"?"))
    let json = TestShell()
    json.files = shell.files
    #expect(json.run("check-config", "-c", "bad.toml", "--json") == 78)
    #expect(json.out.split(separator: "\n").count == 2)
    #expect(json.out.contains("\"line\":2"))
    #expect(TestShell().run("check-config", "-c", "missing.toml") == 66)
  }

  @Test func eventsFollowUntilTheDaemonIsGone() {
    let shell = TestShell()
    shell.answer(
      #"{"id":4,"at":"2026-11-21T05:40:15.000Z","event":"message.sent","message_id":9,"detail":{"recipient":"a@b"}}"#)
    shell.answer(#"{"id":9,"at":"2026-11-21T05:40:16.000Z","event":"message.sent","message_id":10,"detail":{}}"#)
    shell.answer(#"{"error":{"code":"stopping","message":"the daemon is stopping"}}"#, status: 503)
    #expect(shell.run("events", "--follow") == 75)
    #expect(shell.requests.map { $0.query["after"] } == [nil, "4", "9"])
    #expect(shell.requests.map { $0.query["wait"] } == [nil, "30s", "30s"])
    #expect(shell.out.contains("2026-11-21 06:40:15  message.sent"))
    #expect(shell.out.contains("recipient=a@b"))
  }

  @Test func classifyReadsFilesAndStdin() {
    let mail = "From: a@example.org\r\nSubject: Re: x\r\nIn-Reply-To: <1@example.org>\r\n\r\nYes.\r\n"
    let shell = TestShell()
    shell.files["a.eml"] = mail
    shell.input = mail
    #expect(shell.run("classify", "a.eml", "-", "--json") == 0)
    let lines = shell.out.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix(#"{"file":"a.eml","class":"reply""#) == true, "\(shell.out)")
    #expect(lines.last?.hasPrefix(#"{"file":"-""#) == true)
    #expect(shell.run("classify", "missing.eml", "a.eml") == 66)
    #expect(shell.err.contains("missing.eml"))
    #expect(shell.out.contains("FILE"))
  }
}
