import MailText

/// The readable text of an HTML body; quoted parts get `> ` before their lines, as in plain text. Never fails; linear in size.
package struct HTMLText {
  private var out: [UInt8] = []
  /// Open elements that can hold a quote: whether each one is one.
  private var open: [(name: [UInt8], isQuote: Bool)] = []
  private var quoteDepth = 0
  private var atLineStart = true
  private var pendingSpace = false
  private var blankLines = 2
  private var commentsStayOpen = false

  /// Elements counted; deeper ones are read without being counted, as no mail of a person nests so deep.
  private static let deepest = 500

  package static func convert(_ html: String) -> String {
    var reader = HTMLText()
    reader.run(Array(html.utf8))
    return String(decoding: reader.out, as: UTF8.self)
  }

  private mutating func run(_ html: [UInt8]) {
    out.reserveCapacity(html.count / 2)
    var i = 0
    var preformatted = 0
    while i < html.count {
      let octet = html[i]
      if octet == Octet.lessThan, html.hasASCII("<!--", at: i) {
        i = afterComment(html, from: i + 4)
      } else if octet == Octet.lessThan, let tag = Tag(html, at: i) {
        i = tag.end
        if tag.isSkipped, !tag.isClosing {
          i = Self.skip(html, from: i, name: tag.name)
        } else {
          if tag.name.elementsEqual("pre".utf8) { preformatted += tag.isClosing ? -1 : 1 }
          handle(tag, html)
        }
      } else if octet == UInt8(ascii: "&"), let entity = HTMLEntity(html, at: i) {
        if entity.isSpace { pendingSpace = true } else { append(entity.octets) }
        i = entity.end
      } else if octet.isSpace {
        if preformatted > 0, octet == Octet.lf { newLine() } else { pendingSpace = true }
        i += 1
      } else {
        append([octet])
        i += 1
      }
    }
  }

  /// Past the comment that starts before `start`; one that never ends loses only its mark, and is searched for once.
  private mutating func afterComment(_ html: [UInt8], from start: Int) -> Int {
    guard !commentsStayOpen else { return start }
    var i = start
    while let close = html.firstIndex(of: Octet.greaterThan, in: i..<html.count) {
      if close >= start + 2, html[close - 1] == Octet.dash, html[close - 2] == Octet.dash { return close + 1 }
      i = close + 1
    }
    commentsStayOpen = true
    return start
  }

  private mutating func append(_ octets: [UInt8]) {
    if atLineStart {
      for _ in 0..<min(quoteDepth, 20) { out += [Octet.greaterThan, Octet.space] }
      atLineStart = false
    } else if pendingSpace {
      out.append(Octet.space)
    }
    pendingSpace = false
    blankLines = 0
    out += octets
  }

  private mutating func newLine() {
    pendingSpace = false
    guard blankLines < 2 else { return }
    out.append(Octet.lf)
    blankLines += atLineStart ? 1 : 0
    if !atLineStart { blankLines = 1 }
    atLineStart = true
  }

  private mutating func breakLine() { if !atLineStart { newLine() } }

  private mutating func handle(_ tag: Tag, _ html: [UInt8]) {
    switch String(decoding: tag.name, as: UTF8.self) {
    case "br": newLine()
    case "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre":
      breakLine()
      newLine()
    case "div", "blockquote", "section":
      breakLine()
      if tag.isClosing {
        guard let index = open.lastIndex(where: { $0.name.elementsEqual(tag.name) }) else { return }
        for element in open[index...] where element.isQuote { quoteDepth -= 1 }
        open.removeSubrange(index...)
      } else if open.count < Self.deepest {
        let isQuote = tag.name.count == 10 || tag.isQuoteContainer(html)
        open.append((Array(tag.name), isQuote))
        if isQuote { quoteDepth += 1 }
      }
    case "tr", "li", "dt", "dd", "title", "address", "center": breakLine()
    case "td", "th": pendingSpace = true
    case "hr":
      breakLine()
      append(Array("________________________________".utf8))
      breakLine()
    default: break
    }
  }

  /// The end of an element whose content is not for reading.
  private static func skip(_ html: [UInt8], from start: Int, name: ArraySlice<UInt8>) -> Int {
    var i = start
    while let open = html.firstIndex(of: Octet.lessThan, in: i..<html.count) {
      if let tag = Tag(html, at: open), tag.isClosing, tag.name.elementsEqual(name) { return tag.end }
      i = open + 1
    }
    return html.count
  }

  /// One tag.
  private struct Tag {
    var name: ArraySlice<UInt8> = []
    var isClosing = false
    var attributes: Range<Int> = 0..<0
    var end = 0

    var isSkipped: Bool {
      name.elementsEqual("script".utf8) || name.elementsEqual("style".utf8)
    }

    init?(_ html: [UInt8], at start: Int) {
      var i = start + 1
      guard i < html.count else { return nil }
      if html[i] == UInt8(ascii: "/") {
        isClosing = true
        i += 1
      }
      let nameStart = i
      while i < html.count, html[i].isLetter || html[i].isDigit { i += 1 }
      let special = i == nameStart && i < html.count && (html[i] == UInt8(ascii: "!") || html[i] == Octet.question)
      guard i > nameStart || special else { return nil }
      name = html[nameStart..<i].map(\.lowered)[...]
      let attributeStart = i
      let limit = min(html.count, i + 20_000)
      var quote: UInt8 = 0
      while i < limit, quote != 0 || html[i] != Octet.greaterThan {
        if quote != 0 {
          if html[i] == quote { quote = 0 }
        } else if html[i] == Octet.quote || html[i] == Octet.apostrophe {
          quote = html[i]
        }
        i += 1
      }
      attributes = attributeStart..<i
      end = min(i + 1, html.count)
    }

    /// Whether the element is what a mail program puts around the mail it answers.
    func isQuoteContainer(_ html: [UInt8]) -> Bool {
      guard attributes.count > 5 else { return false }
      return HTMLQuotes.matcher.hasMatch(in: PhraseMatcher.normalize(html[attributes]))
    }
  }
}

