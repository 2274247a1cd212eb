import Configuration
import Foundation
import Testing

@testable import CommandLine

struct AccessVerbTests {
  private static let gmail = """
    {"found":"table","evidence":"gmail.com is of Gmail","provider":"gmail","name":"Gmail",
    "smtp":{"host":"smtp.gmail.com","port":465,"tls":"implicit"},"imap":{"host":"imap.gmail.com","port":993,"tls":"implicit"},
    "user":null,"oauth":"google","daily_limit":500,"limit_mode":"rolling","minute_limit":null,"note":"mind the gap","foreign_hosts":[]}
    """

  /// What the daemon says of an account that is not there.
  private static let nobody = #"{"error":{"code":"not_found","message":"there is no account"}}"#

  private func provision(_ shell: TestShell) throws -> AccountEntry {
    let body = try #require(shell.requests.last?.body)
    return try #require(try JSONDecoder().decode(Provision.self, from: Data(body)).accounts.first)
  }

  @Test func whatIsNotSaidIsLookedFor() throws {
    let shell = TestShell()
    shell.answer(Self.nobody, status: 404)
    shell.answer(Self.gmail)
    #expect(shell.run("account", "add", "a@gmail.com") == 0)
    #expect(shell.requests.map(\.path) == ["/api/v1/accounts/a@gmail.com", "/api/v1/discovery", "/api/v1/apply"])
    let entry = try provision(shell)
    #expect(entry.settings.smtp == RemoteServer(host: "smtp.gmail.com", port: 465))
    #expect(entry.settings.imap == RemoteServer(host: "imap.gmail.com", port: 993))
    #expect(entry.settings.oauth == .google)
    #expect(entry.settings.dailyLimit == 500)
    // Google: "a rolling 24-hour period, not a set time of day".
    #expect(entry.settings.limitMode == .rolling)
    #expect(shell.out.contains("postern account authorize a@gmail.com"))
    #expect(shell.out.contains("500 a day") && shell.out.contains("mind the gap"))
  }

  @Test func whatIsSaidStands() throws {
    let shell = TestShell()
    shell.environment["WORD"] = "secret"
    shell.answer(Self.nobody, status: 404)
    shell.answer(Self.gmail)
    let code = shell.run(
      "account", "add", "a@gmail.com", "--imap", "other.example:1993", "--daily-limit", "9", "--password-env", "WORD")
    #expect(code == 0)
    let entry = try provision(shell)
    #expect(entry.settings.imap == RemoteServer(host: "other.example", port: 1993))
    #expect(entry.settings.dailyLimit == 9)
    #expect(entry.settings.limitMode == .calendar)
    #expect(entry.settings.oauth == nil)
    #expect(entry.secret == .literal("secret"))
    #expect(!shell.out.contains("500"))
  }

  @Test func serversOutsideOfTheDomainWantAWord() {
    let answer =
      #"{"evidence":"SRV says so","smtp":{"host":"x.net","port":465,"tls":"implicit"},"foreign_hosts":["x.net"]}"#
    let shell = TestShell()
    shell.answer(Self.nobody, status: 404)
    shell.answer(answer)
    #expect(shell.run("account", "add", "a@example.org") == 65)
    #expect(shell.err.contains("--trust-dns") && shell.err.contains("x.net"))
    #expect(shell.requests.count == 2)
    shell.answer(Self.nobody, status: 404)
    shell.answer(answer)
    #expect(shell.run("account", "add", "a@example.org", "--trust-dns") == 0)
  }

