import CLinux
import Glibc

/// Waits on this machine for a browser that an authorization server leads back (RFC 8252 section 7.3), or for a person who
/// pastes the address; synchronous, for the command line.
public final class LoopbackReceiver {
  /// What came.
  public enum Event: Sendable, Equatable {
    /// The browser asked for this target, such as `/?code=…`; it waits for `answer`.
    case redirected(String)
    /// A line of the input.
    case line(String)
    /// Nothing in time.
    case timedOut
  }

  /// The port it waits on.
  public let port: Int
  private let listener: Int32
  private var browser: Int32 = -1
  private var typed: [UInt8] = []

  /// More than any browser sends of a request's head.
  private static let mostBytes = 32 << 10
  /// Browsers open connections in advance and say nothing on them.
  private static let silentMilliseconds: Int32 = 2000

  /// Listens on 127.0.0.1; port 0 lets the system choose.
  public init(port: Int = 0) throws(HostError) {
    // A browser may close its side while the answer is written.
    Signals.ignoreBrokenPipes()
    let number = socket(AF_INET, postern_stream_socket, 0)
    guard number >= 0 else { throw HostError("no socket can be had: \(errorText(errno))") }
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    var on: Int32 = 1
    setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    let wanted = PeerAddress(bytes: [127, 0, 0, 1], port: port)
    guard wanted.withSocketAddress({ bind(number, $0, $1) }) == 0, listen(number, 8) == 0 else {
      let code = errno
      close(number)
      throw HostError(
        "cannot listen on \(wanted): \(errorText(code))", kind: code == EADDRINUSE ? .addressInUse : .system)
    }
    listener = number
    self.port = PeerAddress.local(of: number)?.port ?? port
  }

  deinit {
    if browser >= 0 { close(browser) }
    close(listener)
  }

  /// Waits for a browser or, with `input`, for a line of a descriptor. An input that has ended is no longer looked at.
  public func wait(readingLinesOf input: Int32?, timeoutMilliseconds: Int64) -> Event {
    let deadline = Clock.deadline(in: timeoutMilliseconds)
    var input = input
    while true {
      if let end = typed.firstIndex(of: 10) {
        let line = String(decoding: typed[..<end], as: UTF8.self)
        typed.removeSubrange(...end)
        return .line(line)
      }
      let left = deadline - Clock.monotonic()
      guard left > 0 else { return .timedOut }
      var waits = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
      if let input { waits.append(pollfd(fd: input, events: Int16(POLLIN), revents: 0)) }
      guard poll(&waits, nfds_t(waits.count), Int32(clamping: left)) > 0 else { continue }
      if waits[0].revents != 0, let target = acceptBrowser() { return .redirected(target) }
      if let from = input, waits[1].revents != 0, !readTyped(from) { input = nil }
    }
  }

  /// Shows the waiting browser a page with one sentence.
  public func answer(_ sentence: String) {
    guard browser >= 0 else { return }
    let shown = sentence.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    let page = "<!doctype html><meta charset=utf-8><title>Postern</title><p>\(shown)</p>\n"
    say(
      "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: \(page.utf8.count)\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n\(page)"
    )
  }

  private func say(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(browser, bytes, bytes.count)
    close(browser)
    browser = -1
  }

  /// False when the input has ended.
  private func readTyped(_ input: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(input, &buffer, buffer.count)
    guard count > 0, typed.count < Self.mostBytes else { return false }
    typed += buffer[..<count]
    return true
  }

  /// The target of a request that brings an answer; anything else (a favicon) is told that there is nothing.
  private func acceptBrowser() -> String? {
    if browser >= 0 { close(browser) }
    browser = accept(listener, nil, nil)
    guard browser >= 0 else { return nil }
    var head: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 8192)
    while !head.containsEmptyLine {
      var waits = [pollfd(fd: browser, events: Int16(POLLIN), revents: 0)]
      guard head.count < Self.mostBytes, poll(&waits, 1, Self.silentMilliseconds) > 0 else { break }
      let count = read(browser, &buffer, buffer.count)
      guard count > 0 else { break }
      head += buffer[..<count]
    }
    let words = head.prefix { $0 != 13 && $0 != 10 }.split(separator: 0x20)
    if words.count == 3, words[0].elementsEqual("GET".utf8) {
      let target = String(decoding: words[1], as: UTF8.self)
      if target.contains("state=") { return target }
    }
    say("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    return nil
  }
}

extension [UInt8] {
  fileprivate var containsEmptyLine: Bool {
    guard count >= 4 else { return false }
    return indices.dropLast(3).contains { self[$0..<($0 + 4)].elementsEqual([13, 10, 13, 10]) }
  }
}
