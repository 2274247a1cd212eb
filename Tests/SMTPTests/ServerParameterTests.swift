import SMTP
import Testing

private let badParameter = replies("501 5.5.4 Bad value of a parameter")
private let unknownParameter = replies("555 5.5.4 Parameter not recognized")
private let noon: Int64 = 1_767_268_800_000
private let held = limits {
  $0.futureRelease = FutureRelease(maximumSeconds: 3600, latest: noon, latestText: "2026-01-01T12:00:00Z")
}

/// One mail with these parameters behind MAIL and RCPT, and the envelope that comes of it.
private func mail(
  _ name: String, _ settings: ServerSettings = limits { _ in }, mail: String = "", rcpt: String = "",
  _ change: (inout Envelope) -> Void
) -> ServerCase {
  var envelope = Envelope(reversePath: "s@a.test", recipients: ["r@b.test"], clientName: "c", protocolName: "SMTP")
  change(&envelope)
  let input =
    "HELO c\r\nMAIL FROM:<\(envelope.reversePath)>\(mail)\r\nRCPT TO:<\(envelope.recipients[0])>\(rcpt)\r\nDATA\r\n.\r\n"
  return ServerCase(
    name: name, settings: settings, input: input,
    expected: greeting + plainHello + mailOk + rcptOk + go + [.message(envelope, [])] + queued)
}

private func notice(_ notify: String?, _ original: String? = nil) -> [String: RecipientRequest] {
  ["r@b.test": RecipientRequest(notify: notify, originalRecipient: original)]
}

private let good: [ServerCase] = [
  mail("RET and ENVID", mail: " ret=hdrs ENVID=QQ+2B3+3D+20") {
    $0.returnContent = .headers; $0.envelopeID = "QQ+2B3+3D+20"
  },
  mail("RET=FULL", mail: " RET=FULL") { $0.returnContent = .full },
  mail("ENVID of 100 octets", mail: " ENVID=\(String(repeating: "x", count: 100))") {
    $0.envelopeID = String(repeating: "x", count: 100)
  },
  mail("NOTIFY=NEVER", rcpt: " NOTIFY=never") { $0.recipientRequests = notice("NEVER") },
  mail("NOTIFY in any order", rcpt: " NOTIFY=delay,SUCCESS,failure") {
    $0.recipientRequests = notice("SUCCESS,FAILURE,DELAY")
  },
  mail("ORCPT", rcpt: " NOTIFY=FAILURE ORCPT=rfc822;Bob+2Bx@b.test") {
    $0.recipientRequests = notice("FAILURE", "rfc822;Bob+2Bx@b.test")
  },
  mail("ORCPT in UTF-8 with its octets", mail: " SMTPUTF8", rcpt: " ORCPT=utf-8;ü@b.test") {
    $0.allowsUTF8 = true
    $0.protocolName = "UTF8SMTP"
    $0.recipientRequests = notice(nil, "utf-8;ü@b.test")
  },
  mail("ORCPT in UTF-8 spelled out", rcpt: " ORCPT=utf-8;\\x{FC}@b.test") {
    $0.recipientRequests = notice(nil, "utf-8;\\x{FC}@b.test")
  },
  mail("addresses in UTF-8", mail: " BODY=8BITMIME smtputf8") {
    $0.reversePath = "ü@bücher.test"
    $0.recipients = ["用户@例子.测试"]
    $0.body = .eightBitMIME
    $0.allowsUTF8 = true
    $0.protocolName = "UTF8SMTP"
  },
  mail("HOLDFOR", held, mail: " HOLDFOR=3600") { $0.release = .after(seconds: 3600) },
  mail("HOLDUNTIL", held, mail: " HOLDUNTIL=2026-01-01T13:00:00+01:00") { $0.release = .at(noon) },
  mail("HOLDUNTIL in the past", held, mail: " HOLDUNTIL=1970-01-01T00:00:01Z") { $0.release = .at(1000) },
]

/// Parameters that are refused behind a MAIL, by the reply.
private let badMail: [(String, [ServerAction])] = [
  ("RET", badParameter), ("RET=", replies("501 5.5.4 Syntax error in arguments")), ("RET=BODY", badParameter),
  ("RET=FULL RET=FULL", badParameter), ("ENVID", badParameter), ("ENVID=a=b", badParameter),
  ("ENVID=a+0Ab", badParameter), ("ENVID=a+0Db", badParameter), ("ENVID=a+00b", badParameter),
  ("ENVID=a+7F", badParameter), ("ENVID=a+C3+BC", badParameter), ("ENVID=ü", badParameter), ("ENVID=a+", badParameter),
  ("ENVID=a+2", badParameter), ("ENVID=a+2b", badParameter),
  ("ENVID=\(String(repeating: "x", count: 101))", badParameter),
  ("SMTPUTF8=YES", badParameter), ("SIZE=\u{661}", badParameter), ("BODY=16BIT", badParameter),
  ("BODY=8BITMIME\u{C}", replies("501 5.5.4 Syntax error in arguments")), ("HOLDFOR=0", badParameter),
  ("HOLDFOR=-1", badParameter),
  ("HOLDFOR=1234567890", badParameter), ("HOLDUNTIL=tomorrow", badParameter),
  ("HOLDUNTIL=2026-13-01T00:00:00Z", badParameter),
  ("HOLDFOR=1 HOLDUNTIL=2025-01-01T00:00:00Z", badParameter), ("BY=60;R", unknownParameter),
  ("HOLDFOR=3601", replies("501 5.5.4 HOLDFOR or HOLDUNTIL goes beyond FUTURERELEASE")),
  ("HOLDUNTIL=2026-01-01T12:00:01Z", replies("501 5.5.4 HOLDFOR or HOLDUNTIL goes beyond FUTURERELEASE")),
]

