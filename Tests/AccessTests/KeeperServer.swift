import Host
import Synchronization

extension KeeperBench {
  /// Answers one request; in a file of its own, because Foundation has a Stream too.
  func serve(_ stream: Stream, _ tls: TLSServer) async {
    guard case .established = await stream.startTLS(tls) else { return }
    var bytes: [UInt8] = []
    while !String(decoding: bytes, as: UTF8.self).contains("client_id=id") {
      guard case .bytes = await stream.read(into: &bytes, atMost: 4096) else { return stream.close() }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let answer = served.withLock { served in
      served.bodies.append(String(text.split(separator: "\r\n\r\n").last ?? ""))
      return served.answer
    }
    // Long enough that whoever asks at the same time finds this renewal under way.
    await loop.sleep(milliseconds: 200)
    _ = await stream.write(
      Array("HTTP/1.1 \(answer.status) X\r\nContent-Length: \(answer.body.utf8.count)\r\n\r\n\(answer.body)".utf8))
    stream.close()
  }
}
