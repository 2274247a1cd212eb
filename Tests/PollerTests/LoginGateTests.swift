import Synchronization
import Testing

@testable import Poller

@Suite struct LoginGateTests {
  private final class Counts: Sendable {
    let numbers = Mutex((inside: 0, most: 0, all: 0))
  }

  @Test func noMoreThanSoManyOfAServerAreInsideAndAllGetIn() async {
    let gate = LoginGate(most: 3)
    let counts = Counts()
    await withTaskGroup { group in
      for _ in 0..<50 {
        group.addTask {
          #expect(await gate.enter("imap.test:993"))
          counts.numbers.withLock {
            $0.inside += 1
            $0.all += 1
            $0.most = max($0.most, $0.inside)
          }
          await Task.yield()
          counts.numbers.withLock { $0.inside -= 1 }
          gate.leave("imap.test:993")
        }
      }
    }
    let (inside, most, all) = counts.numbers.withLock { $0 }
    #expect(inside == 0 && all == 50)
    #expect((1...3).contains(most))
  }

  @Test func aFullServerKeepsNoOtherWaiting() async {
    let gate = LoginGate(most: 1)
    #expect(await gate.enter("one.test:993"))
    #expect(await gate.enter("two.test:993"))
  }

  @Test func whoIsCancelledGoesAndTakesNobodysPlace() async {
    let gate = LoginGate(most: 1)
    #expect(await gate.enter("imap.test:993"))
    let waiting = Task { await gate.enter("imap.test:993") }
    await Task.yield()
    waiting.cancel()
    #expect(await waiting.value == false)
    let next = Task { await gate.enter("imap.test:993") }
    gate.leave("imap.test:993")
    #expect(await next.value)
    gate.leave("imap.test:993")
    #expect(await gate.enter("imap.test:993"))
  }
}
