import Host
import SMTP

/// A mail as it leaves.
struct Letter: Sendable {
  let sender: String
  let recipient: String
  let bytes: [UInt8]
  /// What it asks of the account's server.
  let request: ClientRequest
}

/// One logged-in connection to an account's server, handing over one mail after another; owned by the relay's loop.
///
/// `@unchecked Sendable`: touched by tasks of that loop only, one at a time.
final class AccountConnection: @unchecked Sendable {
  /// Where the mail under way has got to.
  enum Progress: Equatable {
    /// All but its end is out, or goes with it: `sendEnd` or `breakOff`.
    case ready
    /// The server's answer, or how the connection failed.
    case ended(ClientResult)
    /// The connection had served before and was no longer good: nothing of this mail was taken, another may be tried.
    case stale
  }

  struct Timeouts: Sendable {
    /// For the replies to MAIL, RCPT and DATA, and for each write; milliseconds.
    var command: Int64
    /// For the reply to the final dot; milliseconds.
    var dot: Int64
  }

  private let remote: RemoteConnection
  private let timeouts: Timeouts
  private var session: ClientSession
  private var isDotSent = false
  private var isCommitAsked = false
  /// Whether it has served a mail before this one.
  private var hasServed = false
  /// When it was last of use; monotonic milliseconds.
  private(set) var lastUsed: Int64

  init(_ remote: RemoteConnection, timeouts: Timeouts) {
    self.remote = remote
    self.timeouts = timeouts
    session = ClientSession(transcript: remote.transcript)
    lastUsed = Clock.monotonic()
  }

  /// Whether another mail may be handed over on it.
  var isReusable: Bool { session.isReusable && remote.isQuiet }

  /// Whether its server was spoken to behind the end of a mail and does not bear that.
  var objectsToFollowing: Bool { session.objectsToFollowing }

  /// Begins a mail; then `proceed`.
  func begin(_ letter: Letter) {
    session.begin(
      reversePath: letter.sender, recipient: letter.recipient, message: letter.bytes, request: letter.request)
  }

  /// Gives the mail whose commands go behind the end of the one that is ready; `proceed` comes to it after that one has
  /// ended. False when the server does not take it there.
  func follow(with letter: Letter) -> Bool {
    session.follow(
      reversePath: letter.sender, recipient: letter.recipient, message: letter.bytes, request: letter.request)
  }

  /// Goes on until the mail under way is ready for its end, or has ended.
  func proceed() async -> Progress {
    while true {
      while let action = session.next() {
        switch action {
        case .write(let bytes): await write(bytes)
        case .readyForFinalDot:
          isCommitAsked = true
          return .ready
        case .finished(let result):
          let isStale = isStale(result)
          isDotSent = false
          isCommitAsked = false
          hasServed = true
          lastUsed = Clock.monotonic()
          return isStale ? .stale : .ended(result)
        case .close: remote.close()
        }
      }
      await read()
    }
  }

  /// Sends the end of the mail that is ready, which is committed as `transmitting`.
  func sendEnd() async {
    // A server that hung up or said farewell meanwhile has no mail, as long as it gets no dot.
    if !remote.isQuiet { await readWhatIsThere() }
    session.sendFinalDot()
    isDotSent = true
  }

  /// Ends the connection before the end of a mail; the server has no mail.
  func breakOff() {
    remote.close()
    session.connectionEnded()
  }

  /// A kept connection dies unnoticed, or its server has had enough of it (RFC 5321 section 3.8: 421 in answer to any
  /// command); neither says anything of the mail.
  private func isStale(_ result: ClientResult) -> Bool {
    guard hasServed, !isCommitAsked else { return false }
    switch result {
    case .connectionLost(.beforeDot): return true
    case .refused(.mail, let reply): return reply.code == 421
    default: return false
    }
  }

  /// Says goodbye and closes; does not wait long for the answer.
  func quit() async {
    session.quit()
    while let action = session.next() {
      switch action {
      case .write(let bytes):
        // A server that does not answer QUIT within a second has lost nothing.
        _ = await remote.write(bytes, deadline: Clock.deadline(in: 1000))
      case .readyForFinalDot, .finished, .close: break
      }
    }
    remote.close()
  }

  private func write(_ bytes: [UInt8]) async {
    if case .bytes = await remote.write(bytes, deadline: Clock.deadline(in: timeouts.command)) { return }
    remote.close()
    session.connectionEnded()
  }

  private func read() async {
    var buffer: [UInt8] = []
    let wait = isDotSent ? timeouts.dot : timeouts.command
    take(await remote.read(into: &buffer, atMost: 16_384, deadline: Clock.deadline(in: wait)), buffer)
  }

  /// Bytes of TLS alone, such as a new ticket, are there and yet nothing to read.
  private func readWhatIsThere() async {
    var buffer: [UInt8] = []
    let transfer = await remote.read(into: &buffer, atMost: 16_384, deadline: Clock.monotonic())
    if transfer != .timedOut { take(transfer, buffer) }
  }

  private func take(_ transfer: Transfer, _ buffer: [UInt8]) {
    if case .bytes = transfer {
      session.receive(buffer)
    } else {
      remote.close()
      session.connectionEnded()
    }
  }
}
