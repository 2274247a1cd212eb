import SMTP
import Testing

private let dialogues: [ServerCase] = [
  ServerCase(
    name: "one mail in one packet",
    input: "EHLO c\r\nMAIL FROM:<s@a.test> SIZE=10 BODY=8BITMIME\r\nRCPT TO:<r@b.test>\r\nDATA\r\nHi\r\n.\r\nQUIT\r\n",
    expected: greeting + hello("AUTH PLAIN LOGIN SCRAM-SHA-256") + mailOk + rcptOk + go
      + message(size: 10, body: .eightBitMIME, as: "ESMTP", "Hi\r\n") + queued + bye),
  ServerCase(
    name: "two mails, the second with the null reverse-path and no text",
    input: openMail + "DATA\r\na\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<R@B.test>\r\nDATA\r\n.\r\n",
    expected: opened + go + message("a\r\n") + queued + mailOk + rcptOk + go
      + message(from: "", to: ["R@b.test"], "") + queued),
  ServerCase(
    name: "dots are taken out", input: openMail + "DATA\r\n..\r\n...x\r\n.y\r\na.\r\n.\r\n",
    expected: opened + go + message(".\r\n..x\r\ny\r\na.\r\n") + queued),
  ServerCase(
    name: "commands in the wrong order",
    input: "MAIL FROM:<s@a.test>\r\nHELO c\r\nRCPT TO:<r@b.test>\r\nDATA\r\nMAIL FROM:<s@a.test>\r\nDATA\r\n"
      + "MAIL FROM:<s@a.test>\r\nRSET\r\nRCPT TO:<r@b.test>\r\n",
    expected: greeting + replies("503 5.5.1 Send EHLO or HELO first") + plainHello
      + replies("503 5.5.1 Send MAIL first", "503 5.5.1 Send MAIL first") + mailOk
      + replies("554 5.5.1 No valid recipients", "503 5.5.1 A mail is already under way") + ok
      + replies("503 5.5.1 Send MAIL first")),
  ServerCase(
    name: "small commands",
    input: "noop x\r\nVRFY x\r\nvrfy\r\nEXPN x\r\nhelp\r\nRSET x\r\nRSET\r\nHELO\r\nEHLO a b\r\nXYZ\r\n\r\nDATA x\r\n",
    expected: greeting + ok
      + replies("252 2.5.0 Cannot VRFY user, but will accept message and try delivery")
      + replies("501 5.5.4 Syntax error in arguments", "502 5.5.1 Command not implemented")
      + replies("214 2.0.0 EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT")
      + replies("501 5.5.4 This command takes no arguments") + ok
      + replies("501 5.5.4 Needs the name of the client", "501 5.5.4 Needs the name of the client")
      + replies("500 5.5.1 Command not recognized", "500 5.5.1 Command not recognized")
      + replies("501 5.5.4 This command takes no arguments")),
  ServerCase(
    name: "parameters",
    input: "HELO c\r\nMAIL FROM:<a@b> SIZE=35882578\r\nMAIL FROM:<a@b> SIZE=99999999999999999999\r\n"
      + "MAIL FROM:<a@b> SIZE=x\r\nMAIL FROM:<a@b> SIZE=1 SIZE=1\r\nMAIL FROM:<a@b> BODY=16BIT\r\n"
      + "MAIL FROM:<a@b> BY=1\r\nMAIL FROM:<a@b>SIZE=1\r\nMAIL FROM:<a@b> AUTH=a=b\r\nMAIL FROM:<a@b> AUTH=e+3\r\n"
      + "MAIL FROM: <a@b>  size=1  body=7bit auth=<>\r\nRCPT TO:<a@b> SIZE=1\r\nRCPT TO:<>\r\nRCPT FROM:<a@b>\r\n",
    expected: greeting + plainHello
      + replies("552 5.3.4 Message size exceeds the limit", "552 5.3.4 Message size exceeds the limit")
      + replies("501 5.5.4 Bad value of a parameter", "501 5.5.4 Bad value of a parameter")
      + replies("501 5.5.4 Bad value of a parameter", "555 5.5.4 Parameter not recognized")
      + replies("501 5.5.4 Syntax error in arguments", "501 5.5.4 Bad value of a parameter")
      + replies("501 5.5.4 Bad value of a parameter") + mailOk
      + replies("555 5.5.4 Parameter not recognized", "501 5.1.3 Bad recipient address syntax")
      + replies("501 5.5.4 Syntax error in arguments")),
  ServerCase(
    name: "UTF-8 without SMTPUTF8",
    input:
      "HELO c\r\nMAIL FROM:<ü@b.test>\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<a@bü.test>\r\nRCPT TO:<\"ü\"@b.test>\r\n",
    expected: greeting + plainHello
      + replies("553 5.6.7 Sender address needs MAIL with SMTPUTF8") + mailOk
      + replies("553 5.6.7 Recipient address needs MAIL with SMTPUTF8")
      + replies("553 5.6.7 Recipient address needs MAIL with SMTPUTF8")),
  ServerCase(
    name: "postmaster, and a bad recipient among good ones",
    input: "HELO c\r\nMAIL FROM:<s@a.test>\r\nRCPT TO:<Postmaster>\r\nRCPT TO:<nobody>\r\nRCPT TO:<r@b.test>\r\n"
      + "DATA\r\nx\r\n.\r\n",
    expected: greeting + plainHello + mailOk + rcptOk + replies("501 5.1.3 Bad recipient address syntax") + rcptOk + go
      + message(to: ["postmaster@mx.test", "r@b.test"], "x\r\n") + queued),
  ServerCase(
    name: "no relay for strangers", settings: untrusted(),
    input: "EHLO c\r\nMAIL FROM:<a@b>\r\nVRFY a\r\nAUTH PLAIN AGEAc2VjcmV0\r\n",
    expected: greeting + hello("STARTTLS") + replies("530 5.7.0 Authentication required")
      + replies("530 5.7.0 Authentication required")
      + replies("538 5.7.11 Encryption required: send STARTTLS first")),
  ServerCase(
    name: "STARTTLS forgets what came before and with it", settings: untrusted(),
    input: "EHLO c\r\nSTARTTLS x\r\nSTARTTLS\r\n",
    expected: greeting + hello("STARTTLS") + replies("501 5.5.4 This command takes no arguments")
      + replies("220 2.0.0 Ready to start TLS") + [.startTLS]),
  ServerCase(
    name: "PLAIN with initial response, then a mail", settings: untrusted(tls: .active),
    input: "EHLO c\r\nAUTH PLAIN AGEAc2VjcmV0\r\nAUTH PLAIN AGEAc2VjcmV0\r\nMAIL FROM:<s@a.test>\r\nAUTH LOGIN\r\n"
      + "RCPT TO:<r@b.test>\r\nDATA\r\nx\r\n.\r\n",
    expected: greeting + hello("AUTH PLAIN LOGIN SCRAM-SHA-256") + [.authenticate(name: "a", password: "secret")]
      + replies("235 2.7.0 Authentication successful", "503 5.5.1 Already logged in") + mailOk
      + replies("503 5.5.1 Already logged in") + rcptOk + go + message(login: "a", as: "ESMTPSA", "x\r\n") + queued),
  ServerCase(
    name: "PLAIN without, LOGIN with and without", settings: untrusted(tls: .active),
    input: "EHLO c\r\nAUTH PLAIN\r\nYQBhAHdyb25n\r\nAUTH LOGIN\r\nZG93bg==\r\nc2VjcmV0\r\n"
      + "auth login YQ==\r\nc2VjcmV0\r\n",
    expected: greeting + hello("AUTH PLAIN LOGIN SCRAM-SHA-256") + replies("334 ") + [
      .authenticate(name: "a", password: "wrong")
    ]
      + replies("535 5.7.8 Authentication credentials invalid", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6")
      + [.authenticate(name: "down", password: "secret")]
      + replies("454 4.7.0 Temporary authentication failure", "334 UGFzc3dvcmQ6")
      + [.authenticate(name: "a", password: "secret")] + replies("235 2.7.0 Authentication successful")),
  ServerCase(
    name: "AUTH cancelled and garbled",
    input: "AUTH PLAIN\r\nHELO c\r\nAUTH PLAIN\r\n*\r\nAUTH LOGIN\r\n*\r\nAUTH LOGIN YQ==\r\n*\r\nAUTH PLAIN !!!!\r\n"
      + "AUTH PLAIN =\r\nAUTH PLAIN YQ==\r\nAUTH PLAIN YgBhAHNlY3JldA==\r\nAUTH LOGIN /w==\r\nAUTH CRAM-MD5\r\nAUTH\r\n"
      + "AUTH PLAIN\r\nAGEAc2VjcmV0 x\r\nNOOP\r\n",
    expected: greeting + replies("503 5.5.1 Send EHLO or HELO first") + plainHello + replies("334 ")
      + replies("501 5.7.0 Authentication cancelled", "334 VXNlcm5hbWU6", "501 5.7.0 Authentication cancelled")
      + replies("334 UGFzc3dvcmQ6", "501 5.7.0 Authentication cancelled", "501 5.5.2 Cannot decode the response")
      + replies("501 5.5.2 Cannot decode the response", "501 5.5.2 Cannot decode the response")
      + replies("535 5.7.8 Authentication credentials invalid", "501 5.5.2 Cannot decode the response")
      + replies("504 5.5.4 Mechanism not offered", "501 5.5.4 Syntax error in arguments", "334 ")
      + replies("501 5.5.2 Cannot decode the response") + ok),
  ServerCase(
    name: "SCRAM with initial response, then a mail", settings: untrusted(tls: .active),
    input: "EHLO c\r\nAUTH SCRAM-SHA-256 Zmlyc3Q=\r\nZmluYWw=\r\n\r\nMAIL FROM:<s@a.test>\r\nRCPT TO:<r@b.test>\r\n"
      + "DATA\r\nx\r\n.\r\n",
    expected: greeting + hello("AUTH PLAIN LOGIN SCRAM-SHA-256")
      + [.sasl(.scramSHA256, message: Array("first".utf8), isFirst: true)] + replies("334 b3Vycw==")
      + [.sasl(.scramSHA256, message: Array("final".utf8), isFirst: false)] + replies("334 cHJvb2Y=")
      + [.sasl(.scramSHA256, message: [], isFirst: false)] + replies("235 2.7.0 Authentication successful") + mailOk
      + rcptOk + go + message(login: "a", as: "ESMTPSA", "x\r\n") + queued),
  ServerCase(
    name: "SCRAM without, garbled, cancelled, wrong and down", settings: untrusted(tls: .active),
    input: "HELO c\r\nauth scram-sha-256\r\nZmlyc3Q=\r\n*\r\nAUTH SCRAM-SHA-256 =\r\nAUTH SCRAM-SHA-256 !\r\n"
      + "AUTH SCRAM-SHA-256 Zmlyc3Q=\r\neA==\r\nAUTH SCRAM-SHA-256 Zmlyc3Q=\r\nZG93bg==\r\nNOOP\r\n",
    expected: greeting + plainHello + replies("334 ")
      + [.sasl(.scramSHA256, message: Array("first".utf8), isFirst: true)] + replies("334 b3Vycw==")
      + replies("501 5.7.0 Authentication cancelled") + [.sasl(.scramSHA256, message: [], isFirst: true)]
      + replies("501 5.5.2 Cannot decode the response", "501 5.5.2 Cannot decode the response")
      + [.sasl(.scramSHA256, message: Array("first".utf8), isFirst: true)] + replies("334 b3Vycw==")
      + [.sasl(.scramSHA256, message: [0x78], isFirst: false)]
      + replies("535 5.7.8 Authentication credentials invalid")
      + [.sasl(.scramSHA256, message: Array("first".utf8), isFirst: true)] + replies("334 b3Vycw==")
      + [.sasl(.scramSHA256, message: Array("down".utf8), isFirst: false)]
      + replies("454 4.7.0 Temporary authentication failure") + ok),
  ServerCase(
    name: "a mechanism that is not offered", settings: limits { $0.mechanisms = [.login] },
    input: "HELO c\r\nAUTH PLAIN AGEAc2VjcmV0\r\nAUTH SCRAM-SHA-256\r\n",
    expected: greeting + plainHello + replies("504 5.5.4 Mechanism not offered", "504 5.5.4 Mechanism not offered")),
  ServerCase(
    name: "three failed logins", settings: untrusted(tls: .active),
    input: "EHLO c\r\nAUTH PLAIN AGEAeA==\r\nAUTH PLAIN AGEAeA==\r\nAUTH PLAIN AGEAeA==\r\nNOOP\r\n",
    expected: greeting + hello("AUTH PLAIN LOGIN SCRAM-SHA-256") + [.authenticate(name: "a", password: "x")]
      + replies("535 5.7.8 Authentication credentials invalid") + [.authenticate(name: "a", password: "x")]
      + replies("535 5.7.8 Authentication credentials invalid") + [.authenticate(name: "a", password: "x")]
      + replies("421 4.7.0 Too many failed logins") + [.close]),
  ServerCase(
    name: "a command line at and over its limit", settings: limits { $0.maximumCommandBytes = 16 },
    input: "NOOP 678901234\r\nNOOP 6789012345\r\nNOOP " + String(repeating: "x", count: 50) + "\r\nNOOP\r\n",
    expected: greeting + ok + replies("500 5.5.2 Line too long", "500 5.5.2 Line too long") + ok),
  ServerCase(
    name: "an AUTH line over its limit", settings: limits { $0.maximumAuthenticationBytes = 20 },
    input: "HELO c\r\nAUTH LOGIN\r\n" + String(repeating: "x", count: 50) + "\r\nNOOP\r\n",
    expected: greeting + plainHello + replies("334 VXNlcm5hbWU6")
      + replies("500 5.5.6 Authentication exchange line is too long") + ok),
  ServerCase(
    name: "a message at and over its size", settings: limits { $0.maximumMessageBytes = 6 },
    input: openMail + "DATA\r\nabcd\r\n.\r\nMAIL FROM:<s@a.test>\r\nRCPT TO:<r@b.test>\r\nDATA\r\nabcd\r\ne\r\n.\r\n"
      + "RCPT TO:<r@b.test>\r\n",
    expected: opened + go + message("abcd\r\n") + queued + mailOk + rcptOk + go
      + replies("552 5.3.4 Message size exceeds the limit", "503 5.5.1 Send MAIL first")),
  ServerCase(
    name: "a text line over its limit", settings: limits { $0.maximumTextLine = 4 },
    input: openMail + "DATA\r\nabcd\r\n\r\nabcde\r\nx\r\n.\r\nNOOP\r\n",
    expected: opened + go + replies("554 5.6.0 A line of the message is too long") + ok),
  ServerCase(
    name: "too many recipients", settings: limits { $0.maximumRecipients = 1 },
    input: openMail + "RCPT TO:<r2@b.test>\r\nDATA\r\nx\r\n.\r\n",
    expected: opened + replies("452 4.5.3 Too many recipients") + go + message("x\r\n") + queued),
  ServerCase(
    name: "recipients over the limit are no errors, but have an end",
    settings: limits {
      $0.maximumRecipients = 1
      $0.maximumSurplusRecipients = 3
      $0.maximumErrors = 1
    },
    input: openMail + String(repeating: "RCPT TO:<r@b.test>\r\n", count: 5),
    expected: opened + replies("452 4.5.3 Too many recipients", "452 4.5.3 Too many recipients")
      + replies("452 4.5.3 Too many recipients", "421 4.7.0 Too many errors") + [.close]),
  ServerCase(
    name: "too many errors", settings: limits { $0.maximumErrors = 2 }, input: "A\r\nB\r\nC\r\nNOOP\r\n",
    expected: greeting + replies("500 5.5.1 Command not recognized", "500 5.5.1 Command not recognized")
      + replies("421 4.7.0 Too many errors") + [.close]),
  ServerCase(
    name: "commands without a mail", settings: limits { $0.maximumIdleCommands = 2 },
    input: "NOOP\r\nRSET\r\nNOOP\r\nNOOP\r\n",
    expected: greeting + ok + ok + replies("421 4.7.0 Too many commands without a mail") + [.close]),
  ServerCase(
    name: "a store that is full",
    input: "HELO c\r\nMAIL FROM:<full@a.test>\r\nRCPT TO:<r@b.test>\r\nDATA\r\nx\r\n.\r\nDATA\r\n",
    expected: greeting + plainHello + mailOk + rcptOk + go + message(from: "full@a.test", "x\r\n")
      + replies("452 4.3.1 Insufficient system storage", "503 5.5.1 Send MAIL first")),
  ServerCase(
    name: "a browser", input: "POST / HTTP/1.1\r\nHost: x\r\n\r\nEHLO c\r\n",
    expected: greeting + replies("421 4.7.0 This is no HTTP server") + [.close]),
  ServerCase(
    name: "a bare LF in commands", input: "NOOP\nNOOP\r\n",
    expected: greeting + replies("500 5.5.2 Lines must end in CRLF; a bare CR, LF or NUL is refused") + [.close]),
  ServerCase(
    name: "a bare CR in commands", input: "NOOP a\rNOOP\r\n",
    expected: greeting + replies("500 5.5.2 Lines must end in CRLF; a bare CR, LF or NUL is refused") + [.close]),
  ServerCase(
    name: "a NUL in commands", input: "NOOP a\0\r\n",
    expected: greeting + replies("500 5.5.2 Lines must end in CRLF; a bare CR, LF or NUL is refused") + [.close]),
  ServerCase(
    name: "a bare CR hidden in a long command", input: "NOOP \(String(repeating: "x", count: 5000))\rMAIL FROM:<>\r\n",
    expected: greeting + replies("500 5.5.2 Lines must end in CRLF; a bare CR, LF or NUL is refused") + [.close]),
  ServerCase(
    name: "a bare LF behind a long command", input: "NOOP \(String(repeating: "x", count: 5000))\nNOOP\r\n",
    expected: greeting + replies("500 5.5.2 Lines must end in CRLF; a bare CR, LF or NUL is refused") + [.close]),
  ServerCase(
    name: "a wrong key counts, whatever the client says to its refusal",
    settings: limits { ($0.mechanisms, $0.maximumFailedLogins) = ([.oauthBearer], 3) },
    input: "EHLO c\r\nAUTH OAUTHBEARER Zmlyc3Q=\r\n*\r\nAUTH OAUTHBEARER Zmlyc3Q=\r\n"
      + String(repeating: "A", count: 12_300) + "\r\nAUTH OAUTHBEARER Zmlyc3Q=\r\n?\r\n",
    expected: greeting + hello("AUTH OAUTHBEARER")
      + [.sasl(.oauthBearer, message: Array("first".utf8), isFirst: true)]
      + replies("334 b3Vycw==", "501 5.7.0 Authentication cancelled")
      + [.sasl(.oauthBearer, message: Array("first".utf8), isFirst: true)]
      + replies("334 b3Vycw==", "500 5.5.6 Authentication exchange line is too long")
      + [.sasl(.oauthBearer, message: Array("first".utf8), isFirst: true)]
      + replies("334 b3Vycw==", "421 4.7.0 Too many failed logins") + [.close]),
  ServerCase(
    name: "a bare LF in commands where it is taken", settings: limits { $0.bareNewlines = .normalize },
    input: "NOOP\nNOOP\r\n", expected: greeting + ok + ok),
]

@Suite("Server dialogues")
struct ServerSessionTests {
  @Test("in one piece and cut at each byte", arguments: dialogues)
  func dialogue(_ dialogue: ServerCase) { check(dialogue) }

  @Test("what is sent with STARTTLS is thrown away")
  func injection() {
    var session = ServerSession(untrusted())
    session.receive(Array("EHLO c\r\nSTARTTLS\r\nEHLO evil\r\nAUTH PLAIN AGEAc2VjcmV0\r\n".utf8))
    while let action = session.next(), action != .startTLS {}
    session.tlsStarted()
    #expect(session.next() == nil)
    session.receive(Array("MAIL FROM:<a@b>\r\nEHLO c\r\n".utf8))
    let after = replies("503 5.5.1 Send EHLO or HELO first") + hello("AUTH PLAIN LOGIN SCRAM-SHA-256")
    #expect([session.next(), session.next(), session.next()] == after.map { $0 } + [nil])
  }

  @Test("a server that stops")
  func stop() {
    var session = ServerSession(ServerSettings(hostname: "mx.test", trusted: true))
    _ = session.next()
    session.receive(Array("HELO c\r\nMAIL FROM:<a@b>\r\n".utf8))
    while session.next() != nil {}
    #expect(session.isInTransaction)
    #expect([session.terminate(with: .shuttingDown)] == replies("421 4.3.2 Service shutting down"))
    #expect(session.next() == .close)
    #expect(session.terminate(with: .shuttingDown) == nil)
    #expect(session.next() == nil)
  }
}
