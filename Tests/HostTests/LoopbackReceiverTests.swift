import Foundation
import Glibc
import Testing

@testable import Host

@Suite struct LoopbackReceiverTests {
  private static func ask(_ target: String, _ port: Int) -> Data? {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(number) }
    guard let address = PeerAddress(numeric: "127.0.0.1", port: port),
      address.withSocketAddress({ Glibc.connect(number, $0, $1) }) == 0
    else { return nil }
    let head = Array("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
    _ = write(number, head, head.count)
    var all = Data()
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(number, &buffer, buffer.count)
      guard count > 0 else { return all }
      all += buffer[..<count]
    }
  }

  /// A thread of its own is the browser: what waits here waits without giving its thread to anybody.
  @Test func takesTheAnswerAndShowsAPage() throws {
    let receiver = try LoopbackReceiver()
    let port = receiver.port
    let seen = Box<[Data?]>([])
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      seen.value = [Self.ask("/favicon.ico", port), Self.ask("/?code=a&state=b", port)]
      ended.signal()
    }
    #expect(receiver.wait(readingLinesOf: nil, timeoutMilliseconds: 60_000) == .redirected("/?code=a&state=b"))
    receiver.answer("a < b")
    ended.wait()
    let texts = seen.value.map { String(decoding: $0 ?? Data(), as: UTF8.self) }
    #expect(texts.first?.hasPrefix("HTTP/1.1 404") == true)
    #expect(texts.last?.hasPrefix("HTTP/1.1 200") == true)
    #expect(texts.last?.contains("a &lt; b") == true)
  }

  @Test func takesAPastedLine() throws {
    let receiver = try LoopbackReceiver()
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    _ = write(ends[1], "http://x/?state=1\nrest", 22)
    #expect(receiver.wait(readingLinesOf: ends[0], timeoutMilliseconds: 10_000) == .line("http://x/?state=1"))
    close(ends[1])
    // The input is over; a browser may still come.
    #expect(receiver.wait(readingLinesOf: ends[0], timeoutMilliseconds: 100) == .timedOut)
    close(ends[0])
  }

  @Test func aTakenPortSaysSo() throws {
    let receiver = try LoopbackReceiver()
    #expect(throws: HostError.self) { try LoopbackReceiver(port: receiver.port) }
  }
}
