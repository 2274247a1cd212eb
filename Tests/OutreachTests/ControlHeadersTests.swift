import Testing

@testable import Outreach

private let now: Int64 = 1_795_165_200_000  // 2026-11-20T09:00:00Z

private func parse(_ fields: (String, String)...) -> Result<ControlHeaders, ControlHeaderError> {
  ControlHeaders.parse(fields.map { (name: $0.0, value: $0.1) }, now: now)
}

@Suite struct ControlHeadersTests {
  struct Good: Sendable, CustomTestStringConvertible {
    var fields: [(String, String)]
    var expected: @Sendable (inout ControlHeaders) -> Void
    var testDescription: String { fields.map { "\($0.0): \($0.1)" }.joined(separator: "; ") }
  }

  static let good: [Good] = [
    .init(fields: []) { _ in },
    .init(fields: [("Subject", "hello"), ("X-Mailer", "x"), ("X-Posternity", "y")]) { _ in },
    .init(fields: [("X-Postern-Sequence", "demo"), ("X-Postern-Step", "1")]) {
      $0.sequence = "demo"; $0.step = 1
    },
    .init(fields: [("x-postern-SEQUENCE", " Demo.1_a-b:c "), ("X-POSTERN-step", "\t12")]) {
      $0.sequence = "Demo.1_a-b:c"
      $0.step = 12
    },
    .init(fields: [("X-Postern-Delay", "90s")]) { $0.delayMilliseconds = 90_000 },
    .init(fields: [("X-Postern-Delay", "15m")]) { $0.delayMilliseconds = 900_000 },
    .init(fields: [("X-Postern-Delay", "4h")]) { $0.delayMilliseconds = 14_400_000 },
    .init(fields: [("X-Postern-Delay", "3d")]) { $0.delayMilliseconds = 259_200_000 },
    .init(fields: [("X-Postern-Delay", "2w")]) { $0.delayMilliseconds = 1_209_600_000 },
    .init(fields: [("X-Postern-Delay", "0s")]) { $0.delayMilliseconds = 0 },
    .init(fields: [("X-Postern-Send-At", "2026-12-01T09:00:00+01:00")]) { $0.sendAt = 1_796_112_000_000 },
    .init(fields: [("X-Postern-Send-At", "2026-12-01T08:00:00Z")]) { $0.sendAt = 1_796_112_000_000 },
    .init(fields: [("X-Postern-Send-At", "Tue, 1 Dec 2026 09:00:00 +0100")]) { $0.sendAt = 1_796_112_000_000 },
    .init(fields: [("X-Postern-Send-At", "Tue,\r\n 1 Dec 2026\r\n\t08:00:00 GMT")]) { $0.sendAt = 1_796_112_000_000 },
    .init(fields: [("X-Postern-Send-At", "2020-01-01T00:00:00Z")]) { $0.sendAt = 1_577_836_800_000 },
    .init(
      fields: [
        ("X-Postern-Sequence", "s"), ("X-Postern-Step", "2"), ("X-Postern-Only-If", "no-reply, No-Open,no-reply"),
      ]
    ) {
      $0.sequence = "s"
      $0.step = 2
      $0.onlyIf = [.noReply, .noOpen]
    },
    .init(fields: [("X-Postern-Account", "Ann@Example.ORG")]) { $0.account = "Ann@example.org" },
    .init(fields: [("X-Postern-Account", "Ann B. <ann@example.org>")]) { $0.account = "ann@example.org" },
    .init(fields: [("X-Postern-Pool", "sales")]) { $0.pool = "sales" },
    .init(fields: [("X-Postern-Campaign", "Spring 2026 – übrig"), ("X-Postern-Tag", "a, b")]) {
      $0.campaign = "Spring 2026 – übrig"
      $0.tag = "a, b"
    },
    .init(fields: [("X-Postern-Priority", "-10")]) { $0.priority = -10 },
    .init(fields: [("X-Postern-Priority", "+10")]) { $0.priority = 10 },
    .init(fields: [("X-Postern-Track", "open, click")]) { $0.track = Tracking(open: true, click: true) },
    .init(fields: [("X-Postern-Track", "Click")]) { $0.track = Tracking(open: false, click: true) },
    .init(fields: [("X-Postern-Track", "none")]) { $0.track = Tracking(open: false, click: false) },
    .init(fields: [("X-Postern-Idempotency-Key", "018f-{a}/b")]) { $0.idempotencyKey = "018f-{a}/b" },
    .init(fields: [("X-Postern-Cancel", "sequence=demo")]) { $0.cancelSequence = "demo" },
    .init(fields: [("X-Postern-Cancel", "sequence = demo"), ("X-Postern-Idempotency-Key", "k")]) {
      $0.cancelSequence = "demo"
      $0.idempotencyKey = "k"
    },
  ]

  @Test(arguments: good) func goodHeaders(test: Good) {
    var expected = ControlHeaders()
    test.expected(&expected)
    let fields = test.fields.map { (name: $0.0, value: $0.1) }
    #expect(ControlHeaders.parse(fields, now: now) == .success(expected))
    #expect(ControlHeaders.parse(fields.reversed(), now: now) == .success(expected))
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var fields: [(String, String)]
    var header: String
    var says: String
    var testDescription: String { fields.map { "\($0.0): \($0.1)" }.joined(separator: "; ") }
  }

  private static func one(_ name: String, _ value: String, _ says: String) -> Bad {
    Bad(fields: [("X-Postern-\(name)", value)], header: "X-Postern-\(name)", says: says)
  }

