import Testing

@testable import Host

@Suite struct HTTPClientTests {
  typealias Step = ScriptedServer.Step

  /// Serves one answer over TLS and sends one request; `change` gets the port.
  private static func exchange(
    _ answer: [String], _ change: @escaping @Sendable (inout HTTPRequest, Int) -> Void = { _, _ in }
  ) async throws -> Result<HTTPResponse, HTTPFailure> {
    try await withFolder { folder in
      let files = try TestCertificates(in: folder)
      return try await withLoop { loop in
        let tls = try TLSServer(certificateFile: files.certificate, keyFile: files.key)
        let steps: [Step] = [.tls, .hearAny] + answer.map(Step.say) + [.silence]
        let server = try ScriptedServer(steps, tls: tls, on: loop)
        return await on(loop) {
          var request = HTTPRequest(
            url: "https://localhost:\(server.port)/x", timeoutMilliseconds: 10_000, caFile: files.authority,
            allowsPrivate: true)
          change(&request, server.port)
          return await HTTPClient.send(request, on: loop)
        }
      }
    }
  }

  private static let good = ["HTTP/1.1 200 OK", "Content-Length: 6", "", "{\"a\":"]

  @Test func anAnswerIsGivenWhole() async throws {
    let answer = try await Self.exchange(["HTTP/1.1 404 Not Found", "Content-Length: 2", "", ""])
    let response = try answer.get()
    #expect(response.status == 404 && response.body == [13, 10])
    #expect(response.fields.map { "\($0.name)=\($0.value)" } == ["Content-Length=2"])
  }

  @Test func aTooLargeAnswerIsGivenUp() async throws {
    let answer = try await Self.exchange(Self.good) { request, _ in request.mostBytes = 4 }
    #expect(answer.failure?.kind == .tooLarge)
  }

  @Test func thisMachineIsNotAskedUnlessAllowed() async throws {
    let answer = try await Self.exchange(Self.good) { request, _ in request.allowsPrivate = false }
    #expect(answer.failure?.kind == .forbidden)
    #expect(answer.failure?.text.contains("of this machine") == true)
  }

  /// What was looked up elsewhere is connected to, and the certificate is still of the name.
  @Test func anAllowedNetworkIsAskedAndNoOther() async throws {
    let answer = try await Self.exchange(Self.good.dropLast() + ["{\"a\":"]) { request, _ in
      request.allowsPrivate = false
      request.allowedNetworks = [AddressRange("127.0.0.0/8"), AddressRange("::1")].compactMap(\.self)
      request.mostBytes = 4
    }
    #expect(answer.failure?.kind == .tooLarge, "it was asked")
    let other = try await Self.exchange(Self.good) { request, _ in
      request.allowsPrivate = false
      request.allowedNetworks = [AddressRange("10.0.0.0/8")].compactMap(\.self)
    }
    #expect(other.failure?.kind == .forbidden)
  }

  @Test func endlessHeaderFieldsAreGivenUp() async throws {
    let fields = (0..<1000).map { "X-\($0): \(String(repeating: "x", count: 100))" }
    let answer = try await Self.exchange(["HTTP/1.1 200 OK"] + fields)
    #expect(answer.failure?.kind == .tooLarge)
  }

  @Test func anAddressCanBeGiven() async throws {
    let answer = try await Self.exchange(Self.good) { request, port in
      request.url = "https://elsewhere.invalid:\(port)/"
      request.address = "127.0.0.1"
    }
    #expect(answer.failure?.kind == .tls)
  }

  @Test func aRedirectIntoTheClearIsNotFollowed() async throws {
    let moved = ["HTTP/1.1 302 Found", "Location: http://localhost/", "Content-Length: 0", ""]
    let answer = try await Self.exchange(moved) { request, _ in request.mostRedirects = 3 }
    #expect(answer.failure?.kind == .forbidden)
  }

  @Test func redirectsEnd() async throws {
    try await withFolder { folder in
      let files = try TestCertificates(in: folder)
      try await withLoop { loop in
        let tls = try TLSServer(certificateFile: files.certificate, keyFile: files.key)
        let moved: [Step] = [
          .tls, .hearAny, .say("HTTP/1.1 302 Found"), .say("Location: /again"), .say("Content-Length: 0"), .say(""),
          .silence,
        ]
        let server = try ScriptedServer(moved, tls: tls, on: loop)
        let answer = await on(loop) {
          await HTTPClient.send(
            HTTPRequest(
              url: "https://localhost:\(server.port)/", timeoutMilliseconds: 10_000, mostRedirects: 2,
              caFile: files.authority, allowsPrivate: true), on: loop)
        }
        #expect(answer.failure?.kind == .forbidden)
      }
    }
  }

  @Test func anUntrustedCertificateIsRefused() async throws {
    let answer = try await Self.exchange(Self.good) { request, _ in request.caFile = nil }
    #expect(answer.failure?.kind == .tls)
  }

  @Test func inTheClearIsNeverAsked() async throws {
    let answer = try await Self.exchange(Self.good) { request, port in request.url = "http://localhost:\(port)/" }
    #expect(answer.failure?.kind == .forbidden)
  }

  @Test func aSilentServerTimesOut() async throws {
    let answer = try await Self.exchange([]) { request, _ in request.timeoutMilliseconds = 300 }
    #expect(answer.failure?.kind == .timeout)
  }

  @Test(
    arguments: [
      ("127.0.0.1", true), ("10.1.2.3", true), ("172.31.0.1", true), ("172.32.0.1", false), ("192.168.1.1", true),
      ("169.254.169.254", true), ("100.64.0.1", true), ("8.8.8.8", false), ("0.0.0.0", true), ("::1", true),
      ("fe80::1", true), ("fd00::1", true), ("2606:4700::1111", false), ("::ffff:127.0.0.1", true),
      ("64:ff9b::7f00:1", true), ("2002:7f00:1::", true),
    ])
  func privateNetworks(address: String, isPrivate: Bool) throws {
    #expect(try #require(PeerAddress(numeric: address)).isPrivate == isPrivate)
  }

  @Test func base64URLIsOfTheAlphabetForURLs() {
    #expect(encodeBase64URL([0xfb, 0xff]) == "-_8")
    #expect(encodeBase64URL([]) == "")
    #expect(encodeBase64URL(Array("foobar".utf8)) == "Zm9vYmFy")
  }
}

extension Result {
  var failure: Failure? {
    if case .failure(let failure) = self { return failure }
    return nil
  }
}
