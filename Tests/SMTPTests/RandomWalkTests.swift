import SMTP
import Testing

/// SplitMix64: small, good enough, and the same walk for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// What a server must remember, written down as plainly as possible and without looking at the session.
private struct Model {
  enum Step: String, CaseIterable {
    case mailBinary, ehlo, helo, badHello, startTLS, plain, plainWrong, login, loginCancelled, scram, scramWrong, mail,
      mailTooBig,
      mailBad, mailUTF8,
      mailNotUTF8, rcpt, rcptBad, rcptUTF8, data, dataTooBig, dataRefused, bdat, bdatLast, bdatEmpty, bdatTooBig,
      bdatRefused, bdatBad, rset, noop,
      vrfy, help, unknown, tooLong, clientTrusted, clientStrange, clientLogin, clientUnknown, clientBad,
      bearer, bearerWrong, expn, quit, browser
  }

  static let maximumBytes = 100
  static let maximumRecipients = 3
  static let maximumErrors = 6
  static let maximumIdle = 9
  static let maximumFailures = 2

  var trusted: Bool
  var tls = false
  var greeted = false
  var login = false
  /// Recipients of the mail under way; nil without one.
  var recipients: Int?
  /// Octets of the mail under way that came in chunks; nil before the first chunk.
  var chunked: Int?
  /// Whether the mail under way said SMTPUTF8.
  var utf8 = false
  /// Whether it said BODY=BINARYMIME, which DATA cannot carry.
  var binary = false
  var errors = 0
  var idle = 0
  var failures = 0
  var closed = false

  static func text(of step: Step) -> String {
    switch step {
    case .ehlo: "EHLO c\r\n"
    case .helo: "HELO c\r\n"
    case .badHello: "EHLO\r\n"
    case .startTLS: "STARTTLS\r\n"
    case .plain: "AUTH PLAIN AGEAc2VjcmV0\r\n"
    case .plainWrong: "AUTH PLAIN AGEAeA==\r\n"
    case .login: "AUTH LOGIN YQ==\r\nc2VjcmV0\r\n"
    case .scram: "AUTH SCRAM-SHA-256 Zmlyc3Q=\r\nZmluYWw=\r\n\r\n"
    case .scramWrong: "AUTH SCRAM-SHA-256 Zmlyc3Q=\r\nZmlyc3Q=\r\n"
    case .loginCancelled: "AUTH LOGIN\r\n*\r\n"
    case .mail: "MAIL FROM:<a@b.test>\r\n"
    case .mailTooBig: "MAIL FROM:<a@b.test> SIZE=101\r\n"
    case .mailBinary: "MAIL FROM:<a@b.test> BODY=BINARYMIME\r\n"
    case .mailBad: "MAIL FROM:<a@b\r\n"
    case .mailUTF8: "MAIL FROM:<ü@b.test> SMTPUTF8 RET=FULL ENVID=x\r\n"
    case .mailNotUTF8: "MAIL FROM:<ü@b.test> RET=FULL\r\n"
    case .rcptUTF8: "RCPT TO:<ü@b.test> NOTIFY=NEVER\r\n"
    case .rcpt: "RCPT TO:<a@b.test>\r\n"
    case .rcptBad: "RCPT TO:<a@>\r\n"
    case .data, .dataTooBig, .dataRefused: "DATA\r\n"
    case .bdat: "BDAT 6\r\nQUIT\r\n"
    case .bdatLast, .bdatRefused: "BDAT 6 LAST\r\nRSET\r\n"
    case .bdatEmpty: "BDAT 0\r\n"
    case .bdatTooBig: "BDAT 102\r\n\(String(repeating: "x", count: 100))\r\n"
    case .bdatBad: "BDAT six\r\n"
    case .rset: "RSET\r\n"
    case .noop: "NOOP\r\n"
    case .vrfy: "VRFY a\r\n"
    case .help: "HELP\r\n"
    case .unknown: "XYZZY\r\n"
    case .clientTrusted: "XCLIENT ADDR=192.0.2.1\r\n"
    case .clientStrange: "XCLIENT ADDR=192.0.2.2 LOGIN=[UNAVAILABLE]\r\n"
    case .clientLogin: "XCLIENT LOGIN=a\r\n"
    case .clientUnknown: "XCLIENT LOGIN=eve\r\n"
    case .clientBad: "XCLIENT PORT=x\r\n"
    case .bearer: "AUTH OAUTHBEARER YmVhcmVy\r\n"
    case .bearerWrong: "AUTH OAUTHBEARER Zmlyc3Q=\r\nAQ==\r\n"
    case .expn: "EXPN a\r\n"
    case .quit: "QUIT\r\n"
    case .browser: "GET / HTTP/1.1\r\n"
    case .tooLong: "NOOP \(String(repeating: "x", count: 2050))\r\n"
    }
  }

