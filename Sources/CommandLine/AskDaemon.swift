import Configuration

extension Invocation {
  /// The patience for what goes through all of the store: that may be a hundred gigabytes.
  static let dayLong: Int64 = 24 * 3_600_000

  /// Where the daemon listens: `--socket`, `POSTERN_SOCKET`, the configuration of `-c`, or the default.
  func socket() throws(Failure) -> String {
    if let path = value("socket") { return path }
    if value("config") == nil, let path = shell.environment["POSTERN_SOCKET"], !path.isEmpty { return path }
    if let file = value("config") { return try shell.configuration(file, checkingFiles: false).server.controlSocket }
    return Configuration().server.controlSocket
  }

  /// Asks the daemon and returns the body of its answer; an error of the daemon becomes a failure with the right code.
  /// `patience`, in milliseconds, is how long it may take when that is not the usual time.
  func ask(
    _ method: String, _ path: String, query: [(String, String?)] = [], body: [UInt8] = [], patience: Int64? = nil
  ) throws(Failure) -> [UInt8] {
    let given = query.compactMap { name, value in value.map { (name, $0) } }
    var request = DaemonRequest(
      method: method, path: "/api/v1" + path, query: Dictionary(given) { _, last in last }, body: body)
    if let patience { request.patienceMilliseconds = patience }
    let reply = try shell.send(try socket(), request)
    guard (200..<300).contains(reply.status) else { throw Failure(answering: reply) }
    return reply.body
  }

  /// As `ask`, for an answer that is one JSON object; printed as it is with `--json`.
  func object(
    _ method: String, _ path: String, query: [(String, String?)] = [], body: [UInt8] = [], patience: Int64? = nil
  ) throws(Failure) -> JSONValue {
    let bytes = try ask(method, path, query: query, body: body, patience: patience)
    guard let value = JSONValue.read(bytes) else {
      throw Failure(ExitCode.software, "postern: the daemon's answer is no JSON")
    }
    if wantsJSON { printLine(bytes) }
    return value
  }

  /// As `ask`, for a list: one JSON object a line.
  func lines(_ path: String, query: [(String, String?)] = []) throws(Failure) -> [[UInt8]] {
    let bytes = try ask("GET", path, query: query + [("format", "lines")])
    return bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) }
  }

  /// Prints a list as a table, or its lines as they are with `--json`.
  func printList(_ lines: [[UInt8]], _ columns: [Column], empty: String) throws(Failure) {
    if wantsJSON {
      for line in lines { printLine(line) }
      return
    }
    var rows: [JSONValue] = []
    for line in lines {
      guard let row = JSONValue.read(line) else {
        throw Failure(ExitCode.software, "postern: the daemon's answer is no JSON")
      }
      rows.append(row)
    }
    shell.out(rows.isEmpty ? empty + "\n" : renderTable(columns, rows, zone: shell.zone))
  }

  /// Says what was done, unless JSON said it.
  func say(_ text: String) {
    if !wantsJSON { shell.out(text + "\n") }
  }

  func printLine(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    shell.out(text.hasSuffix("\n") ? text : text + "\n")
  }
}

extension Shell {
  /// Reads a configuration file; its errors are the failure's text.
  func configuration(_ file: String, checkingFiles: Bool) throws(Failure) -> Configuration {
    let toml = String(decoding: try readFile(file), as: UTF8.self)
    switch Configuration.parse(toml: toml, file: file, fileExists: { !checkingFiles || isReadable($0) }) {
    case .success(let configuration): return configuration
    case .failure(let errors): throw Failure(ExitCode.configuration, errors.description)
    }
  }

  func isReadable(_ path: String) -> Bool { (try? readFile(path)) != nil }
}

extension Failure {
  /// Of an answer that is an error: `{"error":{"code":…,"message":…}}`.
  init(answering reply: DaemonReply) {
    let error = JSONValue.read(reply.body)?["error"] ?? .null
    let message = error["message"].string ?? "the daemon answered with status \(reply.status)"
    let code =
      switch reply.status {
      case 401, 403: ExitCode.permission
      case 503, 507: ExitCode.temporary
      case 500...: ExitCode.software
      default: ExitCode.data
      }
    self.init(code, "postern: " + message)
    reason = error["code"].string
  }

  /// When nobody answers on the socket; the reason names it.
  static func unreachable(_ reason: String) -> Failure {
    Failure(
      ExitCode.unavailable,
      "postern: \(reason)\nIf it listens elsewhere, say where with --socket, POSTERN_SOCKET or -c FILE.")
  }
}
