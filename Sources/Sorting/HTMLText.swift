import MailText

/// The readable text of an HTML body; quoted parts get `> ` before their lines, as in plain text. Never fails; linear in size.
package struct HTMLText {
  private var out: [UInt8] = []
  /// Open elements that can hold a quote: whether each one is one, and what its class or id says.
  private var open: [(name: [UInt8], isQuote: Bool, role: HTMLMarks.Role?)] = []
  private var quoteDepth = 0
  private var atLineStart = true
  private var pendingSpace = false
  private var blankLines = 2
  private var commentsStayOpen = false
  private var hiddenStaysOpen = false
  /// Everything from here on is the mail that is answered.
  private var restIsQuote = false
  /// Something was read that is not quoted.
  private var hasOwnText = false

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
        } else if !tag.isClosing, !hiddenStaysOpen, tag.isHidden(html) {
          i = afterHidden(tag, html)
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

  /// Past an element that no reader sees (`display:none`), such as what newsletters show in a list of mails beside the subject. One that
  /// never ends is read, and from then on all are: its end is searched for once.
  private mutating func afterHidden(_ hidden: Tag, _ html: [UInt8]) -> Int {
    var i = hidden.end
    var depth = 1
    while let open = html.firstIndex(of: Octet.lessThan, in: i..<html.count) {
      i = open + 1
      guard let tag = Tag(html, at: open), tag.name.elementsEqual(hidden.name) else { continue }
      depth += tag.isClosing ? -1 : 1
      if depth == 0 { return tag.end }
      i = tag.end
    }
    hiddenStaysOpen = true
    return hidden.end
  }

  private mutating func append(_ octets: [UInt8]) {
    let depth = restIsQuote ? max(1, quoteDepth) : quoteDepth
    if depth == 0 { hasOwnText = true }
    if atLineStart {
      for _ in 0..<min(depth, 20) { out += [Octet.greaterThan, Octet.space] }
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
        let closed = open[index]
        open.removeSubrange(index...)
        // Gmail's element holds the attribution and the quote, and then what is written below or between its pieces.
        if closed.name.count == 10, closed.role == .quoteAndMore, let around = open.last, around.isQuote,
          around.role == .quoteAndMore, around.name.count < 10
        {
          open[open.count - 1].isQuote = false
          quoteDepth -= 1
        }
      } else if open.count < Self.deepest {
        let role = tag.role(html)
        if role == .quoteStart { restIsQuote = true }
        // Some begin to write inside the signature's element: it must have something to sign.
        if role == .signature, hasOwnText, quoteDepth == 0, !restIsQuote {
          append(Array("-- ".utf8))
          newLine()
        }
        let isQuote = tag.name.count == 10 || role == .quote || role == .quoteAndMore
        open.append((Array(tag.name), isQuote, role))
        if isQuote { quoteDepth += 1 }
      }
    case "tr", "li", "dt", "dd", "title", "address", "center": breakLine()
    case "td", "th": pendingSpace = true
    case "hr":
      if tag.role(html) == .quoteStart { restIsQuote = true }
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

    /// Elements that hold text and have an end.
    private static let holders: Set<String> = [
      "div", "span", "p", "td", "tr", "table", "font", "center", "a", "section",
    ]

    /// Whether its style says that it is not shown (CSS 2.2, section 9.2.4).
    func isHidden(_ html: [UInt8]) -> Bool {
      guard attributes.count > 12 else { return false }
      var i = attributes.lowerBound
      while let place = html.firstIndex(of: Octet.colon, in: i..<attributes.upperBound) {
        i = place + 1
        var word = place
        while word > attributes.lowerBound, html[word - 1].isSpace { word -= 1 }
        var value = place + 1
        while value < attributes.upperBound, html[value].isSpace { value += 1 }
        if html.hasASCII("none", at: value), html.hasASCII("display", at: word - 7) {
          return Self.holders.contains(String(decoding: name, as: UTF8.self))
        }
      }
      return false
    }

    /// What the element's class or id says of what it holds.
    func role(_ html: [UInt8]) -> HTMLMarks.Role? {
      guard attributes.count > 5 else { return nil }
      let text = PhraseMatcher.normalize(html[attributes])
      guard HTMLMarks.matcher.hasMatch(in: text) else { return nil }
      return HTMLMarks.role(text)
    }
  }
}

/// Classes and ids by which mail programs mark the mail they quote, and signatures.
enum HTMLMarks {
  enum Role {
    /// The element holds the quoted mail.
    case quote
    /// The element begins with the quoted mail; below it the answer may go on.
    case quoteAndMore
    /// The quoted mail follows the element, up to the end.
    case quoteStart
    /// The element holds the signature.
    case signature
  }

  /// Each with the program that writes it; the first that fits counts.
  private static let rows: [(text: String, role: Role, source: String)] = [
    ("divrplyfwdmsg", .quoteStart, "Outlook on the web and on phones"),
    ("appendonsend", .quoteStart, "Outlook on the web"),
    ("outlookmessageheader", .quoteStart, "Outlook 2003"), ("zwchr", .quoteStart, "Zimbra"),
    ("stopspelling", .quoteStart, "Hotmail"),
    ("gmail_quote", .quoteAndMore, "Gmail"), ("gmail_extra", .quote, "Gmail before 2018"),
    ("yahoo_quoted", .quote, "Yahoo"),
    ("yahooquotedtext", .quote, "Yahoo"), ("moz-cite-prefix", .quote, "Thunderbird"),
    ("moz-forward-container", .quote, "Thunderbird"), ("zmail_extra", .quote, "Zoho"),
    ("protonmail_quote", .quote, "Proton"), ("tutanota_quote", .quote, "Tuta"), ("replyto\"", .quote, "AOL"),
    ("quoted-message", .quote, "Spark"), ("messagereplysection", .quote, "Spark"), ("hmquote", .quote, "Hotmail"),
    ("mail_android_quote", .quote, "K-9, BlueMail"), ("ymail_android", .quote, "Yahoo on Android"),
    ("front-blockquote", .quote, "Front"), ("ms-outlook-mobile-reference-message", .quote, "Outlook on phones"),
    ("mail-editor-reference-message-container", .quote, "Outlook on phones"),
    ("mimestream_quote", .quote, "Mimestream"), ("cremed", .quote, "Freshdesk"),
    ("freshdesk_quote", .quote, "Freshdesk"),
    ("qt-", .quote, "Missive"), ("unibox-quote", .quote, "Unibox"), ("reply-intro", .quote, "Roundcube"),
    ("__quoted_text__", .quote, "Zimbra"), ("gmail_signature", .signature, "Gmail"),
    ("moz-signature", .signature, "Thunderbird"), ("protonmail_signature", .signature, "Proton"),
    ("ms-outlook-mobile-signature", .signature, "Outlook on phones"), ("zm-_id_-sgn", .signature, "Zoho"),
    ("ydpsignature", .signature, "Yahoo"), ("id=\"signature\"", .signature, "Outlook on the web"),
    ("id=\"x_signature\"", .signature, "Outlook on the web, quoted or forwarded"),
    ("id=signature", .signature, "Outlook on the web"),
  ]
  static let matcher = PhraseMatcher(rows.map(\.text))

  static func role(_ attributes: [UInt8]) -> Role? {
    let text = String(decoding: attributes, as: UTF8.self)
    return rows.first { text.contains($0.text) }?.role
  }
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
