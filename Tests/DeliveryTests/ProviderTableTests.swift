import Testing

@testable import Delivery

@Suite struct ProviderTableTests {
  @Test func everyRowIsWhole() {
    for row in MailProvider.table {
      #expect(!row.sources.isEmpty && row.sources.allSatisfy { $0.hasPrefix("https://") }, "\(row.key)")
      #expect(row.logins.first != nil)
      #expect((row.imap == nil) == (row.keepsSentCopy == nil), "\(row.key): Sent copies are of mailboxes")
      #expect((row.replies == .generic) == (row.key == "generic"))
      // RFC 8314: 465 and 993 begin with TLS, 587 and 143 do not.
      for place in [row.smtp, row.imap].compactMap(\.self) {
        #expect((place.port == 465 || place.port == 993) == (place.security == .implicit), "\(row.key) \(place)")
      }
      #expect(MailProvider.of(key: row.key) == row)
      #expect(Provider(host: row.smtp.host) == row.replies, "\(row.key): its replies are read by the wrong rows")
    }
    #expect(Set(MailProvider.keys).count == MailProvider.table.count)
    let domains = MailProvider.table.flatMap(\.domains)
    #expect(Set(domains).count == domains.count)
  }

  @Test func theNamedProvidersAreThere() {
    let wanted = [
      "gmail", "google-workspace", "microsoft365", "outlook", "yahoo", "icloud", "fastmail", "zoho", "gmx", "ses",
      "mailgun", "sendgrid", "postmark", "generic",
    ]
    #expect(Set(wanted).isSubset(of: Set(MailProvider.keys)))
  }

  @Test(
    arguments: [
      ("GMail.com", "gmail"), ("yahoo.com.br", "yahoo"), ("hotmail.co.za", "outlook"), ("yahoo.co.jp", nil),
      ("hotmail.com", "outlook"), ("me.com", "icloud"), ("gmx.de", "gmx"), ("example.org", nil),
    ] as [(String, String?)])
  func byDomain(domain: String, key: String?) { #expect(MailProvider.of(domain: domain)?.key == key) }

  @Test(
    arguments: [
      ("aspmx.l.google.com", "google-workspace"), ("alt1.aspmx.l.google.com", "google-workspace"),
      ("smtp.google.com", "google-workspace"), ("example-org.mail.protection.outlook.com", "microsoft365"),
      ("example-org.a-v1.mx.microsoft", "microsoft365"), ("in1-smtp.messagingengine.com", "fastmail"),
      ("mx.zoho.eu", "zoho-eu"), ("mx01.mail.icloud.com", "icloud"), ("notgoogle.com", nil), ("mx.example.org", nil),
    ] as [(String, String?)])
  func byExchanger(host: String, key: String?) { #expect(MailProvider.of(exchanger: host)?.key == key) }

  @Test(
    arguments: [
      ("icloud.com", .icloud), ("me.com", .icloud), ("Mac.com", .icloud), ("yahoo.de", .yahoo), ("yahoo.co.uk", .yahoo),
      ("ymail.com", .yahoo), ("outlook.de", .microsoft), ("hotmail.co.uk", .microsoft), ("live.fr", .microsoft),
      ("zohomail.com", .zoho), ("gmail.com", .google), ("fastmail.fm", .fastmail), ("gmx.at", .gmx),
      ("example.org", .generic), ("yahoo.co.jp", .generic), ("notgmail.com", .generic),
    ] as [(String, Provider)])
  func whoKeepsTheMailboxesOfADomain(domain: String, provider: Provider) {
    #expect(Provider(mailboxDomain: domain) == provider)
  }

  @Test func whatProvidersCallADayIsTheLast24Hours() {
    for key in ["gmail", "google-workspace", "microsoft365"] {
      #expect(MailProvider.of(key: key)?.dailyLimitMode == .rolling)
      #expect(MailProvider.of(key: key)?.dailyLimit != nil)
    }
  }

  @Test func theGenericRowHasTheNamesOfTheDomain() throws {
    let row = try #require(MailProvider.of(key: "generic"))
    let servers = MailboxServers(of: row, domain: "firm.example", found: .table, evidence: "")
    #expect(servers.smtp == ServerPlace(host: "smtp.firm.example", port: 465, security: .implicit))
    #expect(servers.imap == ServerPlace(host: "imap.firm.example", port: 993, security: .implicit))
  }

  @Test func microsoftAndAmazonReplaceMessageIDs() {
    #expect(
      MailProvider.of(key: "microsoft365")?.messageIDs == .replaced(originalIn: "X-Microsoft-Original-Message-ID"))
    #expect(MailProvider.of(key: "ses")?.messageIDs == .replaced(originalIn: nil))
    #expect(MailProvider.of(key: "gmail")?.messageIDs == .kept)
  }

  static let refusals: [(Provider, Bool, String, String)] = [
    (.google, false, "535 5.7.8 Username and Password not accepted. For more information, go to", "app password"),
    (.google, false, "534 5.7.9 Application-specific password required.", "app password"),
    (.google, false, "NO [ALERT] Application-specific password required", "app password"),
    (.google, false, "NO [ALERT] Your account is not enabled for IMAP use.", "IMAP is switched off"),
    (.google, false, "534 5.7.14 Please log in via your web browser and then try again.", "browser"),
    (.google, true, "the server does not take the access token: {\"status\":\"400\"}", "token"),
    (
      .microsoft, false,
      "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", "whole tenant"
    ),
    (
      .microsoft, false,
      "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.", "this mailbox"
    ),
    (
      .microsoft, false,
      "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.", "rule"
    ),
    (.microsoft, false, "NO LOGIN failed.", "no passwords"),
    (.microsoft, true, "NO AUTHENTICATE failed.", "token"),
    (.yahoo, false, "NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials", "app password"),
    (.icloud, false, "535 5.7.8 Error: authentication failed", "app-specific"),
    (.generic, false, "535 5.7.8 Error: authentication failed", "user and password"),
    (.generic, true, "NO [AUTHENTICATIONFAILED] Authentication failed.", "token"),
    (.sendgrid, false, "535 Authentication failed: Bad username / password", "apikey"),
  ]

  @Test(arguments: refusals)
  func refusedLoginsGetAdvice(provider: Provider, usesOAuth: Bool, refusal: String, part: String) throws {
    let advice = try #require(LoginAdvice.of(refusal, provider: provider, usesOAuth: usesOAuth))
    #expect(advice.words.contains(part), "\(advice.words)")
    #expect(advice.source.hasPrefix("https://") || advice.source.hasPrefix("RFC "))
  }
}
