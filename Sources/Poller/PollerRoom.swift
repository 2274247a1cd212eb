public import Configuration
import Delivery
public import Host
import Outreach
public import Store
import Synchronization

/// The room that watches mailboxes: one task for each account, so that no account's trouble is another's.
///
/// Accounts that are added, changed, paused or removed are picked up from the store's signal.
public final class PollerRoom: Sendable {
  private struct Watch {
    /// Has the account's record: a second one of each would be megabytes for thousands.
    var watch: AccountWatch
    /// Tells a watch from the one that took its place.
    var number: Int
    var task: Task<Void, Never>
  }

  private struct State {
    var settings: PollerSettings
    var watches: [Int64: Watch] = [:]
    var nextNumber = 0
    var supervisor: Task<Void, Never>?
    var resolver: Task<Void, Never>?
    var steward: Task<Void, Never>?
    var isStopping = false
  }

  private let store: Store
  private let loops: EventLoopGroup
  private let home: EventLoop
  private let changes: Doorbell
  private let log: Log
  private let random: @Sendable () -> UInt64
  private let connect: AccountWatch.Connect
  private let memory = MemorySteward()
  private let gate = LoginGate(most: 16)
  private let resolver: SentCopyResolver
  private let version: String
  private let state: Mutex<State>

  /// So long each account that begins together with others puts the last of them off.
  private static let spreadMilliseconds: Int64 = 5

  /// How long a failed look at the list of accounts waits for the next.
  private static let retryMilliseconds: Int64 = 5_000

  /// A room that watches every account with an IMAP server, on loops taken in turn.
  ///
  /// `logins` gets into accounts' servers.
  public convenience init(
    store: Store, loops: EventLoopGroup, settings: PollerSettings, version: String, log: Log,
    logins: AccountLogins
  ) {
    self.init(
      store: store, loops: loops, settings: settings, version: version, log: log,
      random: { UInt64.random(in: .min ... .max) },
      connect: { account, settings, loop in
        let connector = MailboxConnector(logins: logins, timeoutMilliseconds: settings.connectTimeoutMilliseconds)
        return await connector.open(account, on: loop)
      })
  }

  init(
    store: Store, loops: EventLoopGroup, settings: PollerSettings, version: String, log: Log,
    random: @escaping @Sendable () -> UInt64, connect: @escaping AccountWatch.Connect
  ) {
    self.store = store
    self.loops = loops
    home = loops.next()
    changes = Doorbell(loop: home)
    self.log = log
    self.random = random
    self.version = version
    self.connect = connect
    resolver = SentCopyResolver(
      store: store, loop: home, settings: settings, version: version, log: log, connect: connect)
    state = Mutex(State(settings: settings))
  }

  /// Begins to watch. Call it once.
  public func start() {
    store.observe(.accounts) { [changes] in changes.ring() }
    let task = home.spawn { [self] in await supervise() }
    let resolving = home.spawn { [resolver] in await resolver.run() }
    let tidying = home.spawn { [memory, home] in await memory.run(on: home) }
    state.withLock {
      $0.supervisor = task
      $0.resolver = resolving
      $0.steward = tidying
    }
  }

  /// How long a copy of a message of unknown fate is looked for, in milliseconds.
  public var sentCopyWait: Int64 { resolver.wait }

  /// Takes new settings; every mailbox is connected anew.
  public func reload(_ settings: PollerSettings) {
    let old = state.withLock { state in
      guard state.settings != settings else { return [Watch]() }
      state.settings = settings
      defer { state.watches = [:] }
      return Array(state.watches.values)
    }
    for watch in old { watch.task.cancel() }
    resolver.reload(settings)
    changes.ring()
  }

  /// Stops watching and waits until what was being written is on disk; prompt, as every wait is cut short.
  public func stop() async {
    let (supervisors, watches) = state.withLock { state in
      state.isStopping = true
      return ([state.supervisor, state.resolver, state.steward].compactMap(\.self), state.watches.values.map(\.task))
    }
    for task in supervisors + watches { task.cancel() }
    for task in supervisors + watches { await task.value }
  }

  /// Ids of the accounts that are watched now.
  public var watched: Set<Int64> { state.withLock { Set($0.watches.keys) } }

  private func supervise() async {
    while !Task.isCancelled {
      do {
        reconcile(try await store.read { reader in try reader.accounts() })
      } catch {
        if error == .unavailable { return }
        log.error("poller.accounts_unreadable", ["reason": .text("\(error)")])
        await home.sleep(milliseconds: Self.retryMilliseconds)
        continue
      }
      await changes.wait(until: nil)
    }
  }

  /// Makes the tasks be those of the accounts that are to be watched.
  private func reconcile(_ accounts: [AccountRecord]) {
    let wanted = Dictionary(accounts.filter(Self.isWatched).map { ($0.id, $0) }) { first, _ in first }
    let ended = state.withLock { state in
      let ended = state.watches.filter { id, watch in wanted[id].map { !Self.isSame($0, watch.watch.account) } ?? true }
      for id in ended.keys { state.watches[id] = nil }
      if !state.isStopping {
        let new = wanted.filter { state.watches[$0.key] == nil }
        for (id, account) in new {
          state.nextNumber += 1
          state.watches[id] = begin(
            account, number: state.nextNumber, state.settings, spread: Int64(new.count - 1) * Self.spreadMilliseconds)
        }
      }
      return ended.values
    }
    for watch in ended { watch.task.cancel() }
  }

  private func begin(
    _ account: AccountRecord, number: Int, _ settings: PollerSettings, spread: Int64
  ) -> Watch {
    let loop = loops.next()
    let recorder = InboundRecorder(
      store: store, log: log, tokenOwner: { [store] in store.tokenKeys.message(in: $0) }, memory: memory)
    let watch = AccountWatch(
      account, settings: settings, version: version, recorder: recorder, log: log, random: random
    ) { [self] account, settings, loop in
      let server = account.settings.imap.map { "\($0.host):\($0.port)" } ?? ""
      guard await gate.enter(server) else { return .failure(.cancelled) }
      defer { gate.leave(server) }
      memory.note(1)
      return await connect(account, settings, loop)
    }
    let task = loop.spawn { [self] in
      await watch.run(on: loop, spread: spread)
      ended(watch.account.id, number: number)
    }
    return Watch(watch: watch, number: number, task: task)
  }

  /// A watch that ended by itself makes room for the next one, should the account be one to watch again.
  private func ended(_ id: Int64, number: Int) {
    let wasCurrent = state.withLock { state in
      guard state.watches[id]?.number == number else { return false }
      state.watches[id] = nil
      return true
    }
    if wasCurrent { changes.ring() }
  }

  /// A paused account is watched all the same, as answers to what it sent still come; not after a refused login, which
  /// would only be refused again and may lock the mailbox.
  static func isWatched(_ account: AccountRecord) -> Bool {
    guard account.settings.imap != nil else { return false }
    return switch account.state {
    case .active: true
    case .paused: account.reason != .authFailed
    case .disabled: false
    }
  }

  /// Whether nothing changed that a connection depends on.
  static func isSame(_ one: AccountRecord, _ other: AccountRecord) -> Bool {
    one.settings == other.settings && one.secret == other.secret
  }
}
