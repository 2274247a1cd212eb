import Testing

@testable import Delivery

@Suite struct ReplyTableTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var provider: Provider = .generic
    var stage: SMTPStage
    var reply: String
    var kind: ReplyMeaning.Kind
    var pauses = false
    var isHard = false
    var testDescription: String { "\(provider) \(stage): \(reply)" }

    var facts: SMTPReplyFacts {
      SMTPReplyFacts(stage: stage, code: Int(reply.prefix(3)) ?? 0, text: String(reply.dropFirst(4)))
    }
  }

  static let real: [Case] = [
    // What DESIGN.md names.
    .init(stage: .mail, reply: "421 4.7.0 Try again later, closing connection.", kind: .accountLimited),
    .init(stage: .recipient, reply: "450 4.2.1 Peak SMTP relay limit exceeded for customer.", kind: .accountLimited),
    .init(stage: .dot, reply: "550 5.4.5 Daily user sending limit exceeded.", kind: .accountLimited),
    .init(
      stage: .login, reply: "550 5.7.30 Basic authentication is not supported for Client Submission.",
      kind: .accountLimited),
    // Google.
    .init(
      provider: .google, stage: .dot,
      reply: "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail 5.4.5 sending limits go to",
      kind: .accountLimited),
    .init(
      provider: .google, stage: .recipient,
      reply: "450 4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend later.",
      kind: .temporary),
    .init(
      provider: .google, stage: .recipient,
      reply: "450 4.2.1 Peak SMTP relay limit exceeded for this customer.", kind: .accountLimited),
    .init(
      provider: .google, stage: .login, reply: "535 5.7.8 Username and Password not accepted. Learn more at",
      kind: .loginRefused),
    .init(
      provider: .google, stage: .login, reply: "534 5.7.9 Application-specific password required. Learn more at",
      kind: .loginRefused),
    .init(
      provider: .google, stage: .login, reply: "454 4.7.0 Too many login attempts, please try again later.",
      kind: .accountLimited),
    .init(
      provider: .google, stage: .recipient,
      reply: "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking",
      kind: .recipientRefused, isHard: true),
    .init(
      provider: .google, stage: .dot,
      reply: "552 5.7.0 This message was blocked because its content presents a potential security issue.",
      kind: .contentRefused),
    .init(
      provider: .google, stage: .recipient, reply: "452 4.2.2 The email account that you tried to reach is over quota.",
      kind: .temporary),
    .init(
      provider: .google, stage: .recipient, reply: "452 4.5.3 Your message has too many recipients.", kind: .temporary),
    // Microsoft.
    .init(
      provider: .microsoft, stage: .dot, reply: "432 4.3.2 Concurrent connections limit exceeded.",
      kind: .accountLimited),
    .init(
      provider: .microsoft, stage: .dot, reply: "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded",
      kind: .temporary),
    .init(
      provider: .microsoft, stage: .dot,
      reply: "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message",
      kind: .accountLimited),
    .init(
      provider: .microsoft, stage: .dot,
      reply: "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionQuotaExceeded",
      kind: .accountLimited),
    .init(
      provider: .microsoft, stage: .dot,
      reply: "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
      kind: .accountLimited),
    .init(
      provider: .microsoft, stage: .login,
      reply: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
      kind: .loginRefused),
    .init(
      provider: .microsoft, stage: .mail,
      reply: "530 5.7.57 Client not authenticated to send mail. [X.prod.outlook.com]", kind: .loginRefused),
    .init(
      provider: .microsoft, stage: .dot, reply: "550 5.1.8 Access denied, bad outbound sender AS(42003)",
      kind: .accountLimited, pauses: true),
    .init(
      provider: .microsoft, stage: .recipient, reply: "451 4.7.500 Server busy. Please try again later",
      kind: .accountLimited),
    .init(
      provider: .microsoft, stage: .recipient,
      reply: "550 5.4.1 Recipient address rejected: Access denied. [X.protection.outlook.com]",
      kind: .recipientRefused, isHard: true),
    .init(
      provider: .microsoft, stage: .recipient, reply: "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
      kind: .recipientRefused, isHard: true),
    .init(
      provider: .microsoft, stage: .dot,
      reply: "554 5.2.252 SendAsDenied; a@example.org not allowed to send as b@example.org", kind: .contentRefused),
    // Others.
    .init(
      provider: .ses, stage: .dot, reply: "454 Throttling failure: Maximum sending rate exceeded.",
      kind: .accountLimited),
    .init(
      provider: .yahoo, stage: .mail,
      reply: "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume",
      kind: .accountLimited),
    .init(
      provider: .ses, stage: .dot,
      reply:
        "554 Message rejected: Sending suspended for this account. For more information, please check the inbox of the email address",
      kind: .accountLimited, pauses: true),
    .init(
      provider: .ses, stage: .dot, reply: "554 Message rejected: Sending paused for this account.",
      kind: .accountLimited, pauses: true),
    .init(
      provider: .ses, stage: .dot, reply: "454 Throttling failure: Daily message quota exceeded.", kind: .accountLimited
    ),
    .init(
      provider: .ses, stage: .dot,
      reply: "554 Message rejected: Email address is not verified. The following identities failed the check",
      kind: .contentRefused),
    .init(
      provider: .mailgun, stage: .data,
      reply:
        "421 Domain timeoverflow.org is not allowed to send: recipient limit exceeded, try again after Sun, 05 Oct 2025 19:22:44 UTC",
      kind: .accountLimited),
    .init(
      provider: .mailgun, stage: .data,
      reply: "421 Domain sandbox1.mailgun.org is not allowed to send: Sandbox subdomains are for test purposes only.",
      kind: .accountLimited, pauses: true),
    .init(
      provider: .sendgrid, stage: .mail, reply: "403 You are not authorized to send from that email address",
      kind: .contentRefused),
    .init(
      provider: .sendgrid, stage: .dot,
      reply: "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error",
      kind: .contentRefused),
    .init(
      provider: .sendgrid, stage: .login, reply: "451 Authentication failed: Maximum credits exceeded",
      kind: .accountLimited),
    .init(
      provider: .zoho, stage: .recipient, reply: "553 Sender is not allowed to relay emails", kind: .contentRefused),
    .init(
      provider: .zoho, stage: .dot, reply: "550 5.4.6 Unusual sending activity detected. Please try after sometime",
      kind: .accountLimited),
    .init(
      provider: .yahoo, stage: .recipient, reply: "554 delivery error: dd This user doesn't have a yahoo.com account",
      kind: .recipientRefused, isHard: true),
    .init(
      provider: .yahoo, stage: .mail, reply: "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1",
      kind: .accountLimited),
    .init(
      provider: .google, stage: .dot,
      reply: "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your DKIM domain",
      kind: .accountLimited),
    .init(
      provider: .google, stage: .login, reply: "534 5.7.14 Please log in via your web browser and then try again.",
      kind: .loginRefused),
    .init(
      provider: .google, stage: .mail, reply: "530 5.7.0 Authentication Required. Learn more at", kind: .loginRefused),
    .init(
      provider: .google, stage: .mail, reply: "421 4.4.5 Server busy, try again later.", kind: .connectionTrouble),
    .init(
      provider: .google, stage: .recipient,
      reply: "553 5.1.2 The recipient domain \"exampel\" is not valid. Please check for any spelling errors",
      kind: .recipientRefused, isHard: true),
    .init(
      provider: .google, stage: .dot,
      reply: "552 5.2.2 The email account that you tried to reach is over quota and inactive.", kind: .recipientRefused),
    .init(
      provider: .google, stage: .recipient,
      reply:
        "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages",
      kind: .recipientRefused),
    .init(
      provider: .microsoft, stage: .dot,
      reply: "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.",
      kind: .accountLimited, pauses: true),
    .init(
      provider: .microsoft, stage: .dot,
      reply: "550 5.7.705 Access denied, tenant has exceeded threshold. Please contact support", kind: .accountLimited,
      pauses: true),
    .init(
      provider: .microsoft, stage: .mail,
      reply: "550 5.7.60 SMTP; Client does not have permissions to send as this sender", kind: .contentRefused),
    .init(
      provider: .microsoft, stage: .recipient,
      reply: "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
      kind: .recipientRefused),
    .init(
      provider: .microsoft, stage: .recipient, reply: "451 4.7.652 The mail server has exceeded the maximum number",
      kind: .accountLimited),
    // Postfix and other servers.
    .init(stage: .recipient, reply: "550 5.7.1 Your mail limit has been reached.", kind: .accountLimited),
    .init(
      stage: .data,
      reply:
        "554 5.7.1 <DATA>: Data command rejected: limit of 400 rcpts per 24 hours for client a@example.org reached",
      kind: .accountLimited),
    .init(
      stage: .recipient,
      reply: "550 User me@site.com has exceeded its 24-hour sending limit. Messages to 25 recipients out of 25 allowed",
      kind: .accountLimited),
    .init(stage: .recipient, reply: "450 4.7.1 message count quota exceeded", kind: .accountLimited),
    .init(stage: .greeting, reply: "554 no SMTP service here", kind: .connectionTrouble),
    .init(
      stage: .greeting, reply: "421 4.7.0 mail.example.org Error: too many connections from 192.0.2.1",
      kind: .connectionTrouble),
    .init(stage: .hello, reply: "502 5.5.2 Error: command not recognized", kind: .connectionTrouble),
    .init(stage: .login, reply: "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", kind: .loginRefused),
    .init(stage: .login, reply: "454 4.7.0 Temporary authentication failure", kind: .connectionTrouble),
    .init(stage: .login, reply: "334 VXNlcm5hbWU6", kind: .accepted),
    .init(stage: .mail, reply: "250 2.1.0 Ok", kind: .accepted),
    .init(stage: .mail, reply: "530 5.7.0 Must issue a STARTTLS command first", kind: .loginRefused),
    .init(stage: .mail, reply: "552 5.3.4 Message size exceeds fixed limit", kind: .contentRefused),
    .init(stage: .mail, reply: "452 4.3.1 Insufficient system storage", kind: .temporary),
    .init(stage: .mail, reply: "421 4.3.2 Service shutting down", kind: .connectionTrouble),
    .init(
      stage: .recipient, reply: "450 4.7.1 Error: too much mail from 192.0.2.1", kind: .accountLimited),
    .init(
      stage: .recipient,
      reply: "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in local recipient table",
      kind: .recipientRefused, isHard: true),
    .init(stage: .recipient, reply: "550 No such user here", kind: .recipientRefused, isHard: true),
    .init(stage: .recipient, reply: "550 Message blocked, see policy", kind: .recipientRefused),
    .init(
      stage: .recipient, reply: "450 4.1.1 <x@example.org>: Recipient address rejected: unverified address",
      kind: .temporary),
    .init(stage: .recipient, reply: "451 4.7.1 Greylisted, please try again in 300 seconds", kind: .temporary),
    .init(
      stage: .recipient, reply: "554 5.7.1 <x@example.org>: Relay access denied", kind: .contentRefused),
    .init(
      stage: .recipient, reply: "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen",
      kind: .recipientRefused),
    .init(stage: .recipient, reply: "550 5.7.0 Authentication required", kind: .loginRefused),
    .init(stage: .recipient, reply: "552 5.2.2 mailbox is full", kind: .recipientRefused),
    .init(stage: .recipient, reply: "556 5.1.10 null MX", kind: .recipientRefused, isHard: true),
    .init(
      stage: .recipient, reply: "550 You have exceeded the max emails per hour (100/100) allowed.",
      kind: .accountLimited),
    .init(stage: .data, reply: "354 End data with <CR><LF>.<CR><LF>", kind: .accepted),
    .init(stage: .data, reply: "554 5.5.1 Error: no valid recipients", kind: .contentRefused),
    .init(stage: .dot, reply: "250 2.0.0 Ok: queued as 4Yx", kind: .accepted),
    .init(stage: .dot, reply: "421 4.3.0 Temporary problem", kind: .temporary),
    .init(stage: .dot, reply: "451 4.3.0 Error: queue file write error", kind: .temporary),
    .init(stage: .dot, reply: "554 5.7.1 Message rejected as spam", kind: .contentRefused),
    .init(stage: .dot, reply: "550 5.1.1 no such user", kind: .recipientRefused, isHard: true),
    .init(stage: .dot, reply: "554 delivery error: user unknown", kind: .recipientRefused, isHard: true),
    .init(stage: .dot, reply: "999 what", kind: .connectionTrouble),
  ]

  /// Replies that once stopped a whole pool, suppressed a good address, or were taken for something else.
  static let mistaken: [Case] = [
    .init(
      stage: .recipient,
      reply:
        "550 5.1.1 <grp@d.test>: Recipient address rejected: undeliverable address: host mx.d.test[192.0.2.1] said: "
        + "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required (in reply to RCPT TO command)",
      kind: .recipientRefused),
    .init(
      stage: .recipient,
      reply: "450 4.1.1 <x@d.test>: Recipient address rejected: unverified address: host mx.d.test[192.0.2.1] said: "
        + "421 4.7.0 rate limit exceeded", kind: .temporary),
    .init(stage: .recipient, reply: "550 5.1.1 Group: authentication required", kind: .recipientRefused),
    .init(stage: .recipient, reply: "550 5.7.1 Authentication required to relay", kind: .loginRefused),
    .init(stage: .recipient, reply: "550 Authentication required", kind: .loginRefused),
    .init(
      provider: .google, stage: .recipient, reply: "421 4.7.0 TLS required for RCPT domain, closing connection.",
      kind: .temporary),
    .init(
      provider: .google, stage: .dot,
      reply:
        "421 4.7.0 [192.0.2.1 15] Our system has detected that this message is suspicious due to the nature of the "
        + "content and/or the links within.", kind: .temporary),
    .init(
      provider: .google, stage: .greeting, reply: "421 4.7.0 Try again later, closing connection.",
      kind: .accountLimited),
    .init(
      provider: .microsoft, stage: .dot,
      reply:
        "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message due to a permanent "
        + "exception with message WASCL UserAction verdict is not None. Actual verdict is RefuseQuota.",
      kind: .accountLimited),
    .init(
      provider: .microsoft, stage: .dot, reply: "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
      kind: .accountLimited),
    .init(
      stage: .mail, reply: "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
      kind: .accountLimited),
    .init(
      stage: .recipient, reply: "450 Requested mail action not taken: mailbox unavailable Mail send limit exceeded.",
      kind: .accountLimited),
    .init(
      provider: .sendgrid, stage: .recipient, reply: "452 Too many recipients received this hour (throttled)",
      kind: .accountLimited),
    .init(
      provider: .sendgrid, stage: .dot, reply: "451 You've exceeded your messaging limits", kind: .accountLimited),
    .init(
      stage: .recipient,
      reply: "550 Domain example.com has exceeded the max defers and failures per hour (5/5 (100%)) allowed. Message "
        + "discarded.", kind: .accountLimited),
    .init(stage: .recipient, reply: "550 Send quota exceeded", kind: .accountLimited),
    .init(stage: .dot, reply: "550 5.7.1 [STF] Sending too fast.", kind: .accountLimited),
    .init(
      stage: .recipient,
      reply: "554 5.7.1 <x@example.org>: Recipient address rejected: You have exceeded your Outmail quota.",
      kind: .accountLimited),
    .init(
      provider: .gmx, stage: .recipient,
      reply: "550 Requested action not taken: mailbox unavailable Sender address is not allowed.", kind: .contentRefused
    ),
    .init(
      provider: .gmx, stage: .dot,
      reply:
        "550 Requested action not taken: mailbox unavailable Reject due to policy restrictions. For explanation visit",
      kind: .contentRefused),
    .init(
      provider: .gmx, stage: .recipient,
      reply: "550 Requested action not taken: mailbox unavailable Failure sending mail. Try again later",
      kind: .temporary),
    .init(stage: .recipient, reply: "550 relay not permitted", kind: .contentRefused),
    .init(
      stage: .recipient,
      reply: "550 Verification failed for <a@s.test> No Such User Here Sender verify failed", kind: .contentRefused),
    .init(
      stage: .recipient,
      reply:
        "550 Please turn on SMTP Authentication in your mail client. ([192.0.2.1]) is not permitted to relay through "
        + "this server without authentication.", kind: .loginRefused),
    .init(
      stage: .recipient, reply: "553 5.7.1 <a@s.test>: Sender address rejected: not owned by user b@s.test",
      kind: .contentRefused),
    .init(
      stage: .mail, reply: "553 5.7.1 <a@s.test>: Sender address rejected: not owned by auth user.",
      kind: .contentRefused),
    .init(
      stage: .recipient, reply: "550 5.7.1 <a@s.test>: Sender address rejected: not logged in", kind: .loginRefused),
    .init(
      provider: .zoho, stage: .dot, reply: "554 5.1.8 Email Outgoing Blocked.", kind: .accountLimited, pauses: true),
    .init(
      provider: .icloud, stage: .recipient, reply: "550 5.7.0 From address is not one of your addresses.",
      kind: .contentRefused),
    .init(
      provider: .icloud, stage: .recipient, reply: "550 5.7.1 Message rejected due to local policy. Please visit",
      kind: .contentRefused),
    .init(
      provider: .fastmail, stage: .recipient, reply: "551 5.7.1 Multiple addresses in a From header is not allowed",
      kind: .contentRefused),
    .init(
      provider: .postmark, stage: .recipient,
      reply:
        "550 You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: x@d.test.",
      kind: .recipientRefused, isHard: true),
    .init(
      provider: .postmark, stage: .mail, reply: "550 Sender signature not confirmed", kind: .contentRefused),
    .init(provider: .postmark, stage: .dot, reply: "429 Rate limit exceeded", kind: .accountLimited),
    .init(
      provider: .postmark, stage: .mail, reply: "550 Account May Not Send", kind: .accountLimited, pauses: true),
    // Whatever the three digits, class 4 never makes an address dead.
    .init(
      stage: .recipient, reply: "550 4.2.2 The email account that you tried to reach is over quota",
      kind: .recipientRefused),
    .init(stage: .recipient, reply: "550 4.7.1 Greylisted, try again later", kind: .recipientRefused),
    .init(stage: .dot, reply: "550 4.1.1 user unknown", kind: .recipientRefused),
  ]

  @Test(arguments: real + mistaken) func realTexts(test: Case) {
    let meaning = ReplyTable.meaning(of: test.facts, provider: test.provider)
    #expect(meaning.kind == test.kind)
    #expect(meaning.isHard == test.isHard)
    #expect(meaning.pauses == test.pauses)
    #expect(!meaning.source.isEmpty)
    if meaning.kind == .connectionTrouble || meaning.kind == .accountLimited && !meaning.pauses {
      #expect((meaning.restMilliseconds ?? 0) >= 10_000)
    } else {
      #expect(meaning.restMilliseconds == nil)
    }
  }

  /// A reply made from a row must be decided by that row: none is hidden behind an earlier one.
  @Test(arguments: ReplyTable.all.indices) func everyRowCanBeReached(index: Int) {
    let row = ReplyTable.all[index]
    let codes = row.code.map { $0 < 10 ? [$0 * 100 + 50, $0 * 100 + 54, $0 * 100 + 99] : [$0] } ?? [550, 450]
    let stages = row.stages.isEmpty ? SMTPStage.allCases : Array(row.stages)
    let enhanced = row.enhanced.map { pattern in
      let shown = pattern.replacing("x", with: "0")
      return shown.split(separator: ".").count == 2 ? shown + ".0" : shown
    }
    let isReached = codes.contains { code in
      stages.contains { stage in
        row.text.isEmpty
          ? isDecided(by: row, stage, code, enhanced, "")
          : row.text.contains { isDecided(by: row, stage, code, enhanced, $0) }
      }
    }
    #expect(isReached, "\(row.rule)")
  }

  private func isDecided(by row: ReplyRow, _ stage: SMTPStage, _ code: Int, _ enhanced: String?, _ text: String) -> Bool
  {
    let facts = SMTPReplyFacts(stage: stage, code: code, enhanced: enhanced, text: text.uppercased())
    let meaning = ReplyTable.meaning(of: facts, provider: row.provider ?? .generic)
    return meaning.kind == row.kind && meaning.rule == row.rule && meaning.source == row.source
  }

  @Test func thereAreEnoughRowsEachWithItsSource() {
    #expect(ReplyTable.all.count >= 60)
    #expect(ReplyTable.all.allSatisfy { $0.source.hasPrefix("https://") || $0.source.hasPrefix("RFC ") })
  }

  /// Rows are told apart by what they say of themselves.
  @Test func sixtyRowsAndMoreAreDecidedByRealTexts() {
    let decided = Self.real.map { test in
      let meaning = ReplyTable.meaning(of: test.facts, provider: test.provider)
      return "\(meaning.rule) \(meaning.kind) \(meaning.source)"
    }
    #expect(Set(decided).count >= 60, "\(Set(decided).count)")
  }

  @Test func noEnhancedCodeOfClassFourIsHard() {
    for provider in Provider.allCases {
      for stage in SMTPStage.allCases {
        for code in 500..<600 {
          for enhanced in ["4.0.0", "4.1.1", "4.1.10", "4.2.1", "4.2.2", "4.7.1"] {
            let facts = SMTPReplyFacts(stage: stage, code: code, enhanced: enhanced, text: "no such user")
            #expect(!ReplyTable.meaning(of: facts, provider: provider).isHard)
          }
        }
      }
    }
  }

  @Test(
    arguments: [
      ("535 5.7.8 no", 535, "5.7.8"), ("421 closing", 421, nil), ("554", 554, nil), ("550 5.7.30 Basic", 550, "5.7.30"),
    ] as [(String, Int, String?)])
  func aLineIsAReply(line: String, code: Int, enhanced: String?) throws {
    let facts = try #require(SMTPReplyFacts(stage: .login, line: line))
    #expect(facts.code == code && facts.enhanced == enhanced)
  }

  @Test(arguments: [
    "", "53", "5358", "535x", "the server offers no way to log in", "999 what", "100 go on", "NO [LIMIT]",
  ])
  func aLineIsNoReply(line: String) {
    #expect(SMTPReplyFacts(stage: .login, line: line) == nil)
  }

  @Test func noTemporaryReplyIsHard() {
    for provider in Provider.allCases {
      for stage in SMTPStage.allCases {
        for code in 400..<500 {
          for enhanced in ["4.1.1", "4.2.1", "4.7.0", nil] {
            let facts = SMTPReplyFacts(stage: stage, code: code, enhanced: enhanced, text: "no such user")
            let meaning = ReplyTable.meaning(of: facts, provider: provider)
            #expect(!meaning.isHard)
            #expect(meaning.kind != .recipientRefused && meaning.kind != .contentRefused && meaning.kind != .accepted)
          }
        }
      }
    }
  }

  @Test(
    arguments: [
      ("smtp.gmail.com", .google), ("SMTP-relay.gmail.com", .google), ("smtp.office365.com", .microsoft),
      ("smtp-mail.outlook.com", .microsoft), ("notgmail.com", .generic), ("127.0.0.1", .generic), ("", .generic),
      ("email-smtp.eu-west-1.amazonaws.com", .ses), ("smtp.mail.yahoo.com", .yahoo), ("smtp.zoho.eu", .zoho),
    ] as [(String, Provider)])
  func providersByHost(host: String, provider: Provider) {
    #expect(Provider(host: host) == provider)
  }

  @Test(
    arguments: [
      ("5.1.1 no", "5.1.1"), ("5.1.1", "5.1.1"), ("no 5.1.1", nil), ("5.1 x", nil), ("5..1 x", nil), ("9.1.1 x", nil),
      ("5.1.1000 x", nil), ("", nil), ("5.7.139 x", "5.7.139"), ("٥.1.1 x", nil),
    ] as [(String, String?)])
  func enhancedCodesFromTheText(text: String, enhanced: String?) {
    #expect(SMTPReplyFacts(stage: .dot, code: 550, text: text).enhanced == enhanced)
  }

  @Test func noTextTraps() {
    var random = Seeded(11)
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let facts = SMTPReplyFacts(
        stage: SMTPStage.allCases.randomElement(using: &random) ?? .dot,
        code: Int.random(in: -10...1000, using: &random),
        text: String(decoding: bytes, as: UTF8.self))
      let meaning = ReplyTable.meaning(of: facts, provider: .google)
      #expect(meaning.kind == .accepted ? (200..<400).contains(facts.code) : true)
    }
  }
}
