import Testing

@testable import Host

@Suite struct TLSServerTests {
  @Test func wrongFilesAreNamed() async throws {
    try await withFolder { folder in
      let files = try TestCertificates(in: folder)
      let missing = #expect(throws: HostError.self) {
        _ = try TLSServer(certificateFile: "\(folder)/none.pem", keyFile: files.key)
      }
      #expect(missing?.message.contains("\(folder)/none.pem") == true)
      let key = #expect(throws: HostError.self) {
        _ = try TLSServer(certificateFile: files.certificate, keyFile: files.certificate)
      }
      #expect(key?.message.contains("key file") == true)
      let pair = #expect(throws: HostError.self) {
        _ = try TLSServer(certificateFile: files.certificate, keyFile: "\(folder)/ca.key")
      }
      #expect(pair?.kind == .data)
    }
  }

  /// What a real client sees, TLS version by TLS version; `openssl s_client` says so in its exit code.
  @Test(arguments: [("-tls1_3", true), ("-tls1_2", true), ("-tls1_1 -cipher ALL:@SECLEVEL=0", false)])
  func versionsBelowOnePointTwoAreRefused(version: String, accepted: Bool) async throws {
    try await withFolder { folder in
      let files = try TestCertificates(in: folder)
      try await withLoop { loop in
        let tls = try TLSServer(certificateFile: files.certificate, keyFile: files.key)
        let server = try ScriptedServer([.tls, .echo], tls: tls, on: loop)
        let port = server.port
        let connected = await offLoop {
          run(
            "echo Q | timeout 10 openssl s_client -connect 127.0.0.1:\(port) -CAfile \(files.authority) "
              + "-verify_return_error \(version)")
        }
        #expect(connected == accepted)
      }
    }
  }

  /// A ticket of one listener opens no session of another, nor of itself after its certificate was loaded again.
  @Test func ticketsBelongToTheirListener() async throws {
    try await withFolder { folder in
      let files = try TestCertificates(in: folder)
      try await withLoop { loop in
        let first = try ScriptedServer(
          [.tls, .say("hello"), .echo],
          tls: TLSServer(certificateFile: files.certificate, keyFile: files.key, name: "a"), on: loop)
        let second = try ScriptedServer(
          [.tls, .say("hello"), .echo],
          tls: TLSServer(certificateFile: files.certificate, keyFile: files.key, name: "b"), on: loop)
        let (port, other) = (first.port, second.port)
        let client = "timeout 10 openssl s_client -tls1_2 -CAfile \(files.authority)"
        let results = await offLoop {
          [
            run("echo Q | \(client) -connect 127.0.0.1:\(port) -sess_out \(folder)/ticket"),
            run("echo Q | \(client) -connect 127.0.0.1:\(port) -sess_in \(folder)/ticket | grep -q '^Reused'"),
            run("echo Q | \(client) -connect 127.0.0.1:\(other) -sess_in \(folder)/ticket | grep -q '^Reused'"),
          ]
        }
        #expect(results == [true, true, false])
      }
    }
  }

  @Test func aClientThatSpeaksNoTLSFailsTheHandshake() async throws {
    try await withFolder { folder in
      let files = try TestCertificates(in: folder)
      try await withLoop { loop in
        let tls = try TLSServer(certificateFile: files.certificate, keyFile: files.key)
        let listener = try Listener(address: "127.0.0.1", port: 0, loop: loop)
        let outcomes = await on(loop) {
          var outcomes: [String] = []
          for say in ["EHLO there\r\n", ""] {
            guard let client = try? connect(to: listener.boundPort, on: loop), let stream = await listener.accept()
            else { return outcomes }
            if say.isEmpty { client.close() } else { _ = await client.write(Array(say.utf8)) }
            if case .failed(let reason) = await stream.startTLS(tls) { outcomes.append(reason) }
          }
          guard let client = try? connect(to: listener.boundPort, on: loop), let stream = await listener.accept()
          else { return outcomes }
          let late = await stream.startTLS(tls, deadline: Clock.deadline(in: 20))
          outcomes.append(late == .timedOut ? "timed out" : "\(late)")
          client.close()
          return outcomes
        }
        #expect(
          outcomes == [
            "TLS: wrong version number", "the client closed the connection during the handshake", "timed out",
          ])
      }
    }
  }

  @Test func factsSayWhatWasAgreed() async throws {
    try await withFolder { folder in
      let files = try TestCertificates(in: folder)
      try await withLoop { loop in
        let tls = try TLSServer(certificateFile: files.certificate, keyFile: files.key)
        let listener = try Listener(address: "127.0.0.1", port: 0, loop: loop)
        let port = listener.boundPort
        let facts = Box<TLSFacts?>(nil)
        let serving = loop.spawn {
          guard let stream = await listener.accept() else { return }
          _ = await stream.startTLS(tls)
          facts.value = stream.tls
        }
        _ = await offLoop { run("echo Q | timeout 10 openssl s_client -tls1_3 -connect 127.0.0.1:\(port)") }
        await serving.value
        #expect(facts.value?.version == "TLSv1.3")
        #expect(facts.value?.cipher == "TLS_AES_256_GCM_SHA384")
        #expect(facts.value?.bits == 256)
      }
    }
  }
}
