import Foundation
import Host
import Testing

@testable import Web

/// Real requests over a real socket, with curl on the other side.
struct HTTPServerTests {
  /// Everybody may connect, so that what refuses is the server.
  private func serving(_ body: (LocalHTTPClient, _ socketPath: String) async throws -> Void) async throws {
    let test = try TestAPI()
    let path = FileManager.default.temporaryDirectory.appending(path: "pw-\(UUID().uuidString.prefix(8)).sock").path()
    let socket = try ControlSocket(path: path)
    chmod(path, 0o666)
    let loop = try EventLoop(name: "web-test")
    loop.start()
    let server = HTTPServer(api: test.api, loop: loop, allowedUsers: [getuid()], log: Log(threshold: .error))
    #expect(server.start(listening: socket.descriptor))
    var failure: (any Error)?
    do {
      try await body(LocalHTTPClient(socketPath: path), path)
    } catch {
      failure = error
    }
    await server.stop()
    socket.remove()
    loop.stop()
    loop.join()
    if let failure { throw failure }
  }

  @Test func requestsAndErrors() async throws {
    try await serving { (client: LocalHTTPClient, _: String) async throws in
      let version = try client.request("GET", "/api/v1/version")
      #expect(version.status == 200)
      #expect(String(decoding: version.body, as: UTF8.self) == "{\"version\":\"9.9\"}\n")
      #expect(try client.request("GET", "/api/v1/nothing").status == 404)
      #expect(try client.request("GET", "/api/v1/messages", query: [(name: "state", value: "a b&c=d")]).status == 400)
      #expect(try client.request("POST", "/api/v1/queue/run", body: []).status == 200)
    }
  }

  @Test func largeBodies() async throws {
    try await serving { (client: LocalHTTPClient, _: String) async throws in
      let mail = String(repeating: "QUFB", count: 2_000_000)
      let body = #"{"sender":"","recipients":["b@example.net"],"mail":"\#(mail)"}"#
      #expect(try client.request("POST", "/api/v1/submissions", body: Array(body.utf8)).status == 201)
      let tooLarge = [UInt8](repeating: 0x20, count: HTTPServer.largestBody + 1)
      #expect(try client.request("POST", "/api/v1/submissions", body: tooLarge).status == 413)
    }
  }

  /// Another user gets an answer that says why, and nothing else. Only root can try.
  @Test(.enabled(if: getuid() == 0))
  func otherUsersAreRefused() async throws {
    try await serving { (_: LocalHTTPClient, socketPath: String) async throws in
      // Not by Foundation's Process: its run() has read behind memory when many tests ran beside it.
      let command =
        "setpriv --reuid=65534 --regid=65534 --clear-groups curl -s -w '%{http_code}' --unix-socket '\(socketPath)' "
        + "http://postern/api/v1/accounts"
      let curl = try #require(popen(command, "r"))
      var said: [UInt8] = []
      while case let octet = fgetc(curl), octet != EOF { said.append(UInt8(truncatingIfNeeded: octet)) }
      #expect(pclose(curl) == 0)
      let text = String(decoding: said, as: UTF8.self)
      #expect(text.hasSuffix("403"))
      #expect(text.contains("\"code\":\"forbidden\""))
    }
  }

  @Test func waitingForEventsHoldsNobodyUpAndEndsWithTheServer() async throws {
    try await serving { (client: LocalHTTPClient, _: String) async throws in
      let waiting = Task.detached {
        try client.request(
          "GET", "/api/v1/events", query: [(name: "after", value: "0"), (name: "wait", value: "60s")])
      }
      for _ in 0..<20 { #expect(try client.request("GET", "/api/v1/version").status == 200) }
      waiting.cancel()
    }
  }
}
