import Glibc
import Testing

@testable import Host

@Suite struct LocalHTTPClientTests {
  /// Serves one answer to each connection on a Unix socket and returns the requests it read.
  private static func serving(
    _ answer: [String], _ body: @escaping @Sendable (LocalHTTPClient) -> Void
  ) async throws -> [String] {
    try await withFolder { folder in
      try await withLoop { loop in
        let socket = try ControlSocket(path: "\(folder)/control.sock")
        let listener = socket.listener(on: loop)
        let requests = Box<[String]>([])
        loop.spawn {
          while let stream = await listener.accept() {
            var bytes: [UInt8] = []
            repeat {
              guard case .bytes = await stream.read(into: &bytes, atMost: 4096) else { break }
            } while !String(decoding: bytes, as: UTF8.self).hasSuffix("\r\n\r\n") && !bytes.ends(with: "}")
            requests.value.append(String(decoding: bytes, as: UTF8.self))
            for piece in answer {
              guard case .bytes = await stream.write(Array(piece.utf8)) else { break }
              await loop.sleep(milliseconds: 2)
            }
            stream.close()
          }
        }
        let client = LocalHTTPClient(socketPath: socket.path)
        await offLoop { body(client) }
        listener.close()
        return await on(loop) { requests.value }
      }
    }
  }

  @Test func asksAndReadsTheAnswer() async throws {
    let requests = try await Self.serving(["HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n", "nope\n"]) { client in
      let reply = try? client.request(
        "POST", "/v1/queue/a b", query: [("state", "held & waiting"), ("q", "é")], body: Array("{\"x\":1}".utf8))
      #expect(reply == LocalHTTPClient.Reply(status: 404, body: Array("nope\n".utf8)))
    }
    #expect(requests.count == 1)
    #expect(requests.first?.hasPrefix("POST /v1/queue/a%20b?state=held%20%26%20waiting&q=%C3%A9 HTTP/1.1\r\n") == true)
    #expect(requests.first?.hasSuffix("\r\n\r\n{\"x\":1}") == true)
  }

  @Test func handsOverLinesAsTheyCome() async throws {
    let pieces = ["HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "one\ntw", "o\n", "\nlast"]
    _ = try await Self.serving(pieces) { client in
      var lines: [String] = []
      let reply = try? client.lines(of: "/v1/events") { line in
        lines.append(String(decoding: line, as: UTF8.self))
        return true
      }
      #expect(lines == ["one", "two", "", "last"])
      #expect(reply == LocalHTTPClient.Reply(status: 200, body: []))
      var first: [String] = []
      let stopped = try? client.lines(of: "/v1/events") { line in
        first.append(String(decoding: line, as: UTF8.self))
        return false
      }
      #expect(first == ["one"])
      #expect(stopped?.status == 200)
    }
  }

  @Test func aRefusalOfAStreamIsABody() async throws {
    _ = try await Self.serving(["HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\n", "no\n"]) { client in
      var called = false
      let reply = try? client.lines(of: "/v1/events") { _ in
        called = true
        return true
      }
      #expect(reply == LocalHTTPClient.Reply(status: 403, body: Array("no\n".utf8)))
      #expect(!called)
    }
  }

  @Test func aMissingDaemonIsUnavailable() async throws {
    try await withFolder { folder in
      let path = "\(folder)/control.sock"
      let missing = #expect(throws: HostError.self) { try LocalHTTPClient(socketPath: path).request("GET", "/") }
      #expect(missing?.kind == .unavailable)
      let socket = try ControlSocket(path: path)
      abandon(socket.descriptor)
      let stale = #expect(throws: HostError.self) { try LocalHTTPClient(socketPath: path).request("GET", "/") }
      #expect(stale?.kind == .unavailable)
      #expect(stale?.message.contains("postern serve") == true)
    }
  }

  @Test func anAnswerThatIsNoHTTPIsUnavailable() async throws {
    _ = try await Self.serving(["garbage\r\n\r\n"]) { client in
      let error = #expect(throws: HostError.self) { try client.request("GET", "/") }
      #expect(error?.kind == .unavailable)
    }
  }
}

extension [UInt8] {
  func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
