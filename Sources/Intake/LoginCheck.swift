import Host
import SMTP
import Store

/// Checks logins against the submitters in the store.
struct LoginCheck: Sendable {
  let store: Store

  /// Whether the password is the submitter's. Takes as long for an unknown name as for a known one.
  func check(name: String, password: String) async -> (LoginOutcome, SubmitterRecord?) {
    let (submitter, isStoreThere) = await submitter(named: name)
    guard isStoreThere else { return (.unavailable, nil) }
    let hash = submitter?.passwordHash
    // Argon2id takes tens of milliseconds by design: never on the loop.
    let isRight = await offLoop { PasswordHash.verify(password, against: hash) }
    guard isRight, let submitter else { return (.wrong, nil) }
    return (.accepted, submitter)
  }

  /// Whose key this is: the submitter's, when the client says no other name.
  func check(_ bearer: BearerMessage) async -> (LoginOutcome, SessionLogin?) {
    let hash = APIKey.hash(bearer.token)
    do throws(StoreError) {
      guard let found = try await store.read(seesLog: false, { try $0.login(keyHash: hash) }),
        bearer.name.isEmpty || bearer.name == found.submitter.name
      else { return (.wrong, nil) }
      try await store.noteUse(of: found.key, now: Clock.now())
      return (.accepted, SessionLogin(found.submitter, keyID: found.key.id))
    } catch {
      return (.unavailable, nil)
    }
  }

  /// The login of a name, and whether the store could be asked.
  func submitter(named name: String) async -> (SubmitterRecord?, isStoreThere: Bool) {
    do throws(StoreError) {
      return (try await store.read(seesLog: false) { try $0.submitter(named: name) }, true)
    } catch {
      return (nil, false)
    }
  }
}
