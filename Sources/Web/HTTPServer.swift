import CMicrohttpd
public import Host
import Synchronization

/// Serves the API on a listening Unix socket with libmicrohttpd.
///
/// libmicrohttpd reads requests and writes responses on a thread of its own. A request that has been read is suspended
/// there, answered by a task on an event loop, and resumed: no thread waits while the store works or a follower of events
/// has nothing to read, so one thread serves any number of them, and a slow client costs the mail path nothing.
public final class HTTPServer: @unchecked Sendable {
  /// A request's body; a mail of 25 MiB in base64 with its envelope stays below.
  static let largestBody = 64 << 20

  private let api: API
  private let loop: EventLoop
  private let allowedUsers: Set<UInt32>
  private let log: Log
  // Set once in `start`, read in `stop`, both by the owner.
  private var daemon: OpaquePointer?
  private let running = Mutex(Running())

  private struct Running {
    /// Requests that libmicrohttpd has begun to read and not finished with.
    var open = 0
    /// Those of them that are suspended.
    var suspended = 0
    var isStopping = false
  }

  /// Serves `api`; its tasks run on `loop`. Peers other than root and `allowedUsers` get 403.
  public init(api: API, loop: EventLoop, allowedUsers: Set<UInt32>, log: Log) {
    self.api = api
    self.loop = loop
    self.allowedUsers = allowedUsers.union([0])
    self.log = log
  }

  /// Begins to serve a listening, non-blocking descriptor, which it owns from then on. False when libmicrohttpd refuses.
  public func start(listening descriptor: Int32) -> Bool {
    let context = Unmanaged.passUnretained(self).toOpaque()
    daemon = postern_mhd_start(descriptor, 1, 1024, 128 << 10, 120, handleRequest, requestCompleted, context)
    return daemon != nil
  }

  /// Takes no more requests, waits until those under way are answered, and closes the socket.
  public func stop() async {
    guard let daemon else { return }
    running.withLock { $0.isStopping = true }
    api.close()
    // libmicrohttpd may not be stopped while a connection is suspended (microhttpd.h, MHD_suspend_connection).
    while running.withLock({ $0.suspended > 0 }) { try? await Task.sleep(for: .milliseconds(5)) }
    // Their answers still have to be written; a client that does not read its answer is not waited for.
    for _ in 0..<100 where running.withLock({ $0.open > 0 }) { try? await Task.sleep(for: .milliseconds(5)) }
    MHD_stop_daemon(daemon)
    self.daemon = nil
  }

  fileprivate func begin(_ connection: OpaquePointer) -> Exchange {
    running.withLock { $0.open += 1 }
    let exchange = Exchange()
    var user: uid_t = 0
    if postern_mhd_peer_user(connection, &user) != 0 || !allowedUsers.contains(user) {
      log.warning("web.refused", ["user": .int(Int64(user))])
      let message = "only root and the daemon's own user may use this socket"
      exchange.response = Response(Problem(status: 403, code: "forbidden", message: message))
    }
    return exchange
  }

  /// Suspends the connection and answers on the loop. False when it is too late for that.
  fileprivate func answer(_ request: Request, _ exchange: Exchange, _ connection: OpaquePointer) -> Bool {
    let isAccepted = running.withLock { state in
      guard !state.isStopping else { return false }
      state.suspended += 1
      return true
    }
    guard isAccepted else { return false }
    MHD_suspend_connection(connection)
    let carried = Carried(connection)
    Task(executorPreference: loop) { [self] in
      exchange.response = await api.respond(request)
      MHD_resume_connection(carried.connection)
      running.withLock { $0.suspended -= 1 }
    }
    return true
  }

  fileprivate func end() { running.withLock { $0.open -= 1 } }
}

/// A suspended connection stays valid until it is resumed, so its pointer may travel to the loop.
private struct Carried: @unchecked Sendable {
  let connection: OpaquePointer
  init(_ connection: OpaquePointer) { self.connection = connection }
}

