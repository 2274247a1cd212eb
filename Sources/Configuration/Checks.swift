// Small grammars of single values: nil when the value is good, else what is wrong with it.
import Foundation

/// Minutes of the day of a span like `09:00-17:00`; nil when it is none or empty.
func parseSpan(_ text: String) -> Range<Int>? {
  let ends = text.split(separator: "-", omittingEmptySubsequences: false)
  guard ends.count == 2, let start = parseClock(ends[0]), let end = parseClock(ends[1]), start < end else { return nil }
  return start..<end
}

/// Minutes of the day of a time like `09:30`; nil when it is none.
func parseTimeOfDay(_ text: String) -> Int? { parseClock(text[...]).flatMap { $0 < 1440 ? $0 : nil } }

private func parseClock(_ text: Substring) -> Int? {
  let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
  guard parts.count == 2, let hour = twoDigits(parts[0]), let minute = twoDigits(parts[1]) else { return nil }
  guard minute < 60, hour < 24 || (hour == 24 && minute == 0) else { return nil }
  return hour * 60 + minute
}

private func twoDigits(_ text: Substring.UTF8View) -> Int? {
  guard text.count == 2, text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
  return Int(String(Substring(text)))
}

enum Check {
  /// A usable mail address; the full grammar is MailText's, this one catches what a person mistypes.
  static func address(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0, at < bytes.count - 1,
      // RFC 5321 section 4.1.2: more of them only between quotes.
      bytes.first == UInt8(ascii: "\"") || !bytes[..<at].contains(UInt8(ascii: "@")),
      bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") })
    else { return "\"\(text)\" is no mail address" }
    return domain(String(decoding: bytes[(at + 1)...], as: UTF8.self)).map { _ in "\"\(text)\" is no mail address" }
  }

  /// A host name or address literal: letters, digits, hyphens, dots and colons, or UTF-8.
  static func host(_ text: String) -> String? {
    // One colon alone is in no address of IPv6: what is behind it was to be a port.
    let good =
      !text.isEmpty && text.utf8.count <= 255 && text.utf8.allSatisfy { isNameByte($0) || $0 == 0x3a }
      && text.utf8.count(where: { $0 == 0x3a }) != 1
    return good ? nil : "\"\(text)\" is no host name or address"
  }

  /// A domain name of one or more labels.
  static func domain(_ text: String) -> String? {
    let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let good =
      text.utf8.count <= 253
      && labels.allSatisfy { label in
        !label.isEmpty && label.count <= 63 && label.first != 0x2d && label.last != 0x2d
          && label.allSatisfy { isNameByte($0) }
      }
    return good ? nil : "\"\(text)\" is no domain name"
  }

  /// 64 hexadecimal digits.
  static func sha256(_ text: String) -> String? {
    let good = text.utf8.count == 64 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    return good ? nil : "\"\(text)\" is no SHA-256: write its 64 hexadecimal digits"
  }

  /// A name that can stand in a header, a URL path and a table: no spaces and no separators.
  static func name(_ text: String) -> String? {
    let good =
      !text.isEmpty && text.utf8.count <= 100
      && text.utf8.allSatisfy { isNameByte($0) || [0x5f, 0x3a, 0x40, 0x2b].contains($0) }
    return good ? nil : "\"\(text)\" is no name: use letters, digits and . _ - : @ +"
  }

  /// A name that stands in filters and paths without quotes.
  static func segmentName(_ text: String) -> String? {
    isSegmentName(text) ? nil : "\"\(text)\" is no name of a segment: use letters, digits and . _ -, at most 64"
  }

  /// An IPv4 or IPv6 address.
  static func address4or6(_ text: String) -> String? {
    bits(ofAddress: text) == nil ? "\"\(text)\" is no IPv4 or IPv6 address" : nil
  }

  /// A network like `10.0.0.0/8` or `::1/128`, or a single address.
  static func network(_ text: String) -> String? {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let bits = bits(ofAddress: String(first)) else {
      return "\"\(text)\" is no network; write it like \"10.0.0.0/8\" or \"::1/128\""
    }
    guard parts.count == 2 else { return nil }
    guard let prefix = Int(parts[1]), (0...bits).contains(prefix) else {
      return "\"\(text)\": the prefix length must be between 0 and \(bits)"
    }
    return nil
  }

  /// Spans that are well-formed, in order and apart.
  static func spans(_ texts: [String]) -> String? {
    if texts.isEmpty { return "must hold at least one span like \"09:00-17:00\"" }
    var end = 0
    for text in texts {
      guard let span = parseSpan(text) else { return "\"\(text)\" is no span; write it like \"09:00-17:00\"" }
      if span.lowerBound < end { return "\"\(text)\" overlaps or comes before the span in front of it" }
      end = span.upperBound
    }
    return nil
  }