  /// The codes of the replies to one step, in order.
  mutating func take(_ step: Step) -> [Int] {
    switch step {
    case .ehlo, .helo, .badHello, .startTLS, .plain, .plainWrong, .login, .loginCancelled, .scram, .scramWrong, .rset,
      .noop, .vrfy, .help, .clientTrusted, .clientStrange, .clientLogin, .clientUnknown, .clientBad,
      .bearer, .bearerWrong, .expn:
      idle += 1
      if idle > Self.maximumIdle {
        closed = true
        return [421]
      }
    default: break
    }
    var codes: [Int] = []
    for code in answers(to: step) {
      let isFarewell = closed
      if code >= 500, !isFarewell {
        errors += 1
        closed = errors > Self.maximumErrors
      }
      codes.append(closed && !isFarewell ? 421 : code)
      if closed, !isFarewell { break }
    }
    return codes
  }

  private mutating func answers(to step: Step) -> [Int] {
    switch step {
    case .ehlo, .helo:
      greeted = true
      (recipients, chunked) = (nil, nil)
      return [250]
    case .badHello: return [501]
    case .startTLS:
      if tls { return [503] }
      if recipients != nil { return [503] }
      (tls, greeted, login) = (true, false, false)
      return [220]
    case .plain, .plainWrong, .login, .loginCancelled, .scram, .scramWrong, .bearer, .bearerWrong:
      return authentication(step)
    case .mail, .mailTooBig, .mailBad, .mailUTF8, .mailNotUTF8, .mailBinary:
      if !greeted || recipients != nil { return [503] }
      if !trusted, !login { return [530] }
      if step == .mailBad { return [501] }
      if step == .mailTooBig { return [552] }
      if step == .mailNotUTF8 { return [553] }
      recipients = 0
      utf8 = step == .mailUTF8
      binary = step == .mailBinary
      return [250]
    case .rcpt, .rcptBad, .rcptUTF8:
      guard let count = recipients else { return [503] }
      if chunked != nil { return [503] }
      if step == .rcptBad { return [501] }
      if step == .rcptUTF8, !utf8 { return [553] }
      if count == Self.maximumRecipients { return [452] }
      recipients = count + 1
      return [250]
    case .data, .dataTooBig, .dataRefused:
      guard let count = recipients, chunked == nil else { return [503] }
      if binary { return [503] }
      if count == 0 { return [554] }
      recipients = nil
      if step == .dataTooBig { return [354, 552] }
      idle = 0
      // A good mail forgives what was wrong before it.
      if step == .data { errors = 0 }
      return [354, step == .data ? 250 : 452]
    case .bdat, .bdatLast, .bdatEmpty, .bdatTooBig, .bdatRefused, .bdatBad: return chunk(step)
    case .rset:
      (recipients, chunked) = (nil, nil)
      return [250]
    case .noop: return [250]
    case .vrfy: return [trusted || login ? 252 : 530]
    case .help: return [214]
    case .unknown, .tooLong: return [500]
    case .expn: return [502]
    case .quit, .browser:
      closed = true
      return [step == .quit ? 221 : 421]
    case .clientTrusted, .clientStrange, .clientLogin, .clientUnknown, .clientBad:
      if recipients != nil { return [503] }
      if step == .clientUnknown { return [550] }
      if step == .clientBad { return [501] }
      if step != .clientLogin { trusted = step == .clientTrusted }
      (greeted, login) = (false, step == .clientLogin)
      return [220]
    }
  }

  private mutating func chunk(_ step: Step) -> [Int] {
    if step == .bdatBad {
      closed = true
      return [501]
    }
    guard let count = recipients, count > 0 else {
      defer { (recipients, chunked) = (nil, nil) }
      return [recipients == nil ? 503 : 554]
    }
    if step == .bdatEmpty {
      idle += 1
      closed = idle > Self.maximumIdle
      if closed { return [421] }
    }
    let total = (chunked ?? 0) + (step == .bdatEmpty ? 0 : step == .bdatTooBig ? 102 : 6)
    let isOver = total > Self.maximumBytes
    let isLast = step == .bdatLast || step == .bdatRefused
    (recipients, chunked) = isOver || isLast ? (nil, nil) : (recipients, total)
    if isOver { return [552] }
    if isLast { idle = 0 }
    if step == .bdatLast { errors = 0 }
    return [step == .bdatRefused ? 452 : 250]
  }

