import Host
import Store
import Synchronization

/// Who has logged in to a session, as the store had it then.
struct SessionLogin: Sendable {
  var submitter: SubmitterRecord
  /// The key that was shown instead of a password.
  var keyID: Int64?

  init?(_ submitter: SubmitterRecord?, keyID: Int64? = nil) {
    guard let submitter else { return nil }
    self.submitter = submitter
    self.keyID = keyID
  }
}

extension LoginCheck {
  /// Whether a login is still what it was; one that can't be looked up stays.
  func stands(_ login: SessionLogin) async -> Bool {
    do throws(StoreError) {
      return try await store.read(seesLog: false) { try $0.stands(login.submitter, keyID: login.keyID) }
    } catch {
      return true
    }
  }
}

extension IntakeServer {
  /// From now on sessions end when their key is revoked, or their submitter is removed or gets another password or other
  /// rights: what a login may do is asked only when it logs in.
  func watchLogins(on loop: EventLoop) {
    store.observe(.logins) { [self] in
      connections.loginChanges.add(1, ordering: .sequentiallyConsistent)
      loop.spawn { [self] in await endStaleSessions() }
    }
  }

  private func endStaleSessions() async {
    let check = LoginCheck(store: store)
    for (handle, login) in connections.loggedIn where await !check.stands(login) {
      log.info("intake.logged_out", ["submitter": .text(login.submitter.name)])
      handle.isLoggedOut.store(true, ordering: .sequentiallyConsistent)
      handle.cancel()
    }
  }
}
