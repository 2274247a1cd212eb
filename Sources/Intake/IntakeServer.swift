public import Configuration
public import Host
import SMTP
public import Store
import Synchronization

/// What the server needs to know from the daemon, and what it tells it.
public struct IntakeHooks: Sendable {
  /// Whether free disk space is below the watermark; asked before each mail, so it must be cheap.
  public var isDiskLow: @Sendable () -> Bool
  /// The store can no longer be believed; the daemon is to stop and recover from disk. May be called many times.
  public var storeFailed: @Sendable (StoreError) -> Void

  /// Hooks of their two functions.
  public init(
    isDiskLow: @escaping @Sendable () -> Bool = { false },
    storeFailed: @escaping @Sendable (StoreError) -> Void = { _ in }
  ) {
    self.isDiskLow = isDiskLow
    self.storeFailed = storeFailed
  }
}

/// The room that takes mail in: listeners, one task for each client, and from the end of data into the store.
public final class IntakeServer: Sendable {
  private struct Place: Sendable {
    var offer: ListenerOffer
    let listener: Listener
    let loop: EventLoop
  }

  let store: Store
  private let loops: EventLoopGroup
  let log: Log
  private let hooks: IntakeHooks
  private let drainTimeoutMilliseconds: Int64
  let connections = Connections()
  private let throttle = SharedLoginThrottle()
  private let places: Mutex<[Place]>

  /// Opens all listeners of the configuration, so that errors of certificates and ports are known before anything runs.
  ///
  /// Throws what is wrong with the first that fails: a certificate that cannot be read, a port in use. `start()` takes
  /// the first client.
  public init(configuration: Configuration, store: Store, loops: EventLoopGroup, log: Log, hooks: IntakeHooks)
    throws(HostError)
  {
    self.store = store
    self.loops = loops
    self.log = log
    self.hooks = hooks
    drainTimeoutMilliseconds = configuration.server.drainTimeoutMilliseconds
    var opened: [Place] = []
    do throws(HostError) {
      for settings in configuration.listeners {
        let offer = try ListenerOffer(settings, configuration)
        let loop = loops.next()
        let listener = try Listener(address: settings.address, port: settings.port, loop: loop)
        opened.append(Place(offer: offer, listener: listener, loop: loop))
      }
    } catch {
      for place in opened { place.listener.close() }
      throw error
    }
    places = Mutex(opened)
  }

  /// The ports the listeners stand on, in the order of the configuration.
  public var ports: [Int] { places.withLock { $0.map(\.listener.boundPort) } }
  /// What holds for mails that come by no listener: the first one's limits.
  var localOffer: ListenerOffer? { places.withLock { $0.first?.offer } }
  /// How many clients are connected.
  public var sessions: Int { connections.count }

  /// Takes clients from now on; returns at once.
  public func start() {
    watchLogins(on: loops.next())
    for (number, place) in places.withLock({ $0 }).enumerated() {
      log.info(
        "intake.listening",
        ["address": .text("\(place.listener.local)"), "tls": .text(place.offer.settings.tls.rawValue)])
      place.loop.spawn { [self] in
        while true {
          let owner = loops.next()
          guard let stream = await place.listener.accept(for: owner) else { break }
          begin(stream, places.withLock { $0[number].offer }, on: owner)
        }
      }
    }
  }

  /// Takes over limits, certificates and networks for new clients; what cannot be changed while running is returned in
  /// words. When anything is wrong it throws and everything stays as it was.
  public func reload(_ configuration: Configuration) throws(HostError) -> [String] {
    var offers: [ListenerOffer] = []
    for settings in configuration.listeners { offers.append(try ListenerOffer(settings, configuration)) }
    return places.withLock { places in
      var notes: [String] = []
      for index in places.indices {
        let old = places[index].offer.settings
        let new = offers.first { $0.settings.address == old.address && $0.settings.port == old.port }
        if let new {
          places[index].offer = new
        } else {
          notes.append("the listener \(old.address):\(old.port) goes with the next start")
        }
      }
      for offer in offers {
        let known = places.contains {
          $0.offer.settings.address == offer.settings.address && $0.offer.settings.port == offer.settings.port
        }
        if !known {
          notes.append("the listener \(offer.settings.address):\(offer.settings.port) comes with the next start")
        }
      }
      return notes
    }
  }

