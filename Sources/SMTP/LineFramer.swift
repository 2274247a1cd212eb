/// How a listener treats line ends that are not CRLF (RFC 5321 §2.3.8 forbids them; smuggling lives on them).
public enum BareNewlines: Equatable, Sendable {
  /// Refuses the command or message and closes the connection.
  case reject
  /// Reads a bare LF or CR as a line end, but never as a part of the end of data; drops NUL.
  case normalize
}

/// Cuts command lines out of what a client sent; knows nothing of what they mean.
struct LineFramer: Equatable, Sendable {
  enum Outcome: Equatable {
    /// More octets are needed.
    case incomplete
    /// One line without its end.
    case line([UInt8])
    /// A line over the limit: read to its end and thrown away.
    case tooLong
    /// A CR or LF alone, or a NUL, where the policy forbids it.
    case malformed
  }

  let bareNewlines: BareNewlines
  /// What is known of a line over the limit whose rest is thrown away; nil for any other.
  private var skipped: Skipped?

  /// A long line hides no other: what stands behind a bare CR or LF in it was meant for somebody else's reading.
  private struct Skipped: Equatable {
    var isClean = true
    var endsInCarriageReturn = false

    mutating func look(at octets: ArraySlice<UInt8>) {
      for octet in octets {
        if octet == Octet.nul || endsInCarriageReturn { isClean = false }
        endsInCarriageReturn = octet == Octet.cr
      }
    }
  }

  init(bareNewlines: BareNewlines) {
    self.bareNewlines = bareNewlines
  }

  /// Whether a part of a line that is too long has been thrown away.
  var isSkipping: Bool { skipped != nil }

  /// Takes one line from `input` at `position` and moves `position` behind it. The line end counts towards `limit`
  /// (RFC 5321 §4.5.3.1.4).
  mutating func next(in input: [UInt8], at position: inout Int, limit: Int) -> Outcome {
    let start = position
    let end = input.withUnsafeBufferPointer { $0.place(of: Octet.lf, from: start, to: $0.count) }
    guard let end else {
      if skipped != nil || input.count - start > limit {
        skipped = skipped ?? Skipped()
        skipped?.look(at: input[start...])
        position = input.count
      }
      return .incomplete
    }
    position = end + 1
    if skipped != nil || end + 1 - start > limit {
      var line = skipped ?? Skipped()
      skipped = nil
      line.look(at: input[start..<end])
      return line.isClean && (line.endsInCarriageReturn || bareNewlines == .normalize) ? .tooLong : .malformed
    }
    var line = Array(input[start..<end])
    let hadCarriageReturn = line.last == Octet.cr
    if hadCarriageReturn { line.removeLast() }
    let isClean = !line.contains(Octet.cr) && !line.contains(Octet.nul)
    guard isClean, hadCarriageReturn || bareNewlines == .normalize else { return .malformed }
    return .line(line)
  }
}
