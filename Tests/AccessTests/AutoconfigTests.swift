import Delivery
import Host
import Testing

@testable import Access

@Suite struct AutoconfigTests {
  private static func file(_ servers: String) -> [UInt8] {
    Array(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <!-- of the example -->
      <clientConfig version="1.1">
        <emailProvider id="example.org">
          <domain>example.org</domain>
          <displayName>Ex &amp; ample</displayName>
      \(servers)
        </emailProvider>
      </clientConfig>
      """.utf8)
  }

  private static let imap = """
    <incomingServer type="pop3"><hostname>pop.example.org</hostname><port>995</port><socketType>SSL</socketType></incomingServer>
    <incomingServer type='imap'>
      <hostname>imap.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
      <authentication>password-cleartext</authentication><username>%EMAILLOCALPART%</username>
    </incomingServer>
    """

  @Test func theFirstServersWithTLSCount() {
    let smtp = """
      <outgoingServer type="smtp"><hostname>plain.example.org</hostname><port>25</port><socketType>plain</socketType></outgoingServer>
      <outgoingServer type="smtp"><hostname>smtp.example.org</hostname><port> 587 </port><socketType>STARTTLS</socketType></outgoingServer>
      """
    let read = Autoconfig.read(Self.file(Self.imap + smtp), address: "ann@example.org")
    #expect(
      read
        == .success(
          Autoconfig(
            smtp: ServerPlace(host: "smtp.example.org", port: 587, security: .starttls),
            imap: ServerPlace(host: "imap.example.org", port: 993, security: .implicit), user: "ann")))
  }

  @Test(
    arguments: [
      "",
      "<outgoingServer type='smtp'><hostname>a</hostname><port>25</port><socketType>plain</socketType></outgoingServer>",
      "<outgoingServer type='smtp'><hostname>a b</hostname><port>465</port><socketType>SSL</socketType></outgoingServer>",
      "<outgoingServer type='smtp'><hostname>a</hostname><port>99999</port><socketType>SSL</socketType></outgoingServer>",
      "<outgoingServer type='smtp'><hostname>evil&#10;QUIT</hostname><port>465</port><socketType>SSL</socketType></outgoingServer>",
    ])
  func whatHasNoServerWithTLSIsRefused(servers: String) {
    #expect(
      Autoconfig.read(Self.file(servers), address: "a@b.c")
        == .failure(.init(description: "it names no SMTP server with TLS")))
  }

  static let broken: [(String, String)] = [
    ("", "there is no element"), ("<a>", "has no end"), ("<a></b>", "is not the one that ends"), ("<a", "a name"),
    ("<a b></a>", "has no value"), ("<a b=c></a>", "not quoted"), ("<a b='c", "no end"),
    ("<a b='<'/>", "stands in an attribute"),
    ("<a>&nbsp;</a>", "not known"), ("<a>&amp</a>", "no end"), ("<a>&#x110000;</a>", "not known"),
    ("<a/><b/>", "follows"), ("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "document types"),
    (String(repeating: "<a>", count: 100), "too deep"),
    ("<a>" + String(repeating: "<b/>", count: 3000) + "</a>", "too large"), ("<!-- ", "missing"),
  ]

  @Test(arguments: broken) func brokenXMLIsRefusedWithItsPlace(text: String, part: String) {
    guard case .failure(let refusal) = XMLElement.read(Array(text.utf8)) else {
      Issue.record("it was read")
      return
    }
    #expect(refusal.description.contains(part), "\(refusal)")
  }

  @Test func everyBeginningOfAFileIsReadOrRefused() {
    let whole = Self.file(Self.imap)
    for end in whole.indices { _ = Autoconfig.read(Array(whole[..<end]), address: "a@b.c") }
  }

  @Test func elementsKeepTheirTextAndReferences() throws {
    let root = try XMLElement.read(Array("<a x=\"1&lt;2\"> t&#x41;<![CDATA[<&>]]> <b/> </a>".utf8)).get()
    #expect(root.attributes == ["x": "1<2"])
    #expect(root.text == "tA<&>")
    #expect(root.children.map(\.name) == ["b"])
  }

  @Test func recordsArePreferredByServiceAndPriority() {
    let records: [MailService: [SRVRecord]] = [
      .submission: [SRVRecord(priority: 0, weight: 1, port: 587, host: "mail.example.org")],
      .imaps: [SRVRecord(priority: 0, weight: 1, port: 0, host: "")],
      .imap: [SRVRecord(priority: 5, weight: 1, port: 143, host: "imap.elsewhere.net")],
    ]
    let servers = MailboxServers(records, domain: "example.org")
    #expect(servers?.smtp == ServerPlace(host: "mail.example.org", port: 587, security: .starttls))
    #expect(servers?.imap == ServerPlace(host: "imap.elsewhere.net", port: 143, security: .starttls))
    #expect(servers?.foreignHosts == ["imap.elsewhere.net"])
    #expect(MailboxServers([.imaps: [SRVRecord(priority: 0, weight: 0, port: 993, host: "x")]], domain: "e") == nil)
  }
}
