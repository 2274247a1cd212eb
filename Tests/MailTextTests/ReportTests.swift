import MailText
import Testing

@Suite struct ReportTests {
  /// Written after the examples of RFC 3464 Appendix E.
  static let report = """
    Reporting-MTA: dns; cs.example.edu
    Original-Envelope-Id: QQ+2B314159
    Arrival-Date: Fri, 8 Jul 1994 09:21:25 -0400

    Original-Recipient: rfc822;arathib@vnet.example.com
    Final-Recipient: RFC822; <arathib@vnet.example.com>
    Action: failed (permanent)
    Status: 5.0.0 (permanent failure)
    Diagnostic-Code: smtp; 550 'arathib@vnet.example.com' is not a
     registered gateway user
    Remote-MTA: dns; vnet.example.com

    Final-Recipient: rfc822;johnh@hpnjld.example.com
    Action: delayed
    Status: 4.0.0 (hpnjld.example.com is down)
    Will-Retry-Until: Thu, 14 Jul 1994 17:00:00 -0400

    Final-Recipient: utf-8; j\\x{F6}rg@x.example
    Action: Delivered
    Status: 2.1.5
    """

  @Test func deliveryStatus() {
    let status = DeliveryStatus(Array(Self.report.utf8))
    #expect(status.reportingMTA == "cs.example.edu")
    #expect(status.originalEnvelopeID == "QQ+314159")
    #expect(
      status.recipients.map(\.finalRecipient) == [
        "arathib@vnet.example.com", "johnh@hpnjld.example.com", "jörg@x.example",
      ])
    #expect(status.recipients.map(\.action) == ["failed", "delayed", "delivered"])
    #expect(status.recipients.map(\.status) == ["5.0.0", "4.0.0", "2.1.5"])
    #expect(status.recipients[0].originalRecipient == "arathib@vnet.example.com")
    #expect(status.recipients[0].diagnostic == "550 'arathib@vnet.example.com' is not a registered gateway user")
    #expect(status.recipients[0].diagnosticType == "smtp")
    #expect(status.recipients[0].remoteMTA == "vnet.example.com")
    #expect(status.recipients[1].willRetryUntil == 774_219_600_000)
  }

  @Test(arguments: [
    (
      "no empty line between groups",
      "Reporting-MTA: dns; a\nFinal-Recipient: rfc822; b@c\nStatus: 5.1.1\nFinal-Recipient: rfc822; d@e\nStatus: 4.2.2\n",
      ["b@c 5.1.1", "d@e 4.2.2"]
    ),
    (
      "leading empty lines and junk", "\n\n???\nReporting-MTA: dns; a\n\n???\nFinal-Recipient: b@c\nStatus: 5.1.1\n",
      ["b@c 5.1.1"]
    ),
    (
      "group split by an empty line",
      "Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822;b@c\n\nAction: failed\nStatus: 5.1.1\n", ["b@c 5.1.1"]
    ),
    ("no recipient", "Reporting-MTA: dns; a\n", []),
    ("nothing", "", []),
  ])
  func brokenReports(_ name: String, _ text: String, _ found: [String]) {
    let status = DeliveryStatus(Array(text.utf8))
    #expect(status.recipients.map { "\($0.finalRecipient ?? "-") \($0.status ?? "-")" } == found)
  }

  @Test func everyPrefixOfAReportIsRead() {
    let bytes = Array(Self.report.utf8)
    for length in bytes.indices { #expect(DeliveryStatus(Array(bytes[..<length])).recipients.count <= 3) }
  }

  @Test(
    arguments: [
      ("550 5.1.1 unknown", "5.1.1"), ("(5.7.520)", "5.7.520"), ("10.5.1.1", nil), ("5.1.1.1", nil),
      ("5.1.1.", "5.1.1"),
      ("at 192.5.1.1 it failed", nil), ("3.1.1", nil), ("5.1", nil), ("x5.1.1", nil), ("5.1.1111", nil), ("", nil),
      ("#5.1.0#", "5.1.0"), ("#4.4.7", "4.4.7"),
    ] as [(String, String?)])
  func enhancedStatus(_ text: String, _ status: String?) { #expect(EnhancedStatus.find(in: text) == status) }

  @Test func feedbackReport() {
    let report = FeedbackReport(
      Array(
        """
        Feedback-Type: Abuse
        User-Agent: SomeGenerator/1.0
        Version: 1
        Original-Mail-From: <somespammer@example.net>
        Original-Rcpt-To: <user@example.com>
        Arrival-Date: Thu, 8 Mar 2005 14:00:00 EDT
        Source-IP: 192.0.2.2
        Incidents: 3
        """.utf8))
    #expect(report.feedbackType == "abuse")
    #expect(report.originalMailFrom == "somespammer@example.net")
    #expect(report.originalRecipients == ["user@example.com"])
    #expect(report.arrivalDate == 1_110_304_800_000)
    #expect(report.incidents == 3)
    #expect(FeedbackReport([]).feedbackType == nil)
  }
}
