public import Configuration
public import Host

/// How rooms get into mailboxes: what an account logs in with, be it a password or a token that has to be fetched first.
public struct AccountLogins: Sendable {
  private let secret: @Sendable (AccountRecord) async -> Result<RemoteOptions.Secret, RemoteFailure>
  private let renew: @Sendable (AccountRecord, _ refused: String) async -> Result<RemoteOptions.Secret, RemoteFailure>

  /// `secret` gives what an account logs in with now; `renew` a token in place of one that its server refused before its time.
  /// Their failures read like those of a connection: `login` when only a person can mend it.
  public init(
    secret: @escaping @Sendable (AccountRecord) async -> Result<RemoteOptions.Secret, RemoteFailure>,
    renew: @escaping @Sendable (AccountRecord, _ refused: String) async -> Result<RemoteOptions.Secret, RemoteFailure>
  ) {
    self.secret = secret
    self.renew = renew
  }

  /// Connects to one of an account's servers and logs in. To be called from a task of `loop`.
  public func open(
    _ account: AccountRecord, _ server: RemoteServer, _ scheme: RemoteOptions.Scheme, clientName: String? = nil,
    timeoutMilliseconds: Int64, on loop: EventLoop
  ) async -> Result<RemoteConnection, RemoteFailure> {
    switch await secret(account) {
    case .failure(let failure): return .failure(failure)
    case .success(let proof):
      let options = account.options(
        for: server, scheme, secret: proof, clientName: clientName, timeoutMilliseconds: timeoutMilliseconds)
      let first = await RemoteConnection.open(options, on: loop)
      guard case .accessToken(let token) = proof, case .failure(let refusal) = first, refusal.kind == .login,
        !refusal.isTemporary
      else { return first }
      return await again(account, options, refused: token, refusal, on: loop)
    }
  }

  /// A provider takes tokens back early, at a changed password or by an administrator's hand: one more try with a new one.
  private func again(
    _ account: AccountRecord, _ options: RemoteOptions, refused token: String, _ refusal: RemoteFailure,
    on loop: EventLoop
  ) async -> Result<RemoteConnection, RemoteFailure> {
    switch await renew(account, token) {
    case .failure(let failure): return .failure(failure)
    case .success(let proof):
      var options = options
      options.secret = proof
      return await RemoteConnection.open(options, on: loop).mapError { failure in
        guard failure.kind == .login, !failure.isTemporary else { return failure }
        return RemoteFailure(
          kind: .login, curlCode: failure.curlCode, text: "\(failure.text) (also with a token made just now)")
      }
    }
  }
}

extension AccountRecord {
  /// Opens the account's password; `none` for an account without one.
  public func password(under key: SealingKey) -> Result<RemoteOptions.Secret, RemoteFailure> {
    guard let secret else { return .success(.none) }
    do {
      return .success(.password(String(decoding: try key.open(secret), as: UTF8.self)))
    } catch {
      return .failure(RemoteFailure(kind: .protocol, curlCode: 0, text: "its password cannot be read: \(error)"))
    }
  }

  /// How one of the account's servers is reached and logged in to.
  func options(
    for server: RemoteServer, _ scheme: RemoteOptions.Scheme, secret: RemoteOptions.Secret, clientName: String?,
    timeoutMilliseconds: Int64
  ) -> RemoteOptions {
    RemoteOptions(
      scheme: scheme, host: server.host, port: server.port, tls: RemoteOptions.Security(server.tls),
      // A user without a secret would be sent an empty password; RFC 4954 has no such login.
      user: secret == .none ? nil : server.user ?? settings.address, secret: secret, caFile: settings.caFile,
      proxy: settings.proxy, clientName: clientName, connectTimeoutMilliseconds: timeoutMilliseconds)
  }
}

extension RemoteOptions.Security {
  fileprivate init(_ tls: RemoteTLS) {
    switch tls {
    case .implicit: self = .implicit
    case .starttls: self = .starttls
    case .none: self = .none
    }
  }
}
