import Glibc
import Testing

@testable import Host

@Suite struct RemoteConnectionTests {
  typealias Step = ScriptedServer.Step

  private static let hello: [Step] = [.say("220 mail.example ESMTP"), .hear("EHLO client.example")]
  private static let offers: [Step] = [.say("250-mail.example"), .say("250-PIPELINING"), .say("250 AUTH PLAIN LOGIN")]

  private static func smtp(_ port: Int, tls: RemoteOptions.Security = .none, ca: String? = nil) -> RemoteOptions {
    RemoteOptions(
      scheme: .smtp, host: "127.0.0.1", port: port, tls: tls, user: "ann", secret: .password("secret"), caFile: ca,
      clientName: "client.example", connectTimeoutMilliseconds: 5000)
  }

  private static func failure(_ options: RemoteOptions, _ loop: EventLoop) async -> RemoteFailure? {
    await on(loop) {
      guard case .failure(let failure) = await RemoteConnection.open(options, on: loop) else { return nil }
      return failure
    }
  }

  @Test func logsInAndTalksOverPlainSMTP() async throws {
    try await withLoop { loop in
      // AGFubgBzZWNyZXQ= is NUL ann NUL secret.
      let steps = Self.hello + Self.offers + [.hear("AUTH PLAIN AGFubgBzZWNyZXQ="), .say("235 2.7.0 welcome"), .echo]
      let server = try ScriptedServer(steps, on: loop)
      let (transcript, echoed, alive) = await on(loop) {
        guard case .success(let connection) = await RemoteConnection.open(Self.smtp(server.port), on: loop) else {
          return ([String](), [UInt8](), false)
        }
        _ = await connection.write(Array("NOOP\r\n".utf8), deadline: Clock.deadline(in: 5000))
        var got: [UInt8] = []
        _ = await connection.read(into: &got, atMost: 100, deadline: Clock.deadline(in: 5000))
        let alive = connection.isAlive
        connection.close()
        return (connection.transcript, got, alive && !connection.isAlive)
      }
      #expect(
        transcript == [
          "220 mail.example ESMTP", "250-mail.example", "250-PIPELINING", "250 AUTH PLAIN LOGIN", "235 2.7.0 welcome",
        ])
      #expect(echoed == Array("NOOP\r\n".utf8))
      #expect(alive)
    }
  }

  @Test(arguments: [RemoteOptions.Security.implicit, .starttls])
  func echoesOverTLS(security: RemoteOptions.Security) async throws {
    try await withFolder { folder in
      let files = try TestCertificates(in: folder)
      try await withLoop { loop in
        let tls = try TLSServer(certificateFile: files.certificate, keyFile: files.key)
        let login: [Step] = Self.hello + Self.offers + [.hear("AUTH"), .say("235 welcome"), .echo]
        let upgrade: [Step] = Self.hello + [.say("250 STARTTLS"), .hear("STARTTLS"), .say("220 go"), .tls]
        let steps = security == .implicit ? [.tls] + login : upgrade + login.dropFirst()
        let server = try ScriptedServer(steps, tls: tls, on: loop)
        let same = await on(loop) {
          let options = Self.smtp(server.port, tls: security, ca: files.authority)
          guard case .success(let connection) = await RemoteConnection.open(options, on: loop) else { return false }
          let sent = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
          let writing = loop.spawn { _ = await connection.write(sent) }
          var got: [UInt8] = []
          while got.count < sent.count {
            guard case .bytes = await connection.read(into: &got, atMost: 65_536) else { return false }
          }
          await writing.value
          return got == sent
        }
        #expect(same)
      }
    }
  }

  @Test func logsInOverIMAP() async throws {
    try await withLoop { loop in
      let steps: [Step] = [
        .say("* OK ready"), .hear("A001 CAPABILITY"), .say("* CAPABILITY IMAP4rev1 IDLE"), .say("A001 OK done"),
        .hear("A002 LOGIN ann secret"), .say("* CAPABILITY IMAP4rev1 IDLE UIDPLUS"), .say("A002 OK in"), .echo,
      ]
      let server = try ScriptedServer(steps, on: loop)
      let transcript = await on(loop) {
        var options = Self.smtp(server.port)
        options.scheme = .imap
        return try? await RemoteConnection.open(options, on: loop).get().transcript
      }
      #expect(transcript?.first == "* OK ready")
      #expect(transcript?.last == "A002 OK in")
      #expect(transcript?.contains("* CAPABILITY IMAP4rev1 IDLE UIDPLUS") == true)
    }
  }

  /// The server that refuses answers nothing after that: libcurl must not hold the loop with a QUIT (it skips it for CONNECT_ONLY).
  @Test func aRefusedSMTPLoginHasTheServersWords() async throws {
    try await withLoop { loop in
      let steps =
        Self.hello + Self.offers + [
          .hear("AUTH"), .say("535-5.7.8 Username and Password not accepted."), .say("535 5.7.8 Learn more at example"),
          .silence,
        ]
      let server = try ScriptedServer(steps, on: loop)
      let failure = await Self.failure(Self.smtp(server.port), loop)
      #expect(
        failure
          == RemoteFailure(
            kind: .login, curlCode: 67,
            text: "535 5.7.8 Username and Password not accepted. 5.7.8 Learn more at example"))
      #expect(failure?.isTemporary == false)
    }
  }

  @Test func aRefusedIMAPLoginHasTheServersWords() async throws {
    try await withLoop { loop in
      let steps: [Step] = [
        .say("* OK ready"), .hear("A001 CAPABILITY"), .say("* CAPABILITY IMAP4rev1"), .say("A001 OK done"),
        .hear("A002 LOGIN"), .say("A002 NO [AUTHENTICATIONFAILED] Invalid credentials"), .silence,
      ]
      let server = try ScriptedServer(steps, on: loop)
      var options = Self.smtp(server.port)
      options.scheme = .imap
      let failure = await Self.failure(options, loop)
      #expect(
        failure
          == RemoteFailure(kind: .login, curlCode: 67, text: "NO [AUTHENTICATIONFAILED] Invalid credentials"))
    }
  }

  @Test func aLoginRefusedForNowIsTemporary() async throws {
    try await withLoop { loop in
      let steps = Self.hello + Self.offers + [.hear("AUTH"), .say("454 4.7.0 try later"), .silence]
      let server = try ScriptedServer(steps, on: loop)
      let failure = await Self.failure(Self.smtp(server.port), loop)
      #expect(failure?.kind == .login)
      #expect(failure?.text == "454 4.7.0 try later")
      #expect(failure?.isTemporary == true)
    }
  }

  @Test func aMissingSTARTTLSIsNeverPassedOver() async throws {
    try await withLoop { loop in
      let server = try ScriptedServer(Self.hello + Self.offers + [.silence], on: loop)
      let failure = await Self.failure(Self.smtp(server.port, tls: .starttls), loop)
      #expect(failure == RemoteFailure(kind: .tls, curlCode: 64, text: "the server does not offer STARTTLS"))
    }
  }

  @Test func anUntrustedCertificateIsRefused() async throws {
    try await withFolder { folder in
      let files = try TestCertificates(in: folder)
      try await withLoop { loop in
        let tls = try TLSServer(certificateFile: files.certificate, keyFile: files.key)
        let server = try ScriptedServer([.tls] + Self.hello + Self.offers + [.silence], tls: tls, on: loop)
        let failure = await Self.failure(Self.smtp(server.port, tls: .implicit), loop)
        #expect(failure?.kind == .tls)
        #expect(failure?.curlCode == 60)
        #expect(failure?.text.contains("SSL certificate problem") == true)
      }
    }
  }

  @Test func aRefusedConnectionIsToldApart() async throws {
    try await withLoop { loop in
      // Bound but not listening: refused for as long as it is held.
      let held = try heldPort()
      defer { close(held.descriptor) }
      let failure = await Self.failure(Self.smtp(held.port), loop)
      #expect(failure?.kind == .connect)
      #expect(failure?.curlCode == 7)
    }
  }

  @Test func aSilentServerTimesOut() async throws {
    try await withLoop { loop in
      let server = try ScriptedServer([.silence], on: loop)
      var options = Self.smtp(server.port)
      options.connectTimeoutMilliseconds = 50
      let failure = await Self.failure(options, loop)
      #expect(failure?.kind == .timeout)
      #expect(failure?.curlCode == 28)
    }
  }

  @Test func aGreetingThatRefusesIsTheServersWords() async throws {
    try await withLoop { loop in
      let server = try ScriptedServer([.say("554 5.7.1 go away"), .silence], on: loop)
      let failure = await Self.failure(Self.smtp(server.port), loop)
      #expect(failure?.kind == .protocol)
      #expect(failure?.text == "554 5.7.1 go away")
    }
  }

  @Test func cancellingEndsAnOpening() async throws {
    try await withLoop { loop in
      let server = try ScriptedServer([.silence], on: loop)
      let failure = await on(loop) {
        let seen = Box<RemoteFailure?>(nil)
        let task = loop.spawn {
          if case .failure(let failure) = await RemoteConnection.open(Self.smtp(server.port), on: loop) {
            seen.value = failure
          }
        }
        await loop.sleep(milliseconds: 10)
        task.cancel()
        await task.value
        return seen.value
      }
      #expect(failure?.kind == .cancelled)
    }
  }

  @Test func theEndOfTheServerIsSeen() async throws {
    try await withLoop { loop in
      let steps = Self.hello + Self.offers + [.hear("AUTH"), .say("235 in"), .hear("GO")]
      let server = try ScriptedServer(steps, on: loop)
      let (outcome, alive) = await on(loop) {
        guard case .success(let connection) = await RemoteConnection.open(Self.smtp(server.port), on: loop) else {
          return (Transfer.cancelled, true)
        }
        var bytes: [UInt8] = []
        let early = await connection.read(into: &bytes, atMost: 10, deadline: Clock.deadline(in: 10))
        guard early == .timedOut else { return (early, true) }
        _ = await connection.write(Array("GO\r\n".utf8))
        return (await connection.read(into: &bytes, atMost: 10), connection.isAlive)
      }
      #expect(outcome == .end)
      #expect(!alive)
    }
  }

  /// "dXNlcj1hbm4BYXV0aD1CZWFyZXIgdG9rZW4BAQ==" is user=ann ^A auth=Bearer token ^A ^A (Google, XOAUTH2 protocol).
  @Test(arguments: [true, false])
  func logsInWithAnAccessToken(accepted: Bool) async throws {
    try await withLoop { loop in
      let offer: [Step] = [
        .say("250-mail.example"), .say("250 AUTH PLAIN XOAUTH2"),
        .hear("AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgdG9rZW4BAQ=="),
      ]
      let refusal: [Step] = [.say("334 eyJzdGF0dXMiOiI0MDAifQ=="), .silence]
      let server = try ScriptedServer(Self.hello + offer + (accepted ? [.say("235 in"), .echo] : refusal), on: loop)
      var options = Self.smtp(server.port)
      options.secret = .accessToken("token")
      let failure = await Self.failure(options, loop)
      #expect(
        failure
          == (accepted
            ? nil
            : RemoteFailure(
              kind: .login, curlCode: 67, text: "the server does not take the access token: {\"status\":\"400\"}")))
    }
  }

  @Test func aSecretThatFitsNoOfferedLoginSaysSo() async throws {
    try await withLoop { loop in
      let offer: [Step] = [.say("250-mail.example"), .say("250 AUTH XOAUTH2"), .silence]
      let server = try ScriptedServer(Self.hello + offer, on: loop)
      let failure = await Self.failure(Self.smtp(server.port), loop)
      #expect(failure?.kind == .login)
      #expect(failure?.text.hasPrefix("the server offers no way to log in") == true)
    }
  }

  @Test func withoutALoginTheGreetingIsEnough() async throws {
    try await withLoop { loop in
      let server = try ScriptedServer(Self.hello + Self.offers + [.echo], on: loop)
      var options = Self.smtp(server.port)
      options.user = nil
      options.secret = .none
      let transcript = await on(loop) { [options] in
        try? await RemoteConnection.open(options, on: loop).get().transcript
      }
      #expect(transcript?.last == "250 AUTH PLAIN LOGIN")
    }
  }

  @Test func anIdleConnectionThatWasToldToGoIsNotQuiet() async throws {
    try await withLoop { loop in
      let steps =
        Self.hello + Self.offers + [.hear("AUTH"), .say("235 in"), .hear("NOOP"), .say("421 too long idle"), .silence]
      let server = try ScriptedServer(steps, on: loop)
      let states = await on(loop) {
        guard case .success(let connection) = await RemoteConnection.open(Self.smtp(server.port), on: loop) else {
          return [Bool]()
        }
        var states = [connection.isQuiet]
        _ = await connection.write(Array("NOOP\r\n".utf8))
        while connection.isQuiet { await loop.sleep(milliseconds: 1) }
        states.append(connection.isAlive)
        var bytes: [UInt8] = []
        _ = await connection.read(into: &bytes, atMost: 100)
        states.append(connection.isQuiet)
        return states
      }
      #expect(states == [true, true, true])
    }
  }

  /// libcurl's own timeout must not reach into the life of the connection.
  @Test func theConnectTimeoutEndsWithTheLogin() async throws {
    try await withLoop { loop in
      let steps = Self.hello + Self.offers + [.hear("AUTH"), .say("235 in"), .echo]
      let server = try ScriptedServer(steps, on: loop)
      var options = Self.smtp(server.port)
      options.connectTimeoutMilliseconds = 1000
      let echoed = await on(loop) { [options] in
        guard case .success(let connection) = await RemoteConnection.open(options, on: loop) else { return "" }
        await loop.sleep(milliseconds: 1200)
        _ = await connection.write(Array("still here".utf8))
        var bytes: [UInt8] = []
        _ = await connection.read(into: &bytes, atMost: 100, deadline: Clock.deadline(in: 5000))
        return String(decoding: bytes, as: UTF8.self)
      }
      #expect(echoed == "still here")
    }
  }

  @Test func moreConnectionsThanOneMultiHolds() async throws {
    try await withLoop { loop in
      let steps = Self.hello + Self.offers + [.hear("AUTH"), .say("235 in"), .echo]
      let server = try ScriptedServer(steps, on: loop)
      let right = await on(loop) {
        await withTaskGroup(of: Int.self) { group in
          let open = Box<[RemoteConnection]>([])
          for index in 0..<130 {
            group.addTask {
              guard case .success(let connection) = await RemoteConnection.open(Self.smtp(server.port), on: loop)
              else { return 0 }
              open.value.append(connection)
              let line = Array("line \(index)\r\n".utf8)
              _ = await connection.write(line)
              var back: [UInt8] = []
              while back.count < line.count {
                guard case .bytes = await connection.read(into: &back, atMost: 100) else { return 0 }
              }
              return back == line ? 1 : 0
            }
          }
          return await group.reduce(0, +)
        }
      }
      #expect(right == 130)
    }
  }

  @Test(arguments: ["", "a b", "evil\r\nQUIT", "host/../x", "user@host"])
  func namesThatAreNoHostsAreRefused(host: String) async throws {
    try await withLoop { loop in
      var options = Self.smtp(25)
      options.host = host
      let failure = await Self.failure(options, loop)
      #expect(failure?.kind == .resolve)
    }
  }

  /// A label of more than 63 bytes (RFC 1035 section 2.3.4) has no address, and no server is asked for it.
  @Test func aNameWithoutAnAddressIsToldApart() async throws {
    try await withLoop { loop in
      var options = Self.smtp(25)
      options.host = String(repeating: "x", count: 70) + ".invalid"
      let failure = await Self.failure(options, loop)
      #expect(failure?.kind == .resolve)
      #expect(failure?.curlCode == 6)
    }
  }

  @Test func theFirstLinesAndTheLastAreKept() {
    var transcript = RemoteTranscript()
    for index in 0..<1000 { #expect("line \(index)\r\n".withUTF8Bytes { transcript.append($0) }) }
    #expect(String(repeating: "x", count: 50_000).withUTF8Bytes { transcript.append($0) })
    #expect(!String(repeating: "x", count: 10_000).withUTF8Bytes { transcript.append($0) })
    #expect(transcript.lines.count == 256)
    #expect(transcript.lines[0] == "line 0")
    #expect(transcript.lines[254] == "line 999")
    #expect(transcript.lines[255].utf8.count == 4096)
  }

  @Test(arguments: [
    (["250 ok", "535-5.7.8 a", "535 5.7.8 b"], RemoteOptions.Scheme.smtp, "535 5.7.8 a 5.7.8 b" as String?),
    (["235 ok"], .smtp, nil), (["421"], .smtp, "421 "), ([], .smtp, nil), ([""], .smtp, nil),
    (["A1 NO [ALERT] x"], .imap, "NO [ALERT] x"), (["* BYE full"], .imap, "BYE full"), (["A1 OK"], .imap, nil),
    (["A1"], .imap, nil), ([" "], .imap, nil), (["x "], .imap, nil),
  ])
  func theLastWordIsFound(lines: [String], scheme: RemoteOptions.Scheme, refusal: String?) {
    var transcript = RemoteTranscript()
    for line in lines { _ = "\(line)\r\n".withUTF8Bytes { transcript.append($0) } }
    #expect(transcript.refusal(scheme) == refusal)
  }
}

extension String {
  fileprivate func withUTF8Bytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    Array(utf8).withUnsafeBytes(body)
  }
}
