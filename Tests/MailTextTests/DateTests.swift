import MailText
import Testing

@Suite struct DateTests {
  @Test(
    arguments: [
      ("Fri, 21 Nov 1997 09:55:06 -0600", 880_127_706_000), ("21 Nov 1997 09:55 -0600", 880_127_700_000),
      ("Thu, 13\r\n Feb\r\n 1969\r\n 23:32:54 -0330 (Newfoundland Time)", -27_723_426_000),
      ("21 Nov 97 09:55:06 GMT", 880_106_106_000), ("Fri Nov 21 09:55:06 1997", 880_106_106_000),
      ("Fri Nov 21 09:55:06 EST 1997", 880_124_106_000), ("21-Nov-1997 09:55:06 +0000", 880_106_106_000),
      ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", nil), ("Thu, 01 Jan 1970 00:00:00 +0000", 0),
      ("29 Feb 2000 12:00:00 Z", 951_825_600_000), ("29 Feb 1900 12:00:00 Z", nil), ("31 Apr 2020 12:00:00 Z", nil),
      ("Sat, 21 Nov 2026 05:35:60 +0000", 1_795_239_359_000), ("Sat, 21 Nov 2026 25:35:00 +0000", nil), ("", nil),
      ("yesterday", nil), ("1 2 3 4 5 6", nil), ("99999999999999999999 Nov 1997 09:55:06", nil),
      ("Wed, 1 April 2026 00:00:00 +0530", 1_774_981_800_000), (":::: ::: :: :", nil), ("Mon Mon Mon Mon Mon", nil),
    ] as [(String, Int64?)])
  func parses(_ text: String, _ epoch: Int64?) { #expect(MailDate.parse(text) == epoch) }

  @Test(
    arguments: [
      ("2026-11-21T05:35:11Z", 1_795_239_311_000), ("2026-11-21t05:35:11.5z", 1_795_239_311_500),
      ("2026-11-21T05:35:11.123456+01:00", 1_795_235_711_123), ("2026-11-21 05:35:11-00:30", 1_795_241_111_000),
      ("2026-11-21T05:35Z", 1_795_239_300_000), ("2026-11-21T05:35:11", nil), ("2026-13-21T05:35:11Z", nil),
      ("2026-02-30T05:35:11Z", nil), ("2026-11-21T05:35:11.Z", nil), ("2026-11-21T05:35:11+0100", nil), ("", nil),
      ("2026-11-21T05:35:11Z trailing", nil),
    ] as [(String, Int64?)])
  func parsesRFC3339(_ text: String, _ epoch: Int64?) { #expect(MailDate.parseRFC3339(text) == epoch) }

  @Test func formatsAndReadsBack() {
    #expect(MailDate.format(880_127_706_000) == "Fri, 21 Nov 1997 15:55:06 +0000")
    #expect(MailDate.format(-1_000) == "Wed, 31 Dec 1969 23:59:59 +0000")
    // Every 37 days and some hours over five centuries: each month length and leap rule comes by.
    for step in stride(from: Int64(-5_000_000_000_000), to: 11_000_000_000_000, by: 3_222_007_000) {
      #expect(MailDate.parse(MailDate.format(step)) == step)
    }
  }
}
