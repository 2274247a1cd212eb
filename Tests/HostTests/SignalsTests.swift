import Glibc
import Testing

@testable import Host

@Suite struct SignalsTests {
  /// Raised on the loop's own thread, where all signals are blocked, so that the test process lives on.
  @Test func signalsComeInAsValues() async throws {
    try await withLoop { loop in
      let signals = try Signals(loop: loop)
      let seen = await on(loop) {
        var seen: [Signal?] = []
        for number in [SIGHUP, SIGTERM, SIGINT] {
          let waiting = Box<Signal?>(nil)
          let task = loop.spawn { waiting.value = await signals.next() }
          await loop.pause()
          raise(number)
          await task.value
          seen.append(waiting.value)
        }
        let closing = Box<Signal?>(.hangup)
        let task = loop.spawn { closing.value = await signals.next() }
        await loop.pause()
        signals.close()
        await task.value
        seen.append(closing.value)
        return seen
      }
      #expect(seen == [.hangup, .terminate, .interrupt, nil])
    }
  }

  @Test func aWriteToAClosedConnectionDoesNotEndTheProcess() async throws {
    try await withLoop { loop in
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      close(ends[0])
      let outcome = write(ends[1], "x", 1)
      #expect(outcome == -1)
      #expect(errno == EPIPE)
      close(ends[1])
      #expect(!loop.isCurrent)
    }
  }
}
