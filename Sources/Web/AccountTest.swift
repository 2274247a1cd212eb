import Configuration
import Host
import Store

extension API {
  /// Logs in to both servers of an account and tells in plain words how it went.
  func test(_ account: AccountRecord) async throws -> JSON {
    guard let loop = EventLoop.current else {
      throw Problem(status: 500, code: "internal", message: "no event loop to connect on")
    }
    var sides: [JSON] = []
    var isGood = true
    for (scheme, server) in [(RemoteOptions.Scheme.smtp, account.settings.smtp), (.imap, account.settings.imap)] {
      guard let server else { continue }
      let place = "\(server.host):\(server.port)"
      switch await hooks.logins.open(account, server, scheme, timeoutMilliseconds: 20_000, on: loop) {
      case .success(let connection):
        let greeting = connection.transcript.first ?? ""
        connection.close()
        sides.append(side(scheme, place, "ok", "logged in; it said: \(greeting)"))
      case .failure(let failure):
        isGood = false
        sides.append(side(scheme, place, failure.kind.rawValue, failure.inPlainWords(server)))
      }
    }
    return .object([
      ("address", .text(account.address)), ("ok", .boolean(isGood)), ("sides", .list(sides)),
    ])
  }

  private func side(_ scheme: RemoteOptions.Scheme, _ place: String, _ result: String, _ text: String) -> JSON {
    .object([
      ("side", .text(scheme.rawValue)), ("server", .text(place)), ("result", .text(result)), ("text", .text(text)),
    ])
  }
}

extension RemoteFailure {
  /// What it means and what to do about it, before the server's or library's own words.
  fileprivate func inPlainWords(_ server: RemoteServer) -> String {
    let meaning =
      switch kind {
      case .resolve: "the name \(server.host) is not known to DNS: is it spelled right?"
      case .connect: "nobody answers on port \(server.port): is the port right, is a firewall in between?"
      case .tls: "no trustworthy TLS: does tls = \"\(server.tls.rawValue)\" fit port \(server.port), is ca_file right?"
      case .login: "the server refuses the login: is the password an app password where one is needed?"
      case .timeout: "no answer in time"
      case .cancelled: "broken off because the daemon stops"
      case .protocol: "it does not speak the expected protocol"
      }
    return text.isEmpty ? meaning : "\(meaning) It said: \(text)"
  }
}
