import CLinux
import Glibc

/// Something in a loop's epoll set that wants to know when its descriptor is ready.
protocol PollTarget: AnyObject {
  /// Called on the loop's thread with epoll's flags.
  func ready(_ flags: UInt32)
}

/// The epoll set of one loop; used by the loop's thread only.
struct Poller {
  private struct Slot {
    var target: (any PollTarget)?
    var generation: UInt32 = 0
  }

  private let epoll: Int32
  private let bell: Bell
  private var slots: [Slot] = []
  private var events = [epoll_event](repeating: epoll_event(), count: mostAtOnce)
  /// So many are served in one round: what other threads hand over meanwhile, as the store its answers, comes between two of
  /// them. With 256, fifty clients that send at once waited for each other's mails before the first was answered.
  private static let mostAtOnce = 16
  private static let bellToken = UInt64.max

  init(bell: Bell) throws(HostError) {
    self.bell = bell
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0, postern_epoll_add(epoll, bell.descriptor, POSTERN_IN, Self.bellToken) == 0 else {
      let reason = errorText(errno)
      close()
      throw HostError("cannot make an event loop: \(reason); is the limit of open files (ulimit -n) too low?")
    }
  }

  func close() {
    if epoll >= 0 { _ = Glibc.close(epoll) }
  }

  /// Adds a descriptor; the poller keeps the target until `remove`. False when the kernel refuses, with errno set.
  mutating func add(_ descriptor: Int32, events: UInt32, target: any PollTarget) -> Bool {
    let index = Int(descriptor)
    while slots.count <= index { slots.append(Slot()) }
    slots[index].generation &+= 1
    guard postern_epoll_add(epoll, descriptor, events, token(index)) == 0 else { return false }
    slots[index].target = target
    return true
  }

  func change(_ descriptor: Int32, events: UInt32) {
    _ = postern_epoll_change(epoll, descriptor, events, token(Int(descriptor)))
  }

  /// Takes a descriptor out of the set; the caller closes it afterwards. Events already fetched for it are dropped.
  mutating func remove(_ descriptor: Int32) {
    let index = Int(descriptor)
    guard slots.indices.contains(index), slots[index].target != nil else { return }
    _ = postern_epoll_remove(epoll, descriptor)
    slots[index].target = nil
    slots[index].generation &+= 1
  }

  /// Forgets all targets and hands them over: the caller drops them when the poller is free again, because the end of one
  /// may close others.
  mutating func takeTargets() -> [any PollTarget] {
    defer { slots = [] }
    return slots.compactMap(\.target)
  }

  /// A descriptor's number is used again after it is closed; the generation tells an old event from a new one.
  private func token(_ index: Int) -> UInt64 {
    UInt64(slots[index].generation & 0x7fff_ffff) << 32 | UInt64(index)
  }

  /// Waits for events for at most so long (−1: for ever). The events are fetched first and delivered by `deliver`.
  mutating func fetch(milliseconds: Int32) -> Int {
    let count = epoll_wait(epoll, &events, Int32(events.count), milliseconds)
    return max(0, Int(count))
  }

  /// The target of the event at `index` and its flags; nil when it was the bell or for a descriptor that is gone.
  func event(_ index: Int) -> (target: any PollTarget, flags: UInt32)? {
    let (token, flags) = events.withUnsafeBufferPointer { buffer in
      let event = buffer.baseAddress.map { $0 + index }
      return (postern_epoll_token(event), postern_epoll_flags(event))
    }
    if token == Self.bellToken {
      bell.silence()
      return nil
    }
    let slot = Int(token & 0xffff_ffff)
    guard slots.indices.contains(slot), let target = slots[slot].target, self.token(slot) == token else { return nil }
    return (target, flags)
  }
}
