import Foundation
import Synchronization

@testable import CommandLine

/// A shell without terminal, files or daemon: what was written is kept, what the daemon says is given.
final class TestShell {
  private(set) var out = ""
  private(set) var err = ""
  private(set) var requests: [DaemonRequest] = []
  private(set) var sockets: [String] = []
  var input = ""
  var files: [String: String] = [:]
  var environment: [String: String] = [:]
  var replies: [DaemonReply] = []
  var unreachable = false
  /// Whether somebody looks at stderr.
  var isWatched = false
  /// What becomes of whatever is written to stdout.
  var brokenOutput: OutputTrouble?
  private var outputTrouble: OutputTrouble?
  /// Why stdin cannot be read.
  var inputTrouble: Failure?
  /// Whether a read of stdin brings one octet only.
  var inputDrips = false
  /// Octets of stdin that were read piece by piece.
  var inputRead = 0
  /// Files that the user may not read.
  var secrets: Set<String> = []
  /// Why nothing can be left in the spool folder.
  var spoolTrouble: Failure?
  private(set) var kept: [(folder: String, name: String, bytes: [UInt8])] = []
  /// What the browser asks for, and what it was shown.
  var redirected = ""
  var shownInBrowser: [String] = []

  /// Runs a command line; the words after `postern`.
  func run(_ words: String..., named program: String = "/usr/bin/postern") -> Int32 { run(words, named: program) }

  func run(_ words: [String], named program: String = "/usr/bin/postern") -> Int32 {
    runCommand([program] + words, verbs: Verb.table(serve: { _ in 78 }), shell: shellForTable)
  }

  func answer(_ json: String, status: Int = 200) {
    replies.append(DaemonReply(status: status, body: Array(json.utf8)))
  }

  var shellForTable: Shell {
    Shell(
      out: { text in
        self.outputTrouble = self.brokenOutput
        if self.outputTrouble == nil { self.out += text }
      },
      outputTrouble: { self.outputTrouble }, remark: { if self.brokenOutput == nil { self.out += $0 } },
      err: { self.err += $0 },
      input: { () throws(Failure) in
        if let trouble = self.inputTrouble { throw trouble }
        return Array(self.input.utf8)
      },
      nextInput: { () throws(Failure) in
        if self.input.isEmpty, let trouble = self.inputTrouble { throw trouble }
        let piece = Array(self.inputDrips ? self.input.utf8.prefix(1) : self.input.utf8.prefix(.max))
        self.input = String(decoding: self.input.utf8.dropFirst(piece.count), as: UTF8.self)
        self.inputRead += piece.count
        return piece
      },
      readFile: { path throws(Failure) in
        if self.secrets.contains(path) { throw Failure(ExitCode.permission, "\(path): Permission denied") }
        guard let text = self.files[path] else { throw Failure(ExitCode.noInput, "\(path): No such file or directory") }
        return Array(text.utf8)
      },
      environment: environment, user: { ("me", "My Name") }, hostName: { "host.example.org" },
      now: { 1_700_000_000_000 }, makeName: { "name-\(self.requests.count + 1)" },
      leave: { folder, name, bytes throws(Failure) in
        if let trouble = self.spoolTrouble { throw trouble }
        self.kept.append((folder, name, bytes))
      },
      folder: "/work", zone: TimeZone(identifier: "Europe/Berlin") ?? .gmt,
      redirects: { port throws(Failure) in TestInbox(port: port == 0 ? 4711 : port, shell: self) },
      send: { socket, request throws(Failure) in
        self.sockets.append(socket)
        self.requests.append(request)
        if self.unreachable { throw .unreachable("nobody answers on \(socket)") }
        return self.replies.isEmpty ? DaemonReply(status: 200, body: Array("{}\n".utf8)) : self.replies.removeFirst()
      }, isWatched: isWatched)
  }
}

/// A browser that comes back at once.
struct TestInbox: RedirectInbox {
  var port: Int
  var shell: TestShell
  func next() throws(Failure) -> String { shell.redirected }
  func answer(_ sentence: String) { shell.shownInBrowser.append(sentence) }
}
