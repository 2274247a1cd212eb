/// What a proxy tells about the client it speaks for (XCLIENT, Postfix' XCLIENT_README).
public struct ClientFacts: Equatable, Sendable {
  /// The client's address as a number; nil when nothing was said of it.
  public var address: String?
  /// Whether the proxy said that it does not know the address: then it is not the proxy's own either.
  public var isAddressUnknown = false
  /// The client's port.
  public var port: Int?
  /// Whom the proxy has logged in; nil when nothing was said, empty when nobody.
  public var login: String?

  /// Facts of their parts.
  public init(address: String? = nil, port: Int? = nil, login: String? = nil) {
    self.address = address
    self.port = port
    self.login = login
  }

  /// What EHLO says of it. NAME, PROTO and HELO are taken and not used: names of clients decide nothing here, and the client
  /// says EHLO itself behind the proxy. So are the proxy's own ends.
  static let offer = "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"
  private static let unused: [StaticString] = ["NAME", "PROTO", "HELO", "DESTADDR", "DESTPORT"]

  /// Reads the attributes; nil when one is unknown, given twice, empty or no xtext of printable ASCII.
  init?(_ text: [UInt8]) {
    guard let list = ESMTPParameter.list(in: [Octet.space] + text, from: 0), !list.isEmpty else { return nil }
    var seen: Set<[UInt8]> = []
    for attribute in list {
      guard seen.insert(attribute.keyword).inserted, let value = attribute.value.flatMap(Xtext.decode),
        value.allSatisfy({ $0 >= Octet.space && $0 < 0x7F })
      else { return nil }
      let word = String(decoding: value, as: UTF8.self)
      let isAbsent = ["[UNAVAILABLE]", "[TEMPUNAVAIL]"].contains(word.uppercased())
      if matches(attribute.keyword, "ADDR") {
        // An IPv6 address is written with its prefix, as in an address literal.
        let isIPv6 = matches(value.prefix(5), "IPV6:")
        isAddressUnknown = isAbsent
        if !isAbsent { address = isIPv6 ? String(word.dropFirst(5)) : word }
      } else if matches(attribute.keyword, "PORT") {
        guard isAbsent || (1...5).contains(value.count) && value.allSatisfy(\.isASCIIDigit) else { return nil }
        port = Int(word)
      } else if matches(attribute.keyword, "LOGIN") {
        login = isAbsent ? "" : word
      } else if !Self.unused.contains(where: { matches(attribute.keyword, $0) }) {
        return nil
      }
    }
  }
}

extension ServerSession {
  /// XCLIENT attribute=value …
  mutating func proxiedClient(_ text: [UInt8]) -> ServerAction {
    guard let facts = ClientFacts(text) else { return reply(.badParameter) }
    mode = .awaitingClient
    return .client(facts)
  }

  /// Answers `.client`: from here on the session is that client's, from its greeting on, with the settings that hold for
  /// it. TLS, which is the proxy's, stays as it is.
  public mutating func clientBecame(_ settings: ServerSettings, login: String?) -> ServerAction? {
    guard mode == .awaitingClient else { return nil }
    let tls = self.settings.tls
    self.settings = settings
    self.settings.tls = tls
    forgetClient()
    self.login = login
    mode = .command
    return reply(greeting)
  }

  /// Answers `.client` when there is something wrong with it.
  public mutating func refuseClient(with refusal: ServerReply) -> ServerAction? {
    guard mode == .awaitingClient else { return nil }
    mode = .command
    return refusal.closes ? end(refusal) : reply(refusal)
  }
}