  /// Stops: no new clients, resting ones get a 421, mails under way are finished, at the latest when the drain timeout
  /// ends. Returns when no session is left.
  public func stop() async {
    for place in places.withLock({ $0 }) { place.listener.close() }
    connections.startStopping()
    let loop = loops.next()
    let timeout = loop.spawn { [connections, drainTimeoutMilliseconds] in
      await loop.sleep(milliseconds: drainTimeoutMilliseconds)
      if !Task.isCancelled { connections.cancelAll() }
    }
    await connections.waitUntilEmpty()
    timeout.cancel()
    log.info("intake.stopped")
  }

  private func begin(_ stream: Host.Stream, _ offer: ListenerOffer, on loop: EventLoop) {
    let isForOthers = offer.isBalancer(stream.peer) || offer.isProxy(stream.peer)
    let admission = connections.admit(
      stream.peer, isForOthers: isForOthers, limit: offer.limits.maxConnections,
      limitPerAddress: offer.limits.maxConnectionsPerAddress)
    switch admission {
    case .failure(let error):
      loop.spawn { [self] in await turnAway(stream, stream.peer, offer, error.refusal) }
    case .success((let id, let handle)):
      let task = loop.spawn { [self] in
        if let peer = await client(of: stream, offer, id: id) {
          await session(of: peer, on: stream, offer, handle, id: id).run()
        }
        connections.remove(id)
      }
      handle.run(task)
    }
  }

  /// A function of its own, so that nothing of the making stays in the frame of the session's task.
  @inline(never)
  private func session(
    of peer: PeerAddress, on stream: Host.Stream, _ offer: ListenerOffer, _ handle: SessionHandle, id: UInt64
  ) -> RunningSession {
    RunningSession(
      stream: stream, peer: peer, offer: offer, handle: handle, connections: connections, id: id, throttle: throttle,
      taker: taker(offer), hooks: hooks, log: log)
  }

  /// Who is at the other end, behind a balancer whoever its header names; nil, closed, when that is not to be known.
  @inline(never)
  private func client(of stream: Host.Stream, _ offer: ListenerOffer, id: UInt64) async -> PeerAddress? {
    guard offer.isBalancer(stream.peer) else { return stream.peer }
    let deadline = Clock.deadline(in: offer.limits.handshakeTimeoutMilliseconds)
    var bytes: [UInt8] = []
    while true {
      switch ProxyHeader.read(bytes) {
      case .whole(let header):
        guard let client = header.client else { return stream.peer }
        if connections.move(id, to: client, limitPerAddress: offer.limits.maxConnectionsPerAddress) { return client }
        await turnAway(stream, client, offer, .tooManyFromAddress)
        return nil
      case .needs(let count):
        if case .bytes = await stream.read(into: &bytes, atMost: count, deadline: deadline) { continue }
        // A balancer that only looks whether the port is open says nothing at all.
        if !bytes.isEmpty { fallthrough }
      case .invalid:
        log.info("intake.no_proxy_header", ["peer": .text(stream.peer.host)])
      }
      stream.close()
      return nil
    }
  }

  func taker(_ offer: ListenerOffer) -> MailTaker {
    MailTaker(store: store, log: log, hooks: hooks, idempotencyWindow: offer.limits.idempotencyWindowMilliseconds)
  }

  private func turnAway(
    _ stream: Host.Stream, _ peer: PeerAddress, _ offer: ListenerOffer, _ refusal: Connections.Refusal
  ) async {
    let reply: ServerReply =
      switch refusal {
      case .tooMany: .tooManyConnections
      case .tooManyFromAddress: .tooManyFromAddress
      case .stopping: .shuttingDown
      }
    log.info(
      "intake.turned_away",
      [
        "peer": .text(peer.host), "reply": .text(String(decoding: reply.bytes.dropLast(2), as: UTF8.self)),
      ])
    // A client that waits for a TLS handshake would not understand it.
    if !offer.isImplicitTLS { _ = await stream.write(reply.bytes, deadline: Clock.deadline(in: 1_000)) }
    stream.close()
  }
}
