/// Reads the text of a message after DATA: finds its end, takes out the stuffed dots, counts.
///
/// The end is CRLF.CRLF and nothing else (RFC 5321 §4.1.1.4). Every other way to write a line with one dot has been used
/// to smuggle a second message past a server that believed in it, so in `reject` such a line ends the reading at once
/// with a fault, and in `normalize` it stays text.
public struct DataReader: Equatable, Sendable {
  /// What is wrong with a message that was read to its end.
  public enum Fault: Equatable, Sendable {
    case bareNewline, nul, tooBig, lineTooLong
    /// The text was dropped because all sessions together hold too much.
    case noRoom
  }

  /// Where the reader stands in a line.
  private enum Place: Equatable {
    case start, bareStart, text, carriage, dot, dotCarriage, bareDot, bareDotCarriage
  }

  private struct Faults: OptionSet, Equatable {
    let rawValue: UInt8
    static let bareNewline = Faults(rawValue: 1)
    static let nul = Faults(rawValue: 2)
    static let tooBig = Faults(rawValue: 4)
    static let lineTooLong = Faults(rawValue: 8)
    static let noRoom = Faults(rawValue: 16)
  }

  private let bareNewlines: BareNewlines
  private let maximumBytes: Int
  private let maximumLine: Int
  private let expectedBytes: Int
  private var place = Place.start
  private var faults: Faults = []
  private var lineBytes = 0
  /// Octets of the message so far, also when they are no longer kept.
  private var total = 0
  private var content: [UInt8] = []

  /// A reader at the start of a message's text.
  ///
  /// `expectedBytes` is what the client declared (0 when it did not); no more than 1 MB is reserved on its word.
  public init(bareNewlines: BareNewlines, maximumBytes: Int, maximumLine: Int, expectedBytes: Int = 0) {
    self.bareNewlines = bareNewlines
    self.maximumBytes = maximumBytes
    self.maximumLine = maximumLine
    self.expectedBytes = min(expectedBytes, 1 << 20)
  }

  /// The first thing wrong, the gravest first; nil when the message is good.
  public var fault: Fault? {
    if faults.contains(.bareNewline) { return .bareNewline }
    if faults.contains(.nul) { return .nul }
    if faults.contains(.tooBig) { return .tooBig }
    if faults.contains(.lineTooLong) { return .lineTooLong }
    if faults.contains(.noRoom) { return .noRoom }
    return nil
  }

  /// Octets kept so far.
  public var contentBytes: Int { content.count }

  /// Gives the memory back; the rest is read to its end and refused.
  mutating func dropContent() {
    faults.insert(.noRoom)
    content = []
  }

  /// Gives the message away and leaves the reader empty.
  public mutating func takeContent() -> [UInt8] {
    let taken = content
    content = []
    return taken
  }

  /// Reads `bytes`; returns how many were used and whether the end of the message is among them.
  public mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) -> (used: Int, ended: Bool) {
    // A small mail that came in one piece gets its room at once.
    if total == 0 { content.reserveCapacity(max(expectedBytes, min(bytes.count, 16 << 10))) }
    var at = 0
    while at < bytes.count {
      switch place {
      case .start, .bareStart:
        guard bytes[at] == Octet.dot else {
          place = .text
          continue
        }
        place = place == .start ? .dot : .bareDot
        at += 1
      case .dot, .bareDot:
        switch bytes[at] {
        case Octet.cr:
          place = place == .dot ? .dotCarriage : .bareDotCarriage
          at += 1
        case Octet.lf:
          at += 1
          if looksLikeEnd() { return (at, true) }
        default:
          // RFC 5321 §4.5.2: a first dot with something behind it was put there by the client.
          place = .text
        }
      case .dotCarriage:
        if bytes[at] == Octet.lf { return (at + 1, true) }
        if looksLikeEnd() { return (at, true) }
      case .bareDotCarriage:
        let isLineEnd = bytes[at] == Octet.lf
        at += isLineEnd ? 1 : 0
        if looksLikeEnd() { return (at, true) }
        // A true CRLF: the end of data may follow it.
        if isLineEnd { place = .start }
      case .carriage:
        if bytes[at] == Octet.lf {
          at += 1
          endLine(.start)
        } else {
          faults.formUnion(bareNewlines == .reject ? .bareNewline : [])
          endLine(.bareStart)
        }
      case .text:
        at = readText(bytes, from: at)
      }
    }
    return (at, false)
  }

  /// Reads whole lines as long as they are plain, and keeps them in one piece. Stops at whatever needs a decision.
  private mutating func readText(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var at = start
    while true {
      let lineEnd = bytes.place(of: Octet.lf, from: at, to: bytes.count)
      let textEnd = lineEnd ?? bytes.count
      if let carriage = bytes.place(of: Octet.cr, from: at, to: textEnd) {
        count(line: carriage - at)
        guard carriage + 1 == lineEnd else {
          keep(bytes, start, carriage)
          place = .carriage
          return carriage + 1
        }
        lineBytes = 0
        at = carriage + 2
        if at < bytes.count, bytes[at] != Octet.dot { continue }
        keep(bytes, start, at)
        place = .start
        return at
      }
      count(line: textEnd - at)
      keep(bytes, start, textEnd)
      guard let lineEnd else { return textEnd }
      faults.formUnion(bareNewlines == .reject ? .bareNewline : [])
      endLine(.bareStart)
      return lineEnd + 1
    }
  }

  /// A line of one dot whose line ends are not both CRLF: true ends the reading, false makes the dot text.
  private mutating func looksLikeEnd() -> Bool {
    if bareNewlines == .reject {
      faults.insert(.bareNewline)
      content = []
      return true
    }
    append([Octet.dot])
    endLine(.bareStart)
    return false
  }

  private mutating func endLine(_ next: Place) {
    append([Octet.cr, Octet.lf])
    lineBytes = 0
    place = next
  }

  private mutating func count(line bytes: Int) {
    lineBytes += bytes
    if lineBytes > maximumLine { faults.insert(.lineTooLong) }
  }

  private mutating func keep(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) {
    guard start < end else { return }
    let run = UnsafeBufferPointer(rebasing: bytes[start..<end])
    guard run.place(of: Octet.nul, from: 0, to: run.count) != nil else { return append(run) }
    if bareNewlines == .reject {
      faults.insert(.nul)
      append(run)
    } else {
      append(run.filter { $0 != Octet.nul })
    }
  }

  private mutating func append(_ bytes: some Collection<UInt8>) {
    total += bytes.count
    if total > maximumBytes { faults.insert(.tooBig) }
    if faults.isEmpty {
      content.append(contentsOf: bytes)
    } else if !content.isEmpty {
      // Already refused: give the memory back while the rest is read to keep the dialogue in step.
      content = []
    }
  }
}
