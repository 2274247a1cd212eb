/// The text of a message as it goes on the wire after DATA, without its end.
///
/// Line ends are made anew: every CRLF, bare LF and bare CR of the stored bytes becomes CRLF, NUL is left out, and every
/// line that starts with a dot gets another (RFC 5321 §4.5.2). So whatever the bytes are, the only CRLF.CRLF of the
/// transaction is the one the session sends as its end.
struct BodyEncoder: Equatable {
  /// The encoded text; its last line has no line end, the end of data brings it.
  let bytes: [UInt8]
  /// Whether it has octets over 127.
  let isEightBit: Bool

  init(_ message: [UInt8]) {
    var out: [UInt8] = []
    out.reserveCapacity(message.count + message.count / 32 + 16)
    isEightBit = message.withUnsafeBufferPointer { input in
      if Self.isPlain(input) {
        Self.stuff(input, to: &out)
      } else {
        Self.renew(input, to: &out)
      }
      return Self.highBits(input) != 0
    }
    if out.count >= 2, out[out.count - 2] == Octet.cr, out[out.count - 1] == Octet.lf { out.removeLast(2) }
    bytes = out
  }

  /// Whether all line ends are CRLF and no NUL is there, as in nearly all messages: they are copied in one piece.
  private static func isPlain(_ input: UnsafeBufferPointer<UInt8>) -> Bool {
    guard input.place(of: Octet.nul, from: 0, to: input.count) == nil else { return false }
    var line = 0
    while let lineFeed = input.place(of: Octet.lf, from: line, to: input.count) {
      guard input.place(of: Octet.cr, from: line, to: lineFeed) == lineFeed - 1 else { return false }
      line = lineFeed + 1
    }
    return input.place(of: Octet.cr, from: line, to: input.count) == nil
  }

  /// Copies a plain message with its dots stuffed.
  private static func stuff(_ input: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
    var copied = 0
    var line = 0
    while line < input.count {
      if input[line] == Octet.dot {
        out.append(contentsOf: UnsafeBufferPointer(rebasing: input[copied..<line]))
        out.append(Octet.dot)
        copied = line
      }
      guard let lineFeed = input.place(of: Octet.lf, from: line, to: input.count) else { break }
      line = lineFeed + 1
    }
    out.append(contentsOf: UnsafeBufferPointer(rebasing: input[copied...]))
  }

  /// Copies a message line by line with new line ends.
  private static func renew(_ input: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
    var at = 0
    while at < input.count {
      let lineFeed = input.place(of: Octet.lf, from: at, to: input.count)
      let segmentEnd = lineFeed ?? input.count
      // What a bare CR cuts off are lines of their own.
      while true {
        let carriage = input.place(of: Octet.cr, from: at, to: segmentEnd)
        let end = carriage ?? segmentEnd
        Self.append(input, at, end, to: &out)
        let closesSegment = carriage == nil || (lineFeed != nil && end + 1 == segmentEnd)
        if carriage != nil || lineFeed != nil {
          out.append(Octet.cr)
          out.append(Octet.lf)
        }
        at = end + 1
        if closesSegment { break }
      }
      at = segmentEnd + 1
    }
  }

  /// Appends one line without its end, with its dot stuffed and without NULs.
  private static func append(
    _ input: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, to out: inout [UInt8]
  ) {
    guard start < end else { return }
    let line = UnsafeBufferPointer(rebasing: input[start..<end])
    guard line.place(of: Octet.nul, from: 0, to: line.count) != nil else {
      if line[0] == Octet.dot { out.append(Octet.dot) }
      out.append(contentsOf: line)
      return
    }
    let clean = line.filter { $0 != Octet.nul }
    if clean.first == Octet.dot { out.append(Octet.dot) }
    out += clean
  }

  /// The octets' top bits, eight at a time.
  private static func highBits(_ input: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var bits: UInt64 = 0
    let raw = UnsafeRawBufferPointer(input)
    var at = 0
    while at + 8 <= raw.count {
      bits |= raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      at += 8
    }
    while at < raw.count {
      bits |= UInt64(raw[at])
      at += 1
    }
    return bits & 0x8080_8080_8080_8080
  }
}
