import Sorting
import Testing

/// What servers of many makers and providers answer, after their manuals, sources and public lists of errors, and what it means
/// in Sisimai's vocabulary: a table far wider than the mails at hand, so that rules are held to what is true of mail.
@Suite struct ReasonTests {
  /// One refusal: the command it answers, who refuses, and the reply.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let reason: String
    let command: String
    let host: String
    let reply: String
    var testDescription: String { "\(reason): \(reply)" }
  }

  /// `refusals.txt`: each row is `command host reply`, below its reason; a row of Postfix's own words has `-` and its status.
  static let refusals: [Refusal] = {
    var reason = ""
    return caseLines("refusals.txt").compactMap { line in
      if line.hasPrefix("[") {
        reason = String(line.dropFirst().dropLast())
        return nil
      }
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      return Refusal(reason: reason, command: words[0], host: words[1], reply: words[2])
    }
  }()

  @Test func theTableIsRead() { #expect(Self.refusals.count >= 487) }

  /// As Postfix reports it to the sender (bounce(8)), with the reply in both parts.
  private static func notice(_ refusal: Refusal) -> String {
    var status = "5.0.0"
    var reply = refusal.reply
    var said = reply
    if refusal.command == "-", let mark = reply.firstIndex(of: ";") {
      status = String(reply[..<mark])
      reply = String(reply[reply.index(after: mark)...])
      said = reply
    } else {
      if let digit = reply.first { status = "\(digit).0.0" }
      let words = reply.prefix(16).split(whereSeparator: { $0 == " " || $0 == "-" || $0 == "#" })
      if let code = words.first(where: {
        $0.split(separator: ".").count == 3 && $0.allSatisfy { $0 == "." || $0.isNumber }
      }) {
        status = String(code)
      }
      let commands = ["rcpt": "RCPT TO", "mail": "MAIL FROM", "data": "end of DATA"]
      said =
        commands[refusal.command].map { "host \(refusal.host)[192.0.2.1] said: \(reply) (in reply to \($0) command)" }
        ?? "host \(refusal.host)[192.0.2.1] refused to talk to me: \(reply)"
    }
    let remote = refusal.command == "-" ? "" : "Remote-MTA: dns; \(refusal.host)\n"
    // A provider's own domain, where the reply names an address of it.
    let domain =
      reply.split(whereSeparator: { "<>() ,;:'".contains($0) }).first { $0.hasPrefix("kim@") }.map { $0.dropFirst(4) }
      ?? (refusal.host.contains("google") ? "gmail.com" : refusal.host.contains("olc.") ? "hotmail.com" : "example.net")
    return """
      Return-Path: <>
      From: MAILER-DAEMON@relay.sender.example (Mail Delivery System)
      Subject: Undelivered Mail Returned to Sender
      To: me@sender.example
      Content-Type: multipart/report; report-type=delivery-status; boundary="B/1"

      --B/1
      Content-Type: text/plain

      This is the mail system at host relay.sender.example.

      <kim@\(domain)>: \(said)

      --B/1
      Content-Type: message/delivery-status

      Reporting-MTA: dns; relay.sender.example

      Final-Recipient: rfc822; kim@\(domain)
      Action: failed
      Status: \(status)
      \(remote)Diagnostic-Code: \(refusal.command == "-" ? "X-Postfix" : "smtp"); \(reply)

      --B/1
      Content-Type: message/rfc822

      Message-ID: <first@sender.example>
      From: me@sender.example
      To: kim@\(domain)

      --B/1--
      """
  }

  @Test(arguments: refusals) func meansWhatItSays(_ refusal: Refusal) throws {
    let verdict = sort(Array(Self.notice(refusal).utf8)).verdict
    #expect(verdict.mailClass == .bounce)
    let bounce = try #require(verdict.bounces.first)
    #expect(bounce.reason == refusal.reason, "\(verdict.evidence)")
    // Only an address or a domain that is no use is barred for good; a temporary answer never closes a host.
    let lasting = ["userunknown", "hostunknown", "hasmoved", "notaccept"].contains(bounce.reason)
    if bounce.permanence == .hard { #expect(lasting || ["filtered", "suspend"].contains(bounce.reason)) }
  }
}
