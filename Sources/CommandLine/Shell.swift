import Foundation
import Glibc
import Host

/// Everything a verb may touch outside itself, so that tests can run verbs without a terminal, files or a daemon.
struct Shell {
  /// Writes text to stdout as it is; nothing any more after it could not be written once.
  var out: (String) -> Void
  /// What hindered `out`; nil while nothing has.
  var outputTrouble: () -> OutputTrouble?
  /// Writes to stdout what changes nothing when nobody reads it.
  var remark: (String) -> Void
  /// Writes text to stderr as it is.
  var err: (String) -> Void
  /// All of stdin.
  var input: () throws(Failure) -> [UInt8]
  /// What stdin has next, after waiting for at least one byte; empty at its end.
  var nextInput: () throws(Failure) -> [UInt8]
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

/// Why stdout takes no more.
enum OutputTrouble: Equatable {
  /// Whoever read it has enough, as in `| head`.
  case readerGone
  /// Such as a full disk, with the system's word for it.
  case failed(String)
}

/// One request to the daemon.
struct DaemonRequest: Equatable {
  var method: String
  /// Not percent-encoded.
  var path: String
  var query: [String: String] = [:]
  var body: [UInt8] = []
  /// How long the whole answer may take.
  var patienceMilliseconds: Int64 = 120_000
}

/// What the daemon said.
struct DaemonReply: Equatable {
  var status: Int
  var body: [UInt8]
}

extension Shell {
  /// The process's own.
  static func system(send: @escaping (String, DaemonRequest) throws(Failure) -> DaemonReply) -> Shell {
    var trouble: OutputTrouble?
    return Shell(
      out: { text in
        guard trouble == nil else { return }
        switch StandardStreams.write(text.utf8, to: STDOUT_FILENO) {
        case .all: break
        case .readerGone: trouble = .readerGone
        case .failed(let reason): trouble = .failed(reason)
        }
      },
      outputTrouble: { trouble },
      remark: { _ = StandardStreams.write($0.utf8, to: STDOUT_FILENO) },
      err: { _ = StandardStreams.write($0.utf8, to: STDERR_FILENO) },
      input: { () throws(Failure) in try standardInput(StandardStreams.readToEnd) },
      nextInput: { () throws(Failure) in try standardInput(StandardStreams.read) },
      readFile: { path throws(Failure) in
        do {
          return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
          throw Shell.failure(toRead: path)
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

  private static func standardInput(_ read: (Int32) throws(HostError) -> [UInt8]) throws(Failure) -> [UInt8] {
    do {
      return try read(STDIN_FILENO)
    } catch {
      throw Failure(ExitCode.inputOutput, "standard input: \(error)")
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
  private static func failure(toRead path: String) -> Failure {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var byte: UInt8 = 0
    let isReadable = descriptor >= 0 && read(descriptor, &byte, 1) >= 0
    let code = errno
    if descriptor >= 0 { close(descriptor) }
    return Failure(
      !isReadable && code == EACCES ? ExitCode.permission : ExitCode.noInput,
      "\(path): \(isReadable ? "cannot be read" : String(cString: strerror(code)))")
  }
}
