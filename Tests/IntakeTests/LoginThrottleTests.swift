import Host
import Testing

@testable import Intake

private func peer(_ text: String) throws -> PeerAddress { try #require(PeerAddress(numeric: text)) }

@Suite("Failed logins")
struct LoginThrottleTests {
  private let limits = LoginThrottle.Limits(
    failuresByAddress: 3, failuresByName: 5, banMilliseconds: 1000, delayMilliseconds: 10)

  @Test("an address is banned for its time after the last failure, whatever the name")
  func byAddress() throws {
    var throttle = LoginThrottle()
    let guesser = try peer("192.0.2.1")
    let first = throttle.failed(guesser, "a", limits, now: 0)
    #expect(first == .init(delayMilliseconds: 10, bansAddress: false, bansName: false))
    #expect(throttle.failed(guesser, "b", limits, now: 1).delayMilliseconds == 20)
    #expect(!throttle.isBanned(guesser, "x", limits, now: 1))
    #expect(throttle.failed(guesser, "c", limits, now: 2).bansAddress)
    #expect(throttle.isBanned(guesser, "x", limits, now: 1001))
    #expect(!throttle.isBanned(guesser, "x", limits, now: 1002))
    #expect(!throttle.isBanned(try peer("192.0.2.2"), "x", limits, now: 2))
    // Forgotten after its time: it starts anew.
    #expect(throttle.failed(guesser, "a", limits, now: 1002) == first)
  }

  @Test("a name is banned, but not for the addresses it is known from")
  func byName() throws {
    var throttle = LoginThrottle()
    let home = try peer("192.0.2.1")
    throttle.succeeded(home, "app")
    var banned = 0
    for number in 1...6 {
      let result = throttle.failed(try peer("198.51.100.\(number)"), "app", limits, now: 0)
      banned += result.bansName ? 1 : 0
    }
    #expect(banned == 1)
    #expect(throttle.isBanned(try peer("203.0.113.1"), "app", limits, now: 999))
    #expect(!throttle.isBanned(try peer("203.0.113.1"), "other", limits, now: 999))
    #expect(!throttle.isBanned(home, "app", limits, now: 999))
    #expect(!throttle.isBanned(try peer("203.0.113.1"), "app", limits, now: 1000))
  }

  @Test("an IPv6 host has a whole /64; a success clears its address")
  func networks() throws {
    var throttle = LoginThrottle()
    for number in 1...3 { _ = throttle.failed(try peer("2001:db8::\(number)"), "a\(number)", limits, now: 0) }
    #expect(throttle.isBanned(try peer("2001:db8::9"), "x", limits, now: 0))
    #expect(!throttle.isBanned(try peer("2001:db8:0:1::1"), "x", limits, now: 0))
    throttle.succeeded(try peer("2001:db8::7"), "x")
    #expect(!throttle.isBanned(try peer("2001:db8::9"), "x", limits, now: 0))
  }

  @Test("without limits nothing is banned, the delay has an end, and the memory too")
  func bounds() throws {
    let open = LoginThrottle.Limits(
      failuresByAddress: 0, failuresByName: 0, banMilliseconds: 1000, delayMilliseconds: 10)
    var throttle = LoginThrottle()
    let guesser = try peer("192.0.2.1")
    var last: Int64 = 0
    for number in 0..<(LoginThrottle.most + 10) {
      last = throttle.failed(guesser, "n\(number)", open, now: 0).delayMilliseconds
    }
    #expect(last == 160)
    #expect(!throttle.isBanned(guesser, "n1", open, now: 0))
  }

  @Test("a mail has to keep coming")
  func pace() {
    func deadline(_ bytes: Int, now: Int64, rate: Int = 100) -> Int64 {
      var pace = DataPace(startedAt: 1000)
      pace.bytes = bytes
      return pace.deadline(now: now, pieceMilliseconds: 180_000, wholeMilliseconds: 3_600_000, bytesPerSecond: rate)
    }
    #expect(deadline(0, now: 1000) == 181_000)
    // One octet a minute earns next to nothing.
    #expect(deadline(3, now: 180_000) == 181_030)
    #expect(deadline(100_000, now: 180_000) == 360_000)
    #expect(deadline(1_000_000_000, now: 3_590_000) == 3_601_000)
    #expect(deadline(3, now: 180_000, rate: 0) == 360_000)
  }
}
