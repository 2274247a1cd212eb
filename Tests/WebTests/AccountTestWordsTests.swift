import Configuration
import Host
import Testing

@testable import Web

/// The words of `account test`.
@Suite struct AccountTestWordsTests {
  @Test func aServerThatOffersNoLoginIsNotSaidToHaveLoggedIn() {
    let open = ["220 hi\r\n", "250-x\r\n", "250 PIPELINING\r\n"]
    #expect(API.words(of: open, .smtp, hasLogin: true).hasPrefix("it takes the connection, and offers no login"))
    #expect(API.words(of: open, .smtp, hasLogin: false).hasPrefix("it takes the connection, without a login"))
    #expect(API.words(of: open + ["235 2.7.0 ok\r\n"], .smtp, hasLogin: true).hasPrefix("logged in; it said: 220 hi"))
    #expect(API.words(of: ["* OK hi\r\n", "A2 OK done\r\n"], .imap, hasLogin: true).hasPrefix("logged in"))
  }

  @Test(arguments: [
    (RemoteFailure.Kind.protocol, "421 4.3.2 busy", "it takes no connection now"),
    (.protocol, "554 5.7.1 go away", "it takes no mail from this machine"),
    (.protocol, "HTTP/1.1 400 Bad Request", "it does not speak SMTP here"),
    (.connect, "response reading failed (errno: 115)", "mx.test port 25 takes the connection and ends it"),
    (.connect, "Recv failure: Connection reset by peer", "mx.test port 25 takes the connection and ends it"),
    (.connect, "Failed to connect to mx.test port 25", "nobody answers on mx.test port 25"),
  ]) func whoRefusesAConnectionIsNotTakenForWhoIsNotThere(_ kind: RemoteFailure.Kind, _ text: String, _ words: String) {
    let server = RemoteServer(host: "mx.test", port: 25, tls: .none)
    let failure = RemoteFailure(kind: kind, curlCode: 0, text: text)
    let said = failure.inPlainWords(server, .smtp, AccountSettings(address: "a@x.test", smtp: server))
    #expect(said.hasPrefix(words))
    #expect(said.hasSuffix("It said: \(text)"))
  }

  @Test func aProxyThatIsSilentIsNamedWithoutItsLogin() {
    let server = RemoteServer(host: "mx.test", port: 25, tls: .none)
    var settings = AccountSettings(address: "a@x.test", smtp: server)
    settings.proxy = "socks5h://u:secret@127.0.0.1:1080"
    let failure = RemoteFailure(kind: .timeout, curlCode: 28, text: "Connection timed out")
    let said = failure.inPlainWords(server, .smtp, settings)
    #expect(
      said.hasPrefix(
        "no answer in time by the proxy socks5h://127.0.0.1:1080: is it one, does it reach mx.test port 25?"))
  }
}
