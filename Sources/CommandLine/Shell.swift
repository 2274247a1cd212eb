import Foundation
import Glibc
import Host

/// Everything a verb may touch outside itself, so that tests can run verbs without a terminal, files or a daemon.
struct Shell {
  /// Writes text to stdout as it is.
  var out: (String) -> Void
  /// Writes text to stderr as it is.
  var err: (String) -> Void
  /// All of stdin.
  var input: () -> [UInt8]
  /// What stdin has next, after waiting for at least one byte; empty at its end.
  var nextInput: () -> [UInt8]
  /// A file's bytes.
  var readFile: (String) throws(Failure) -> [UInt8]
  var environment: [String: String]
  /// Who runs the verb, by the system's list of users.
  var user: () -> (name: String, fullName: String)
  /// What this machine is called.
  var hostName: () -> String
  /// UTC epoch milliseconds.
  var now: () -> Int64
  /// Makes a name for a mail that is handed in, which nobody can guess.
  var makeName: () -> String
  /// Leaves a mail in a spool folder; when it returns it is on disk.
  var leave: (_ folder: String, _ name: String, [UInt8]) throws(Failure) -> Void
  /// The folder relative paths start at.
  var folder: String
  /// The zone times are shown in.
  var zone: TimeZone
  /// Waits on a port of this machine for a browser (0: any port).
  var redirects: (_ port: Int) throws(Failure) -> any RedirectInbox
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
      nextInput: { nextInput() },
      readFile: { path throws(Failure) in
        do {
          return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
          throw Failure(ExitCode.noInput, "\(path): \(Shell.reason(whyUnreadable: path))")
        }
      },
      environment: ProcessInfo.processInfo.environment,
      user: { userOfProcess() },
      hostName: { hostNameOfMachine() },
      now: { Clock.now() },
      makeName: { UUIDv7.text() },
      leave: { folder, name, bytes throws(Failure) in
        do {
          try SpoolFolder(path: folder).leaveMakingFolder(bytes, name: name)
        } catch {
          throw Failure(ExitCode.cannotCreate, "postern: \(error)")
        }
      },
      folder: FileManager.default.currentDirectoryPath,
      zone: TimeZone.current,
      redirects: { port throws(Failure) in try SystemRedirectInbox(port: port) },
      send: send,
      isWatched: isatty(2) == 1)
  }

  /// `path` from the root on.
  func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }

  /// Not by FileHandle, which ends the process on an error of a read.
  private static func nextInput() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      return Array(bytes.prefix(max(0, count)))
    }
  }

  /// By the real user id: the environment may be another user's, as after su.
  private static func userOfProcess() -> (name: String, fullName: String) {
    guard let entry = getpwuid(getuid())?.pointee else { return ("user\(getuid())", "") }
    // The full name ends at the first comma; what follows is an office and telephones.
    let details = entry.pw_gecos.map { String(cString: $0) } ?? ""
    return (String(cString: entry.pw_name), String(details.prefix { $0 != "," }))
  }

  private static func hostNameOfMachine() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// In the words of the system: Foundation's errors do not tell a folder from a missing file.
  private static func reason(whyUnreadable path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return String(cString: strerror(errno)) }
    defer { close(descriptor) }
    var byte: UInt8 = 0
    return read(descriptor, &byte, 1) < 0 ? String(cString: strerror(errno)) : "cannot be read"
  }
}