/// The same behind a RCPT.
private let badRecipient: [(String, [ServerAction])] = [
  ("NOTIFY", badParameter), ("NOTIFY=ALWAYS", badParameter), ("NOTIFY=NEVER,SUCCESS", badParameter),
  ("NOTIFY=SUCCESS,SUCCESS", badParameter), ("NOTIFY=SUCCESS,", badParameter),
  ("NOTIFY=NEVER NOTIFY=NEVER", badParameter),
  ("ORCPT=rfc822", badParameter), ("ORCPT=rfc822;", badParameter), ("ORCPT=;a@b", badParameter),
  ("ORCPT=rfc 822;a@b", replies("501 5.5.4 Syntax error in arguments")), ("ORCPT=rfc822;a+0D+0ARCPT", badParameter),
  ("ORCPT=rfc822;a+00b", badParameter), ("ORCPT=rfc822;ü@b.test", badParameter),
  ("ORCPT=utf-8;ü@b.test", badParameter), ("ORCPT=rfc822;a=b", badParameter),
  ("ORCPT=rfc822;\(String(repeating: "x", count: 494))", badParameter), ("SIZE=1", unknownParameter),
]

@Suite("Parameters of MAIL and RCPT")
struct ServerParameterTests {
  @Test("that are taken", arguments: good)
  func taken(_ dialogue: ServerCase) { check(dialogue) }

  @Test("of MAIL that are refused, and leave no mail behind", arguments: badMail)
  func refusedMail(_ parameters: String, _ refusal: [ServerAction]) {
    check(
      ServerCase(
        name: parameters, settings: held,
        input: "HELO c\r\nMAIL FROM:<s@a.test> \(parameters)\r\nRCPT TO:<r@b.test>\r\n",
        expected: greeting + plainHello + refusal + replies("503 5.5.1 Send MAIL first")))
  }

  @Test("of RCPT that are refused, and leave no recipient behind", arguments: badRecipient)
  func refusedRecipient(_ parameters: String, _ refusal: [ServerAction]) {
    check(
      ServerCase(
        name: parameters, input: "HELO c\r\nMAIL FROM:<s@a.test>\r\nRCPT TO:<r@b.test> \(parameters)\r\nDATA\r\n",
        expected: greeting + plainHello + mailOk + refusal + replies("554 5.5.1 No valid recipients")))
  }

  @Test("FUTURERELEASE that is not offered is not known")
  func notOffered() {
    check(
      ServerCase(
        name: "HOLDFOR", input: "HELO c\r\nMAIL FROM:<s@a.test> HOLDFOR=1\r\n",
        expected: greeting + plainHello + unknownParameter))
  }

  @Test("what EHLO says of limits")
  func offered() {
    var settings = held
    settings.maximumMails = 7
    settings.maximumRecipients = 5
    settings.authentication = .off
    let text = run(settings, [Array("EHLO c\r\n".utf8)]).map { action -> String in
      if case .reply(let bytes) = action { String(decoding: bytes, as: UTF8.self) } else { "" }
    }.joined()
    #expect(text.contains("\r\n250-LIMITS MAILMAX=7 RCPTMAX=5\r\n"))
    #expect(text.contains("\r\n250-FUTURERELEASE 3600 2026-01-01T12:00:00Z\r\n"))
    #expect(!text.contains("AUTH"))
  }

  @Test("one mail's parameters do not stick to the next")
  func reset() {
    let input =
      "HELO c\r\nMAIL FROM:<s@a.test> SMTPUTF8 RET=FULL ENVID=a HOLDFOR=1\r\nRCPT TO:<r@b.test> NOTIFY=NEVER\r\nRSET\r\n"
      + "MAIL FROM:<s@a.test>\r\nRCPT TO:<ü@b.test>\r\nRCPT TO:<r@b.test>\r\nDATA\r\n.\r\n"
    check(
      ServerCase(
        name: "reset", settings: held, input: input,
        expected: opened + ok + mailOk + replies("553 5.6.7 Recipient address needs MAIL with SMTPUTF8") + rcptOk + go
          + message("") + queued))
  }
}
