import Testing

@testable import CommandLine

struct ArgumentTests {
  @Test(
    arguments: [
      (["queu", "list"], "there is no verb \"queu\"; did you mean \"queue\"?"),
      (["queue", "lst"], "\"queue\" has no verb \"lst\"; did you mean \"queue list\"?"),
      (["queue", "list", "--limt", "5"], "\"queue list\" has no flag --limt; did you mean --limit?"),
      (["queue", "list", "-z"], "\"queue list\" has no flag -z"),
      (["queue", "list", "--limit"], "--limit needs a N"),
      (["queue", "list", "--limit", "many"], "--limit needs a number between 1 and 100000, not \"many\""),
      (["queue", "list", "--limit", "1", "--limit", "2"], "--limit is given twice"),
      (["queue", "list", "extra"], "\"queue list\" does not know what to do with \"extra\""),
      (["queue", "show"], "\"queue show\" needs ID"),
      (["queue", "show", "abc"], "\"abc\" is no id: ids are numbers"),
      (["queue", "list", "--json=yes"], "--json takes no value"),
      (["--jsn"], "a verb comes first, not \"--jsn\""),
      (["serve"], "\"serve\" needs -c FILE"),
      (["account", "add", "nobody", "--smtp", "h"], "address: \"nobody\" is no mail address"),
      (["account", "add", "a@example.org", "--smtp", "h", "--smtp-tls", "ssl"], "tls: \"ssl\" is not one of"),
      (["sendmail"], "recipients must be named"),
      (["sendmail", "-Y"], "unknown flag -Y"),
      (["sendmail", "-f"], "-f needs a value"),
    ] as [([String], String)])
  func usageErrorsNameTheFaultAndExitWith64(words: [String], complaint: String) {
    let shell = TestShell()
    let code = runCommand(["postern"] + words, verbs: Verb.table(serve: { _ in 0 }), shell: shell.shellForTable)
    #expect(code == 64)
    #expect(shell.err.contains(complaint), "\(shell.err)")
    #expect(shell.requests.isEmpty)
  }

  @Test(arguments: [
    ["queue", "list", "--limit", "5", "-s", "held"], ["queue", "list", "--limit=5", "--state=held"],
    ["queue", "list", "-n5", "-sheld"], ["mailq", "-n", "5", "-s", "held"],
  ])
  func flagsInEverySpelling(words: [String]) {
    let shell = TestShell()
    shell.answer("")
    #expect(runCommand(["postern"] + words, verbs: Verb.table(serve: { _ in 0 }), shell: shell.shellForTable) == 0)
    #expect(
      shell.requests == [
        DaemonRequest(
          method: "GET", path: "/api/v1/messages", query: ["limit": "5", "state": "held", "format": "lines"])
      ])
    #expect(shell.out == "no messages\n")
  }

  @Test func everyVerbHasHelp() {
    for verb in Verb.table(serve: { _ in 0 }) {
      let shell = TestShell()
      let code = runCommand(
        ["postern"] + verb.words + ["--help"], verbs: Verb.table(serve: { _ in 0 }), shell: shell.shellForTable)
      #expect(code == 0, "\(verb.name)")
      #expect(shell.out.hasPrefix("postern \(verb.name)"), "\(shell.out)")
      for option in verb.allOptions { #expect(shell.out.contains("--\(option.long)"), "\(verb.name) \(option.long)") }
      #expect(verb.asksDaemon == false || shell.out.contains("--json"))
    }
  }

  @Test func overviewNamesEveryVerb() {
    let shell = TestShell()
    #expect(shell.run("--help") == 0)
    for verb in Verb.table(serve: { _ in 0 }) { #expect(shell.out.contains("  \(verb.name) "), "\(verb.name)") }
    let group = TestShell()
    #expect(group.run("account") == 0)
    #expect(group.out.contains("account health"))
    #expect(!group.out.contains("queue list"))
  }

  @Test func verbsAndFlagsAreDistinct() {
    let verbs = Verb.table(serve: { _ in 0 })
    #expect(Set(verbs.map(\.name)).count == verbs.count)
    for verb in verbs {
      let names = verb.allOptions.map(\.long) + verb.allOptions.compactMap { $0.short.map(String.init) }
      #expect(Set(names).count == names.count, "\(verb.name)")
    }
  }

  @Test func socketIsFoundInOrder() {
    let shell = TestShell()
    shell.files["c.toml"] = "[server]\ncontrol_socket = \"/from/config.sock\""
    _ = shell.run("version")
    _ = shell.run("queue", "stats")
    shell.environment["POSTERN_SOCKET"] = "/from/environment.sock"
    _ = shell.run("queue", "stats")
    _ = shell.run("queue", "stats", "-c", "c.toml")
    _ = shell.run("queue", "stats", "-c", "c.toml", "--socket", "/from/flag.sock")
    #expect(
      shell.sockets == [
        "/run/postern/control.sock", "/from/environment.sock", "/from/config.sock", "/from/flag.sock",
      ])
  }

  @Test(arguments: [
    (400, 65), (403, 77), (404, 65), (409, 65), (422, 65), (500, 70), (503, 75), (507, 75),
  ])
  func daemonErrorsBecomeExitCodes(status: Int, code: Int32) {
    let shell = TestShell()
    shell.answer(#"{"error":{"code":"x","message":"there is no message 5"}}"#, status: status)
    #expect(shell.run("queue", "show", "5") == code)
    #expect(shell.err == "postern: there is no message 5\n")
    #expect(shell.out.isEmpty)
  }

  @Test func daemonThatIsNotThere() {
    let shell = TestShell()
    shell.unreachable = true
    #expect(shell.run("queue", "list") == 69)
    #expect(shell.err.contains("/run/postern/control.sock"))
    #expect(shell.err.contains("--socket"))
  }

  @Test func serveReturnsTheDaemonsCode() {
    #expect(TestShell().run("serve", "-c", "x.toml") == 78)
  }

  @Test(
    arguments: [
      ("smtp.example.org", "smtp.example.org", nil), ("smtp.example.org:587", "smtp.example.org", 587),
      ("[::1]:587", "::1", 587), ("::1", "::1", nil), ("host:x", "host:x", nil), ("[::1]", "::1", nil),
    ] as [(String, String, Int?)])
  func hostAndPort(text: String, host: String, port: Int?) {
    let parts = splitPort(text)
    #expect(parts.host == host)
    #expect(parts.port == port)
  }
}
