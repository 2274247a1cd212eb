import SMTP
import Testing

private let proxy = limits {
  $0.trusted = false
  $0.acceptsClientFacts = true
}
private let proxyHello = hello(
  "AUTH PLAIN LOGIN SCRAM-SHA-256", "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT")
private let badValue = replies("501 5.5.4 Bad value of a parameter")
private func told(_ address: String? = nil, _ port: Int? = nil, _ login: String? = nil) -> [ServerAction] {
  [.client(ClientFacts(address: address, port: port, login: login))]
}

private let dialogues: [ServerCase] = [
  ServerCase(
    name: "a proxy's client begins anew, with its own rights", settings: proxy,
    input: "EHLO p\r\nMAIL FROM:<s@a.test>\r\nXCLIENT ADDR=192.0.2.1 PORT=4711 NAME=[UNAVAILABLE]\r\n"
      + "MAIL FROM:<s@a.test>\r\nHELO c\r\nMAIL FROM:<s@a.test>\r\n",
    expected: greeting + proxyHello + replies("530 5.7.0 Authentication required") + told("192.0.2.1", 4711) + greeting
      + replies("503 5.5.1 Send EHLO or HELO first") + plainHello + mailOk),
  ServerCase(
    name: "a proxy that has logged its client in, as nginx says it", settings: proxy,
    input: "EHLO p\r\nXCLIENT ADDR=IPV6:2001:db8::1 LOGIN=a+40b NAME=c.test\r\nHELO c\r\nMAIL FROM:<s@a.test>\r\n"
      + "RCPT TO:<r@b.test>\r\nDATA\r\nx\r\n.\r\n",
    expected: greeting + proxyHello + told("2001:db8::1", nil, "a@b") + greeting + plainHello + mailOk + rcptOk + go
      + message(login: "a@b", "x\r\n") + queued),
  ServerCase(
    name: "a login that is none, and one that ends", settings: proxy,
    input: "EHLO p\r\nXCLIENT LOGIN=eve\r\nXCLIENT LOGIN=a\r\nXCLIENT LOGIN=[UNAVAILABLE]\r\nHELO c\r\n"
      + "MAIL FROM:<s@a.test>\r\n",
    expected: greeting + proxyHello + told(nil, nil, "eve")
      + replies("550 5.7.0 XCLIENT names an unknown LOGIN") + told(nil, nil, "a") + greeting + told(nil, nil, "")
      + greeting + plainHello + replies("530 5.7.0 Authentication required")),
  ServerCase(
    name: "not within a mail", settings: limits { $0.acceptsClientFacts = true },
    input: "HELO p\r\nMAIL FROM:<s@a.test>\r\nXCLIENT ADDR=192.0.2.1\r\nRCPT TO:<r@b.test>\r\n",
    expected: greeting + plainHello + mailOk + replies("503 5.5.1 A mail is already under way") + rcptOk),
  ServerCase(
    name: "not from everybody", input: "EHLO p\r\nXCLIENT ADDR=192.0.2.1 LOGIN=a\r\n",
    expected: greeting + hello("AUTH PLAIN LOGIN SCRAM-SHA-256") + replies("550 5.7.0 XCLIENT is not for you")),
  ServerCase(
    name: "attributes that are none", settings: proxy,
    input: "XCLIENT\r\nXCLIENT ADDR\r\nXCLIENT ADDR=\r\nXCLIENT FOO=x\r\nXCLIENT ADDR=a ADDR=b\r\nXCLIENT PORT=x\r\n"
      + "XCLIENT PORT=123456\r\nXCLIENT LOGIN=a+0Ab\r\nXCLIENT LOGIN=a+0\r\nXCLIENT NAME=+C3+BC\r\n",
    expected: greeting + replies("501 5.5.4 Syntax error in arguments")
      + Array(repeating: badValue, count: 9).flatMap(\.self)),
]

@Suite("XCLIENT")
struct ClientFactsTests {
  @Test("in one piece and cut at each byte", arguments: dialogues)
  func dialogue(_ dialogue: ServerCase) { check(dialogue) }
}
