/// Cuts the server's bytes into whole responses: lines, joined over their literals (RFC 9051 sections 2.2 and 4.3).
///
/// A response keeps its literals in place, `{n}` CRLF and n bytes; the final CRLF is gone.
struct ResponseFramer: Sendable {
  enum Step: Equatable {
    case response([UInt8])
    case incomplete
    case invalid(ProtocolFailure)
  }

  private let limits: Limits
  private var buffer: [UInt8] = []
  /// Where the response under way begins in `buffer`.
  private var start = 0
  /// Where the line (or stretch after a literal) under way begins; past the end of `buffer` inside a literal.
  private var lineStart = 0
  /// Where the search for the next line end goes on.
  private var scan = 0
  private var failure: ProtocolFailure?

  init(limits: Limits) {
    self.limits = limits
  }

  var isInsideLiteral: Bool { lineStart > buffer.count }
  var isInsideResponse: Bool { start < buffer.count }

  mutating func append(_ bytes: [UInt8]) {
    if start >= 65_536 {
      buffer.removeSubrange(..<start)
      scan -= start
      lineStart -= start
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  mutating func next() -> Step {
    if let failure { return .invalid(failure) }
    while true {
      guard lineStart <= buffer.count else { return .incomplete }
      guard start < buffer.count else {
        // A mailbox that idles for months keeps no room for what was read.
        forget()
        return .incomplete
      }
      guard let end = findLineEnd() else {
        if buffer.count - lineStart > limits.line { return fail(.lineTooLong(limit: limits.line)) }
        return .incomplete
      }
      if buffer[end] == UInt8(ascii: "\n") { return fail(.bareLineEnding) }
      if end - lineStart > limits.line { return fail(.lineTooLong(limit: limits.line)) }
      guard end + 1 < buffer.count else {
        scan = end
        return .incomplete
      }
      guard buffer[end + 1] == UInt8(ascii: "\n") else { return fail(.bareLineEnding) }
      if let size = literalSize(lineEnd: end) {
        if size > UInt64(limits.literal) { return fail(.literalTooLarge(announced: size, limit: limits.literal)) }
        lineStart = end + 2 + Int(size)
        scan = lineStart
        if lineStart - start > limits.response { return fail(.responseTooLarge(limit: limits.response)) }
        continue
      }
      if end - start > limits.response { return fail(.responseTooLarge(limit: limits.response)) }
      let response = Array(buffer[start..<end])
      start = end + 2
      lineStart = start
      scan = start
      return .response(response)
    }
  }

  /// What is left behind the last response, taken out: bytes of another kind follow.
  mutating func takeRest() -> [UInt8] {
    defer { forget() }
    return Array(buffer[start...])
  }

  private mutating func fail(_ reason: ProtocolFailure) -> Step {
    failure = reason
    forget()
    return .invalid(reason)
  }

  private mutating func forget() {
    buffer = []
    start = 0
    lineStart = 0
    scan = 0
  }

  /// The next CR or LF from `scan` on; moves `scan` to the end when there is none.
  private mutating func findLineEnd() -> Int? {
    let from = scan
    let found = buffer.withUnsafeBufferPointer { bytes -> Int? in
      var index = from
      while index < bytes.count {
        let byte = bytes[index]
        if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") { return index }
        index += 1
      }
      return nil
    }
    if found == nil { scan = buffer.count }
    return found
  }

  /// The size in `{n}`, `{n+}` or `~{n}` at the end of a line, saturated; nil where the line ends a response.
  private func literalSize(lineEnd: Int) -> UInt64? {
    var index = lineEnd - 1
    guard index > lineStart, buffer[index] == UInt8(ascii: "}") else { return nil }
    index -= 1
    if buffer[index] == UInt8(ascii: "+") { index -= 1 }
    let lastDigit = index
    while index >= lineStart, isDigit(buffer[index]) { index -= 1 }
    guard index >= lineStart, index < lastDigit, buffer[index] == UInt8(ascii: "{"), mayHoldLiterals else { return nil }
    var size: UInt64 = 0
    for digit in buffer[(index + 1)...lastDigit] {
      let (product, overflow) = size.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      if overflow || carry { return .max }
      size = sum
    }
    return size
  }

  /// Greetings, completions, continuations and other status responses end in free text, in which `{5}` is only text
  /// (RFC 9051 section 9, resp-text).
  private var mayHoldLiterals: Bool {
    guard start + 2 < buffer.count, buffer[start] == UInt8(ascii: "*"), buffer[start + 1] == UInt8(ascii: " ") else {
      return false
    }
    let word = buffer[(start + 2)...].prefix(8).prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") }
    return StatusCondition(ascii: Array(word)) == nil
  }
}

func isDigit(_ byte: UInt8) -> Bool {
  byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
}
