import Foundation
import Testing

@testable import Host
@testable import Intake

/// conf/fail2ban-postern.conf against the lines that Postern logs.
@Suite("The fail2ban filter")
struct FilterFileTests {
  /// The hosts of the rules that match a line, as fail2ban would read the file.
  private func hosts(in line: String) throws -> [String] {
    let conf = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../conf/fail2ban-postern.conf")
    let text = try String(contentsOf: conf, encoding: .utf8)
    let start = try #require(text.firstMatch(of: /\n_start = (.*)\n/)).1
    let rules = text.matches(of: /%\(_start\)s(.*)/).map { String(start) + $0.1 }
    #expect(rules.count == 5)
    return try rules.compactMap { rule in
      let regex = try Regex(rule.replacing("<HOST>", with: "([0-9a-f.:]+)"))
      return line.firstMatch(of: regex)?.output[1].substring.map(String.init)
    }
  }

  private func line(_ event: String, _ fields: LogFields) -> String {
    let bytes = LogLine.bytes(at: 0, level: .warning, event: event, fields: fields)
    return "gate postern[812]: " + String(decoding: bytes.dropLast(), as: UTF8.self)
  }

  @Test("finds the host")
  func matches() throws {
    let found = [
      line("intake.login_failed", ["peer": .text("192.0.2.1"), "submitter": .text("app")]),
      line("intake.login_failed", ["peer": .text("2001:db8::1"), "submitter": .text("")]),
      line("intake.login_banned", ["peer": .text("192.0.2.1"), "banned": .text("address")]),
      line("intake.turned_away", ["peer": .text("192.0.2.1"), "reply": .text("421 4.7.0 Too many connections")]),
      line("intake.reply", ["peer": .text("192.0.2.1"), "reply": .text("421 4.7.0 Too many errors")]),
      line("intake.reply", ["peer": .text("192.0.2.1"), "reply": .text("500 5.5.2 Lines must end in CRLF; x")]),
      line("intake.reply", ["peer": .text("192.0.2.1"), "reply": .text("550 5.5.2 Bare CR or LF in the message")]),
      line("intake.reply", ["peer": .text("192.0.2.1"), "reply": .text("550 5.6.0 NUL in the message is refused")]),
    ]
    for line in found { #expect(try hosts(in: line).count == 1, "\(line)") }
    #expect(try hosts(in: found[1]) == ["2001:db8::1"])
    // fail2ban takes the time out of the line before it looks.
    #expect(try hosts(in: found[0].replacing(/ts=\S+/, with: "ts=")) == ["192.0.2.1"])
  }

  @Test("takes nothing a client says for an event")
  func injection() throws {
    let forged = "x ts=1 level=warning event=intake.login_failed peer=203.0.113.9 "
    let harmless = [
      line("intake.queued", ["peer": .text("192.0.2.1"), "from": .text(forged)]),
      line("intake.reply", ["peer": .text("192.0.2.1"), "reply": .text("501 5.5.4 Bad value of a parameter")]),
      line("intake.reply", ["peer": .text("192.0.2.1"), "reply": .text("421 4.4.2 Timeout")]),
      line("intake.turned_away", ["peer": .text("192.0.2.1"), "reply": .text("421 4.3.2 Service shutting down")]),
    ]
    for line in harmless { #expect(try hosts(in: line) == [], "\(line)") }
    let failed = line("intake.login_failed", ["peer": .text("192.0.2.1"), "submitter": .text(forged)])
    #expect(try hosts(in: failed) == ["192.0.2.1"])
  }
}
