import Foundation
import MailText
import Testing

@testable import CommandLine

struct SendmailTests {
  static let flagCases: [(arguments: [String], request: SendmailRequest)] = [
    (["-t"], SendmailRequest(recipientsFromHeader: true)),
    (["-t", "-i"], SendmailRequest(recipientsFromHeader: true, ignoresDots: true)),
    (["-ti"], SendmailRequest(recipientsFromHeader: true, ignoresDots: true)),
    (
      ["-oi", "-f", "a@example.org", "b@example.org"],
      SendmailRequest(ignoresDots: true, sender: "a@example.org", recipients: ["b@example.org"])
    ),
    (
      ["-fa@example.org", "--", "-odd@example.org"],
      SendmailRequest(sender: "a@example.org", recipients: ["-odd@example.org"])
    ),
    (["-f", "<>", "<b@example.org>"], SendmailRequest(sender: "", recipients: ["b@example.org"])),
    (
      ["-r", "a@x", "-F", "Full Name", "-B8BITMIME", "-N", "never", "-oem", "-odb", "b@x"],
      SendmailRequest(sender: "a@x", fullName: "Full Name", recipients: ["b@x"])
    ),
    (["-bp"], SendmailRequest(mode: .listQueue)), (["-q"], SendmailRequest(mode: .runQueue)),
    (["-q30m"], SendmailRequest(mode: .runQueue)), (["-bm", "b@x"], SendmailRequest(recipients: ["b@x"])),
    (["-bi"], SendmailRequest(mode: .nothing)),
    (["--socket=/s", "b@x"], SendmailRequest(recipients: ["b@x"], socket: "/s")),
    (["--socket", "/s", "-v", "b@x"], SendmailRequest(recipients: ["b@x"], socket: "/s")),
  ]

  @Test(arguments: flagCases)
  func flags(arguments: [String], request: SendmailRequest) throws {
    #expect(try SendmailRequest.parse(arguments) == request)
  }

  @Test(arguments: [
    ("a\nb\n", false, "a\r\nb\r\n"), ("a\r\nb", false, "a\r\nb\r\n"), ("a\n.\nb\n", false, "a\r\n"),
    ("a\n.\nb\n", true, "a\r\n.\r\nb\r\n"), ("a\n..\n", false, "a\r\n..\r\n"), ("a\rb\n", false, "a\r\nb\r\n"),
    ("", false, ""), ("\n\n", false, "\r\n\r\n"), (".", false, ""), ("a\n.\r\nb", false, "a\r\n"),
  ])
  func input(typed: String, ignoresDots: Bool, mail: String) {
    #expect(String(decoding: mailFromInput(Array(typed.utf8), ignoresDots: ignoresDots), as: UTF8.self) == mail)
  }

  private struct Body: Decodable {
    var sender: String
    var recipients: [String]
    var mail: Data
  }

  private func sent(_ shell: TestShell) throws -> Body {
    let request = try #require(shell.requests.first)
    #expect(request.path == "/api/v1/submissions")
    return try JSONDecoder().decode(Body.self, from: Data(request.body))
  }

  @Test func recipientsFromHeaderAndCommandLine() throws {
    let shell = TestShell()
    shell.input = "From: a@example.org\nTo: B <b@example.org>, c@example.org\nBcc: d@example.org\n\nHello\n"
    #expect(shell.run("-t", "-f", "bounces@example.org", "e@example.org", named: "/usr/sbin/sendmail") == 0)
    let body = try sent(shell)
    #expect(body.sender == "bounces@example.org")
    #expect(body.recipients == ["e@example.org", "b@example.org", "c@example.org", "d@example.org"])
    #expect(String(decoding: body.mail, as: UTF8.self).hasSuffix("Bcc: d@example.org\r\n\r\nHello\r\n"))
    #expect(shell.out.isEmpty)
  }

  @Test(arguments: [
    ("Hello\n", "From: Me <me@example.org>\r\n\r\nHello\r\n"),
    ("\nHello\n", "From: Me <me@example.org>\r\n\r\nHello\r\n"),
    ("Subject: x\n\nHello\n", "From: Me <me@example.org>\r\nSubject: x\r\n\r\nHello\r\n"),
    ("From: you@example.org\n\nHello\n", "From: you@example.org\r\n\r\nHello\r\n"),
  ])
  func missingFromIsAdded(typed: String, mail: String) throws {
    let shell = TestShell()
    shell.input = typed
    #expect(shell.run("sendmail", "-F", "Me", "-f", "me@example.org", "b@example.org") == 0)
    #expect(String(decoding: try sent(shell).mail, as: UTF8.self) == mail)
  }

  @Test func resentFieldsComeFirst() {
    let header = HeaderBlock(parsing: Array("To: a@example.org\r\nResent-To: b@example.org\r\n\r\n".utf8))
    #expect(headerRecipients(header) == ["b@example.org"])
  }

  @Test func mailWithoutRecipientsIsRefused() {
    let shell = TestShell()
    shell.input = "Subject: x\n\nx\n"
    #expect(shell.run("sendmail", "-t") == 65)
    #expect(shell.requests.isEmpty)
  }

  @Test func calledAsMailq() {
    let shell = TestShell()
    shell.answer("")
    #expect(shell.run(named: "/usr/bin/mailq") == 0)
    #expect(shell.requests.first?.path == "/api/v1/messages")
    let listing = TestShell()
    listing.answer("")
    #expect(listing.run("-bp", named: "sendmail") == 0)
    #expect(listing.requests.first?.path == "/api/v1/messages")
  }
}
