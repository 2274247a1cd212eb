import Glibc
import Testing

@testable import Host

/// Connections out share the authorities they trust: what one account's file vouches for must never be taken by another's.
@Suite struct RemoteAuthorityTests {
  /// Two authorities that know nothing of each other, a server of each, and files that name them.
  private struct World: Sendable {
    let folder: String
    let ports: [String: Int]
    /// `system` has none: the system's authorities.
    let files: [String: String]

    init(in folder: String, on loop: EventLoop) throws {
      self.folder = folder
      var ports: [String: Int] = [:]
      var files = ["both": "\(folder)/both.pem"]
      for name in ["a", "b"] {
        try #require(run("mkdir \(folder)/\(name)"))
        let made = try TestCertificates(in: "\(folder)/\(name)")
        let tls = try TLSServer(certificateFile: made.certificate, keyFile: made.key)
        let steps: [ScriptedServer.Step] = [.tls, .say("220 here"), .hear("EHLO"), .say("250 here"), .silence]
        ports[name] = try ScriptedServer(steps, tls: tls, on: loop).port
        files[name] = made.authority
      }
      try #require(run("cat \(folder)/a/ca.pem \(folder)/b/ca.pem > \(folder)/both.pem"))
      self.ports = ports
      self.files = files
    }

    func options(_ trust: String, _ server: String) -> RemoteOptions {
      RemoteOptions(
        scheme: .smtp, host: "localhost", port: ports[server] ?? 0, tls: .implicit, caFile: files[trust],
        clientName: "client.example", connectTimeoutMilliseconds: 20_000)
    }
  }

  /// `trusted`, or the kind of the failure.
  private static func outcome(_ options: RemoteOptions, _ loop: EventLoop) async -> (String, RemoteConnection?) {
    switch await RemoteConnection.open(options, on: loop) {
    case .success(let connection): ("trusted", connection)
    case .failure(let failure): (failure.kind.rawValue, nil)
    }
  }

  private static func expected(_ trust: String, _ server: String) -> String {
    trust == server || trust == "both" ? "trusted" : "tls"
  }

  private static let pairs = ["a", "b", "both", "system"].flatMap { trust in ["a", "b"].map { (trust, $0) } }

  /// Each pair follows each other pair, while the first's connection stays open and after it was closed.
  @Test func noOrderLendsTrust() async throws {
    try await withFolder { folder in
      try await withLoop { loop in
        let world = try World(in: folder, on: loop)
        for (trust, server) in Self.pairs {
          for (otherTrust, otherServer) in Self.pairs {
            for staysOpen in [true, false] {
              let (first, second) = await on(loop) {
                let (first, connection) = await Self.outcome(world.options(trust, server), loop)
                if !staysOpen { connection?.close() }
                let (second, other) = await Self.outcome(world.options(otherTrust, otherServer), loop)
                connection?.close()
                other?.close()
                return (first, second)
              }
              #expect(first == Self.expected(trust, server), "\(trust) at \(server)")
              #expect(
                second == Self.expected(otherTrust, otherServer), "\(otherTrust) at \(otherServer) after \(trust)")
            }
          }
        }
      }
    }
  }

  /// All pairs at once, several times over, so that they share libcurl's handles in any order.
  @Test func noCrowdLendsTrust() async throws {
    try await withFolder { folder in
      try await withLoop { loop in
        let world = try World(in: folder, on: loop)
        let crowd = (0..<6).flatMap { round in round % 2 == 0 ? Self.pairs : Self.pairs.reversed() }
        let found = await on(loop) {
          let results = Box([String](repeating: "", count: crowd.count))
          let tasks = crowd.enumerated().map { index, pair in
            loop.spawn {
              let (outcome, connection) = await Self.outcome(world.options(pair.0, pair.1), loop)
              results.value[index] = outcome
              connection?.close()
            }
          }
          for task in tasks { await task.value }
          return results.value
        }
        for (pair, outcome) in zip(crowd, found) {
          #expect(outcome == Self.expected(pair.0, pair.1), "\(pair.0) at \(pair.1)")
        }
      }
    }
  }

  /// A file that is replaced is read again; one that is gone or no certificate trusts nobody.
  @Test func aChangedFileCounts() async throws {
    try await withFolder { folder in
      try await withLoop { loop in
        let world = try World(in: folder, on: loop)
        func tries(_ server: String) async -> String {
          var options = world.options("both", server)
          options.caFile = "\(folder)/changing.pem"
          let asked = options
          return await on(loop) {
            let (outcome, connection) = await Self.outcome(asked, loop)
            connection?.close()
            return outcome
          }
        }
        #expect(await tries("a") == "tls")
        run("cp \(folder)/a/ca.pem \(folder)/changing.pem")
        #expect(await tries("a") == "trusted")
        #expect(await tries("b") == "tls")
        run("cp \(folder)/b/ca.pem \(folder)/new.pem; mv \(folder)/new.pem \(folder)/changing.pem")
        #expect(await tries("a") == "tls")
        #expect(await tries("b") == "trusted")
        run("echo nothing > \(folder)/changing.pem")
        #expect(await tries("b") == "tls")
        run("rm \(folder)/changing.pem")
        #expect(await tries("b") == "tls")
      }
    }
  }
}
