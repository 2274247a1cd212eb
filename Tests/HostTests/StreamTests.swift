import Glibc
import Synchronization
import Testing

@testable import Host

@Suite struct StreamTests {
  @Test func echoesManySizesPlain() async throws {
    try await withLoop { loop in
      let server = try ScriptedServer([.echo], on: loop)
      let stream = try connect(to: server.port, on: loop)
      let same = await on(loop) {
        for size in [1, 100, 4096, 65_536, 3_000_000] {
          let sent = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
          let writing = loop.spawn { _ = await stream.write(sent) }
          var got: [UInt8] = []
          while got.count < size {
            guard case .bytes = await stream.read(into: &got, atMost: 65_536) else { return false }
          }
          await writing.value
          if got != sent { return false }
        }
        return true
      }
      #expect(same)
      server.close()
    }
  }

  @Test func aReadTakesNoMoreThanAsked() async throws {
    try await withLoop { loop in
      let server = try ScriptedServer([.say("0123456789"), .silence], on: loop)
      let stream = try connect(to: server.port, on: loop)
      let pieces = await on(loop) {
        var pieces: [String] = []
        for _ in 0..<3 {
          var piece: [UInt8] = []
          _ = await stream.read(into: &piece, atMost: 4)
          pieces.append(String(decoding: piece, as: UTF8.self))
        }
        return pieces
      }
      #expect(pieces == ["0123", "4567", "89\r\n"])
    }
  }

  @Test func endDeadlineCancelAndCloseAreToldApart() async throws {
    try await withLoop { loop in
      let closing = try ScriptedServer([.say("bye")], on: loop)
      let silent = try ScriptedServer([.silence], on: loop)
      let ended = try connect(to: closing.port, on: loop)
      let quiet = try connect(to: silent.port, on: loop)
      let outcomes = await on(loop) {
        var bytes: [UInt8] = []
        var outcomes: [Transfer] = []
        outcomes.append(await ended.read(into: &bytes, atMost: 100))
        outcomes.append(await ended.read(into: &bytes, atMost: 100))
        outcomes.append(await quiet.read(into: &bytes, atMost: 100, deadline: Clock.deadline(in: 20)))
        let cancelled = Box<Transfer>(.end)
        let task = loop.spawn {
          var none: [UInt8] = []
          cancelled.value = await quiet.read(into: &none, atMost: 1)
        }
        await loop.pause()
        task.cancel()
        await task.value
        outcomes.append(cancelled.value)
        let closed = Box<Transfer>(.end)
        let reader = loop.spawn {
          var none: [UInt8] = []
          closed.value = await quiet.read(into: &none, atMost: 1)
        }
        await loop.pause()
        quiet.close()
        await reader.value
        outcomes.append(closed.value)
        outcomes.append(await quiet.write([1]))
        return outcomes
      }
      let gone = Transfer.failed("the connection was closed here")
      #expect(outcomes == [.bytes(5), .end, .timedOut, .cancelled, gone, gone])
    }
  }

  @Test func aWriteNobodyReadsRunsIntoItsDeadline() async throws {
    try await withLoop { loop in
      let listener = try Listener(address: "127.0.0.1", port: 0, loop: loop)
      let stream = try connect(to: listener.boundPort, on: loop)
      let outcome = await on(loop) {
        await stream.write([UInt8](repeating: 7, count: 32 << 20), deadline: Clock.deadline(in: 30))
      }
      #expect(outcome == .timedOut)
    }
  }

  @Test func aResetIsAFailureOfThatConnectionOnly() async throws {
    try await withLoop { loop in
      let listener = try Listener(address: "127.0.0.1", port: 0, loop: loop)
      let client = try connect(to: listener.boundPort, on: loop)
      let outcome = await on(loop) {
        guard let stream = await listener.accept() else { return Transfer.end }
        // Closing with bytes unread makes the kernel send RST.
        _ = await stream.write([1, 2, 3])
        await loop.sleep(milliseconds: 5)
        client.close()
        var bytes: [UInt8] = []
        return await stream.read(into: &bytes, atMost: 10)
      }
      #expect(outcome == .failed("Connection reset by peer"))
    }
  }

  @Test func twoHundredSessionsOnTwoLoops() async throws {
    let group = try EventLoopGroup(count: 2)
    group.start()
    let listener = try Listener(address: "127.0.0.1", port: 0, loop: group.loops[0])
    group.loops[0].spawn {
      while true {
        let owner = group.next()
        guard let stream = await listener.accept(for: owner) else { break }
        owner.spawn {
          var bytes: [UInt8] = []
          while case .bytes = await stream.read(into: &bytes, atMost: 4096) {
            _ = await stream.write(bytes)
            bytes.removeAll(keepingCapacity: true)
          }
        }
      }
    }
    let port = listener.boundPort
    let right = await withTaskGroup(of: Int.self) { tasks in
      for index in 0..<200 {
        tasks.addTask {
          let loop = group.loops[index % 2]
          return await on(loop) {
            guard let stream = try? connect(to: port, on: loop) else { return 0 }
            for turn in 0..<20 {
              let line = Array("session \(index) turn \(turn)\r\n".utf8)
              _ = await stream.write(line)
              var back: [UInt8] = []
              while back.count < line.count {
                guard case .bytes = await stream.read(into: &back, atMost: 100) else { return 0 }
              }
              if back != line { return 0 }
            }
            return 1
          }
        }
      }
      return await tasks.reduce(0, +)
    }
    #expect(right == 200)
    group.stop()
    group.join()
  }

  @Test func peerAddressesReadAndPrint() throws {
    #expect(PeerAddress(numeric: "192.0.2.7", port: 25)?.description == "192.0.2.7:25")
    #expect(PeerAddress(numeric: "[2001:db8::1]", port: 25)?.description == "[2001:db8::1]:25")
    #expect(PeerAddress(numeric: "::ffff:192.0.2.7")?.literal == "[192.0.2.7]")
    #expect(PeerAddress(numeric: "2001:db8::1")?.literal == "[IPv6:2001:db8::1]")
    #expect(PeerAddress(numeric: "localhost") == nil)
    #expect(PeerAddress(bytes: [], port: 0).description == "unix")
  }

  @Test(arguments: [
    ("127.0.0.0/8", "127.9.9.9", true), ("127.0.0.0/8", "128.0.0.1", false), ("10.1.2.128/25", "10.1.2.127", false),
    ("10.1.2.128/25", "10.1.2.200", true), ("::1", "::1", true), ("::1", "127.0.0.1", false),
    ("0.0.0.0/0", "1.2.3.4", true),
    ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
  ])
  func rangesContain(range: String, address: String, inside: Bool) throws {
    let peer = try #require(PeerAddress(numeric: address))
    #expect(try #require(AddressRange(range)).contains(peer) == inside)
  }

  @Test(arguments: ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "::/129", "host/8"])
  func badRangesAreRefused(text: String) { #expect(AddressRange(text) == nil) }
}
