import Configuration
import Host
import Store

extension RemoteConnection: MailboxWire {}

/// Opens logged-in IMAP connections by `Host.RemoteConnection`.
struct MailboxConnector: Sendable {
  let logins: AccountLogins
  let timeoutMilliseconds: Int64

  func open(_ account: AccountRecord, on loop: EventLoop) async -> Result<MailboxLogin, WatchFailure> {
    guard let server = account.settings.imap else { return .failure(.unusable("the account has no IMAP server")) }
    switch await logins.open(account, server, .imap, timeoutMilliseconds: timeoutMilliseconds, on: loop) {
    case .success(let connection):
      // Kept by the wire, it would be two of the sixty KB of an idle mailbox.
      defer { connection.forgetTranscript() }
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
