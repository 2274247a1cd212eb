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
    var stuck: Set<String> = []
    var rest = Self.tickMilliseconds
    var nextHousekeeping = Clock.monotonic()
    while !Task.isCancelled {
      do {
        let isTaking = try await look(&stuck)
        rest = isTaking ? Self.tickMilliseconds : min(rest * 2, Self.longestRestMilliseconds)
        if Clock.monotonic() >= nextHousekeeping {
          nextHousekeeping = Clock.deadline(in: Self.housekeepingMilliseconds)
          try await keepHouse()
        }
      } catch {
        log.error("spool.failed", ["error": .text("\(error)")])
        rest = min(rest * 2, Self.longestRestMilliseconds)
      }
      await loop.sleep(milliseconds: rest)
    }
  }

  /// Takes what lies in the folder; false when something has to wait. `stuck` are names that can neither be taken away nor
  /// aside, so that they are complained about once.
  private func look(_ stuck: inout Set<String>) async throws -> Bool {
    let names = try await inFolder { folder in try folder.names() }
    stuck.formIntersection(names)
    var isTaking = true
    var hasRemoved = false
    for name in names where !stuck.contains(name) && !Task.isCancelled {
      do {
        switch await take(name) {
        case .taken:
          try await inFolder { folder in try folder.remove(name) }
          hasRemoved = true
        case .refused(let reason):
          let aside = try await inFolder { folder in try folder.setAside(name, reason: reason) }
          log.error(
            "spool.set_aside", ["file": .text("\(folder.path)/bad/\(aside)"), "reason": .text(reason)])
        case .later(let reason):
          if isTaking { log.warning("spool.waiting", ["file": .text(name), "reason": .text(reason)]) }
          isTaking = false
        case nil: continue
        }
      } catch {
        stuck.insert(name)
        log.error("spool.stuck", ["file": .text(name), "error": .text("\(error)")])
      }
    }
    if hasRemoved { try await inFolder { folder in try folder.syncRemoved() } }
    return isTaking
  }

  /// What became of one file; nil when there is none any more.
  private func take(_ name: String) async -> HandInReply? {
    guard name.utf8.count == 36, name.utf8.allSatisfy({ $0 == 0x2D || 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }) else {
      return .refused("its name is not one that postern sendmail gives")
    }
    let (folder, limit) = (folder, intake.largestBatch)
    switch await offLoop({ folder.read(name, atMost: limit) }) {
    case .gone: return nil
    case .bad(let reason): return .refused(reason)
    case .unreadable(let reason): return .later(reason)
    case .mail(let batch): return await intake.handIn(batch, name: name)
    }
  }

  private func keepHouse() async throws {
    let names = try await inFolder { folder in
      folder.sweep(now: Clock.now())
      return try folder.names()
    }
    let oldest = Clock.now() - Self.memoryMilliseconds
    // In small transactions: mails that come in meanwhile do not wait for it.
    while try await store.write({ transaction in
      try transaction.forgetHandIns(before: oldest, except: names, limit: Self.forgottenAtOnce)
    }) == Self.forgottenAtOnce, !Task.isCancelled {}
  }

  private func inFolder<T: Sendable>(_ body: @escaping @Sendable (SpoolFolder) throws -> T) async throws -> T {
    let folder = folder
    return try await offLoop { Result { try body(folder) } }.get()
  }
}
