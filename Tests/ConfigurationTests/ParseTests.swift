import Foundation
import Testing

@testable import Configuration

struct ParseTests {
  @Test func everySection() throws {
    let toml = """
      [server]
      hostname = "mail.example.org"
      data_dir = "/srv/postern"
      loops = 4
      log_level = "debug"
      [[listener]]
      address = "::"
      port = 587
      tls = "starttls"
      certificate = "c.pem"
      key = "k.pem"
      trusted_networks = []
      [[listener]]
      port = 0
      bare_newlines = "normalize"
      [intake]
      max_message_size = "1MB"
      [store]
      path = "/elsewhere/s.db"
      [relay]
      retry_delays = ["1s", "2m"]
      tick = "250ms"
      [sequences]
      on_reply = "pause"
      window = { days = ["sun", "mon"], spans = ["08:30-12:00", "13:00-24:00"], zone = "Asia/Tokyo" }
      """
    let read = try Configuration.parse(toml: toml, file: "t").get()
    #expect(read.server.hostname == "mail.example.org")
    #expect(read.server.loops == 4)
    #expect(read.server.logLevel == .debug)
    #expect(read.listeners.map(\.port) == [587, 0])
    #expect(read.listeners[0].tls == .starttls)
    #expect(read.listeners[0].certificate == "c.pem")
    #expect(read.listeners[0].trustedNetworks == [])
    #expect(read.listeners[1].bareNewlines == .normalize)
    #expect(read.listeners[1].trustedNetworks == ["127.0.0.0/8", "::1/128"])
    #expect(read.intake.maxMessageSize == 1_000_000)
    #expect(read.storeFile == "/elsewhere/s.db")
    #expect(read.keyFile == "/srv/postern/postern.key")
    #expect(read.spoolFolder == "/srv/postern/spool")
    #expect(read.relay.retryDelaysMilliseconds == [1000, 120_000])
    #expect(read.relay.tickMilliseconds == 250)
    #expect(read.sequences.onReply == .pause)
    #expect(read.sequences.window?.days == [.mon, .sun])
    #expect(read.sequences.window?.minutes == [510..<720, 780..<1440])
    #expect(read.sequences.window?.zone == "Asia/Tokyo")
  }

