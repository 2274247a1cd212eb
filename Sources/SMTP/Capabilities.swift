/// What a server offered in its answer to EHLO.
public struct Capabilities: Equatable, Sendable {
  /// RFC 2920: commands may be sent without waiting for each reply.
  public var pipelining = false
  /// RFC 6152: bodies with octets over 127.
  public var eightBitMIME = false
  /// RFC 6531: addresses and headers in UTF-8.
  public var smtpUTF8 = false
  /// RFC 3461: RET, ENVID, NOTIFY and ORCPT.
  public var dsn = false
  /// RFC 1870: SIZE is offered.
  public var size = false
  /// The largest message the server takes, in octets; nil when it names no limit.
  public var maximumSize: Int?

  /// A server that offers nothing.
  public init() {}

  /// Reads the lines a connection saw while it was greeted, secured and logged in, with or without their line ends.
  ///
  /// The last reply with code 250 is the answer to the last EHLO: STARTTLS makes what was offered before it void
  /// (RFC 3207 §4.2), and nothing else in that dialogue is answered with 250.
  public init(transcript: [String]) {
    var isOpen = false
    for line in transcript {
      let bytes = Array(line.utf8.reversed().drop { $0 == Octet.cr || $0 == Octet.lf }.reversed())
      guard bytes.starts(with: "250".utf8), bytes.count == 3 || bytes[3] == Octet.space || bytes[3] == 0x2D else {
        isOpen = false
        continue
      }
      if isOpen {
        add(bytes.dropFirst(4))
      } else {
        // The first line is the server's name.
        self = Capabilities()
      }
      isOpen = bytes.count > 3 && bytes[3] == 0x2D
    }
  }

  private mutating func add(_ line: ArraySlice<UInt8>) {
    let words = line.split(separator: Octet.space)
    guard let keyword = words.first else { return }
    if matches(keyword, "PIPELINING") { pipelining = true }
    if matches(keyword, "8BITMIME") { eightBitMIME = true }
    if matches(keyword, "SMTPUTF8") { smtpUTF8 = true }
    if matches(keyword, "DSN") { dsn = true }
    if matches(keyword, "SIZE") {
      size = true
      // RFC 1870 §4: 0 or nothing means no fixed limit.
      let limit = words.count > 1 ? Int(String(decoding: words[1], as: UTF8.self)) : nil
      maximumSize = limit.flatMap { $0 > 0 ? $0 : nil }
    }
  }
}
