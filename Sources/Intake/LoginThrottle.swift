import Host
import Synchronization

/// Remembers failed logins by address and by name, and says when they are too many. Time comes in, monotonic.
///
/// A name that is being guessed from everywhere stays open for the addresses that have logged in with it before, so that
/// guessing does not lock its owner out.
struct LoginThrottle {
  /// Where the line is drawn.
  struct Limits: Equatable {
    /// Failures from one address before it is banned; 0 never bans.
    var failuresByAddress: Int
    /// Failures for one name before it is; 0 never bans.
    var failuresByName: Int
    /// How long a ban lasts after the last failure, and how long failures are remembered.
    var banMilliseconds: Int64
    /// The wait before the reply to the first failure; it doubles with each, up to 16 times.
    var delayMilliseconds: Int64
  }

  /// What comes of one failure.
  struct Consequence: Equatable {
    /// The wait before the reply.
    var delayMilliseconds: Int64
    /// Whether this failure was the one that bans the address.
    var bansAddress: Bool
    /// Whether this failure was the one that bans the name.
    var bansName: Bool
  }

  private struct Count {
    var failures = 0
    var last: Int64 = 0
  }

  private struct Friend: Hashable {
    let name: String
    let address: [UInt8]
  }

  private var addresses: [[UInt8]: Count] = [:]
  private var names: [String: Count] = [:]
  private var friends: Set<Friend> = []

  /// So many of each are kept; who guesses from more addresses than this is no more held back by them.
  static let most = 20_000

  /// Whether nobody may log in from there by this name now.
  func isBanned(_ peer: PeerAddress, _ name: String, _ limits: Limits, now: Int64) -> Bool {
    let address = peer.network
    if reaches(limits.failuresByAddress, addresses[address], limits, now) { return true }
    return reaches(limits.failuresByName, names[name], limits, now)
      && !friends.contains(Friend(name: name, address: address))
  }

  /// Counts a failure.
  mutating func failed(_ peer: PeerAddress, _ name: String, _ limits: Limits, now: Int64) -> Consequence {
    let address = peer.network
    let byAddress = Self.count(&addresses, address, limits, now)
    let byName = Self.count(&names, name, limits, now)
    let doublings = min(max(byAddress, 1) - 1, 4)
    return Consequence(
      delayMilliseconds: limits.delayMilliseconds << Int64(doublings),
      bansAddress: byAddress == limits.failuresByAddress,
      bansName: byName == limits.failuresByName)
  }

  /// A login that went well clears what was counted against its address, and makes it known for the name.
  mutating func succeeded(_ peer: PeerAddress, _ name: String) {
    let address = peer.network
    addresses[address] = nil
    if friends.count >= Self.most { friends.removeAll() }
    friends.insert(Friend(name: name, address: address))
  }

  private func reaches(_ limit: Int, _ count: Count?, _ limits: Limits, _ now: Int64) -> Bool {
    guard limit > 0, let count else { return false }
    return count.failures >= limit && now - count.last < limits.banMilliseconds
  }

  private static func count<Key>(_ counts: inout [Key: Count], _ key: Key, _ limits: Limits, _ now: Int64) -> Int {
    if counts.count >= most, counts[key] == nil {
      counts = counts.filter { now - $0.value.last < limits.banMilliseconds }
      if counts.count >= most { counts.removeAll() }
    }
    var count = counts[key] ?? Count()
    if now - count.last >= limits.banMilliseconds { count.failures = 0 }
    count.failures += 1
    count.last = now
    counts[key] = count
    return count.failures
  }
}

/// The throttle of all sessions.
final class SharedLoginThrottle: Sendable {
  private let throttle = Mutex(LoginThrottle())

  func isBanned(_ peer: PeerAddress, _ name: String, _ limits: LoginThrottle.Limits) -> Bool {
    throttle.withLock { $0.isBanned(peer, name, limits, now: Clock.monotonic()) }
  }

  func failed(_ peer: PeerAddress, _ name: String, _ limits: LoginThrottle.Limits) -> LoginThrottle.Consequence {
    throttle.withLock { $0.failed(peer, name, limits, now: Clock.monotonic()) }
  }

  func succeeded(_ peer: PeerAddress, _ name: String) {
    throttle.withLock { $0.succeeded(peer, name) }
  }
}
