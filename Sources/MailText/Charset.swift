import CLinux
import Glibc
import Synchronization

/// Turns octets of any labelled charset into text; never fails.
///
/// UTF-8, ASCII, Latin-1 and Windows-1252 are read here; the others go through iconv. What cannot be read becomes U+FFFD.
public enum Charset {
  /// Text of octets in the charset `label`; without a label, or with one nobody knows, UTF-8 if valid, else Windows-1252.
  public static func decode(_ bytes: some Collection<UInt8>, label: String?) -> String {
    let bytes = Array(bytes)
    let name = canonical(label ?? "")
    switch name {
    case "", "UTF-8", "US-ASCII":
      return headerText(bytes)
    case "ISO-8859-1", "WINDOWS-1252":
      // WHATWG Encoding: what calls itself Latin-1 is Windows-1252; mails labelled so but written in UTF-8 are common too.
      // Nobody writes "Ã¼", so what is valid UTF-8 is UTF-8.
      return headerText(bytes)
    default:
      return IconvPool.shared.decode(bytes, from: name) ?? headerText(bytes)
    }
  }

  /// Text of unlabelled octets: UTF-8 if valid (RFC 6532), else Windows-1252.
  package static func headerText(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return windows1252(bytes)
  }

  /// Octets of `text` in Windows-1252's high half (WHATWG index windows-1252); undefined ones become U+FFFD.
  private static let high: [UInt16] = [
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD,
    0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
    0x0153, 0xFFFD, 0x017E, 0x0178,
  ]

