import CLinux
import Glibc

/// A connected socket, plain or TLS on the server's side, owned by one loop.
///
/// Use it from tasks of its loop only; at most one task reads and one writes at a time. It closes itself when the last
/// reference goes.
public final class Stream: @unchecked Sendable {
  /// Where the connection comes from.
  public let peer: PeerAddress
  /// The loop that owns it.
  public let loop: EventLoop
  private let descriptor: Descriptor
  private var session: TLSSession?
  /// Bytes moved since the task last gave way; a peer that is always ready must not hold the loop.
  private var moved = 0
  /// Whether the last read took all there was: then the next waits before it tries, which spares a call in vain. With an
  /// edge-triggered descriptor that is safe as long as the peer has not ended (epoll(7), question 9).
  private var isDrained = false
  private static let giveWayAfter = 256 * 1024
  /// Who sends more than this after the last word does not want to read it.
  private static let mostThrownAway = 64 << 20

  /// Takes over a connected, non-blocking socket.
  init(descriptor: Int32, peer: PeerAddress, loop: EventLoop) {
    self.descriptor = Descriptor(descriptor, loop: loop)
    self.peer = peer
    self.loop = loop
  }

  deinit { close() }

  /// Protocol and cipher once TLS is on.
  public var tls: TLSFacts? { session?.facts }

  /// Whether it has not been closed here.
  public var isOpen: Bool { descriptor.isOpen }

  /// The user id of the process at the other end of a Unix socket.
  public var peerUser: UInt32? {
    var user = uid_t()
    return postern_peer_user(descriptor.number, &user) == 0 ? user : nil
  }

  /// Appends what has arrived, waiting for at least one byte. `deadline` is an instant of `Clock.monotonic()`.
  public func read(into buffer: inout [UInt8], atMost: Int, deadline: Int64? = nil) async -> Transfer {
    if moved > Self.giveWayAfter { await giveWay() }
    if isDrained, !descriptor.hasEnded {
      moved = 0
      // As `descriptor.wait`, without a frame of its own: this is where most waits of a server are.
      if let failed = descriptor.watch() { return failed }
      if let ended = descriptor.ended(await descriptor.reader.wait(deadline: deadline)) { return ended }
    }
    while true {
      descriptor.reader.reset()
      let space = UnsafeMutableRawBufferPointer(rebasing: loop.scratch[..<min(max(1, atMost), loop.scratch.count)])
      switch receive(into: space) {
      case .done(let count):
        buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: space[..<count]))
        moved += count
        isDrained = session == nil && count < space.count
        return .bytes(count)
      case .end: return .end
      case .failed(let reason): return .failed(reason)
      case .needs(let direction):
        moved = 0
        if let ended = await descriptor.wait(direction, deadline: deadline) { return ended }
      }
    }
  }

  /// Writes what the socket takes without waiting and says how much that was; what is wrong shows at the next `write`.
  public func writeAtOnce(_ bytes: [UInt8]) -> Int {
    guard case .done(let count) = bytes.withUnsafeBytes(send) else { return 0 }
    moved += count
    return count
  }

  /// Writes all the bytes; a result other than `bytes` may have written a part.
  public func write(_ bytes: [UInt8], deadline: Int64? = nil) async -> Transfer {
    if moved > Self.giveWayAfter { await giveWay() }
    var sent = 0
    while sent < bytes.count {
      descriptor.writer.reset()
      let step = bytes.withUnsafeBytes { send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
      switch step {
      case .done(let count):
        sent += count
        moved += count
      case .end: return .end
      case .failed(let reason): return .failed(reason)
      case .needs(let direction):
        moved = 0
        if let ended = await descriptor.wait(direction, deadline: deadline) { return ended }
      }
    }
    return .bytes(bytes.count)
  }

  /// Does the server's side of a TLS handshake; afterwards reads and writes are encrypted.
  ///
  /// The caller must have thrown away everything it read past the STARTTLS line (RFC 3207 section 4.2: nothing the client
  /// said before counts, and a line injected before the handshake must not be taken for one after it).
  public func startTLS(_ server: TLSServer, deadline: Int64? = nil) async -> TLSOutcome {
    guard session == nil else { return .failed("TLS is on already") }
    guard descriptor.isOpen else { return .failed("the connection was closed here") }
    guard let session = server.session(on: descriptor.number) else { return .failed("no memory for TLS") }
    isDrained = false
    while true {
      descriptor.reader.reset()
      descriptor.writer.reset()
      switch session.handshake() {
      case .done:
        self.session = session
        return .established(session.facts)
      case .end: return .failed("the client closed the connection during the handshake")
      case .failed(let reason): return .failed(reason)
      case .needs(let direction):
        switch await descriptor.wait(direction, deadline: deadline) {
        case nil: continue
        case .timedOut: return .timedOut
        case .cancelled: return .cancelled
        case .failed(let reason): return .failed(reason)
        case .bytes, .end: return .failed("the client closed the connection during the handshake")
        }
      }
    }
  }

  /// Closes; a task still waiting on it gets `failed`. May be called more than once.
  public func close() {
    // The session goes with this object or here; its close_notify is sent if the socket takes it at once.
    guard let session else { return descriptor.close() }
    self.session = nil
    let descriptor = descriptor
    descriptor.loop.perform {
      if descriptor.isOpen { session.sayGoodbye() }
      descriptor.close()
    }
  }

  /// Says that nothing more comes, then reads and throws away what the peer still sends, until it closes too or so long.
  ///
  /// A close with octets unread is a reset (RFC 1122 section 4.2.2.13), and a reset may overtake the last words.
  public func closeGently(milliseconds: Int64) async {
    let deadline = Clock.deadline(in: milliseconds)
    session?.sayGoodbye()
    session = nil
    if descriptor.isOpen { shutdown(descriptor.number, Int32(SHUT_WR)) }
    var thrownAway = 0
    while thrownAway < Self.mostThrownAway {
      if moved > Self.giveWayAfter { await giveWay() }
      descriptor.reader.reset()
      switch receive(into: loop.scratch) {
      case .done(let count):
        thrownAway += count
        moved += count
        continue
      case .needs(let direction):
        if await descriptor.wait(direction, deadline: deadline) == nil { continue }
      case .end, .failed: break
      }
      break
    }
    close()
  }

  private func giveWay() async {
    moved = 0
    await loop.pause()
  }

  private func receive(into space: UnsafeMutableRawBufferPointer) -> Attempt {
    guard descriptor.isOpen else { return .failed("the connection was closed here") }
    if let session { return session.receive(into: space) }
    while true {
      let count = recv(descriptor.number, space.baseAddress, space.count, 0)
      if count > 0 { return .done(count) }
      if count == 0 { return .end }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .needs(.reading)
      case let code: return .failed(errorText(code))
      }
    }
  }

  private func send(_ bytes: UnsafeRawBufferPointer) -> Attempt {
    guard descriptor.isOpen else { return .failed("the connection was closed here") }
    if let session { return session.send(bytes) }
    while true {
      let count = Glibc.send(descriptor.number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return .done(count) }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .needs(.writing)
      case let code: return .failed(errorText(code))
      }
    }
  }
}

/// How one try of a call on a socket or a TLS session went.
enum Attempt {
  case done(Int)
  case end
  case needs(Descriptor.Direction)
  case failed(String)
}
