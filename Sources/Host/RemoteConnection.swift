import Glibc

/// A connection to an account's server, logged in by libcurl; from then on Postern speaks SMTP or IMAP on it itself.
///
/// It belongs to one loop; use it from tasks of that loop only, at most one reading and one writing at a time. It closes
/// itself when the last reference goes. Say QUIT or LOGOUT before `close` if the server should hear it.
public final class RemoteConnection: @unchecked Sendable {
  /// Greeting, capability and reply lines up to the end of the login, without line ends; at most 256. For SMTP the lines of the
  /// last EHLO come last but for the login's own.
  public private(set) var transcript: [String]
  /// The loop it belongs to.
  public let loop: EventLoop
  private let link: RemoteLink
  /// The server's end or a failure was seen; with TLS it comes before the socket's own end.
  private var ended = false
  private var moved = 0
  private static let giveWayAfter = 256 * 1024

  private init(_ link: RemoteLink, loop: EventLoop) {
    self.link = link
    self.loop = loop
    transcript = link.easy.takeTranscript()
  }

  deinit { close() }

  /// Resolves, connects, secures and logs in; returns when the login is complete. To be called from a task of `loop`.
  public static func open(
    _ options: RemoteOptions, on loop: EventLoop
  ) async -> Result<RemoteConnection, RemoteFailure> {
    precondition(loop.isCurrent, "a connection is opened by a task of its loop")
    guard options.url != nil else {
      return .failure(RemoteFailure(kind: .resolve, curlCode: 0, text: "“\(options.host)” is not a host name"))
    }
    guard let multi = RemoteDriver.of(loop).multi(on: loop), let easy = RemoteEasy(options) else {
      return .failure(RemoteFailure(kind: .protocol, curlCode: 0, text: "no memory for a connection"))
    }
    let opening = RemoteOpening(loop: loop)
    guard multi.add(easy.handle, done: { opening.finish($0) }) else {
      return .failure(RemoteFailure(kind: .protocol, curlCode: 0, text: "libcurl takes no more connections"))
    }
    // libcurl keeps the time itself; a second more is for the case that it does not.
    let deadline = Clock.deadline(in: options.connectTimeoutMilliseconds + 1000)
    let outcome = await opening.waiter.wait(deadline: deadline)
    loop.timers.remove(opening.waiter)
    let failure: RemoteFailure
    switch outcome {
    case .woken where opening.code == 0:
      if let socket = easy.socket {
        multi.release(socket)
        let link = RemoteLink(easy: easy, multi: multi, descriptor: Descriptor(socket, loop: loop, owned: false))
        return .success(RemoteConnection(link, loop: loop))
      }
      failure = RemoteFailure(kind: .connect, curlCode: 0, text: "the connection was lost after the login")
    case .woken: failure = easy.failure(opening.code)
    case .timedOut: failure = RemoteFailure(kind: .timeout, curlCode: 28, text: "no answer in time")
    case .cancelled: failure = RemoteFailure(kind: .cancelled, curlCode: 0, text: "cancelled")
    }
    multi.remove(easy.handle)
    return .failure(failure)
  }

  /// Drops the transcript, when whoever speaks on the connection has it.
  public func forgetTranscript() { transcript = [] }

  /// False once it was closed here or the server has closed it; asks the kernel, not the server.
  public var isAlive: Bool {
    let waiting = unread
    return waiting > 0 || (waiting < 0 && (errno == EAGAIN || errno == EINTR))
  }

  /// Alive and nothing has come unasked. Bytes waiting on an idle connection are a farewell (421, BYE, a TLS close): do not use it
  /// for another mail.
  public var isQuiet: Bool { unread < 0 && (errno == EAGAIN || errno == EINTR) }

  /// What recv(2) says of a byte that is left where it is: 1 there is one, 0 the end, −1 with errno.
  private var unread: Int {
    guard link.descriptor.isOpen, !ended else { return 0 }
    var byte: UInt8 = 0
    return recv(link.descriptor.number, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
  }

  /// Appends what has arrived, waiting for at least one byte. `deadline` is an instant of `Clock.monotonic()`.
  public func read(into buffer: inout [UInt8], atMost: Int, deadline: Int64? = nil) async -> Transfer {
    await giveWayIfNeeded()
    while true {
      guard link.descriptor.isOpen else { return .failed("the connection was closed here") }
      link.descriptor.reader.reset()
      let space = UnsafeMutableRawBufferPointer(rebasing: loop.scratch[..<min(max(1, atMost), loop.scratch.count)])
      // Trying before waiting is a must with TLS: the bytes may have left the socket already.
      switch link.easy.receive(into: space) {
      case .done(let count):
        buffer.append(contentsOf: space[..<count])
        moved += count
        return .bytes(count)
      case .end:
        ended = true
        return .end
      case .failed(let reason):
        ended = true
        return .failed(reason)
      case .needs(let direction):
        moved = 0
        if let ended = await link.descriptor.wait(direction, deadline: deadline) { return ended }
      }
    }
  }

  /// After a read that timed out: waits until there may be something to read; nil: read.
  ///
  /// For thousands of tasks that wait for days: it takes less of each than a read does.
  public func wait(deadline: Int64?) async -> Transfer? { await link.descriptor.wait(.reading, deadline: deadline) }

  /// Writes all the bytes; a result other than `bytes` may have written a part.
  public func write(_ bytes: [UInt8], deadline: Int64? = nil) async -> Transfer {
    await giveWayIfNeeded()
    var sent = 0
    while sent < bytes.count {
      guard link.descriptor.isOpen else { return .failed("the connection was closed here") }
      link.descriptor.writer.reset()
      // OpenSSL wants a write that it could not finish repeated from the same address: an array that nobody changes keeps it.
      let step = bytes.withUnsafeBytes { link.easy.send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
      switch step {
      case .done(let count):
        sent += count
        moved += count
      case .end:
        ended = true
        return .end
      case .failed(let reason):
        ended = true
        return .failed(reason)
      case .needs(let direction):
        moved = 0
        if let ended = await link.descriptor.wait(direction, deadline: deadline) { return ended }
      }
    }
    return .bytes(bytes.count)
  }

  /// Closes without a word; a task still waiting on it gets `failed`. May be called more than once.
  public func close() {
    let link = link
    loop.perform { link.close() }
  }

  private func giveWayIfNeeded() async {
    guard moved > Self.giveWayAfter else { return }
    moved = 0
    await loop.pause()
  }
}

/// The parts of an open connection, which end together on the loop's thread.
private final class RemoteLink: @unchecked Sendable {
  let easy: RemoteEasy
  let descriptor: Descriptor
  private let multi: RemoteMulti
  private var closed = false

  init(easy: RemoteEasy, multi: RemoteMulti, descriptor: Descriptor) {
    self.easy = easy
    self.multi = multi
    self.descriptor = descriptor
  }

  func close() {
    guard !closed else { return }
    closed = true
    descriptor.close()
    multi.remove(easy.handle)
  }
}

/// One connection on its way: what libcurl will say, and the task that waits for it.
private final class RemoteOpening: @unchecked Sendable {
  let waiter: Waiter
  private(set) var code: UInt32 = 0

  init(loop: EventLoop) { waiter = Waiter(loop: loop) }

  func finish(_ code: UInt32) {
    self.code = code
    waiter.wake()
  }
}