/// Classes and ids by which mail programs mark the mail they quote.
enum HTMLQuotes {
  /// Each with the program that writes it.
  private static let rows: [(text: String, source: String)] = [
    ("gmail_quote", "Gmail"), ("gmail_extra", "Gmail before 2018"), ("yahoo_quoted", "Yahoo"),
    ("yahooquotedtext", "Yahoo"),
    ("moz-cite-prefix", "Thunderbird"), ("divrplyfwdmsg", "Outlook on the web"),
    ("outlookmessageheader", "Outlook 2003"),
    ("appendonsend", "Outlook on the web"), ("zmail_extra", "Zoho"), ("protonmail_quote", "Proton"),
    ("tutanota_quote", "Tuta"),
    ("replyto\"", "AOL"), ("quoted-message", "Spark"), ("hmquote", "Hotmail"), ("stopspelling", "Hotmail"),
    ("mail_android_quote", "K-9, BlueMail"), ("ymail_android", "Yahoo on Android"), ("front-blockquote", "Front"),
    ("ms-outlook-mobile-reference-message", "Outlook on phones"), ("mimestream_quote", "Mimestream"),
    ("cremed", "Freshdesk"),
    ("freshdesk_quote", "Freshdesk"), ("qt-", "Missive"), ("unibox-quote", "Unibox"),
  ]
  static let matcher = PhraseMatcher(rows.map(\.text))
}

/// A character reference (HTML §13.5): the ones that mails use.
struct HTMLEntity {
  var octets: [UInt8]
  var end: Int
  var isSpace: Bool { octets == [Octet.space] }

  init?(_ html: [UInt8], at start: Int) {
    var i = start + 1
    let limit = min(html.count, start + 12)
    while i < limit, html[i].isLetter || html[i].isDigit || html[i] == UInt8(ascii: "#") { i += 1 }
    let name = String(decoding: html[start + 1..<i], as: UTF8.self)
    guard !name.isEmpty, let scalar = Self.scalar(name) else { return nil }
    octets = Array(String(scalar).utf8)
    end = i < html.count && html[i] == Octet.semicolon ? i + 1 : i
  }

  private static func scalar(_ name: String) -> Unicode.Scalar? {
    if name.hasPrefix("#x") || name.hasPrefix("#X") { return number(UInt32(name.dropFirst(2), radix: 16)) }
    if name.hasPrefix("#") { return number(UInt32(name.dropFirst())) }
    return named[name]
  }

  private static func number(_ value: UInt32?) -> Unicode.Scalar? {
    guard let value, value > 0 else { return nil }
    return value == 160 ? " " : Unicode.Scalar(value)
  }

  private static let named: [String: Unicode.Scalar] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "ensp": " ", "emsp": " ", "copy": "©",
    "reg": "®", "trade": "™", "hellip": "…", "mdash": "—", "ndash": "–", "lsquo": "‘", "rsquo": "’", "ldquo": "“",
    "rdquo": "”", "laquo": "«", "raquo": "»", "bull": "•", "middot": "·", "euro": "€", "pound": "£", "deg": "°",
    "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü", "szlig": "ß", "eacute": "é",
    "egrave": "è", "ecirc": "ê", "agrave": "à", "acirc": "â", "aacute": "á", "ccedil": "ç", "iacute": "í", "icirc": "î",
    "oacute": "ó", "ocirc": "ô", "uacute": "ú", "ugrave": "ù", "ucirc": "û", "ntilde": "ñ", "atilde": "ã",
    "otilde": "õ",
    "aring": "å", "oslash": "ø", "aelig": "æ", "Eacute": "É", "Agrave": "À", "Ccedil": "Ç", "igrave": "ì",
    "ograve": "ò",
    "zwnj": "\u{200C}", "zwj": "\u{200D}", "shy": "\u{AD}",
  ]
}
