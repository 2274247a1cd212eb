import Foundation
import Glibc

/// Everything a verb may touch outside itself, so that tests can run verbs without a terminal, files or a daemon.
struct Shell {
  /// Writes text to stdout as it is.
  var out: (String) -> Void
  /// Writes text to stderr as it is.
  var err: (String) -> Void
  /// All of stdin.
  var input: () -> [UInt8]
  /// A file's bytes.
  var readFile: (String) throws(Failure) -> [UInt8]
  var environment: [String: String]
  /// The folder relative paths start at.
  var folder: String
  /// The zone times are shown in.
  var zone: TimeZone
  /// Sends one request to the daemon behind a socket.
  var send: (_ socket: String, DaemonRequest) throws(Failure) -> DaemonReply
  /// Whether somebody watches stderr, so that long work shows how far it is.
  var isWatched = false
}

/// One request to the daemon.
struct DaemonRequest: Equatable {
  var method: String
  /// Not percent-encoded.
  var path: String
  var query: [String: String] = [:]
  var body: [UInt8] = []
}

/// What the daemon said.
struct DaemonReply: Equatable {
  var status: Int
  var body: [UInt8]
}

extension Shell {
  /// The process's own.
  static func system(send: @escaping (String, DaemonRequest) throws(Failure) -> DaemonReply) -> Shell {
    Shell(
      out: { FileHandle.standardOutput.write(Data($0.utf8)) },
      err: { FileHandle.standardError.write(Data($0.utf8)) },
      input: { (try? FileHandle.standardInput.readToEnd()).map { Array($0) } ?? [] },
      readFile: { path throws(Failure) in
        do {
          return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
          throw Failure(ExitCode.noInput, "\(path): \(Shell.reason(whyUnreadable: path))")
        }
      },
      environment: ProcessInfo.processInfo.environment,
      folder: FileManager.default.currentDirectoryPath,
      zone: TimeZone.current,
      send: send,
      isWatched: isatty(2) == 1)
  }

  /// `path` from the root on.
  func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }

  /// In the words of the system: Foundation's errors do not tell a folder from a missing file.
  private static func reason(whyUnreadable path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return String(cString: strerror(errno)) }
    defer { close(descriptor) }
    var byte: UInt8 = 0
    return read(descriptor, &byte, 1) < 0 ? String(cString: strerror(errno)) : "cannot be read"
  }
}
