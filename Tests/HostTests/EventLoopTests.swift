import Host
import Synchronization
import Testing

@Suite struct EventLoopTests {
  @Test func sessionsRunOnTheLoopsThread() async throws {
    try await withLoop { loop in
      let both = await on(loop) {
        let before = EventLoop.current === loop
        await loop.sleep(milliseconds: 1)
        return [before, EventLoop.current === loop]
      }
      #expect(both == [true, true])
      #expect(EventLoop.current == nil)
    }
  }

  @Test func timersEndInTheOrderOfTheirInstants() async throws {
    try await withLoop { loop in
      let order = await on(loop) {
        let seen = Box<[Int]>([])
        let start = Clock.monotonic()
        await withTaskGroup(of: Void.self) { group in
          for delay in [40, 10, 30, 20, 25, 5] {
            group.addTask {
              await loop.sleep(until: start + Int64(delay))
              seen.value.append(delay)
            }
          }
        }
        return seen.value
      }
      #expect(order == [5, 10, 20, 25, 30, 40])
    }
  }

  @Test func aTimerNeverEndsEarly() async throws {
    try await withLoop { loop in
      let (start, end) = await on(loop) {
        let start = Clock.monotonic()
        await loop.sleep(milliseconds: 30)
        return (start, Clock.monotonic())
      }
      #expect(end - start >= 30)
    }
  }

  @Test func cancellingEndsASleep() async throws {
    try await withLoop { loop in
      let task = loop.spawn { await loop.sleep(milliseconds: 3_600_000) }
      task.cancel()
      await task.value
      let second = loop.spawn { await loop.sleep(milliseconds: 3_600_000) }
      await on(loop) { await loop.sleep(milliseconds: 5) }
      second.cancel()
      await second.value
      #expect(loop.liveSessions == 0)
    }
  }

  @Test func pauseLetsOthersRun() async throws {
    try await withLoop { loop in
      let trace = await on(loop) {
        let trace = Box<[String]>([])
        let other = loop.spawn { trace.value.append("other") }
        trace.value.append("before")
        await loop.pause()
        trace.value.append("after")
        await other.value
        return trace.value
      }
      #expect(trace == ["before", "other", "after"])
    }
  }

  @Test func stoppingEndsLiveSessions() throws {
    let group = try EventLoopGroup(count: 2)
    group.start()
    let ended = Atomic<Int>(0)
    for _ in 0..<50 {
      let loop = group.next()
      loop.spawn {
        await loop.sleep(milliseconds: 3_600_000)
        ended.add(1, ordering: .sequentiallyConsistent)
      }
    }
    group.stop()
    group.join()
    #expect(ended.load(ordering: .sequentiallyConsistent) == 50)
    #expect(group.loops.map(\.liveSessions) == [0, 0])
  }

  @Test func manyTasksFromManyThreadsAllRun() async throws {
    let group = try EventLoopGroup(count: 2)
    group.start()
    let ran = await withTaskGroup(of: Int.self) { tasks in
      for index in 0..<2000 {
        tasks.addTask {
          await on(group.loops[index % 2]) {
            await group.loops[index % 2].pause()
            return 1
          }
        }
      }
      return await tasks.reduce(0, +)
    }
    #expect(ran == 2000)
    group.stop()
    group.join()
  }

  @Test func aDoorbellRemembersOneRing() async throws {
    try await withLoop { loop in
      let bell = Doorbell(loop: loop)
      bell.ring()
      bell.ring()
      let rested = await on(loop) {
        // One ring is remembered, so only the second wait lasts until its deadline.
        let start = Clock.monotonic()
        await bell.wait(until: nil)
        let deadline = Clock.deadline(in: 20)
        await bell.wait(until: deadline)
        return start < deadline && Clock.monotonic() >= deadline
      }
      #expect(rested)
      let woken = await on(loop) {
        let task = loop.spawn { await bell.wait(until: nil) }
        await loop.pause()
        await offLoop { bell.ring() }
        await task.value
        let cancelled = loop.spawn { await bell.wait(until: nil) }
        await loop.pause()
        cancelled.cancel()
        await cancelled.value
        return true
      }
      #expect(woken)
    }
  }

  @Test func blockingWorkRunsOffTheLoopAndComesBack() async throws {
    try await withLoop { loop in
      let (inside, after) = await on(loop) {
        let inside = await offLoop { EventLoop.current == nil }
        return (inside, loop.isCurrent)
      }
      #expect(inside && after)
    }
  }

  @Test func whatIsDoneApartRunsOnTheLoopAndEndsWithItsSession() async throws {
    try await withLoop { loop in
      #expect(await on(loop) { await loop.apart { loop.isCurrent } })
      let wasCancelled = Box(false)
      let session = loop.spawn {
        wasCancelled.value = await loop.apart {
          await loop.sleep(milliseconds: 600_000)
          return Task.isCancelled
        }
      }
      session.cancel()
      await session.value
      #expect(await on(loop) { wasCancelled.value })
    }
  }
}