/// One request on its way in and its response on the way out. libmicrohttpd's thread and the answering task use it in
/// turns, with suspend and resume in between; the lock is for the memory model.
private final class Exchange: Sendable {
  private let state = Mutex<(body: [UInt8], isTooLarge: Bool, response: Response?)>(([], false, nil))

  var response: Response? {
    get { state.withLock { $0.response } }
    set { state.withLock { $0.response = newValue } }
  }

  var body: [UInt8] { state.withLock { $0.body } }
  var isTooLarge: Bool { state.withLock { $0.isTooLarge } }

  func append(_ piece: UnsafeRawBufferPointer) {
    state.withLock { state in
      if state.body.count + piece.count > HTTPServer.largestBody {
        state.isTooLarge = true
        state.body = []
      } else if !state.isTooLarge {
        state.body.append(contentsOf: piece)
      }
    }
  }
}

/// `MHD_AccessHandlerCallback`: once when the header is read, once for each piece of the body, once at its end, and once
/// more after a resume.
private func handleRequest(
  context: UnsafeMutableRawPointer?, connection: OpaquePointer?, url: UnsafePointer<CChar>?,
  method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, upload: UnsafePointer<CChar>?,
  uploadSize: UnsafeMutablePointer<Int>?, slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let context, let connection, let url, let method, let uploadSize, let slot else { return .NO }
  let server = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
  guard let known = slot.pointee else {
    slot.pointee = Unmanaged.passRetained(server.begin(connection)).toOpaque()
    return .YES
  }
  let exchange = Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
  if uploadSize.pointee > 0 {
    exchange.append(UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee))
    uploadSize.pointee = 0
    return .YES
  }
  if let response = exchange.response { return queue(response, on: connection) }
  if exchange.isTooLarge {
    let message = "a request's body has at most \(HTTPServer.largestBody) bytes"
    return queue(Response(Problem(status: 413, code: "too_large", message: message)), on: connection)
  }
  let request = Request(
    method: String(cString: method), path: String(cString: url), query: query(of: connection), body: exchange.body)
  if server.answer(request, exchange, connection) { return .YES }
  return queue(
    Response(Problem(status: 503, code: "stopping", message: "the daemon is stopping")), on: connection)
}

/// `MHD_RequestCompletedCallback`: the exchange's last sight.
private func requestCompleted(
  context: UnsafeMutableRawPointer?, connection: OpaquePointer?, slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  reason: MHD_RequestTerminationCode
) {
  guard let context, let slot, let known = slot.pointee else { return }
  Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue().end()
  Unmanaged<Exchange>.fromOpaque(known).release()
  slot.pointee = nil
}

private func query(of connection: OpaquePointer) -> [String: String] {
  var pairs: [String: String] = [:]
  withUnsafeMutablePointer(to: &pairs) { pairs in
    _ = MHD_get_connection_values(
      connection, .GET_ARGUMENT_KIND,
      { context, _, key, value in
        guard let context, let key else { return .YES }
        let pairs = context.assumingMemoryBound(to: [String: String].self)
        pairs.pointee[String(cString: key)] = value.map { String(cString: $0) } ?? ""
        return .YES
      }, pairs)
  }
  return pairs
}

private func queue(_ response: Response, on connection: OpaquePointer) -> MHD_Result {
  var body = response.body
  let made = body.withUnsafeMutableBytes { bytes in
    MHD_create_response_from_buffer(bytes.count, bytes.baseAddress, .RESPMEM_MUST_COPY)
  }
  guard let made else { return .NO }
  defer { MHD_destroy_response(made) }
  _ = MHD_add_response_header(made, "Content-Type", response.type)
  for (name, value) in response.fields { _ = MHD_add_response_header(made, name, value) }
  return MHD_queue_response(connection, UInt32(response.status), made)
}
