public import Configuration
import Delivery
public import Host
public import Store
import Synchronization

/// The room that sends: it claims what the gates let go, and hands it to the accounts' servers.
///
/// All of it runs on one loop. What it must not forget is in the store's journal; connections and back-offs are all it
/// keeps itself, so a crash loses nothing.
public final class Relay: Sendable {
  let desk: Desk
  private let loop: EventLoop
  private let doorbell: Doorbell
  private let scheduler = Mutex<Task<Void, Never>?>(nil)
  private let connections: Mutex<Int>

  /// A relay on `loop`. `logins` gets into accounts' servers; `isDiskLow` says whether sending must rest because
  /// outcomes could not be written; `clientName` is said in EHLO; `unseal` opens a sealed DKIM key.
  public init(
    store: Store, loop: EventLoop, settings: RelaySettings, clientName: String, log: Log,
    logins: AccountLogins, outgoing: OutgoingSettings, unseal: @escaping @Sendable ([UInt8]) throws -> [UInt8],
    isDiskLow: @escaping @Sendable () -> Bool
  ) {
    self.loop = loop
    connections = Mutex(settings.maxConnections)
    doorbell = Doorbell(loop: loop)
    desk = Desk(
      store: store, loop: loop, doorbell: doorbell, settings: settings, clientName: clientName, log: log,
      logins: logins, outgoing: outgoing, unseal: unseal, isDiskLow: isDiskLow)
  }

  /// Puts right what a crash left, and begins. Call it once.
  public func start() {
    desk.watchStore()
    let task = loop.spawn { [desk] in await desk.run() }
    scheduler.withLock { $0 = task }
  }

  /// The most connections to accounts' servers at once.
  public var maxConnections: Int { connections.withLock { $0 } }

  /// How many of them are at work.
  public var connectionsInUse: Int { desk.linesAtWork.load(ordering: .relaxed) }

  /// Takes new settings; connections that are open keep their timeouts.
  public func reload(_ settings: RelaySettings, _ outgoing: OutgoingSettings) {
    connections.withLock { $0 = settings.maxConnections }
    loop.spawn { [desk] in
      desk.settings = settings
      desk.outgoing = outgoing
    }
    doorbell.ring()
  }

  /// Claims nothing more, lets what is being handed over finish for so long, and ends.
  public func stop(drainMilliseconds: Int64) async {
    loop.spawn { [desk] in desk.isStopping = true }
    doorbell.ring()
    let task = scheduler.withLock { $0 }
    let timer = loop.spawn { [loop] in
      await loop.sleep(milliseconds: drainMilliseconds)
      task?.cancel()
    }
    await task?.value
    timer.cancel()
  }
}
