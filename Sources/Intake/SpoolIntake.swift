public import Host
public import Store
import Synchronization

/// Takes mails in from the spool folder, when the daemon starts and as long as it runs.
///
/// A mail is removed after it was committed under its file's name, so one that is found again after a crash is known and
/// not queued twice. One that is refused is moved aside with the reason; one that cannot be taken now stays.
public final class SpoolIntake: Sendable {
  private let intake: IntakeServer
  private let store: Store
  private let folder: SpoolFolder
  private let loop: EventLoop
  private let log: Log
  private let task = Mutex<Task<Void, Never>?>(nil)

  /// How often the folder is looked at: a mail waits about as long as the queue's own tick.
  private static let tickMilliseconds: Int64 = 1000
  /// The longest rest while mails cannot be taken.
  private static let longestRestMilliseconds: Int64 = 30_000
  /// How often names are forgotten and what was abandoned is swept away.
  private static let housekeepingMilliseconds: Int64 = 3_600_000
  /// How long a name is remembered whose file is gone: `postern sendmail` gives up waiting for an answer, and leaves the
  /// mail in the folder instead, after minutes.
  private static let memoryMilliseconds: Int64 = 86_400_000
  private static let forgottenAtOnce = 500
  /// More mails than this in the folder, and no name is forgotten until there are fewer.
  private static let mostRemembered = 100_000
  /// How long a mail that cannot be taken now is left alone.
  private static let delayMilliseconds: Int64 = 5_000
  /// How long one that can neither be taken away nor aside is left alone.
  private static let stuckMilliseconds: Int64 = 600_000
  /// After so many mails in a row that have to wait it is not the mails: a full disk, a stop.
  private static let mostDelays = 20
  /// To look takes at most one part in so many of the time, however much lies there.
  private static let restsForALook: Int64 = 20

  /// Takes from `folder`, which exists, on `loop`.
  public init(intake: IntakeServer, store: Store, folder: SpoolFolder, loop: EventLoop, log: Log) {
    self.intake = intake
    self.store = store
    self.folder = folder
    self.loop = loop
    self.log = log
  }

  /// Begins. Call it once.
  public func start() {
    let running = loop.spawn { [self] in await run() }
    task.withLock { $0 = running }
  }

  /// Ends after the mail under way.
  public func stop() async {
    let running = task.withLock { $0 }
    running?.cancel()
    await running?.value
  }

  private func run() async {
    var resting: [String: Int64] = [:]
    var rest = Self.tickMilliseconds
    var nextHousekeeping = Clock.monotonic()
    while !Task.isCancelled {
      var least = Self.tickMilliseconds
      do {
        let (isTaking, lookMilliseconds) = try await look(&resting)
        least = max(least, lookMilliseconds * Self.restsForALook)
        rest = isTaking ? Self.tickMilliseconds : min(rest * 2, Self.longestRestMilliseconds)
        if Clock.monotonic() >= nextHousekeeping {
          nextHousekeeping = Clock.deadline(in: Self.housekeepingMilliseconds)
          try await keepHouse()
        }
      } catch {
        log.error("spool.failed", ["error": .text("\(error)")])
        rest = min(rest * 2, Self.longestRestMilliseconds)
      }
      await loop.sleep(milliseconds: max(rest, least))
    }
  }

  /// Takes what lies in the folder; false when something has to wait, and how long the look at the names took. `resting`
  /// are names that are left alone until a time: those that have to wait, and those that can neither be taken away nor
  /// aside. They keep nothing from others, and are complained about once.
  private func look(_ resting: inout [String: Int64]) async throws -> (isTaking: Bool, lookMilliseconds: Int64) {
    let start = Clock.monotonic()
    let leftOut = Set(resting.filter { $0.value > start }.keys)
    let listing = try await inFolder { folder in try folder.listing(leavingOut: leftOut) }
    let took = Clock.monotonic() - start
    if listing.isWhole {
      let there = listing.leftOut.union(listing.mails).union(listing.others)
      resting = resting.filter { there.contains($0.key) }
    }
    let tried = Set(resting.keys)
    // What has waited before comes last.
    let mails = listing.mails.filter { !tried.contains($0) } + listing.mails.filter(tried.contains)
    var hasRemoved = false
    var delays = 0
    for name in mails where !Task.isCancelled && delays < Self.mostDelays {
      do {
        switch await take(name) {
        case .taken:
          delays = 0
          try await inFolder { folder in try folder.remove(name) }
          hasRemoved = true
        case .refused(let reason): try await setAside(name, reason)
        case .later(let reason):
          if !tried.contains(name), delays == 0 {
            log.warning("spool.waiting", ["file": .text(name), "reason": .text(reason)])
          }
          delays += 1
          resting[name] = Clock.deadline(in: Self.delayMilliseconds)
        case nil: continue
        }
      } catch {
        leave(name, error, &resting)
      }
    }
    for name in listing.others where !Task.isCancelled {
      do {
        try await setAside(name, "its name is not one that postern sendmail gives")
      } catch {
        leave(name, error, &resting)
      }
    }
    if hasRemoved { try await inFolder { folder in try folder.syncRemoved() } }
    return (delays == 0, took)
  }

  private func setAside(_ name: String, _ reason: String) async throws {
    let aside = try await inFolder { folder in try folder.setAside(name, reason: reason) }
    log.error("spool.set_aside", ["file": .text("\(folder.path)/bad/\(aside)"), "reason": .text(reason)])
  }

  private func leave(_ name: String, _ error: any Error, _ resting: inout [String: Int64]) {
    if resting[name] == nil { log.error("spool.stuck", ["file": .text(name), "error": .text("\(error)")]) }
    resting[name] = Clock.deadline(in: Self.stuckMilliseconds)
  }

  /// What became of one file; nil when there is none any more.
  private func take(_ name: String) async -> HandInReply? {
    let (folder, limit) = (folder, intake.largestBatch)
    switch await offLoop({ folder.read(name, atMost: limit) }) {
    case .gone: return nil
    case .bad(let reason): return .refused(reason)
    case .tooLarge(let head, let reason): return await intake.tellSender(of: head, name: name, refused: reason)
    case .unreadable(let reason): return .later(reason)
    case .mail(let batch):
      let reply = await intake.handIn(batch, name: name)
      guard case .refused(let reason) = reply else { return reply }
      return await intake.tellSender(of: batch, name: name, refused: reason)
    }
  }

  private func keepHouse() async throws {
    let listing = try await inFolder { folder in
      folder.sweep(now: Clock.now())
      return try folder.listing(atMost: Self.mostRemembered)
    }
    if listing.foreign > 0 {
      log.warning("spool.foreign", ["folder": .text("\(folder.path)/new"), "things": .int(Int64(listing.foreign))])
    }
    guard listing.isWhole else { return }
    let oldest = Clock.now() - Self.memoryMilliseconds
    // In small transactions: mails that come in meanwhile do not wait for it.
    while try await store.write({ transaction in
      try transaction.forgetHandIns(before: oldest, except: listing.mails, limit: Self.forgottenAtOnce)
    }) == Self.forgottenAtOnce, !Task.isCancelled {}
  }

  private func inFolder<T: Sendable>(_ body: @escaping @Sendable (SpoolFolder) throws -> T) async throws -> T {
    let folder = folder
    return try await offLoop { Result { try body(folder) } }.get()
  }
}
