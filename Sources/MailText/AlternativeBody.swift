/// The MIME body of a mail that Postern writes itself: a text, an HTML text, or both as alternatives (RFC 2046 section 5.1.4).
public struct AlternativeBody: Sendable, Equatable {
  /// The plain text; any line ends.
  public var text: String?
  /// The HTML.
  public var html: String?

  /// A body; with neither it is an empty text.
  public init(text: String?, html: String?) {
    self.text = text
    self.html = html
  }

  /// The header fields that describe the body, an empty line and the body, with CR LF.
  ///
  /// `boundary` must not begin a line of the texts; both parts are quoted-printable, in which no line begins with `--` and a
  /// boundary that holds `=_`.
  public func written(boundary: String) -> [UInt8] {
    let mime = Array("MIME-Version: 1.0\r\n".utf8)
    switch (text, html) {
    case (let text?, let html?):
      var out = mime
      out += "Content-Type: multipart/alternative; boundary=\"\(boundary)\"\r\n\r\n".utf8
      // The last one is the one that a reader who can shows.
      for (type, content) in [("plain", text), ("html", html)] {
        out += "--\(boundary)\r\n".utf8
        out += Self.part(type, content)
      }
      return out + "--\(boundary)--\r\n".utf8
    case (nil, let html?): return mime + Self.part("html", html)
    default: return mime + Self.part("plain", text ?? "")
    }
  }

  private static func part(_ type: String, _ content: String) -> [UInt8] {
    Array("Content-Type: text/\(type); charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".utf8)
      + TransferEncoding.encodeQuotedPrintable(content)
  }
}

extension TransferEncoding {
  /// A text as quoted-printable (RFC 2045 section 6.7): lines of at most 76 characters, line ends as CR LF, one at the end.
  package static func encodeQuotedPrintable(_ text: String) -> [UInt8] {
    let hex = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count * 5 / 4 + 2)
    let bytes = OutgoingMail.normalizedLineEnds(Array(text.utf8))
    var column = 0
    func put(_ piece: [UInt8]) {
      // One place is left for the `=` of a soft break.
      if column + piece.count > 75 {
        out += [Octet.equals, Octet.cr, Octet.lf]
        column = 0
      }
      out += piece
      column += piece.count
    }
    var index = 0
    while index < bytes.count {
      let octet = bytes[index]
      if octet == Octet.cr {
        out += [Octet.cr, Octet.lf]
        column = 0
        index += 2
        continue
      }
      let endsLine = index + 1 == bytes.count || bytes[index + 1] == Octet.cr
      let isPlain = (octet >= 0x21 && octet <= 0x7E && octet != Octet.equals) || (octet.isBlank && !endsLine)
      // A dot or `From ` at the start of a line is what some server on the way would change.
      let isHarmless = column > 0 || (octet != Octet.dot && octet != UInt8(ascii: "F") && octet != Octet.dash)
      put(isPlain && isHarmless ? [octet] : [Octet.equals, hex[Int(octet >> 4)], hex[Int(octet & 15)]])
      index += 1
    }
    if out.last.map({ $0 != Octet.lf }) ?? true { out += [Octet.cr, Octet.lf] }
    return out
  }
}
