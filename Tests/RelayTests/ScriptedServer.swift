import Host
import Synchronization

/// An SMTP server that takes everything, unless the test's handler answers something else; it writes down what it saw.
final class ScriptedServer: Sendable {
  /// Something the server saw.
  struct Event: Sendable {
    /// Counted from 1.
    var connection: Int
    /// `CONNECT`, a command's verb, or `DOT` for the end of a mail.
    var verb: String
    /// The command line, or the whole mail at `DOT`.
    var text: String
    /// UTC epoch milliseconds.
    var at: Int64
  }

  /// What it does then.
  enum Answer: Sendable {
    /// What a server that likes everything says.
    case usual
    case say(String)
    case sayAndClose(String)
    /// Hangs up without a word.
    case drop
  }

  typealias Handler = @Sendable (Event) async -> Answer

  let port: Int
  private let listener: Listener
  private let seen = Mutex<[Event]>([])
  private let connections = Mutex(0)
  private let followers = Mutex(0)
  /// What it says to a command that is there before its answer to the end of a mail; nil inside: it hangs up.
  private let objection: String??

  init(
    on loop: EventLoop, offers: [String] = ["PIPELINING", "8BITMIME"], objectsWith objection: String?? = nil,
    handler: @escaping Handler = { _ in .usual }
  ) throws {
    self.objection = objection
    listener = try Listener(address: "127.0.0.1", port: 0, loop: loop)
    port = listener.boundPort
    loop.spawn { [self] in
      while let stream = await listener.accept() {
        let number = connections.withLock { count in
          count += 1
          return count
        }
        loop.spawn { [self] in
          await serve(stream, number, offers, handler)
          stream.close()
        }
      }
    }
  }

  func close() { listener.close() }

  /// How often a command was there before the answer to the end of a mail.
  var followed: Int { followers.withLock { $0 } }

  var events: [Event] { seen.withLock { $0 } }
  var mails: [Event] { events.filter { $0.verb == "DOT" } }
  func count(_ verb: String) -> Int { events.count { $0.verb == verb } }

  private func serve(_ stream: Host.Stream, _ number: Int, _ offers: [String], _ handler: Handler) async {
    var buffer: [UInt8] = []
    var hasRecipient = false
    guard await answer("CONNECT", "", number, "220 scripted ESMTP", stream, handler) != nil else { return }
    while let line = await take(upTo: Array("\r\n".utf8), stream, &buffer) {
      let verb = line.prefix { $0 != " " }.uppercased()
      let usual =
        switch verb {
        case "EHLO": (["250-scripted"] + offers.map { "250-\($0)" } + ["250 HELP"]).joined(separator: "\r\n")
        case "DATA": hasRecipient ? "354 go on" : "554 5.5.1 no valid recipients"
        case "QUIT": "221 bye"
        default: "250 2.0.0 Ok"
        }
      guard let reply = await answer(verb, line, number, usual, stream, handler) else { return }
      if verb == "RCPT" { hasRecipient = reply.hasPrefix("2") }
      if reply.hasPrefix("354") {
        guard let mail = await take(upTo: Array("\r\n.\r\n".utf8), stream, &buffer) else { return }
        let isFollowed = !buffer.isEmpty
        if isFollowed { followers.withLock { $0 += 1 } }
        guard await answer("DOT", mail, number, "250 2.0.0 Ok: queued", stream, handler) != nil else { return }
        if isFollowed, let objection {
          if let objection { _ = await stream.write(Array("\(objection)\r\n".utf8)) }
          return
        }
      }
    }
  }

  /// What it said; nil when the connection is over.
  private func answer(
    _ verb: String, _ text: String, _ number: Int, _ usual: String, _ stream: Host.Stream, _ handler: Handler
  ) async -> String? {
    let event = Event(connection: number, verb: verb, text: text, at: Clock.now())
    seen.withLock { $0.append(event) }
    var closes = verb == "QUIT"
    let reply: String
    switch await handler(event) {
    case .usual: reply = usual
    case .say(let text): reply = text
    case .sayAndClose(let text):
      reply = text
      closes = true
    case .drop: return nil
    }
    guard case .bytes = await stream.write(Array("\(reply)\r\n".utf8)) else { return nil }
    return closes ? nil : reply
  }

  private func take(upTo mark: [UInt8], _ stream: Host.Stream, _ buffer: inout [UInt8]) async -> String? {
    while true {
      if buffer.count >= mark.count {
        for start in 0...(buffer.count - mark.count) where buffer[start..<(start + mark.count)].elementsEqual(mark) {
          let text = String(decoding: buffer[..<start], as: UTF8.self)
          buffer.removeSubrange(..<(start + mark.count))
          return text
        }
      }
      guard case .bytes = await stream.read(into: &buffer, atMost: 65_536) else { return nil }
    }
  }
}
