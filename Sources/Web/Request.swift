import Configuration
import Store

/// One HTTP request, read whole.
public struct Request: Sendable, Equatable {
  /// `GET`, `POST`, `DELETE` …
  public var method: String
  /// Percent-decoded, without the query.
  public var path: String
  /// Percent-decoded; of a name given twice the last value.
  public var query: [String: String]
  /// At most the server's limit.
  public var body: [UInt8]

  /// A request.
  public init(method: String, path: String, query: [String: String] = [:], body: [UInt8] = []) {
    self.method = method
    self.path = path
    self.query = query
    self.body = body
  }
}

/// The answer to a request.
public struct Response: Sendable, Equatable {
  /// The HTTP status.
  public var status: Int
  /// The media type of the body.
  public var type: String
  /// Further header fields, as `Allow` of a 405.
  public var fields: [String: String]
  /// The whole body.
  public var body: [UInt8]

  /// An answer.
  public init(status: Int, type: String = "application/json", fields: [String: String] = [:], body: [UInt8]) {
    self.status = status
    self.type = type
    self.fields = fields
    self.body = body
  }
}

/// A request that cannot be answered as asked: becomes `{"error":{"code":…,"message":…}}`.
struct Problem: Error, Equatable {
  var status: Int
  /// A word for programs.
  var code: String
  /// A sentence for people.
  var message: String

  static func notFound(_ what: String) -> Problem {
    Problem(status: 404, code: "not_found", message: "there is no \(what)")
  }

  static func invalid(_ message: String) -> Problem {
    Problem(status: 400, code: "invalid", message: message)
  }
}

extension API {
  /// Names the nearest that there is: most of what is not found was mistyped.
  func missing(_ kind: NamedThing, _ name: String) async throws -> Problem {
    .notFound(
      "\(kind) \(name)" + (try await store.read { try $0.hint(kind, near: name, workspaceID: defaultWorkspace) }))
  }
}

extension Response {
  init(_ json: JSON, status: Int = 200) {
    self.init(status: status, body: json.bytes + [UInt8(ascii: "\n")])
  }

  init(_ problem: Problem, fields: [String: String] = [:]) {
    let error = JSON.object([("code", .text(problem.code)), ("message", .text(problem.message))])
    self.init(
      status: problem.status, fields: fields, body: JSON.object([("error", error)]).bytes + [UInt8(ascii: "\n")])
  }

  /// A list: `{"items":[…]}`, or with `format=lines` one object a line.
  init(list items: [JSON], for request: Request) {
    if request.query["format"] == "lines" {
      self.init(
        status: 200, type: "application/x-ndjson", body: items.flatMap { $0.bytes + [UInt8(ascii: "\n")] })
    } else {
      self.init(.object([("items", .list(items))]))
    }
  }
}

extension Request {
  /// A whole number of the query.
  func number(_ name: String, default fallback: Int64, in range: ClosedRange<Int64>) throws(Problem) -> Int64 {
    try number(name, in: range) ?? fallback
  }

  func number(_ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
    guard let text = query[name] else { return nil }
    guard let number = Int64(text), range.contains(number) else {
      throw .invalid("\(name) must be a number between \(range.lowerBound) and \(range.upperBound)")
    }
    return number
  }

  /// A yes or no of the query: `dry_run=yes` must not be taken for a no.
  func flag(_ name: String, default fallback: Bool = false) throws(Problem) -> Bool {
    switch query[name] {
    case nil: fallback
    case "true": true
    case "false": false
    case let other?: throw .invalid("\(name) must be true or false, not \"\(other)\"")
    }
  }

  /// Every name that a route reads from its query.
  static let names: Set<String> = [
    "account", "add", "address", "after", "apply", "as", "before", "by", "class", "contact", "day", "days", "domain",
    "dry_run", "filter", "format", "from", "kind", "limit", "message", "provider", "reason", "recipient", "remove",
    "revoked", "selector", "sequence", "shred", "state", "step", "to", "wait", "workspace", "zone",
  ]

  /// A name that nobody reads is a slip: `dryrun=true` would erase.
  func refuseUnknownNames() throws(Problem) {
    guard let name = query.keys.sorted().first(where: { !Self.names.contains($0) }) else { return }
    let near = nearestName(to: name, in: Self.names.sorted()).map { "; did you mean \"\($0)\"?" } ?? ""
    throw .invalid("unknown parameter \"\(name)\"\(near)")
  }

  func limit(default fallback: Int64 = 100) throws(Problem) -> Int {
    Int(try number("limit", default: fallback, in: 1...1_000_000))
  }

  /// Milliseconds of a duration of the query like `30s`.
  func duration(_ name: String, atMost maximum: Int64) throws(Problem) -> Int64? {
    guard let text = query[name] else { return nil }
    guard let milliseconds = parseDuration(text), milliseconds <= maximum else {
      throw .invalid("\(name) must be a duration like \"30s\", at most \(formatDuration(milliseconds: maximum))")
    }
    return milliseconds
  }
}
