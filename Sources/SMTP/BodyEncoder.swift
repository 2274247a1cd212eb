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
      let survey = Survey(input)
      if survey.isPlain {
        Self.stuff(input, to: &out)
      } else {
        Self.renew(input, to: &out)
      }
      return survey.bits & 0x80 != 0
    }
    if out.count >= 2, out[out.count - 2] == Octet.cr, out[out.count - 1] == Octet.lf { out.removeLast(2) }
    bytes = out
  }

  /// What there is of the octets that matter, so that nearly all messages are copied in one piece.
  private struct Survey {
    private var carriages = 0
    private var pairs = 0
    private var lineFeeds = 0
    private var hasNull = false
    /// All octets, one over the other.
    var bits: UInt8 = 0

    init(_ input: UnsafeBufferPointer<UInt8>) {
      // Counted in octets, sixteen at a time in one instruction; no count of a block is larger than an octet.
      var before: UInt8 = 0
      for start in stride(from: 0, to: input.count, by: 128) {
        let block = UnsafeBufferPointer(rebasing: input[start..<min(start + 128, input.count)])
        var counts: (carriages: UInt8, lineFeeds: UInt8, nulls: UInt8) = (0, 0, 0)
        for octet in block {
          counts.carriages &+= octet == Octet.cr ? 1 : 0
          counts.lineFeeds &+= octet == Octet.lf ? 1 : 0
          counts.nulls |= octet == Octet.nul ? 1 : 0
          bits |= octet
        }
        var together: UInt8 = before == Octet.cr && block[0] == Octet.lf ? 1 : 0
        for index in 1..<block.count {
          together &+= (block[index] == Octet.lf ? 1 : 0) & (block[index - 1] == Octet.cr ? 1 : 0)
        }
        before = block[block.count - 1]
        carriages += Int(counts.carriages)
        lineFeeds += Int(counts.lineFeeds)
        pairs += Int(together)
        hasNull = hasNull || counts.nulls != 0
      }
    }

    /// Whether all line ends are CRLF and no NUL is there.
    var isPlain: Bool { carriages == pairs && lineFeeds == pairs && !hasNull }
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
}
