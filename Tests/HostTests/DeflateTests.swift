import Host
import Testing

@Suite struct DeflateTests {
  private func inflated(_ inflater: Inflater, atMost: Int = 64) -> (bytes: [UInt8], last: Inflater.Step) {
    var bytes: [UInt8] = []
    while true {
      let before = bytes.count
      let step = inflater.inflate(into: &bytes, atMost: atMost)
      guard case .bytes(let count) = step else { return (bytes, step) }
      #expect(count <= atMost && count == bytes.count - before)
    }
  }

  @Test(arguments: [1, 2, 7, 10_000]) func whatOneEndSendsTheOtherGets(_ piece: Int) throws {
    let deflater = try #require(Deflater())
    let inflater = try #require(Inflater())
    var received: [UInt8] = []
    var sent: [UInt8] = []
    for line in ["P1 NOOP\r\n", "", "P2 UID FETCH 1:9 (UID)\r\n", String(repeating: "abc", count: 9_000)] {
      sent += Array(line.utf8)
      let packed = deflater.deflate(Array(line.utf8))
      for start in stride(from: 0, to: packed.count, by: piece) {
        inflater.feed(Array(packed[start..<min(start + piece, packed.count)]))
        let (bytes, last) = inflated(inflater)
        received += bytes
        #expect(last == .needsInput)
      }
      // Nothing is kept back: the other end would wait for ever.
      #expect(received == sent)
    }
  }

  /// 100 MB of zeros in 100 KB: no step gives more than was asked for, and nothing grows in the meantime.
  @Test func aBombIsTakenInTheCallersPieces() throws {
    let deflater = try #require(Deflater())
    let inflater = try #require(Inflater())
    var bomb: [UInt8] = []
    for _ in 0..<100 { bomb += deflater.deflate([UInt8](repeating: 0, count: 1 << 20)) }
    #expect(bomb.count < 1 << 20)
    inflater.feed(bomb)
    var bytes: [UInt8] = []
    for _ in 0..<10 {
      bytes.removeAll(keepingCapacity: true)
      #expect(inflater.inflate(into: &bytes, atMost: 4_096) == .bytes(4_096))
    }
  }

  @Test func whatIsNotCompressedIsRefused() throws {
    let inflater = try #require(Inflater())
    inflater.feed(Array("* 5 EXISTS\r\n* OK hello, this is no DEFLATE stream\r\n".utf8))
    guard case .failed = inflated(inflater).last else {
      Issue.record("taken for a stream")
      return
    }
    var bytes: [UInt8] = []
    inflater.feed([1, 2, 3])
    guard case .failed = inflater.inflate(into: &bytes, atMost: 10) else {
      Issue.record("went on after a failure")
      return
    }
  }
}
