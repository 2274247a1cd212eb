import Configuration
import Glibc
import Host
import Store
import Testing

@testable import Intake

/// A running server with a store of its own in a folder that goes with it.
final class TestServer: Sendable {
  let server: IntakeServer
  let store: Store
  let loops: EventLoopGroup
  let folder: String

  init(
    hooks: IntakeHooks = IntakeHooks(), _ change: (inout Configuration, String) throws -> Void = { _, _ in }
  ) throws {
    var template = Array("/tmp/postern-intake-XXXXXX".utf8CString)
    folder = String(cString: try #require(mkdtemp(&template)))
    var configuration = Configuration()
    configuration.server.hostname = "mx.test"
    configuration.listeners[0].port = 0
    configuration.intake.loginFailureDelayMilliseconds = 0
    try change(&configuration, folder)
    store = try Store(path: "\(folder)/test.db", logSize: 8 << 20, now: Clock.now())
    loops = try EventLoopGroup(count: 2)
    server = try IntakeServer(
      configuration: configuration, store: store, loops: loops, log: Log(threshold: .error), hooks: hooks)
    loops.start()
    server.start()
  }

  func client(_ place: Int = 0) throws -> RawClient { try RawClient(port: server.ports[place]) }

  /// Ends everything; safe to call when the server has stopped.
  func end() async {
    await server.stop()
    loops.stop()
    loops.join()
    store.close()
    _ = system("rm -rf \(folder)")
  }
}

/// Runs a test beside a server and ends the server whatever happens.
func withServer(
  hooks: IntakeHooks = IntakeHooks(), _ change: (inout Configuration, String) throws -> Void = { _, _ in },
  _ body: (TestServer) async throws -> Void
) async throws {
  let server = try TestServer(hooks: hooks, change)
  do {
    try await body(server)
  } catch {
    await server.end()
    throw error
  }
  await server.end()
}

/// A client that speaks raw bytes on a blocking socket and gives up after a minute.
final class RawClient {
  private let socket: Int32
  private var buffer: [UInt8] = []

  init(port: Int) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var wait = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0)
  }

  deinit { Glibc.close(socket) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      sent += count
    }
  }

  /// The next whole reply without its line end, lines joined by `|`; nil when the server has closed.
  func reply() -> String? {
    var lines: [String] = []
    while let line = line() {
      lines.append(line)
      if line.dropFirst(3).first != "-" { return lines.joined(separator: "|") }
    }
    return nil
  }

  /// Sends, and gives as many replies as asked for.
  func say(_ text: String, replies count: Int = 1) -> [String?] {
    send(text)
    return (0..<count).map { _ in reply() }
  }

  private func line() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        let line = String(decoding: buffer[..<end].filter { $0 != 0x0D }, as: UTF8.self)
        buffer.removeSubrange(...end)
        return line
      }
      var piece = [UInt8](repeating: 0, count: 4096)
      let count = recv(socket, &piece, piece.count, 0)
      guard count > 0 else { return nil }
      buffer += piece[..<count]
    }
  }
}
