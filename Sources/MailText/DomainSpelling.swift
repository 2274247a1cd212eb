internal import Foundation

/// The spellings of an internationalised domain: with its own letters, and in the ASCII that DNS takes (RFC 5890, section 2.3.2).
public enum DomainSpelling {
  /// The domain in small letters as DNS has it: the one spelling by which domains are compared and looked up.
  public static func ascii(of domain: String) -> String {
    guard domain.utf8.contains(where: { $0 >= 0x80 }) else { return domain.lowercased() }
    return labels(of: domain).map { Punycode.encoded($0) ?? $0 }.joined(separator: ".")
  }

  /// The same, and the spelling in its own letters if it has one. What is no Punycode stays as it is.
  public static func all(of domain: String) -> [String] {
    let ascii = ascii(of: domain)
    guard ascii.contains("xn--") else { return [ascii] }
    let letters = ascii.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      .map { Punycode.decoded($0)?.lowercased() ?? $0 }.joined(separator: ".")
    return letters == ascii ? [ascii] : [ascii, letters]
  }

  /// The same for an address; its local part has one spelling.
  public static func all(ofAddress address: String) -> [String] {
    guard let at = address.lastIndex(of: "@") else { return [address] }
    return all(of: String(address[address.index(after: at)...])).map { address[...at] + $0 }
  }

  /// Whether nothing is shown for it, as for a soft hyphen or a space without width: what is copied from pages and documents has some,
  /// and UTS 46 passes them over. The joiners are letters to some scripts (RFC 5892, appendix A).
  public static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isDefaultIgnorableCodePoint && scalar != "\u{200C}" && scalar != "\u{200D}"
  }

  /// Small letters, each in one piece, and the dots that other scripts have: what UTS 46, section 4, does with all that
  /// people type as a domain.
  private static func labels(of domain: String) -> [String] {
    let dots: Set<Unicode.Scalar> = ["\u{3002}", "\u{FF0E}", "\u{FF61}"]
    let seen = domain.unicodeScalars.lazy.filter { !isInvisible($0) }
    let dotted = String(String.UnicodeScalarView(seen.map { dots.contains($0) ? "." : $0 }))
    // Making small can leave a letter in two pieces.
    let folded = dotted.precomposedStringWithCompatibilityMapping.lowercased().precomposedStringWithCompatibilityMapping
    return folded.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  }
}

/// RFC 3492, sections 5 and 6.
private enum Punycode {
  private static let base = 36, tMin = 1, tMax = 26, skew = 38, damp = 700, initialBias = 72, initialN = 128
  private static let prefix = "xn--"
  /// A label of DNS has no more octets (RFC 1035, section 2.3.4); a longer one is no domain in either spelling.
  private static let longest = 63

  /// `bücher` is `xn--bcher-kva`; nil for what is ASCII already, or would be if it were what it begins like.
  static func encoded(_ label: String) -> String? {
    let scalars = label.unicodeScalars.map { Int($0.value) }
    guard scalars.contains(where: { $0 >= initialN }), scalars.count <= longest, !label.hasPrefix(prefix) else {
      return nil
    }
    var output = label.unicodeScalars.filter(\.isASCII).map(Character.init)
    let basic = output.count
    var handled = basic
    if basic > 0 { output.append("-") }
    var (n, delta, bias) = (initialN, 0, initialBias)
    while handled < scalars.count, let next = scalars.filter({ $0 >= n }).min() {
      delta += (next - n) * (handled + 1)
      n = next
      for scalar in scalars {
        if scalar < n { delta += 1 }
        guard scalar == n else { continue }
        var (q, k) = (delta, base)
        while true {
          let t = threshold(k, bias)
          if q < t { break }
          output.append(digit(t + (q - t) % (base - t)))
          q = (q - t) / (base - t)
          k += base
        }
        output.append(digit(q))
        bias = adapted(delta, count: handled + 1, isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta += 1
      n += 1
    }
    return prefix + String(output)
  }

  /// The other way; nil for what is no Punycode.
  static func decoded(_ label: String) -> String? {
    guard label.hasPrefix(prefix), label.utf8.count <= longest, label.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    let text = label.dropFirst(prefix.count)
    var output = text.lastIndex(of: "-").map { text[..<$0].unicodeScalars.map { Int($0.value) } } ?? []
    var digits = text.lastIndex(of: "-").map { text[text.index(after: $0)...] } ?? text
    var (n, i, bias) = (initialN, 0, initialBias)
    while !digits.isEmpty {
      let before = i
      var (w, k) = (1, base)
      while true {
        guard let digit = digits.popFirst().flatMap(value) else { return nil }
        i += digit * w
        let t = threshold(k, bias)
        if digit < t { break }
        w *= base - t
        k += base
        // Far more than any scalar needs: what goes on is no Punycode, and must not overflow.
        guard i <= 0x7FFF_FFFF, w <= 0x7FFF_FFFF else { return nil }
      }
      bias = adapted(i - before, count: output.count + 1, isFirst: before == 0)
      n += i / (output.count + 1)
      i %= output.count + 1
      guard Unicode.Scalar(UInt32(clamping: n)) != nil else { return nil }
      output.insert(n, at: i)
      i += 1
    }
    return String(String.UnicodeScalarView(output.compactMap { Unicode.Scalar(UInt32(clamping: $0)) }))
  }

  private static func threshold(_ k: Int, _ bias: Int) -> Int { max(tMin, min(tMax, k - bias)) }

  private static func adapted(_ delta: Int, count: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / damp : delta / 2
    delta += delta / count
    var k = 0
    while delta > (base - tMin) * tMax / 2 {
      delta /= base - tMin
      k += base
    }
    return k + (base - tMin + 1) * delta / (delta + skew)
  }

  private static func digit(_ value: Int) -> Character {
    Character(Unicode.Scalar(UInt8(value < 26 ? value + 0x61 : value - 26 + 0x30)))
  }

  private static func value(_ digit: Character) -> Int? {
    guard let octet = digit.asciiValue else { return nil }
    switch octet {
    case 0x61...0x7A: return Int(octet) - 0x61
    case 0x41...0x5A: return Int(octet) - 0x41
    case 0x30...0x39: return Int(octet) - 0x30 + 26
    default: return nil
    }
  }
}
