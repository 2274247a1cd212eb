internal import MailText

/// Puts the text of a message together from BDAT chunks (RFC 3030 §2), whose length is told and not searched for.
///
/// A chunk can't be smuggled past a count, but its text leaves with DATA: so bare CR, bare LF and NUL are treated as
/// there, also when a CRLF is cut in two by the border of chunks. Dots mean nothing. The octets of a BINARYMIME mail are
/// taken as they are and made text at its end; what is no text then is treated like that.
struct ChunkReader: Equatable, Sendable {
  private let maximumBytes: Int
  private let maximumLine: Int
  private let bareNewlines: BareNewlines
  private let isBinary: Bool
  /// Octets of the chunk under way that have not come yet.
  private var missing = 0
  /// The last octet was a CR whose LF may come.
  private var isAfterCarriageReturn = false
  private var lineBytes = 0
  private var total = 0
  private var content: [UInt8] = []
  /// The first thing wrong; nil when the text is good so far.
  private(set) var fault: DataReader.Fault?

  init(bareNewlines: BareNewlines, maximumBytes: Int, maximumLine: Int, isBinary: Bool = false, expectedBytes: Int = 0)
  {
    self.bareNewlines = bareNewlines
    self.isBinary = isBinary
    self.maximumBytes = maximumBytes
    self.maximumLine = maximumLine
    content.reserveCapacity(min(max(expectedBytes, 0), 1 << 20))
  }

  /// Octets kept so far.
  var contentBytes: Int { content.count }

  /// Gives the memory back; the mail is refused at the end of this chunk or the next.
  mutating func dropContent() { refuse(.noRoom) }

  /// A chunk of so many octets begins.
  mutating func begin(chunk bytes: Int) {
    missing = bytes
  }

  /// Reads `bytes` up to the end of the chunk; returns how many were used and whether the chunk is whole.
  mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) -> (used: Int, ended: Bool) {
    let used = min(missing, bytes.count)
    missing -= used
    let piece = UnsafeBufferPointer(rebasing: bytes[..<used])
    if isBinary { append(piece) } else { keep(piece) }
    return (used, missing == 0)
  }

  /// The text after its last chunk; a last line without its end gets it, as DATA would have brought it.
  mutating func finish() -> [UInt8] {
    if isBinary { readAsText() }
    if isAfterCarriageReturn {
      isAfterCarriageReturn = false
      endBareLine()
    } else if lineBytes > 0 {
      endLine()
    }
    let taken = content
    content = []
    return taken
  }

  /// The same limits hold for what leaves.
  private mutating func readAsText() {
    guard fault == nil else { return }
    // The limit is for what the client sends (RFC 1870), which has been counted; base64 makes at most a third more of it,
    // and line ends.
    var text = ChunkReader(bareNewlines: bareNewlines, maximumBytes: maximumBytes * 2, maximumLine: maximumLine)
    let octets = BinaryMail.textual(content)
    content = []
    text.begin(chunk: octets.count)
    _ = octets.withUnsafeBufferPointer { text.read($0) }
    content = text.finish()
    fault = text.fault
  }

  private mutating func keep(_ bytes: UnsafeBufferPointer<UInt8>) {
    var at = 0
    while at < bytes.count {
      if isAfterCarriageReturn {
        isAfterCarriageReturn = false
        if bytes[at] == Octet.lf {
          at += 1
          endLine()
        } else {
          endBareLine()
        }
        continue
      }
      let lineEnd = bytes.place(of: Octet.lf, from: at, to: bytes.count)
      let carriage = bytes.place(of: Octet.cr, from: at, to: lineEnd ?? bytes.count)
      let textEnd = carriage ?? lineEnd ?? bytes.count
      append(text: UnsafeBufferPointer(rebasing: bytes[at..<textEnd]))
      at = textEnd + 1
      if carriage != nil {
        isAfterCarriageReturn = true
      } else if lineEnd != nil {
        endBareLine()
      }
    }
  }

  private mutating func append(text: UnsafeBufferPointer<UInt8>) {
    lineBytes += text.count
    if lineBytes > maximumLine { refuse(.lineTooLong) }
    if text.place(of: Octet.nul, from: 0, to: text.count) == nil { return append(text) }
    if bareNewlines == .reject { return refuse(.nul) }
    append(text.filter { $0 != Octet.nul })
  }

  private mutating func endLine() {
    append([Octet.cr, Octet.lf])
    lineBytes = 0
  }

  private mutating func endBareLine() {
    if bareNewlines == .reject { refuse(.bareNewline) }
    endLine()
  }

  private mutating func append(_ bytes: some Collection<UInt8>) {
    total += bytes.count
    if total > maximumBytes { refuse(.tooBig) }
    if fault == nil { content.append(contentsOf: bytes) }
  }

  /// The rest is read to keep the dialogue in step; the memory goes back.
  private mutating func refuse(_ reason: DataReader.Fault) {
    if fault == nil { fault = reason }
    content = []
  }
}