  /// A date of the calendar like `2026-12-24`.
  static func date(_ text: String) -> String? {
    let complaint = "\"\(text)\" is no date; write it like \"2026-12-24\""
    let parts = text.utf8.split(separator: 0x2d, omittingEmptySubsequences: false).map { Array($0) }
    guard parts.count == 3, zip(parts, [4, 2, 2]).allSatisfy({ $0.count == $1 }),
      parts.joined().allSatisfy({ (0x30...0x39).contains($0) })
    else { return complaint }
    let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1) - 0x30 } }
    let (year, month, day) = (numbers[0], numbers[1], numbers[2])
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...12).contains(month) && (1...lengths[month - 1]).contains(day) ? nil : complaint
  }

  /// Anything but nothing.
  static func filled(_ text: String) -> String? { text.isEmpty ? "must not be empty" : nil }

  /// Text for a header or a table: no control characters.
  static func oneLine(_ text: String) -> String? {
    text.utf8.contains { $0 < 0x20 || $0 == 0x7f } ? "must not hold line breaks or control characters" : filled(text)
  }

  /// Text for a header that is written as it is: what looks like a template would be sent as such.
  static func plainLine(_ text: String) -> String? {
    ["{{", "{%"].contains(where: text.contains) ? "is no template: it is written as it is" : oneLine(text)
  }

  /// A path; NUL would end it early.
  /// The sender in Feedback-ID as Gmail's Postmaster Tools want it: 5 to 15 characters.
  static func feedbackSender(_ text: String) -> String? {
    let isPlain = text.utf8.allSatisfy { (0x61...0x7a).contains($0 | 0x20) || (0x30...0x39).contains($0) }
    return isPlain && (5...15).contains(text.utf8.count) ? nil : "must be 5 to 15 letters and digits"
  }

  static func path(_ text: String) -> String? {
    text.isEmpty || text.utf8.contains(0) ? "must be a path" : nil
  }

  /// A path that fits `sockaddr_un` (unix(7): 108 bytes with the NUL).
  static func socketPath(_ text: String) -> String? {
    text.utf8.count > 107 ? "the path of a socket has at most 107 bytes" : path(text)
  }

  /// A proxy URL that libcurl takes.
  static func proxy(_ text: String) -> String? {
    let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]
    guard let url = URL(string: text), let scheme = url.scheme, schemes.contains(scheme), url.host() != nil,
      url.port.map({ (1...65535).contains($0) }) ?? true
    else {
      return "\"\(text)\" is no proxy; write it like \"socks5h://127.0.0.1:1080\""
    }
    return nil
  }

  /// An address of a token server: never in the clear (RFC 6749 section 3.2).
  static func https(_ text: String) -> String? {
    guard let url = URL(string: text), url.scheme == "https", url.host()?.isEmpty == false, url.fragment == nil else {
      return "\"\(text)\" is no https URL"
    }
    return nil
  }

  /// `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`.
  static func nameserver(_ text: String) -> String? {
    let complaint = "\"\(text)\" is no name server; write it like \"192.0.2.1\" or \"[2001:db8::1]:53\""
    if bits(ofAddress: text) != nil { return nil }
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65535).contains(port)
    else { return complaint }
    let host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      return bits(ofAddress: String(host.dropFirst().dropLast())) == 128 ? nil : complaint
    }
    return bits(ofAddress: String(host)) == 32 ? nil : complaint
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), 0x80...:
      true
    default: false
    }
  }

  /// 32 or 128; nil when it is no address. `inet_pton` computes only, it asks nobody.
  private static func bits(ofAddress text: String) -> Int? {
    var storage = in6_addr()
    if inet_pton(AF_INET, text, &storage) == 1 { return 32 }
    if inet_pton(AF_INET6, text, &storage) == 1 { return 128 }
    return nil
  }
}

extension Check {
  /// A time of the day like `08:30`.
  static func clock(_ text: String) -> String? {
    guard parseTimeOfDay(text) != nil else {
      return "\"\(text)\" is no time; write it like \"08:30\""
    }
    return nil
  }

  /// A file's name without any way to another folder.
  static func fileName(_ text: String) -> String? {
    text.utf8.contains { $0 == 0x2f || $0 < 0x20 } || text.hasPrefix(".")
      ? "must be the name of a file in the folder" : nil
  }

  /// RFC 6901 section 3: empty, or `/` and tokens in which `~` stands before 0 or 1 only.
  static func pointer(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    let isGood =
      (bytes.isEmpty || bytes[0] == 0x2f)
      && bytes.indices.allSatisfy { bytes[$0] != 0x7e || $0 + 1 < bytes.count && [0x30, 0x31].contains(bytes[$0 + 1]) }
    return isGood ? nil : "\"\(text)\" is no JSON pointer; write it like \"/data/people\""
  }

  /// A URL of an API; `{{ name }}` in it stands for a value, but not in the host.
  static func webAddress(_ text: String, isClearAllowed: Bool) -> String? {
    let bare = text.replacing(#/\{\{[^{}]*\}\}/#, with: "x")
    guard let url = URL(string: bare), let host = url.host(), !host.isEmpty, url.user() == nil, url.fragment == nil,
      ["\(host)", "[\(host)]"].contains(where: { text.hasPrefix("\(url.scheme ?? "")://\($0)") })
    else { return "\"\(text)\" is no https URL; names and passwords belong in auth" }
    if url.scheme == "https" || (url.scheme == "http" && isClearAllowed) { return nil }
    return "\"\(text)\" is no https URL; http is for networks of allow_networks"
  }

  /// RFC 9110 section 5.6.2: a token.
  static func isHeaderName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || "!#$%&'*+-.^_`|~".utf8.contains($0)
      }
  }

  /// RFC 9110 section 5.5: visible characters and blanks.
  static func headerValue(_ text: String) -> String? {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } ? nil : "must not hold line breaks or control characters"
  }
}

/// Whether a segment may be called so: it stands in filters and paths without quotes.
public func isSegmentName(_ text: String) -> Bool {
  (1...64).contains(text.utf8.count)
    && text.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) || (0x30...0x39).contains($0)
        || "._-".utf8.contains($0)
    }
}