  private func stored(_ change: (inout AccountSettings) -> Void = { _ in }) throws -> (AccountSettings, String) {
    var settings = AccountSettings(
      address: "u@gmail.com", smtp: RemoteServer(host: "smtp.gmail.com", port: 465, user: "other"))
    settings.imap = RemoteServer(host: "imap.gmail.com", port: 993)
    settings.displayName = "Uwe"
    settings.pools = ["p"]
    settings.zone = "Europe/Berlin"
    settings.minimumGapMilliseconds = 90_000
    settings.warmup = WarmupSettings()
    settings.dailyLimit = 500
    settings.limitMode = .rolling
    change(&settings)
    let json = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
    return (settings, #"{"has_secret":true,"settings":\#(json)}"#)
  }

  @Test func ofAMailboxThatIsThereOnlyWhatIsSaidChanges() throws {
    let (before, answer) = try stored()
    let shell = TestShell()
    shell.answer(answer)
    #expect(shell.run("account", "add", "u@gmail.com", "--daily-limit", "77") == 0)
    // Nothing is looked for, and the stored password stays.
    #expect(shell.requests.map(\.path) == ["/api/v1/accounts/u@gmail.com", "/api/v1/apply"])
    var wanted = before
    wanted.dailyLimit = 77
    #expect(try provision(shell) == AccountEntry(settings: wanted))
    #expect(shell.out.contains("is changed"))
  }

  @Test func eachFlagChangesItsOwnSetting() throws {
    let (before, answer) = try stored()
    let changes: [([String], (inout AccountSettings) -> Void)] = [
      (["--name", "Ute"], { $0.displayName = "Ute" }), (["--zone", "UTC"], { $0.zone = "UTC" }),
      (["--pool", "a", "--pool", "b"], { $0.pools = ["a", "b"] }), (["--hourly-limit", "3"], { $0.hourlyLimit = 3 }),
      (["--minimum-gap", "5s"], { $0.minimumGapMilliseconds = 5000 }), (["--oauth", "google"], { $0.oauth = .google }),
      (["--proxy", "socks5h://127.0.0.1:1"], { $0.proxy = "socks5h://127.0.0.1:1" }),
      (
        ["--user", "me"],
        {
          $0.smtp.user = "me"
          $0.imap?.user = "me"
        }
      ),
      (["--smtp", "m.test:2525"], { $0.smtp = RemoteServer(host: "m.test", port: 2525, user: "other") }),
      (
        ["--smtp-tls", "starttls"],
        {
          $0.smtp.tls = .starttls
          $0.smtp.port = 587
        }
      ),
    ]
    for (flags, change) in changes {
      let shell = TestShell()
      shell.answer(answer)
      #expect(shell.run(["account", "add", "u@gmail.com"] + flags) == 0, "\(flags)")
      var wanted = before
      change(&wanted)
      #expect(try provision(shell).settings == wanted, "\(flags)")
    }
  }

  @Test func aPasswordTakesThePlaceOfTokens() throws {
    let (_, answer) = try stored { $0.oauth = .google }
    let shell = TestShell()
    shell.environment["PW"] = "secret"
    shell.answer(answer)
    #expect(shell.run("account", "add", "u@gmail.com", "--password-env", "PW") == 0)
    #expect(try provision(shell).settings.oauth == nil)
    shell.answer(answer)
    #expect(shell.run("account", "add", "u@gmail.com", "--name", "Ute") == 0)
    #expect(try provision(shell).settings.oauth == .google)
  }

  @Test func aProviderHasServersAndLimitsLookedForAnew() throws {
    let (_, answer) = try stored {
      $0.smtp = RemoteServer(host: "old.test", port: 25)
      $0.dailyLimit = 9
      $0.limitMode = .calendar
    }
    let shell = TestShell()
    shell.answer(answer)
    shell.answer(Self.gmail)
    #expect(shell.run("account", "add", "u@gmail.com", "--provider", "gmail") == 0)
    let settings = try provision(shell).settings
    #expect(settings.smtp == RemoteServer(host: "smtp.gmail.com", port: 465))
    #expect(settings.dailyLimit == 500 && settings.limitMode == .rolling && settings.oauth == nil)
    #expect(settings.displayName == "Uwe" && settings.warmup != nil)
  }

  @Test func aBrowserComesBack() {
    let shell = TestShell()
    shell.redirected = #"/?code=a"b&state=s"#
    shell.answer(#"{"settings":{"oauth":"google"}}"#)
    shell.answer(#"{"authorization":"s","url":"https://accounts.example/auth","user_code":null}"#)
    shell.answer(#"{"status":"authorized"}"#)
    shell.answer(#"{"ok":true,"sides":[{"side":"smtp","server":"h:1","result":"ok","text":"in"}]}"#)
    #expect(shell.run("account", "authorize", "a@gmail.com") == 0)
    #expect(shell.requests.map(\.path).last == "/api/v1/accounts/a@gmail.com/test")
    let asked = shell.requests.map { String(decoding: $0.body, as: UTF8.self) }
    #expect(asked[1] == #"{"flow":"loopback","redirect_uri":"http://127.0.0.1:4711"}"#)
    #expect(asked[2] == #"{"redirected":"\/?code=a\"b&state=s"}"#)
    #expect(shell.out.contains("https://accounts.example/auth"))
    #expect(shell.shownInBrowser == ["Postern may use a@gmail.com now. You can close this page."])
  }

  @Test func aRefusalIsShownInTheBrowserToo() {
    let shell = TestShell()
    shell.answer(#"{"settings":{"oauth":"microsoft"}}"#)
    shell.answer(#"{"authorization":"s","url":"https://x"}"#)
    shell.answer(#"{"error":{"code":"access","message":"they said no"}}"#, status: 422)
    #expect(shell.run("account", "authorize", "a@b.example", "--browser", "--port", "7000") == 65)
    #expect(shell.shownInBrowser == ["Postern did not get access: postern: they said no"])
    #expect(String(decoding: shell.requests[1].body, as: UTF8.self).contains("http://localhost:7000"))
  }

  @Test func aDeviceCodeIsAskedForUntilItIsTypedIn() {
    let shell = TestShell()
    shell.answer(#"{"settings":{"oauth":"microsoft"}}"#)
    shell.answer(#"{"authorization":"id","url":"https://microsoft.com/devicelogin","user_code":"ABC"}"#)
    shell.answer(#"{"status":"pending"}"#)
    shell.answer(#"{"status":"authorized"}"#)
    shell.answer(#"{"ok":true,"sides":[]}"#)
    #expect(shell.run("account", "authorize", "a@b.example") == 0)
    #expect(shell.out.contains("type in this code: ABC"))
    #expect(shell.requests.filter { $0.path == "/api/v1/authorizations/id/poll" }.count == 2)
  }

  @Test func aPasswordAccountHasNothingToAuthorize() {
    let shell = TestShell()
    shell.answer(#"{"settings":{"oauth":null}}"#)
    #expect(shell.run("account", "authorize", "a@b.example") == 65)
    #expect(shell.err.contains("logs in with a password"))
  }
}
