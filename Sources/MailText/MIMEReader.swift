/// Reads the tree of parts in one pass: a stack of open boundaries, and each line that begins with `--` compared with them.
struct MIMEReader {
  private struct Frame {
    let boundary: [UInt8]
    let part: Int
  }

  let bytes: [UInt8]
  private(set) var parts: [MessagePart] = []
  private var open: [Int] = []
  private var frames: [Frame] = []

  /// RFC 2046 §5.1.1 allows 70; longer ones exist, and one bounded length keeps each comparison bounded.
  private static let longestBoundary = 1_000
  /// How far a multipart without the parameter is searched for its first boundary line.
  private static let guessWithin = 65_536

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func run() {
    // Mbox files and pasted mails begin with empty lines; a mail that is nothing but its body does so too.
    let start = bytes.firstIndex { !$0.isSpace } ?? 0
    let hasHeader =
      start > 0 && !HeaderBlock(parsing: Array(bytes[start..<min(bytes.count, start + 1_000)])).fields.isEmpty
    var position = openEntity(at: hasHeader ? start : 0, parent: nil)
    while let line = nextDelimiter(from: position) {
      // The line end before a boundary belongs to the boundary.
      var end = line.start
      if end > 0, bytes[end - 1] == Octet.lf { end -= 1 }
      if end > 0, end < line.start, bytes[end - 1] == Octet.cr { end -= 1 }
      let multipart = frames[line.frame].part
      close(downTo: multipart, at: end)
      frames.removeSubrange((line.frame + (line.closing ? 0 : 1))...)
      position = line.next
      // After a boundary line at the very end there is no part, only a mail that was cut off.
      if !line.closing, line.next < bytes.count, parts.count < Message.Limit.parts {
        position = openEntity(at: line.next, parent: multipart)
      }
    }
    close(downTo: -1, at: bytes.count)
  }

  private mutating func close(downTo multipart: Int, at end: Int) {
    while let last = open.last, last != multipart {
      let start = parts[last].body.lowerBound
      parts[last].body = start..<max(start, end)
      open.removeLast()
    }
  }

  /// Reads a header at `start`, adds its part (and, for an enclosed mail, that mail's); returns where to go on.
  private mutating func openEntity(at start: Int, parent: Int?) -> Int {
    var start = start
    var parent = parent
    while true {
      var body = start
      let header = HeaderBlock(
        parsing: bytes, from: start, limit: bytes.count, stopAtDashes: !frames.isEmpty, bodyStart: &body)
      let type = contentType(header, parent: parent)
      let part = MessagePart(
        header: header, contentType: type, encoding: TransferEncoding(header.value("content-transfer-encoding")),
        body: body..<bytes.count, depth: parent.map { parts[$0].depth + 1 } ?? 0, parent: parent)
      let index = parts.count
      parts.append(part)
      open.append(index)
      if let parent { parts[parent].children.append(index) }
      if part.depth >= Message.Limit.nesting { return body }
      if type.type == "multipart" {
        if let boundary = boundary(of: type, body: body) { frames.append(Frame(boundary: boundary, part: index)) }
        return body
      }
      guard part.isMessage, part.encoding == .identity, body < bytes.count, parts.count < Message.Limit.parts else {
        return body
      }
      start = body
      parent = index
    }
  }

  private func contentType(_ header: HeaderBlock, parent: Int?) -> ContentType {
    // Of two the later one stands at the body: where the empty line between two headers got lost, the first is of the part above.
    if let field = header.last("content-type") {
      let type = ContentType(field.valueBytes)
      // RFC 2045 §5.2: a field that cannot be read counts as plain text.
      if !type.type.isEmpty, !type.subtype.isEmpty || type.type == "multipart" { return type }
      var plain = ContentType.plainText
      plain.parameters = type.parameters
      return plain
    }
    if let parent, parts[parent].contentType.isType("multipart", "digest") { return .message }
    return .plainText
  }

  private func boundary(of type: ContentType, body: Int) -> [UInt8]? {
    if let named = type.parameters["boundary"], !named.isEmpty {
      // RFC 2046 §5.1.1: no space at the end of a boundary; who writes one all the same may mean it.
      var octets = Array(named.utf8.prefix(Self.longestBoundary))
      if octets.last == Octet.space, hasLine(beginningWith: octets, from: body) { return octets }
      while let last = octets.last, last.isSpace { octets.removeLast() }
      return octets.isEmpty ? nil : octets
    }
    let limit = min(bytes.count, body + Self.guessWithin)
    var line = body
    while line < limit {
      let (end, next) = bytes.line(from: line, limit: limit)
      if end - line > 4, bytes[line] == Octet.dash, bytes[line + 1] == Octet.dash {
        let guess = Array(bytes[(line + 2)..<end].trimmedSpaces().prefix(Self.longestBoundary))
        if !guess.isEmpty, !guess.contains(where: \.isSpace) { return guess }
      }
      line = next
    }
    return nil
  }

  private func hasLine(beginningWith boundary: [UInt8], from body: Int) -> Bool {
    let limit = min(bytes.count, body + Self.guessWithin)
    var line = body
    while line < limit {
      let (end, next) = bytes.line(from: line, limit: limit)
      if end - line >= 2 + boundary.count, bytes[line] == Octet.dash, bytes[line + 1] == Octet.dash,
        bytes[(line + 2)...].starts(with: boundary)
      {
        return true
      }
      line = next
    }
    return false
  }

  /// The next line that is a boundary of an open multipart, inner ones first.
  private func nextDelimiter(from start: Int) -> (start: Int, next: Int, frame: Int, closing: Bool)? {
    guard !frames.isEmpty else { return nil }
    var line = start
    // A header read before may end in the middle of the octets only at a line's start, so `start` is one.
    while line < bytes.count {
      if bytes[line] == Octet.dash, line + 1 < bytes.count, bytes[line + 1] == Octet.dash {
        let (end, next) = bytes.line(from: line, limit: bytes.count)
        for frame in frames.indices.reversed() {
          if let closing = matches(frames[frame].boundary, from: line + 2, to: end) {
            return (line, next, frame, closing)
          }
        }
        line = next
      } else {
        line = bytes.line(from: line, limit: bytes.count).next
      }
    }
    return nil
  }

  /// nil: not this boundary; else whether it closes the multipart. White space may follow either (RFC 2046 §5.1.1).
  private func matches(_ boundary: [UInt8], from start: Int, to end: Int) -> Bool? {
    guard end - start >= boundary.count else { return nil }
    for i in boundary.indices where bytes[start + i] != boundary[i] { return nil }
    let rest = start + boundary.count
    if end - rest >= 2, bytes[rest] == Octet.dash, bytes[rest + 1] == Octet.dash { return true }
    return bytes[rest..<end].allSatisfy(\.isSpace) ? false : nil
  }
}
