/// A reply a server gave us.
public struct Reply: Equatable, Sendable {
  /// The three digits, 200…599.
  public let code: Int
  /// The enhanced status code of its first line; nil when there was none.
  public let enhanced: EnhancedStatusCode?
  /// The text of its lines without codes, for people; broken UTF-8 and control characters are repaired.
  public let lines: [String]

  /// A reply of its parts.
  public init(code: Int, enhanced: EnhancedStatusCode? = nil, lines: [String]) {
    self.code = code
    self.enhanced = enhanced
    self.lines = lines
  }

  /// All its text on one line.
  public var text: String { lines.joined(separator: " ") }
  /// Whether this is a 2xx.
  public var isPositive: Bool { code / 100 == 2 }
  /// Whether this is a 4xx.
  public var isTemporary: Bool { code / 100 == 4 }
  /// Whether this is a 5xx.
  public var isPermanent: Bool { code / 100 == 5 }
}

/// Puts replies together from the bytes of a server (RFC 5321 §4.2.1); bounded, so that no server can fill the memory.
struct ReplyParser: Equatable, Sendable {
  enum Outcome: Equatable {
    case incomplete
    case reply(Reply)
    /// What the server said is no SMTP; the text says what.
    case garbage(String)
  }

  /// RFC 5321 §4.5.3.1.5 allows 512 octets in a line; real servers write more.
  static let maximumLine = 4096
  static let maximumReply = 65_536

  private var buffer: [UInt8] = []
  private var position = 0
  private var code: Int?
  private var enhanced: EnhancedStatusCode?
  private var lines: [String] = []
  private var replyBytes = 0

  /// Whether a reply has begun, or bytes wait that nobody asked for.
  var isEmpty: Bool { position == buffer.count && code == nil }

  mutating func receive(_ bytes: some Sequence<UInt8>) {
    if position == buffer.count {
      buffer.removeAll(keepingCapacity: true)
      position = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// The next whole reply.
  mutating func next() -> Outcome {
    while true {
      let start = position
      let end = buffer.withUnsafeBufferPointer { $0.place(of: Octet.lf, from: start, to: $0.count) }
      guard let end else {
        return buffer.count - start > Self.maximumLine ? .garbage("a reply line is too long") : .incomplete
      }
      guard end - start <= Self.maximumLine else { return .garbage("a reply line is too long") }
      position = end + 1
      replyBytes += end + 1 - start
      guard replyBytes <= Self.maximumReply else { return .garbage("a reply is too long") }
      // A bare LF is taken for a line end: nothing can be smuggled through a reply.
      var line = buffer[start..<end]
      if line.last == Octet.cr { line.removeLast() }
      guard let isLast = add(line) else {
        return .garbage("not an SMTP reply: \(Self.readable(line.prefix(80)))")
      }
      guard isLast, let code else { continue }
      let reply = Reply(code: code, enhanced: enhanced, lines: lines)
      self.code = nil
      enhanced = nil
      lines = []
      replyBytes = 0
      return .reply(reply)
    }
  }

  /// Adds one line; true when it is the last of its reply, nil when it is no line of a reply.
  private mutating func add(_ line: ArraySlice<UInt8>) -> Bool? {
    let digits = line.prefix(3)
    guard digits.count == 3, digits.allSatisfy(\.isASCIIDigit) else { return nil }
    let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    guard (200...599).contains(number), code == nil || code == number else { return nil }
    let rest = line.dropFirst(3)
    guard rest.isEmpty || rest.first == Octet.space || rest.first == 0x2D else { return nil }
    var text = rest.dropFirst()
    let status = EnhancedStatusCode(startOf: text)
    if let status {
      if code == nil { enhanced = status }
      text = text.drop { $0 != Octet.space }.drop { $0 == Octet.space }
    }
    code = number
    lines.append(Self.readable(text))
    return rest.first != 0x2D
  }

  /// Bytes as text for people: broken UTF-8 becomes U+FFFD, control characters become blanks.
  static func readable(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.map { $0 < 0x20 || $0 == 0x7F ? Octet.space : $0 }, as: UTF8.self)
  }
}
