extension ServerSession {
  /// AUTH mechanism [initial response] (RFC 4954 §4).
  mutating func authenticate(_ text: [UInt8]) -> ServerAction {
    let words = text.split(whereSeparator: { $0 == Octet.space || $0 == 0x09 })
    guard let mechanism = words.first, words.count <= 2 else { return reply(.syntax) }
    let initial = words.count == 2 ? Array(words[1]) : nil
    let offered = settings.mechanisms.first { matches(mechanism, $0.name) }
    switch offered {
    case .plain:
      mode = .plainResponse
      return initial.map { continueAuthentication(with: $0, isInitial: true) } ?? reply(.askPlain)
    case .login:
      mode = .loginName
      return initial.map { continueAuthentication(with: $0, isInitial: true) } ?? reply(.askUserName)
    case .scramSHA256?, .oauthBearer?:
      mode = .saslResponse(offered ?? .scramSHA256, isFirst: true)
      return initial.map { continueAuthentication(with: $0, isInitial: true) } ?? reply(.askPlain)
    case nil:
      return reply(.unknownMechanism)
    }
  }

  /// One response of the client within an exchange.
  mutating func continueAuthentication(with line: [UInt8], isInitial: Bool = false) -> ServerAction {
    let step = mode
    mode = .command
    if line == [0x2A], !isInitial { return abandonedLogin(step, .authenticationCancelled) }
    // RFC 4954 §4: an empty initial response is written as one `=`.
    guard let response = isInitial && line == [0x3D] ? [] : Base64.decode(line) else {
      return abandonedLogin(step, .badBase64)
    }
    switch step {
    case .plainResponse:
      return plain(response)
    case .loginName:
      guard let name = Self.text(response), !name.isEmpty else { return reply(.badBase64) }
      mode = .loginPassword(name: name)
      return reply(.askPassword)
    case .loginPassword(let name):
      guard let password = Self.text(response) else { return reply(.badBase64) }
      return verify(name, password)
    case .saslResponse(let mechanism, let isFirst):
      mode = .awaitingSASL(mechanism)
      return .sasl(mechanism, message: response, isFirst: isFirst)
    default:
      return reply(.badBase64)
    }
  }

  /// A response that is too long to be read ends the exchange (RFC 4954 §4).
  mutating func overlongResponse() -> ServerAction {
    let step = mode
    mode = .command
    return abandonedLogin(step, .authenticationTooLong)
  }

  /// An exchange that ends here. A wrong key has had its answer already (RFC 7628 §3.2.3), so it counts however the client
  /// takes it.
  private mutating func abandonedLogin(_ step: Mode, _ answer: ServerReply) -> ServerAction {
    guard step == .saslResponse(.oauthBearer, isFirst: false) else { return reply(answer) }
    failedLogins += 1
    return failedLogins >= settings.maximumFailedLogins ? end(.tooManyLogins) : reply(answer)
  }

  /// RFC 4616 §2: authorisation identity, NUL, login, NUL, password.
  private mutating func plain(_ response: [UInt8]) -> ServerAction {
    let parts = response.split(separator: Octet.nul, omittingEmptySubsequences: false)
    guard parts.count == 3, let identity = Self.text(parts[0]), let name = Self.text(parts[1]), !name.isEmpty,
      let password = Self.text(parts[2])
    else { return reply(.badBase64) }
    // Nobody acts for another here.
    guard identity.isEmpty || identity == name else {
      failedLogins += 1
      return failedLogins >= settings.maximumFailedLogins ? end(.tooManyLogins) : reply(.wrongCredentials)
    }
    return verify(name, password)
  }

  private mutating func verify(_ name: String, _ password: String) -> ServerAction {
    mode = .awaitingLogin(name)
    return .authenticate(name: name, password: password)
  }

  private static func text(_ bytes: some Collection<UInt8>) -> String? {
    bytes.contains(Octet.nul) ? nil : String(validating: Array(bytes), as: UTF8.self)
  }
}
