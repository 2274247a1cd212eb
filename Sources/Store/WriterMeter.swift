internal import Synchronization

/// How long the writer was kept since the store was opened: whoever waits for a commit waits behind that.
public struct WriterHolds: Sendable {
  /// One transaction, or one piece of upkeep.
  public struct Hold: Sendable {
    /// From its beginning until it was on disk.
    public var time = Duration.zero
    /// The commit's part of it: mostly the disk's.
    public var commitTime = Duration.zero
    /// How many callers shared it.
    public var jobs = 0
  }

  /// Transactions and pieces of upkeep.
  public var count = 0
  /// All of them together.
  public var time = Duration.zero
  /// The longest one.
  public var longest = Hold()
  /// The longest work of one caller, without the commit, and which function asked for it.
  public var slowestJob = (time: Duration.zero, name: "")
}

/// Measures the writer's thread; costs two looks at the clock for each job.
final class WriterMeter: Sendable {
  private let state = Mutex(WriterHolds())

  var holds: WriterHolds { state.withLock { $0 } }

  func add(_ hold: WriterHolds.Hold) {
    state.withLock { holds in
      holds.count += 1
      holds.time += hold.time
      if hold.time > holds.longest.time { holds.longest = hold }
    }
  }

  func add(job name: StaticString, _ time: Duration) {
    state.withLock { holds in
      if time > holds.slowestJob.time { holds.slowestJob = (time, "\(name)") }
    }
  }
}