  /// Dots of a text are no parts of a key, and no text hides a key.
  @Test(arguments: [
    ("text = \"\(String(repeating: "A sentence. ", count: 100))\"", true),
    ("text = \"\"\"\n\\\"\(String(repeating: "A \"sentence\". ", count: 100))\"\"\"\"\"", true),
    ("text = '\(String(repeating: "a.b", count: 100))' # \(String(repeating: "it's. ", count: 100))", true),
    ("text = '''\n'\(String(repeating: "a.b", count: 100))'''''", true),
    ("x = { t = \"\"\"\n a\"b\"\"\", \(String(repeating: "a.", count: 100))b = 1 }", false),
    ("x = { t = '''\n a'b''', \(String(repeating: "a.", count: 100))b = 1 }", false),
    ("# it's\n\(String(repeating: "'a'.", count: 100))b = 1", false),
    ("t = \"\\\\\"\n\(String(repeating: "a . ", count: 100))b = 1", false),
  ])
  func dotsOfTextsAreNoKeys(line: String, isText: Bool) throws {
    let toml = line.hasPrefix("text") ? "[[template]]\nkey = \"t\"\nsubject = \"x\"\n\(line)\n" : line
    switch Provision.parse(toml: toml, file: "t") {
    case .success: #expect(isText)
    case .failure(let error): #expect(!isText && "\(error)".contains("more than 64 dotted parts"), "\(error)")
    }
  }

  @Test func emptyFileIsTheDefaults() throws {
    #expect(try Configuration.parse(toml: "", file: "t").get() == Configuration())
    #expect(try Provision.parse(toml: "# nothing\n", file: "t").get() == Provision())
  }

  static let account = """
    [[account]]
    address = "anna@example.org"
    display_name = "Anna Ä."
    password_env = "ANNA"
    smtp = { host = "smtp.example.org", tls = "starttls", user = "anna" }
    imap = { host = "imap.example.org" }
    daily_limit = 50
    hourly_limit = 10
    minimum_gap = "90s"
    minimum_gap_jitter = "30s"
    minute_limit = 2
    new_contacts_limit = 20
    recipient_domain_limit = 15
    limit_mode = "rolling"
    connections = 2
    warmup = {}
    window = { days = ["mon"], closed_dates = ["2026-12-24", "2028-02-29"], spread = "even" }
    on_unknown = "retry"
    poll_interval = "30s"
    move_bounces_to = "Bounces"
    weight = 3
    pools = ["a", "b"]
    zone = "Europe/Berlin"
    proxy = "socks5h://127.0.0.1:1080"
    """

  @Test func account() throws {
    let entry = try #require(Provision.parse(toml: Self.account, file: "t").get().accounts.first)
    var expected = AccountSettings(
      address: "anna@example.org",
      smtp: RemoteServer(host: "smtp.example.org", port: 587, tls: .starttls, user: "anna"),
      imap: RemoteServer(host: "imap.example.org", port: 993, tls: .implicit))
    expected.displayName = "Anna Ä."
    expected.dailyLimit = 50
    expected.hourlyLimit = 10
    expected.minimumGapMilliseconds = 90_000
    expected.minimumGapJitterMilliseconds = 30_000
    expected.minuteLimit = 2
    expected.newContactsLimit = 20
    expected.recipientDomainLimit = 15
    expected.limitMode = .rolling
    expected.connections = 2
    expected.warmup = WarmupSettings(start: 5, step: 2)
    expected.window = WindowSettings(
      days: [.mon], spans: ["09:00-17:00"], closedDates: ["2026-12-24", "2028-02-29"], spread: .even)
    expected.onUnknown = .retry
    expected.pollIntervalMilliseconds = 30_000
    expected.moveBouncesTo = "Bounces"
    expected.weight = 3
    expected.pools = ["a", "b"]
    expected.zone = "Europe/Berlin"
    expected.proxy = "socks5h://127.0.0.1:1080"
    #expect(entry == AccountEntry(settings: expected, secret: .environment("ANNA")))
  }

  @Test func provisionSurvivesJSON() throws {
    let toml =
      Self.account + """

        [[submitter]]
        login = "app"
        password = "secret"
        from = ["@example.org", "x@example.net"]
        keep_from = true
        [[submitter]]
        login = "b"
        password_hash = "$argon2id$v=19$m=65536,t=3,p=1$AA$AA"
        [[pool]]
        name = "a"
        rotation = "round-robin"
        [[sequence]]
        key = "hello"
        on_reply = "continue"
        window = { spans = ["00:00-24:00"] }
        [[suppression]]
        domain = "Example.COM"
        [[suppression]]
        address = "X@example.com"
        reason = "asked by phone"
        """
    let provision = try Provision.parse(toml: toml, file: "t").get()
    #expect(provision.suppressions.map(\.value) == ["example.com", "x@example.com"])
    #expect(
      provision.submitters.map { $0.secret?.description } == ["password from a literal secret", "a password hash"])
    let json = try JSONEncoder().encode(provision)
    #expect(try JSONDecoder().decode(Provision.self, from: json) == provision)
    let text = String(decoding: json, as: UTF8.self)
    #expect(text.contains("\"minimum_gap_milliseconds\":90000"))
    #expect(text.contains("\"keep_from\":true"))
  }

  @Test func anAccountIsWrittenWithEveryKey() throws {
    let settings = AccountSettings(address: "a@b.example", smtp: RemoteServer(host: "h", port: 25, tls: .none))
    let data = try JSONEncoder().encode(settings)
    let written = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(written.count == 26)
    #expect(written["daily_limit"] is NSNull)
    #expect(try JSONDecoder().decode(AccountSettings.self, from: data) == settings)
  }

  @Test func storedWindowOfAnOlderVersion() throws {
    let json = #"{"days":["mon"],"spans":["09:00-17:00"]}"#
    #expect(try JSONDecoder().decode(WindowSettings.self, from: Data(json.utf8)) == WindowSettings(days: [.mon]))
  }

  @Test(arguments: ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-32", "", "2026-12-24 "])
  func noDate(text: String) {
    #expect(Check.date(text) != nil)
  }

  @Test func storedAccountOfAnOlderVersion() throws {
    let json = #"{"address":"a@b.example","smtp":{"host":"h","port":25,"tls":"none"}}"#
    let settings = try JSONDecoder().decode(AccountSettings.self, from: Data(json.utf8))
    #expect(
      settings == AccountSettings(address: "a@b.example", smtp: RemoteServer(host: "h", port: 25, tls: .none)))
  }

  @Test(
    arguments: [
      ("250ms", 250), ("0s", 0), ("90s", 90_000), ("15m", 900_000), ("4h", 14_400_000), ("3d", 259_200_000),
      ("2w", 1_209_600_000), ("007s", 7000),
    ] as [(String, Int64)])
  func duration(text: String, milliseconds: Int64) {
    #expect(parseDuration(text) == milliseconds)
    #expect(parseDuration(formatDuration(milliseconds: milliseconds)) == milliseconds)
  }

  @Test(arguments: ["", "s", "5", "5 s", "-5s", "+5s", "5S", "1.5h", "1h30m", "999999999999w", "9999999999999s", "５s"])
  func noDuration(text: String) {
    #expect(parseDuration(text) == nil)
  }

  @Test(arguments: [("0", 0), ("512", 512), ("1KiB", 1024), ("25MiB", 26_214_400), ("2GB", 2_000_000_000)])
  func size(text: String, bytes: Int) {
    #expect(parseSize(text) == bytes)
  }

  @Test(arguments: ["", "MiB", "25 MiB", "25mib", "-1", "1e3", "999999999999TiB"])
  func noSize(text: String) {
    #expect(parseSize(text) == nil)
  }

  @Test(
    arguments: [
      ("hostnme", "hostname"), ("prot", "port"), ("HOSTNAME", "hostname"), ("host", "hostname"), ("tls_mode", nil),
      ("x", nil), ("tsl", "tls"), ("ttt", nil), ("", nil),
      (String(repeating: "a", count: 100_000), nil),
    ] as [(String, String?)])
  func nearest(typed: String, expected: String?) {
    #expect(nearestName(to: typed, in: ["hostname", "port", "tls"]) == expected)
  }

  /// No bytes end the process: every prefix of a good file, and the file with each byte spoiled.
  @Test func hostileText() throws {
    let good = Array(Self.account.utf8)
    var refused = 0
    for index in good.indices {
      if case .failure = Provision.parse(toml: String(decoding: good[..<index], as: UTF8.self), file: "t") {
        refused += 1
      }
      var spoiled = good
      for byte in [0, 0x0a, 0x22, 0x5b, 0xff] as [UInt8] {
        spoiled[index] = byte
        if case .failure = Provision.parse(toml: String(decoding: spoiled, as: UTF8.self), file: "t") { refused += 1 }
      }
    }
    #expect(refused > good.count)
  }

  @Test(arguments: [
    "[" + String(repeating: "a.", count: 1_000_000) + "a]",
    String(repeating: "a.", count: 1_000_000) + "a = 1",
    "a = " + String(repeating: "[", count: 1_000_000),
    "a = " + String(repeating: "{b=", count: 100_000),
  ])
  func deepNestingIsRefused(toml: String) {
    guard case .failure = Configuration.parse(toml: toml, file: "t") else {
      Issue.record("accepted")
      return
    }
  }
}