  static let bad: [Bad] =
    ["", "soon", "3", "3 d", "-1s", "1.5h", "3D", "d", "1s2m", "9999999999999s", "99999w", "٣d", "1y"].map {
      one("Delay", $0, "90s, 15m, 4h, 3d or 2w")
    }
    + ["", "0", "-1", "1001", "one", "1.0", "1 2", "99999999999999999999"].map { one("Step", $0, "a number from 1") }
    + ["", "a b", "ä", "a=b", "a,b", String(repeating: "k", count: 129)].map { one("Sequence", $0, "a key of") }
    + ["", "11", "-11", "high", "\u{2212}5", "1e1"].map { one("Priority", $0, "from -10 to 10") }
    + [
      "", "tomorrow", "2026-12-01", "2026-12-01T09:00:00", "2026-13-01T09:00:00Z", "2026-02-30T09:00:00Z",
      "2026-12-01T25:00:00Z", "Tue, 1 Dec 2026 09:00:00", "1795165200",
    ].map { one("Send-At", $0, "a time like 2026-03-01T09:00:00+01:00") }
    + [one("Send-At", "2099-01-01T00:00:00Z", "ten years")]
    + ["", "no-reply,", "reply", "no-reply no-open", "no-replies"].map {
      one("Only-If", $0, "no-reply, no-open or no-click")
    }
    + ["", "ann", "ann@", "@example.org", "a@b c", "a@x.org, b@x.org", "a@b@c,"].map {
      one("Account", $0, "an address")
    }
    + ["", "a b", "x\u{0}"].map { one("Pool", $0, "name of a pool") }
    + ["", "a\u{7}b", String(repeating: "x", count: 201)].map { one("Tag", $0, "a name of 1 to 200") }
    + ["", "a\u{1b}[0m"].map { one("Campaign", $0, "a name of 1 to 200") }
    + ["", "yes", "open click", "none, open", "open,,click", ","].map { one("Track", $0, "open, click or none") }
    + ["", "a b", "schlüssel", String(repeating: "k", count: 256)].map { one("Idempotency-Key", $0, "visible ASCII") }
    + ["", "demo", "sequence=", "sequence", "step=2", "sequence=a b", "Sequence=a"].map {
      one("Cancel", $0, "sequence=KEY")
    }
    + [
      .init(
        fields: [("X-Postern-Pool", "a"), ("x-postern-pool", "a")], header: "X-Postern-Pool", says: "more than once"),
      .init(fields: [("X-Postern-Step", "2")], header: "X-Postern-Step", says: "needs X-Postern-Sequence"),
      .init(fields: [("X-Postern-Sequence", "s")], header: "X-Postern-Sequence", says: "needs X-Postern-Step"),
      .init(fields: [("X-Postern-Only-If", "no-reply")], header: "X-Postern-Only-If", says: "needs X-Postern-Sequence"),
      .init(
        fields: [("X-Postern-Delay", "1d"), ("X-Postern-Send-At", "2026-12-01T08:00:00Z")],
        header: "X-Postern-Send-At", says: "not both"),
      .init(
        fields: [("X-Postern-Account", "a@example.org"), ("X-Postern-Pool", "p")], header: "X-Postern-Pool",
        says: "not both"),
      .init(
        fields: [("X-Postern-Cancel", "sequence=s"), ("X-Postern-Sequence", "s"), ("X-Postern-Step", "1")],
        header: "X-Postern-Cancel", says: "cannot have X-Postern-Sequence"),
      .init(
        fields: [("X-Postern-Cancel", "sequence=s"), ("X-Postern-Delay", "1d")], header: "X-Postern-Cancel",
        says: "cannot have X-Postern-Delay"),
      .init(fields: [("X-Postern-Sequnce", "s")], header: "X-Postern-Sequnce", says: "nearest is X-Postern-Sequence"),
      .init(fields: [("x-postern-delays", "s")], header: "x-postern-delays", says: "nearest is X-Postern-Delay"),
      .init(fields: [("X-Postern-SendAt", "s")], header: "X-Postern-SendAt", says: "nearest is X-Postern-Send-At"),
      .init(fields: [("X-Postern-", "s")], header: "X-Postern-", says: "no such control header"),
    ]

  @Test(arguments: bad) func badHeaders(test: Bad) throws {
    let result = ControlHeaders.parse(test.fields.map { (name: $0.0, value: $0.1) }, now: now)
    guard case .failure(let error) = result else {
      Issue.record("was taken: \(result)")
      return
    }
    #expect(error.header == test.header)
    #expect(error.reason.contains(test.says), "\(error.reason)")
    // It goes into an SMTP reply: RFC 5321, section 4.5.3.1.5 leaves room for 512 octets.
    #expect(error.text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    #expect(error.text.utf8.count < 300)
  }

  @Test func anyBytesAreAnAnswer() {
    var state: UInt64 = 42
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let alphabet = Array("0123456789smhdw,:=-+@<>TZ \t\r\n\"\\é\u{0}\u{10FFFF}nore".unicodeScalars)
    for _ in 0..<4000 {
      let rule = ControlHeaders.rules[random(ControlHeaders.rules.count)]
      var value = String.UnicodeScalarView()
      for _ in 0..<random(24) { value.append(alphabet[random(alphabet.count)]) }
      if case .failure(let error) = parse((rule.name, String(value))) {
        #expect(error.text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
      }
    }
  }

  @Test(arguments: ["X-Postern-Anything", "x-POSTERN-a", "X-Postern-"]) func areControlHeaders(name: String) {
    #expect(ControlHeaders.isControlHeader(name))
  }

  @Test(arguments: ["X-Postern", "Subject", "", "X-Posterna-B", "AX-Postern-B"]) func areNone(name: String) {
    #expect(!ControlHeaders.isControlHeader(name))
  }
}
