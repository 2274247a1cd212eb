import Host
import Testing

/// Runs a body as a session of a loop and waits for its result.
func on<T: Sendable>(_ loop: EventLoop, _ body: @escaping @Sendable () async -> T) async -> T {
  await withUnsafeContinuation { continuation in
    loop.spawn { continuation.resume(returning: await body()) }
  }
}

/// A running loop for one test, stopped and joined at its end.
func withLoop<T: Sendable>(_ body: @escaping @Sendable (EventLoop) async throws -> T) async throws -> T {
  let loop = try EventLoop(name: "test")
  loop.start()
  defer {
    loop.stop()
    loop.join()
  }
  return try await body(loop)
}

extension Result where Failure == any Error {
  init(catching body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
