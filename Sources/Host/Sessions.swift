import Synchronization

/// The tasks of a loop that are alive, so that stopping can cancel them and wait for them.
struct SessionTable {
  var tasks: [UInt64: Task<Void, Never>?] = [:]
  var next: UInt64 = 0
  var stopping = false
}

/// What one task hands to another of the same loop while it waits for it.
private struct Carried<Value>: @unchecked Sendable {
  let value: Value
}

extension EventLoop {
  /// Starts a session: a task that runs on this loop only. On a loop that is stopping it starts cancelled.
  @discardableResult
  public func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    let id = sessions.withLock { table in
      table.next += 1
      table.tasks.updateValue(nil, forKey: table.next)
      return table.next
    }
    let task = Task.detached(executorPreference: self) { [self] in
      await body()
      sessions.withLock { _ = $0.tasks.removeValue(forKey: id) }
    }
    let cancelled = sessions.withLock { table in
      // The session may have ended already, on its own thread.
      if table.tasks[id] != nil { table.tasks.updateValue(task, forKey: id) }
      return table.stopping
    }
    if cancelled { task.cancel() }
    return task
  }

  /// Does a part of a session as a task of its own on this loop, and waits for it; it is cancelled with the session. A task keeps
  /// the memory of its deepest call for as long as it lives, so what a session does before it idles for days is done apart.
  public func apart<Value>(_ work: @escaping () async -> Value) async -> Value {
    let work = Carried(value: work)
    let task = Task.detached(executorPreference: self) { Carried(value: await work.value()) }
    return await withTaskCancellationHandler {
      await task.value.value
    } onCancel: {
      task.cancel()
    }
  }

  /// How many tasks started with `spawn` have not ended.
  public var liveSessions: Int { sessions.withLock { $0.tasks.count } }

  /// Waits so long; returns early when the task is cancelled.
  public func sleep(milliseconds: Int64) async { await sleep(until: Clock.deadline(in: milliseconds)) }

  /// Waits until an instant of `Clock.monotonic()`; returns early when the task is cancelled.
  public func sleep(until deadline: Int64) async {
    let waiter = Waiter(loop: self)
    _ = await waiter.wait(deadline: deadline)
    timers.remove(waiter)
  }
}