  private mutating func authentication(_ step: Step) -> [Int] {
    // What follows a refused AUTH LOGIN is taken for a command.
    let rest =
      [.login, .loginCancelled, .scramWrong, .bearerWrong].contains(step) ? [500] : step == .scram ? [500, 500] : []
    if !greeted { return [503] + rest }
    if !tls { return [538] + rest }
    if login || recipients != nil { return [503] + rest }
    switch step {
    case .plain, .bearer: login = true
    case .login:
      login = true
      failures = 0
      return [334, 235]
    case .scram:
      login = true
      failures = 0
      return [334, 334, 235]
    case .loginCancelled: return [334, 501]
    default:
      failures += 1
      closed = failures == Self.maximumFailures
      return (step == .scramWrong || step == .bearerWrong ? [334] : []) + [closed ? 421 : 535]
    }
    failures = 0
    return [235]
  }
}

@Suite("Random walk")
struct RandomWalkTests {
  @Test("100,000 commands beside a small model", arguments: [false, true])
  func walk(_ trusted: Bool) {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("random walk, trusted \(trusted): seed \(seed)")
    var generator = SeededGenerator(state: seed)
    var steps = 0
    while steps < 50_000 {
      var settings = ServerSettings(
        hostname: "mx.test", tls: .offered, trusted: trusted, maximumMessageBytes: Model.maximumBytes,
        maximumRecipients: Model.maximumRecipients, maximumErrors: Model.maximumErrors,
        maximumIdleCommands: Model.maximumIdle, maximumFailedLogins: Model.maximumFailures,
        mechanisms: ServerSettings.Mechanism.allCases, acceptsClientFacts: true)
      var session = ServerSession(settings)
      _ = session.next()
      var model = Model(trusted: trusted)
      var path: [String] = []
      while !model.closed, steps < 50_000 {
        let step = Model.Step.allCases.randomElement(using: &generator) ?? .noop
        // Rarer, so that most sessions get far.
        if step == .quit || step == .browser, Int.random(in: 0..<8, using: &generator) > 0 { continue }
        steps += 1
        path.append(step.rawValue)
        let expected = model.take(step)
        let actual = answers(of: &session, &settings, to: step, &generator)
        guard actual == expected, session.isInTransaction == (model.recipients != nil) || model.closed else {
          Issue.record("seed \(seed): \(path.joined(separator: " ")): \(actual) instead of \(expected)")
          return
        }
      }
    }
  }

  /// The codes the session gives; the text is cut at random.
  private func answers(
    of session: inout ServerSession, _ settings: inout ServerSettings, to step: Model.Step,
    _ generator: inout SeededGenerator
  ) -> [Int] {
    var codes: [Int] = []
    var text = Array(Model.text(of: step).utf8)[...]
    while !text.isEmpty {
      let count = Int.random(in: 1...text.count, using: &generator)
      session.receive(text.prefix(count))
      text = text.dropFirst(count)
      while let action = session.next() {
        switch action {
        case .reply(let bytes):
          codes.append(Int(String(decoding: bytes.prefix(3), as: UTF8.self)) ?? 0)
          if codes.last == 354 {
            let body = step == .dataTooBig ? String(repeating: "x", count: 99) : "x"
            text = text + Array("\(body)\r\n.\r\n".utf8)
          }
        case .client(let facts):
          if let address = facts.address { settings.trusted = address == "192.0.2.1" }
          let answer =
            facts.login == "eve"
            ? session.refuseClient(with: .unknownLogin)
            : session.clientBecame(settings, login: facts.login.flatMap { $0.isEmpty ? nil : $0 })
          if case .reply(let bytes) = answer {
            codes.append(Int(String(decoding: bytes.prefix(3), as: UTF8.self)) ?? 0)
          }
        case .startTLS: session.tlsStarted()
        case .authenticate(let name, let password):
          let good = name == "a" && password == "secret"
          if case .reply(let bytes) = session.authenticated(good ? .accepted : .wrong) {
            codes.append(Int(String(decoding: bytes.prefix(3), as: UTF8.self)) ?? 0)
          }
        case .sasl(_, let message, let isFirst):
          if case .reply(let bytes) = session.answerSASL(saslAnswer(to: message, isFirst: isFirst)) {
            codes.append(Int(String(decoding: bytes.prefix(3), as: UTF8.self)) ?? 0)
          }
        case .message:
          let isRefused = step == .dataRefused || step == .bdatRefused
          let answer = isRefused ? ServerReply.insufficientStorage : ServerReply(250, .init(2, 0, 0), "Ok")
          if case .reply(let bytes) = session.answerMessage(with: answer) {
            codes.append(Int(String(decoding: bytes.prefix(3), as: UTF8.self)) ?? 0)
          }
        case .close: return codes
        }
      }
    }
    return codes
  }
}
