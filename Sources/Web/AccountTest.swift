import Configuration
import Delivery
import Host
import Store

extension API {
  /// The wait for each side; a person sits before it.
  private static let testMilliseconds: Int64 = 20_000

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
      switch await hooks.logins.open(account, server, scheme, timeoutMilliseconds: Self.testMilliseconds, on: loop) {
      case .success(let connection):
        let words = Self.words(
          of: connection.transcript, scheme, hasLogin: account.secret != nil || account.settings.oauth != nil)
        connection.close()
        sides.append(side(scheme, place, "ok", words))
      case .failure(let failure):
        isGood = false
        let words = failure.inPlainWords(server, scheme, account.settings)
        sides.append(side(scheme, place, failure.kind.rawValue, words))
      }
    }
    return .object([
      ("address", .text(account.address)), ("ok", .boolean(isGood)), ("sides", .list(sides)),
    ])
  }

  /// libcurl passes over a login that an SMTP server does not offer (RFC 4954 section 4: 235 is its success).
  static func words(of transcript: [String], _ scheme: RemoteOptions.Scheme, hasLogin: Bool) -> String {
    let said = "it said: \(transcript.first ?? "")"
    guard scheme == .smtp, !transcript.contains(where: { $0.hasPrefix("235") }) else { return "logged in; \(said)" }
    return hasLogin
      ? "it takes the connection, and offers no login: the account's is not used, is the port right? \(said)"
      : "it takes the connection, without a login; \(said)"
  }

  private func side(_ scheme: RemoteOptions.Scheme, _ place: String, _ result: String, _ text: String) -> JSON {
    .object([
      ("side", .text(scheme.rawValue)), ("server", .text(place)), ("result", .text(result)), ("text", .text(text)),
    ])
  }
}

extension RemoteFailure {
  /// What it means and what to do about it, before the server's or library's own words.
  func inPlainWords(_ server: RemoteServer, _ scheme: RemoteOptions.Scheme, _ settings: AccountSettings) -> String {
    let meaning: String
    switch kind {
    case .resolve:
      meaning =
        text.contains("proxy")
        ? "the name of the proxy is not known to DNS"
        : "the name \(server.host) is not known to DNS: is it spelled right?"
    case .connect where isOfTokens: meaning = "the way to the token server is not clear"
    case .connect where settings.proxy != nil:
      meaning =
        "the proxy \(settings.shownProxy) does not lead to \(server.host) port \(server.port): is it up, does it allow that?"
    case .connect where text.contains("reading failed") || text.contains("reset"):
      meaning =
        "\(server.host) port \(server.port) takes the connection and ends it: is the port right, does it let this machine in?"
    case .connect:
      meaning = "nobody answers on \(server.host) port \(server.port): is the port right, is a firewall in between?"
    case .tls: meaning = tlsWords(server, scheme, settings)
    case .login:
      let provider = Provider(host: server.host)
      meaning =
        LoginAdvice.of(text, provider: provider, usesOAuth: settings.oauth != nil)?.words
        ?? "the server refuses the login"
    case .timeout where text.contains("the last it said: "):
      meaning = "it began to talk and fell silent: does it really speak \(scheme.rawValue.uppercased()) here?"
    case .timeout where settings.proxy != nil:
      meaning =
        "no answer in time by the proxy \(settings.shownProxy): is it one, does it reach \(server.host) port \(server.port)?"
    case .timeout:
      meaning =
        server.tls == .implicit
        ? "no answer in time: does port \(server.port) really begin with TLS (else tls = \"starttls\")? A firewall that swallows looks the same"
        : "no answer in time: does port \(server.port) really begin without TLS (else tls = \"implicit\")? A firewall that swallows looks the same"
    case .cancelled: meaning = "broken off because the daemon stops"
    case .protocol where text.hasPrefix("421"): meaning = "it takes no connection now; it is tried again by itself"
    case .protocol where text.hasPrefix("5"): meaning = "it takes no mail from this machine, or from nobody"
    case .protocol: meaning = "it does not speak \(scheme.rawValue.uppercased()) here: is the port right?"
    }
    let end = meaning.hasSuffix("?") ? "" : "."
    return text.isEmpty ? meaning + end : "\(meaning)\(end) It said: \(text)"
  }

  private var isOfTokens: Bool { text.hasPrefix("its token ") }

  private func tlsWords(_ server: RemoteServer, _ scheme: RemoteOptions.Scheme, _ settings: AccountSettings) -> String {
    let words = text.lowercased()
    if words.contains("starttls") {
      return
        "it offers no STARTTLS, and nothing is sent in the clear: does tls = \"implicit\" (port \(scheme == .smtp ? 465 : 993)) fit?"
    }
    let rows: [(text: String, meaning: String)] = [
      ("has expired", "its certificate has expired; its operator must renew it"),
      ("not yet valid", "its certificate is not valid yet: is this machine's clock right?"),
      (
        "self-signed",
        settings.caFile == nil
          ? "its certificate is signed by nobody this machine trusts; for a server of your own give ca_file"
          : "its certificate is not signed by the CA of ca_file"
      ),
      (
        "local issuer",
        settings.caFile == nil
          ? "its certificate is signed by nobody this machine trusts; for a server of your own give ca_file"
          : "its certificate is not signed by the CA of ca_file"
      ),
      ("subject name", "its certificate is for another name than \(server.host)"),
      ("wrong version", "it does not begin with TLS on port \(server.port): does tls = \"starttls\" fit?"),
      ("cafile", "the file of ca_file cannot be read: \(settings.caFile ?? "")"),
    ]
    return rows.first { words.contains($0.text) }?.meaning
      ?? "no trustworthy TLS: does tls = \"\(server.tls.rawValue)\" fit port \(server.port), is ca_file right?"
  }
}

extension AccountSettings {
  /// The proxy without its login.
  fileprivate var shownProxy: String {
    guard let proxy, let at = proxy.lastIndex(of: "@") else { return proxy ?? "" }
    let scheme = proxy.prefix { $0 != ":" }
    return "\(scheme)://\(proxy[proxy.index(after: at)...])"
  }
}