  private static func windows1252(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + bytes.count / 8 + 8)
    for octet in bytes {
      if octet < 0x80 {
        out.append(octet)
        continue
      }
      let scalar = octet < 0xA0 ? high[Int(octet) - 0x80] : UInt16(octet)
      if scalar < 0x800 {
        out.append(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
      } else {
        out.append(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
        out.append(0x80 | UInt8(truncatingIfNeeded: scalar >> 6) & 0x3F)
      }
      out.append(0x80 | UInt8(truncatingIfNeeded: scalar) & 0x3F)
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The name iconv knows for a label as mails write it.
  static func canonical(_ label: String) -> String {
    let name = String(
      decoding: label.utf8.filter { $0 > 32 && $0 < 127 && $0 != Octet.quote && $0 != Octet.apostrophe }
        .map { $0 >= 97 && $0 <= 122 ? $0 - 32 : $0 }, as: UTF8.self)
    // RFC 2231 §5: a language after an asterisk in encoded words.
    let bare = name.split(separator: "*", maxSplits: 1).first.map(String.init) ?? ""
    return aliases[bare] ?? bare
  }

  /// Labels found in mails and what they mean; WHATWG Encoding "Names and labels" unless the row says otherwise.
  private static let aliases: [String: String] = [
    "UTF8": "UTF-8", "UNICODE-1-1-UTF-8": "UTF-8", "X-UNKNOWN": "", "UNKNOWN": "", "UNKNOWN-8BIT": "",  // RFC 1428
    "DEFAULT": "", "X-USER-DEFINED": "", "NONE": "", "BINARY": "", "8BIT": "", "7BIT": "", "UTF8MB4": "UTF-8",
    "ASCII": "US-ASCII", "ANSI_X3.4-1968": "US-ASCII", "ISO646-US": "US-ASCII", "US": "US-ASCII",
    "ISO_8859-1": "ISO-8859-1", "ISO8859-1": "ISO-8859-1", "ISO88591": "ISO-8859-1", "LATIN1": "ISO-8859-1",
    "LATIN-1": "ISO-8859-1", "L1": "ISO-8859-1", "ISO-8859-1-WINDOWS-3.1-LATIN-1": "WINDOWS-1252",
    "CP1252": "WINDOWS-1252", "CP-1252": "WINDOWS-1252", "X-CP1252": "WINDOWS-1252", "ANSI": "WINDOWS-1252",
    "WINDOWS1252": "WINDOWS-1252", "WINDOWS1250": "CP1250", "WINDOWS1251": "CP1251", "CP-1250": "CP1250",
    "CP-1251": "CP1251", "CP-437": "CP437", "CP-850": "CP850", "CP-852": "CP852", "CP-866": "CP866", "IBM-850": "CP850",
    "CP50220": "ISO-2022-JP-3", "CP50221": "ISO-2022-JP-3",
    "WIN-1250": "CP1250", "WINDOWS-1250": "CP1250", "WINDOWS-1251": "CP1251", "WIN-1251": "CP1251",
    "X-CP1251": "CP1251",
    "WINDOWS-1253": "CP1253", "WINDOWS-1254": "CP1254", "WINDOWS-1255": "CP1255", "WINDOWS-1256": "CP1256",
    "WINDOWS-1257": "CP1257", "WINDOWS-1258": "CP1258", "WINDOWS-874": "CP874", "ISO-8859-8-I": "ISO-8859-8",
    "ISO-8859-9": "CP1254", "ISO-8859-11": "CP874", "TIS-620": "CP874",
    // Real mails use NEC's characters and half-width katakana, which plain ISO-2022-JP does not have.
    "ISO-2022-JP": "ISO-2022-JP-3", "ISO-2022-JP-MS": "ISO-2022-JP-3", "CSISO2022JP": "ISO-2022-JP-3",
    "SHIFT_JIS": "CP932", "SHIFT-JIS": "CP932", "SJIS": "CP932", "X-SJIS": "CP932", "MS_KANJI": "CP932",
    "WINDOWS-31J": "CP932", "X-EUC-JP": "EUC-JP", "EUCJP": "EUC-JP",
    "KS_C_5601-1987": "CP949", "KS_C_5601-1989": "CP949", "KSC5601": "CP949", "KSC_5601": "CP949", "EUC-KR": "CP949",
    "WINDOWS-949": "CP949", "GB2312": "GB18030", "GB_2312-80": "GB18030", "GBK": "GB18030", "X-GBK": "GB18030",
    "CN-GB": "GB18030", "CP936": "GB18030", "HZ-GB-2312": "HZ", "BIG5": "BIG5-HKSCS", "X-X-BIG5": "BIG5-HKSCS",
    "CN-BIG5": "BIG5-HKSCS", "UNICODE": "UTF-16", "X-MAC-ROMAN": "MACINTOSH", "X-MAC-CYRILLIC": "MAC-CYRILLIC",
    "UTF-7": "UTF-7", "X-UNICODE-2-0-UTF-7": "UTF-7", "UNICODE-1-1-UTF-7": "UTF-7",
  ]
}

/// iconv's descriptors are costly to open (a module is loaded) and hold shift states: each is lent to one caller at a time.
private final class IconvPool: Sendable {
  static let shared = IconvPool()
  /// Charset names come from outside: more than this many different ones are opened anew each time.
  private static let kept = 64

  private struct Descriptor: @unchecked Sendable { let raw: iconv_t }
  private let idle = Mutex<[String: Descriptor]>([:])

  func decode(_ bytes: [UInt8], from charset: String) -> String? {
    guard charset.utf8.count <= 40, let descriptor = take(charset) else { return nil }
    defer { give(descriptor, charset) }
    return convert(bytes, with: descriptor.raw)
  }

  private func take(_ charset: String) -> Descriptor? {
    if let kept = idle.withLock({ $0.removeValue(forKey: charset) }) { return kept }
    guard let opened = iconv_open("UTF-8", charset), Int(bitPattern: opened) != -1 else { return nil }
    return Descriptor(raw: opened)
  }

  private func give(_ descriptor: Descriptor, _ charset: String) {
    let surplus = idle.withLock { idle -> Descriptor? in
      guard idle.count < Self.kept, idle[charset] == nil else { return descriptor }
      idle[charset] = descriptor
      return nil
    }
    if let surplus { iconv_close(surplus.raw) }
  }

  private func convert(_ bytes: [UInt8], with descriptor: iconv_t) -> String {
    _ = iconv(descriptor, nil, nil, nil, nil)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + bytes.count / 2 + 16)
    var input = bytes
    var piece = [UInt8](repeating: 0, count: 4096)
    input.withUnsafeMutableBytes { input in
      piece.withUnsafeMutableBytes { piece in
        var from = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        var left = input.count
        while left > 0 {
          var to = piece.baseAddress?.assumingMemoryBound(to: CChar.self)
          var room = piece.count
          let result = iconv(descriptor, &from, &left, &to, &room)
          let failure = errno
          out += UnsafeRawBufferPointer(rebasing: piece[0..<(piece.count - room)])
          guard result == -1 else { continue }
          if failure == E2BIG { continue }
          out += [0xEF, 0xBF, 0xBD]
          guard failure == EILSEQ, left > 0 else { break }
          from = from.map { $0 + 1 }
          left -= 1
        }
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
