import Configuration
import Host
import Store

extension RemoteConnection: MailboxWire {}

/// Opens logged-in IMAP connections by `Host.RemoteConnection`.
struct MailboxConnector: Sendable {
  /// Unseals an account's secret; what it throws is told to the operator.
  let secret: @Sendable (AccountRecord) throws -> RemoteOptions.Secret
  let timeoutMilliseconds: Int64

  func open(_ account: AccountRecord, on loop: EventLoop) async -> Result<MailboxLogin, WatchFailure> {
    guard let server = account.settings.imap else { return .failure(.unusable("the account has no IMAP server")) }
    let proof: RemoteOptions.Secret
    do {
      proof = try secret(account)
    } catch {
      return .failure(.unusable("its secret cannot be read: \(error)"))
    }
    let options = account.options(for: server, .imap, secret: proof, timeoutMilliseconds: timeoutMilliseconds)
    switch await RemoteConnection.open(options, on: loop) {
    case .success(let connection):
      return .success(MailboxLogin(wire: connection, transcript: connection.transcript))
    case .failure(let failure): return .failure(Self.meaning(of: failure))
    }
  }

  /// What the account's watch should do about it.
  static func meaning(of failure: RemoteFailure) -> WatchFailure {
    switch failure.kind {
    case .cancelled: .cancelled
    case .login where !failure.isTemporary && !LoginRefusal.isPassing(failure.text): .loginRefused(failure.text)
    default: .unreachable("\(failure)")
    }
  }
}
