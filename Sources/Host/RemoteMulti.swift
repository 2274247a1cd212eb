import CCurl

/// libcurl's multi handles of one loop. The cost of a receive grows with a multi's connections, so none holds more than 100.
final class RemoteDriver {
  private static let mostConnections = 100
  private var multis: [RemoteMulti] = []

  /// The driver of a loop, made on first use.
  static func of(_ loop: EventLoop) -> RemoteDriver {
    let key = ObjectIdentifier(RemoteDriver.self)
    if let driver = loop.attachments[key] as? RemoteDriver { return driver }
    let driver = RemoteDriver()
    loop.attachments[key] = driver
    return driver
  }

  /// A multi with room for one more connection; nil without memory.
  func multi(on loop: EventLoop) -> RemoteMulti? {
    if let roomy = multis.first(where: { $0.connections < Self.mostConnections }) { return roomy }
    guard let multi = RemoteMulti(loop: loop) else { return nil }
    multis.append(multi)
    return multi
  }
}

/// One multi handle, driven by its loop: libcurl says which sockets and which instant it waits for, the loop tells it when they come.
final class RemoteMulti {
  private unowned let loop: EventLoop
  private let handle: OpaquePointer
  private var sockets: [Int32: RemoteSocket] = [:]
  private let timer: RemoteTimer
  private var opening: [OpaquePointer: (UInt32) -> Void] = [:]
  private(set) var connections = 0

  init?(loop: EventLoop) {
    curlReady()
    guard let handle = curl_multi_init() else { return nil }
    self.loop = loop
    self.handle = OpaquePointer(handle)
    timer = RemoteTimer()
    timer.multi = self
    let me = Unmanaged.passUnretained(self).toOpaque()
    _ = postern_multi_set_pointer(handle, CURLMOPT_SOCKETDATA, me)
    _ = postern_multi_set_pointer(handle, CURLMOPT_TIMERDATA, me)
    _ = postern_multi_set_socket(handle) { _, socket, what, context, _ in
      guard let context else { return -1 }
      Unmanaged<RemoteMulti>.fromOpaque(context).takeUnretainedValue().watch(socket, what)
      return 0
    }
    _ = postern_multi_set_timer(handle) { _, milliseconds, context in
      guard let context else { return -1 }
      Unmanaged<RemoteMulti>.fromOpaque(context).takeUnretainedValue().wake(in: Int64(milliseconds))
      return 0
    }
  }

  deinit {
    _ = postern_multi_set_socket(raw, nil)
    _ = postern_multi_set_timer(raw, nil)
    curl_multi_cleanup(raw)
  }

  private var raw: UnsafeMutableRawPointer { UnsafeMutableRawPointer(handle) }

  /// Starts to connect an easy handle; `done` is called once with libcurl's code, later, on the loop, unless `remove` comes first.
  func add(_ easy: UnsafeMutableRawPointer, done: @escaping (UInt32) -> Void) -> Bool {
    guard curl_multi_add_handle(raw, easy) == CURLM_OK else { return false }
    opening[OpaquePointer(easy)] = done
    connections += 1
    return true
  }

  /// Takes a handle out, which closes its connection; the caller frees the handle.
  func remove(_ easy: UnsafeMutableRawPointer) {
    opening[OpaquePointer(easy)] = nil
    connections -= 1
    curl_multi_remove_handle(raw, easy)
  }

  /// Stops watching a socket libcurl has handed over; its own watch begins.
  func release(_ socket: Int32) {
    if sockets.removeValue(forKey: socket) != nil { loop.poller.remove(socket) }
  }

  func socketReady(_ socket: Int32, _ mask: Int32) {
    var running: Int32 = 0
    curl_multi_socket_action(raw, socket, mask, &running)
    collect()
  }

  func instantCame() {
    var running: Int32 = 0
    curl_multi_socket_action(raw, CURL_SOCKET_TIMEOUT, 0, &running)
    collect()
  }

  private func collect() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(raw, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      opening.removeValue(forKey: OpaquePointer(easy))?(postern_multi_result(message).rawValue)
    }
  }

  private func watch(_ socket: Int32, _ what: Int32) {
    let events: UInt32
    switch what {
    case CURL_POLL_IN: events = PollEvents.readable
    case CURL_POLL_OUT: events = PollEvents.writable
    case CURL_POLL_INOUT: events = PollEvents.readable | PollEvents.writable
    default:
      release(socket)
      return
    }
    if sockets[socket] != nil {
      loop.poller.change(socket, events: events)
    } else {
      let target = RemoteSocket(socket, multi: self)
      // A refusal of the kernel shows as the connection's timeout.
      if loop.poller.add(socket, events: events, target: target) { sockets[socket] = target }
    }
  }

  private func wake(in milliseconds: Int64) {
    if milliseconds < 0 {
      loop.timers.remove(timer)
    } else {
      loop.timers.file(timer, at: Clock.deadline(in: milliseconds))
    }
  }
}

/// A socket that libcurl itself waits for.
private final class RemoteSocket: PollTarget {
  private let socket: Int32
  private weak var multi: RemoteMulti?

  init(_ socket: Int32, multi: RemoteMulti) {
    self.socket = socket
    self.multi = multi
  }

  func ready(_ flags: UInt32) {
    var mask: Int32 = 0
    if flags & PollEvents.readable != 0 { mask |= CURL_CSELECT_IN }
    if flags & PollEvents.writable != 0 { mask |= CURL_CSELECT_OUT }
    if flags & PollEvents.broken != 0 { mask |= CURL_CSELECT_ERR }
    multi?.socketReady(socket, mask)
  }
}

/// The one instant a multi waits for.
private final class RemoteTimer: LoopTimer {
  weak var multi: RemoteMulti?
  override func instantCame(now: Int64) { multi?.instantCame() }
}
