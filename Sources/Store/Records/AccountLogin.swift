public import Configuration
public import Host

extension AccountRecord {
  /// Opens the account's secret; `none` for an account without one.
  public func secret(under key: SealingKey) throws(HostError) -> RemoteOptions.Secret {
    guard let secret else { return .none }
    let plain = try key.open(secret)
    return .password(String(decoding: plain, as: UTF8.self))
  }

  /// How one of the account's servers is reached and logged in to.
  public func options(
    for server: RemoteServer, _ scheme: RemoteOptions.Scheme, secret: RemoteOptions.Secret, clientName: String? = nil,
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
