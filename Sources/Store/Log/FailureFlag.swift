internal import Synchronization

/// Why a store can no longer be believed; the first word counts.
final class FailureFlag: Sendable {
  private let state = Mutex<StoreError?>(nil)
  private let isSet = Atomic<Bool>(false)

  /// Nil while all is well; asked for each mail, so the usual answer costs one load.
  var error: StoreError? { isSet.load(ordering: .acquiring) ? state.withLock { $0 } : nil }

  /// Notes a failure; true for the first.
  @discardableResult
  func report(_ error: StoreError) -> Bool {
    state.withLock { state in
      guard state == nil else { return false }
      state = error
      isSet.store(true, ordering: .releasing)
      return true
    }
  }
}
