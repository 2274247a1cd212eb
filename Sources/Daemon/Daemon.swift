import Configuration
import Foundation
import Glibc
import Host
import Store

/// The daemon's life: from a configuration file to an exit code of sysexits.
public enum Daemon {
  /// Runs until a signal ends it, and returns the exit code: 0 after TERM or INT, 78 for a wrong configuration, 65 for a
  /// store that this build can't read, 69 for a port or socket in use, 74 after the store failed, 75 when its disk is
  /// full at the start.
  ///
  /// Called on the main thread, before any other thread exists.
  public static func run(configurationFile path: String, version: String) -> Int32 {
    Signals.block()
    let configuration: Configuration
    switch ConfigurationFile.read(path) {
    case .failure(let error):
      for line in error.lines { tell(line) }
      return ExitCode.configuration
    case .success(let read): configuration = read
    }
    let log = Log(threshold: LogLevel(name: configuration.server.logLevel.rawValue) ?? .info)
    do {
      let loops = try EventLoopGroup(count: loopCount(configuration))
      loops.start()
      defer {
        loops.stop()
        loops.join()
      }
      let rooms = try Rooms(configuration: configuration, loops: loops, version: version, log: log)
      return live(rooms, configuration, path: path, loop: loops.loops[0], log: log)
    } catch {
      return tellStartFailed(error, log)
    }
  }

  /// Says why it could not start, in the log and to whoever started it; returns the exit code.
  private static func tellStartFailed(_ error: any Error, _ log: Log) -> Int32 {
    let code = (error as? StoreError).map(ExitCode.of) ?? ExitCode.unavailable
    let known = error as? StartError ?? StartError(text: "\(error)", exitCode: code)
    log.error("daemon.start_failed", ["error": .text(known.text)])
    tell(known.text)
    return known.exitCode
  }

  /// Starts the rooms, answers signals, stops the rooms; blocks the main thread meanwhile.
  private static func live(
    _ rooms: Rooms, _ configuration: Configuration, path: String, loop: EventLoop, log: Log
  ) -> Int32 {
    let ended = DispatchSemaphore(value: 0)
    let outcome = ExitBox()
    loop.spawn {
      outcome.code = await serve(rooms, configuration, path: path, loop: loop, log: log)
      ended.signal()
    }
    ended.wait()
    return outcome.code
  }

  private static func serve(
    _ rooms: Rooms, _ configuration: Configuration, path: String, loop: EventLoop, log: Log
  ) async -> Int32 {
    let signals: Signals
    do {
      signals = try Signals(loop: loop)
      try await rooms.start(configuration)
    } catch {
      let code = tellStartFailed(error, log)
      await rooms.abandon()
      return code
    }
    let failure = rooms.storeFailure
    let watcher = loop.spawn {
      await failure.wait()
      signals.close()
    }
    while let signal = await signals.next() {
      switch signal {
      case .hangup: await rooms.reload(from: path)
      case .terminate, .interrupt:
        log.info("daemon.stopping", ["signal": .text("\(signal)")])
        watcher.cancel()
        await rooms.stop()
        log.info("daemon.stopped")
        return failure.reason.isEmpty ? ExitCode.good : ExitCode.inputOutput
      }
    }
    // Only a failed store closes the signals: nothing in memory can be believed, the disk is what counts.
    log.error("daemon.store_failed", ["error": .text(failure.reason)])
    await rooms.abandon()
    return ExitCode.inputOutput
  }

  /// The store's threads and the kernel's disk work need a core too: measured on two cores at 50 sessions, one loop took a
  /// sixth more mails a second than two, and sent as many.
  private static func loopCount(_ configuration: Configuration) -> Int {
    configuration.server.loops > 0
      ? configuration.server.loops : max(1, ProcessInfo.processInfo.activeProcessorCount - 1)
  }

  private static func tell(_ line: String) {
    // Who cannot be told finds it in the exit code.
    _ = StandardStreams.write("postern: \(line)\n".utf8, to: STDERR_FILENO)
  }
}

/// The codes of sysexits.h that the daemon ends with.
enum ExitCode {
  static let good: Int32 = 0
  static let data: Int32 = 65
  static let unavailable: Int32 = 69
  static let inputOutput: Int32 = 74
  static let temporary: Int32 = 75
  static let permission: Int32 = 77
  static let configuration: Int32 = 78

  /// Of a store that does not open: whoever starts the daemon again may try again unless the file itself is wrong.
  static func of(_ error: StoreError) -> Int32 {
    switch error {
    case .full: temporary
    case .commitFailed: inputOutput
    case .newerSchema, .cannotOpen, .statement, .unreadable, .rejected, .unavailable: data
    }
  }
}

/// Why the daemon could not start, for a person, and the code it ends with.
struct StartError: Error {
  var text: String
  var exitCode: Int32
}

/// Carries the exit code from the loop's thread to the main thread, which reads it after the semaphore.
private final class ExitBox: @unchecked Sendable {
  var code: Int32 = 0
}
