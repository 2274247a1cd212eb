import MailText

/// Answers to invitations (RFC 5546 §3.2.3): a person has read and reacted, though no letter was written.
struct CalendarRules {
  let facts: MailFacts

  /// A person's answer only: calendars mark those as generated, which makes them no automatic answers.
  func answer() -> Verdict? {
    guard let verdict = verdict(), verdict.mailClass == .reply else { return nil }
    return verdict
  }

  func verdict() -> Verdict? {
    for part in facts.message.parts where part.contentType.isType("text", "calendar") {
      let lines = Self.unfolded(facts.message.text(of: part, atMost: 65_536))
      let method = (part.contentType.parameters["method"] ?? Self.value(of: "METHOD", in: lines) ?? "").asciiLowercased
      guard method == "reply" || method == "counter" else {
        // A person's letter may come with an invitation.
        if ReplyRules.isAnswer(facts) { return nil }
        return Verdict(
          mailClass: .other, confidence: 0.9, rule: "calendar." + (method.isEmpty ? "event" : Self.word(method)),
          evidence: ["Content-Type: text/calendar; method=\(method)"])
      }
      let attendee = lines.first { $0.utf8.prefix(8).equalsASCII("ATTENDEE") } ?? ""
      let status = Self.parameter("PARTSTAT", of: attendee) ?? "NEEDS-ACTION"
      var verdict = Verdict(
        mailClass: .reply, confidence: 0.9, rule: "calendar.answer", evidence: ["METHOD:REPLY", "PARTSTAT=\(status)"])
      let written = ReplyText.trim(facts)
      verdict.replyText = written.isEmpty ? Self.value(of: "COMMENT", in: lines) ?? "" : written
      return verdict
    }
    return nil
  }

  /// RFC 5545 §3.1: a line that begins with a space goes on with the one before it.
  private static func unfolded(_ text: String) -> [String] {
    var lines: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      if line.first == " " || line.first == "\t", !lines.isEmpty {
        lines[lines.count - 1] += line.dropFirst()
      } else {
        lines.append(String(line))
      }
    }
    return lines
  }

  private static func value(of name: String, in lines: [String]) -> String? {
    for line in lines where line.utf8.prefix(name.utf8.count).equalsASCII(name) {
      let rest = line.utf8.dropFirst(name.utf8.count)
      guard let next = rest.first, next == Octet.colon || next == Octet.semicolon,
        let colon = rest.firstIndex(of: Octet.colon)
      else { continue }
      return String(decoding: Array(rest[rest.index(after: colon)...]), as: UTF8.self)
        .replacing("\\n", with: "\n").replacing("\\,", with: ",").trimmedSpaces
    }
    return nil
  }

  private static func parameter(_ name: String, of line: String) -> String? {
    for part in line.split(separator: ";") where part.utf8.prefix(name.utf8.count + 1).equalsASCII(name + "=") {
      return String(part.dropFirst(name.count + 1).prefix { $0 != ":" && $0 != ";" })
    }
    return nil
  }

  /// Methods are words of a closed list; what is none must not become part of a rule's name.
  private static func word(_ method: String) -> String {
    ["request", "publish", "cancel", "add", "refresh"].contains(method) ? method : "event"
  }
}
