// One row for each control header: its name and how its value is read. The grammar is DESIGN.md's table.

import MailText

/// A control header: `read` puts a value where it belongs, or says what is expected instead.
struct ControlHeaderRule: Sendable {
  let name: String
  let read: @Sendable (_ value: String, _ now: Int64, _ into: inout ControlHeaders) -> String?

  var key: String { String(decoding: name.utf8.map(lowered), as: UTF8.self) }
}

extension ControlHeaders {
  static let rules: [ControlHeaderRule] = [
    .init(name: "X-Postern-Sequence") { value, _, headers in
      guard isKey(value) else { return expected(keyGrammar, value) }
      headers.sequence = value
      return nil
    },
    .init(name: "X-Postern-Step") { value, _, headers in
      guard let number = wholeNumber(value, 1...1000) else { return expected("a number from 1 to 1000", value) }
      headers.step = number
      return nil
    },
    .init(name: "X-Postern-Delay") { value, _, headers in
      guard let delay = delay(value) else {
        return expected("a number and a unit like 90s, 15m, 4h, 3d or 2w, at most ten years", value)
      }
      headers.delayMilliseconds = delay
      return nil
    },
    .init(name: "X-Postern-Send-At") { value, now, headers in
      guard let instant = instant(value) else {
        return expected("a time like 2026-03-01T09:00:00+01:00 or Sun, 1 Mar 2026 09:00:00 +0100", value)
      }
      guard instant <= now + longestDelay else { return "is more than ten years from now" }
      headers.sendAt = instant
      return nil
    },
    .init(name: "X-Postern-Only-If") { value, _, headers in
      for item in list(value) {
        guard let condition = StepCondition(rawValue: item) else {
          return expected("no-reply, no-open or no-click, comma separated", value)
        }
        if !headers.onlyIf.contains(condition) { headers.onlyIf.append(condition) }
      }
      return nil
    },
    .init(name: "X-Postern-Account") { value, _, headers in
      guard let address = bareAddress(value) else { return expected("an address like ann@example.org", value) }
      headers.account = address
      return nil
    },
    .init(name: "X-Postern-Pool") { value, _, headers in
      guard isKey(value) else { return expected("the name of a pool", value) }
      headers.pool = value
      return nil
    },
    .init(name: "X-Postern-Campaign") { value, _, headers in
      guard isFreeName(value) else { return expected(freeNameGrammar, value) }
      headers.campaign = value
      return nil
    },
    .init(name: "X-Postern-Tag") { value, _, headers in
      guard isFreeName(value) else { return expected(freeNameGrammar, value) }
      headers.tag = value
      return nil
    },
    .init(name: "X-Postern-Priority") { value, _, headers in
      guard let number = wholeNumber(value, -10...10) else { return expected("a number from -10 to 10", value) }
      headers.priority = number
      return nil
    },
    .init(name: "X-Postern-Track") { value, _, headers in
      let items = list(value)
      guard items == ["none"] || items.allSatisfy({ $0 == "open" || $0 == "click" }) else {
        return expected("open, click or none", value)
      }
      headers.track = Tracking(open: items.contains("open"), click: items.contains("click"))
      return nil
    },
    .init(name: "X-Postern-Idempotency-Key") { value, _, headers in
      let isVisible = value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
      guard isVisible, (1...255).contains(value.utf8.count) else {
        return expected("1 to 255 visible ASCII characters without spaces", value)
      }
      headers.idempotencyKey = value
      return nil
    },
    .init(name: "X-Postern-Cancel") { value, _, headers in
      let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, trimmed(String(parts[0])) == "sequence", isKey(trimmed(String(parts[1]))) else {
        return expected("sequence=KEY", value)
      }
      headers.cancelSequence = trimmed(String(parts[1]))
      return nil
    },
  ]

  static let rulesByName = Dictionary(uniqueKeysWithValues: rules.map { ($0.key, $0) })
}

private let keyGrammar = "a key of 1 to 128 letters, digits and . _ - :"
private let freeNameGrammar = "a name of 1 to 200 characters on one line"

/// Ten years: longer is a slip of the pen.
private let longestDelay: Int64 = 3650 * 86_400_000

private func expected(_ what: String, _ value: String) -> String {
  value.isEmpty ? "is empty, expected \(what)" : "expected \(what), not \"\(printable(value, limit: 40))\""
}

/// Keys are compared byte by byte and appear in command lines and `sequence=KEY`, so nothing that needs quoting.
private func isKey(_ text: String) -> Bool {
  (1...128).contains(text.utf8.count)
    && text.utf8.allSatisfy { isAlphanumeric($0) || [0x2E, 0x5F, 0x2D, 0x3A].contains($0) }
}

private func isFreeName(_ text: String) -> Bool {
  (1...200).contains(text.count) && text.utf8.count <= 1000 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
}

private func wholeNumber(_ text: String, _ range: ClosedRange<Int>) -> Int? {
  guard let number = Int(text), range.contains(number) else { return nil }
  return number
}

private func delay(_ text: String) -> Int64? {
  let units: [UInt8: Int64] = [
    UInt8(ascii: "s"): 1000, UInt8(ascii: "m"): 60_000, UInt8(ascii: "h"): 3_600_000, UInt8(ascii: "d"): 86_400_000,
    UInt8(ascii: "w"): 604_800_000,
  ]
  let digits = text.utf8.dropLast()
  guard let last = text.utf8.last, let unit = units[last], (1...12).contains(digits.count),
    digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
  else { return nil }
  let (milliseconds, overflow) = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
    .multipliedReportingOverflow(by: unit)
  return overflow || milliseconds > longestDelay ? nil : milliseconds
}

/// Items of a comma separated list, in lower case; an empty item stays and fails where it is looked at.
private func list(_ text: String) -> [String] {
  text.split(separator: ",", omittingEmptySubsequences: false)
    .map { String(decoding: trimmed(String($0)).utf8.map(lowered), as: UTF8.self) }
}

/// One address; a display name is dropped, the domain becomes lower case.
private func bareAddress(_ text: String) -> String? {
  // The reader of address lists forgives white space inside an address; a typing error here would name another account.
  if !text.contains("<"), text.contains(where: \.isWhitespace) { return nil }
  let addresses = Address.list(in: text)
  guard text.utf8.count <= 320, addresses.count == 1, let address = addresses.first, !address.localPart.isEmpty,
    !address.domain.isEmpty
  else { return nil }
  let isDomain = address.domain.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2E || $0 == 0x2D || $0 >= 0x80 }
  let isLocal = address.localPart.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != 0x40 }
  return isDomain && isLocal ? Address.normalized(address.address) : nil
}

/// RFC 3339, or RFC 5322 section 3.3 with its zone: without one nobody knows which nine o'clock is meant.
private func instant(_ text: String) -> Int64? {
  if let instant = MailDate.parseRFC3339(text) { return instant }
  guard let zone = text.split(separator: " ").last, isZone(zone) else { return nil }
  return MailDate.parse(text)
}

/// `+hhmm`, or a name that RFC 5322 section 4.3 gives a meaning.
private func isZone(_ text: Substring) -> Bool {
  if text.hasPrefix("+") || text.hasPrefix("-") { return text.utf8.count == 5 && Int(text.dropFirst()) != nil }
  return ["UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"].contains(text)
}
