import Glibc

/// How loud an event is; `Log` drops what is under its threshold.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
  /// For the one who looks for a fault.
  case debug
  /// What a running system tells.
  case info
  /// Something a person should look at some time.
  case warning
  /// Something a person should look at now.
  case error

  /// The level's name in a line and in the configuration.
  public var name: String {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    }
  }

  /// The level of that name.
  public init?(name: String) {
    guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }

  /// Debug is the smallest.
  public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

/// One value of a log line.
public enum LogValue: Sendable, Equatable {
  /// Text of any origin; it is quoted and escaped as needed.
  case text(String)
  /// A number.
  case int(Int64)
  /// `true` or `false`.
  case flag(Bool)
}

/// The keys and values of a log line, in the order they were written.
public struct LogFields: Sendable, ExpressibleByDictionaryLiteral {
  /// Key and value; keys are lower-case words.
  public var pairs: [(key: String, value: LogValue)]

  /// The pairs of a literal, in its order.
  public init(dictionaryLiteral elements: (String, LogValue)...) { pairs = elements.map { (key: $0.0, value: $0.1) } }

  /// Adds one more pair at the end.
  public mutating func append(_ key: String, _ value: LogValue) { pairs.append((key: key, value: value)) }
}

/// The structured log: logfmt, one line an event, whole lines in each `write`, so that lines of many threads never mix.
///
/// Fields are put into words only for lines that are written. What a loop's thread tells at `info` or below leaves before
/// the loop waits again, with the other lines of its round. Never give it secrets or bodies of mails.
public struct Log: Sendable {
  /// Events under this level are not written.
  public let threshold: LogLevel
  private let descriptor: Int32

  /// Writes to a file descriptor, by default stderr.
  public init(threshold: LogLevel = .info, descriptor: Int32 = 2) {
    self.threshold = threshold
    self.descriptor = descriptor
  }

  /// Writes an event for the one who looks for a fault.
  public func debug(_ event: String, _ fields: @autoclosure () -> LogFields = [:]) { write(.debug, event, fields) }

  /// Writes an ordinary event.
  public func info(_ event: String, _ fields: @autoclosure () -> LogFields = [:]) { write(.info, event, fields) }

  /// Writes an event somebody should look at some time.
  public func warning(_ event: String, _ fields: @autoclosure () -> LogFields = [:]) { write(.warning, event, fields) }

  /// Writes an event somebody should look at now.
  public func error(_ event: String, _ fields: @autoclosure () -> LogFields = [:]) { write(.error, event, fields) }

  private func write(_ level: LogLevel, _ event: String, _ fields: () -> LogFields) {
    guard level >= threshold else { return }
    let line = LogLine.bytes(at: Clock.now(), level: level, event: event, fields: fields())
    guard let loop = EventLoop.current else { return Self.put(line, descriptor) }
    loop.lines.add(line, for: descriptor)
    if level > .info { loop.lines.leave() }
  }

  fileprivate static func put(_ bytes: [UInt8], _ descriptor: Int32) {
    // A log that cannot be written has nowhere to say so.
    _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
  }
}

/// Lines of one loop's round on their way to the log: a busy server would spend more on a `write` for each than on their
/// making.
struct WaitingLines {
  private var bytes: [UInt8] = []
  private var descriptor: Int32 = -1

  mutating func add(_ line: [UInt8], for target: Int32) {
    // A pipe takes only so much in one piece.
    if target != descriptor || bytes.count + line.count > LogLine.longestLine { leave() }
    descriptor = target
    bytes += line
  }

  mutating func leave() {
    guard !bytes.isEmpty else { return }
    Log.put(bytes, descriptor)
    bytes.removeAll(keepingCapacity: true)
  }
}
