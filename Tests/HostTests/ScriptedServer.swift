import Host

/// A server that says and expects what a test lists, the same for each connection.
final class ScriptedServer: Sendable {
  enum Step: Sendable {
    /// Says a line.
    case say(String)
    /// Takes a line that must begin so; anything else ends the connection.
    case hear(String)
    /// Takes any line.
    case hearAny
    /// Does the server's side of a TLS handshake.
    case tls
    /// Reads on until the client goes away, and answers nothing.
    case silence
    /// Sends everything back.
    case echo
  }

  let port: Int
  private let listener: Listener

  init(_ steps: [Step], tls: TLSServer? = nil, on loop: EventLoop) throws {
    let listener = try Listener(address: "127.0.0.1", port: 0, loop: loop)
    self.listener = listener
    port = listener.boundPort
    loop.spawn {
      while let stream = await listener.accept() {
        loop.spawn { await Self.play(steps, on: stream, tls: tls) }
      }
    }
  }

  func close() { listener.close() }

  private static func play(_ steps: [Step], on stream: Stream, tls: TLSServer?) async {
    var buffer: [UInt8] = []
    for step in steps {
      switch step {
      case .say(let line):
        guard case .bytes = await stream.write(Array("\(line)\r\n".utf8)) else { return }
      case .hear(let prefix):
        guard let line = await readLine(stream, &buffer), line.hasPrefix(prefix) else { return }
      case .hearAny:
        guard await readLine(stream, &buffer) != nil else { return }
      case .tls:
        guard let tls, case .established = await stream.startTLS(tls) else { return }
      case .silence:
        while case .bytes = await stream.read(into: &buffer, atMost: 4096) { buffer.removeAll() }
      case .echo:
        while true {
          if !buffer.isEmpty, case .bytes = await stream.write(buffer) { buffer.removeAll(keepingCapacity: true) }
          guard case .bytes = await stream.read(into: &buffer, atMost: 65536) else { break }
        }
      }
    }
    stream.close()
  }

  private static func readLine(_ stream: Stream, _ buffer: inout [UInt8]) async -> String? {
    while true {
      if let end = buffer.firstIndex(of: 10) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeSubrange(...end)
        return line
      }
      guard case .bytes = await stream.read(into: &buffer, atMost: 4096) else { return nil }
    }
  }
}
