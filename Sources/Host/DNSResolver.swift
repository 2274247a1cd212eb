import CAres
import Glibc

/// Why a question to DNS has no answer; "there is none" is an answer and no failure.
public struct DNSFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// What happened, in c-ares' words.
  public let text: String
  /// The words.
  public var description: String { text }
}

/// A mail exchanger (RFC 5321 section 5).
public struct MXRecord: Sendable, Equatable {
  /// The lowest is asked first.
  public var preference: Int
  /// In lower case, without a final dot; empty is the null MX (RFC 7505).
  public var host: String

  /// A record.
  public init(preference: Int, host: String) {
    self.preference = preference
    self.host = host
  }
}

/// Where a service is (RFC 2782).
public struct SRVRecord: Sendable, Equatable {
  /// The lowest is tried first.
  public var priority: Int
  /// The share among those of one priority.
  public var weight: Int
  /// A TCP port.
  public var port: Int
  /// In lower case, without a final dot; empty: the service is not there.
  public var host: String

  /// A record.
  public init(priority: Int, weight: Int, port: Int, host: String) {
    self.priority = priority
    self.weight = weight
    self.port = port
    self.host = host
  }
}

/// Asks name servers with c-ares on one loop; used by tasks of that loop only. Make one for a piece of work and `close` it.
public final class DNSResolver: @unchecked Sendable {
  private unowned let loop: EventLoop
  private var channel: ares_channel?
  private var watched: [Int32: DNSSocket] = [:]
  private let timer = DNSTimer()

  private static let isReady = ares_library_init(ARES_LIB_INIT_ALL) == 0

  /// A resolver of `loop`; `nameservers` as in `[dns]`, empty for the system's. Each question is asked twice at the most.
  public init(nameservers: [String] = [], timeoutMilliseconds: Int64, on loop: EventLoop) throws(DNSFailure) {
    self.loop = loop
    guard Self.isReady else { throw DNSFailure(text: "the DNS library cannot be made ready") }
    timer.resolver = self
    var options = ares_options()
    // The domain is whole as it is: no search list is tried behind it.
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES
    options.timeout = Int32(clamping: timeoutMilliseconds)
    options.tries = 2
    options.sock_state_cb_data = Unmanaged.passUnretained(self).toOpaque()
    options.sock_state_cb = { context, socket, readable, writable in
      guard let context else { return }
      Unmanaged<DNSResolver>.fromOpaque(context).takeUnretainedValue().watch(socket, readable != 0, writable != 0)
    }
    let mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB
    let code = ares_init_options(&channel, &options, mask)
    guard code == ARES_SUCCESS, let channel else { throw Self.failure(code) }
    guard
      nameservers.isEmpty
        || ares_set_servers_ports_csv(channel, nameservers.joined(separator: ",")) == ARES_SUCCESS
    else {
      ares_destroy(channel)
      self.channel = nil
      throw DNSFailure(text: "the name servers cannot be used: \(nameservers.joined(separator: ", "))")
    }
  }

  deinit { if let channel { ares_destroy(channel) } }

  /// Ends it; a task still waiting gets a failure.
  public func close() {
    if let channel { ares_destroy(channel) }
    channel = nil
    loop.timers.remove(timer)
  }

  /// The mail exchangers of a domain, the preferred first; empty when it has none.
  public func mx(_ domain: String) async -> Result<[MXRecord], DNSFailure> {
    await ask(domain, type: 15).map { answer in
      var found: [MXRecord] = []
      var head: UnsafeMutablePointer<ares_mx_reply>?
      guard ares_parse_mx_reply(answer, Int32(answer.count), &head) == ARES_SUCCESS else { return found }
      defer { ares_free_data(head) }
      var record = head
      while let one = record?.pointee {
        found.append(MXRecord(preference: Int(one.priority), host: Self.name(one.host)))
        record = one.next
      }
      return found.sorted { ($0.preference, $0.host) < ($1.preference, $1.host) }
    }
  }

  /// Where a service of a domain is, such as `_imaps._tcp.example.org`, the preferred first; empty when nothing is said.
  public func srv(_ name: String) async -> Result<[SRVRecord], DNSFailure> {
    await ask(name, type: 33).map { answer in
      var found: [SRVRecord] = []
      var head: UnsafeMutablePointer<ares_srv_reply>?
      guard ares_parse_srv_reply(answer, Int32(answer.count), &head) == ARES_SUCCESS else { return found }
      defer { ares_free_data(head) }
      var record = head
      while let one = record?.pointee {
        found.append(
          SRVRecord(
            priority: Int(one.priority), weight: Int(one.weight), port: Int(one.port), host: Self.name(one.host)))
        record = one.next
      }
      // RFC 2782: by chance in proportion to the weight; for one look the heaviest is as good.
      return found.sorted { ($0.priority, -$0.weight, $0.host) < ($1.priority, -$1.weight, $1.host) }
    }
  }

  /// The numeric addresses of a host, also of one in /etc/hosts; empty when it has none.
  public func addresses(of host: String) async -> Result<[String], DNSFailure> {
    guard let channel else { return .failure(DNSFailure(text: "the resolver is closed")) }
    let question = Question(loop: loop)
    var hints = ares_addrinfo_hints(
      ai_flags: Int32(ARES_AI_NOSORT), ai_family: AF_UNSPEC, ai_socktype: 0, ai_protocol: 0)
    ares_getaddrinfo(
      channel, host, nil, &hints,
      { context, status, _, found in
        guard let context else { return }
        let question = Unmanaged<Question>.fromOpaque(context).takeRetainedValue()
        if status == ARES_SUCCESS { question.addresses = DNSResolver.addresses(found) }
        if let found { ares_freeaddrinfo(found) }
        question.finish(status)
      }, Unmanaged.passRetained(question).toOpaque())
    return await wait(question).map { question.addresses }
  }

  private func ask(_ name: String, type: Int32) async -> Result<[UInt8], DNSFailure> {
    guard let channel else { return .failure(DNSFailure(text: "the resolver is closed")) }
    let question = Question(loop: loop)
    ares_query(
      channel, name, 1, type,
      { context, status, _, bytes, count in
        guard let context else { return }
        let question = Unmanaged<Question>.fromOpaque(context).takeRetainedValue()
        if let bytes, count > 0 {
          question.answer = Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
        }
        question.finish(status)
      }, Unmanaged.passRetained(question).toOpaque())
    return await wait(question).map { question.answer }
  }

  private func wait(_ question: Question) async -> Result<Void, DNSFailure> {
    arm()
    let outcome = await question.waiter.wait(deadline: nil)
    guard outcome == .woken else { return .failure(DNSFailure(text: "cancelled")) }
    switch question.status {
    case ARES_SUCCESS, ARES_ENODATA, ARES_ENOTFOUND: return .success(())
    default: return .failure(Self.failure(question.status))
    }
  }

  private static func failure(_ status: Int32) -> DNSFailure {
    DNSFailure(text: "DNS: \(String(cString: ares_strerror(status)))")
  }

  private static func name(_ text: UnsafeMutablePointer<CChar>?) -> String {
    guard let text else { return "" }
    let name = String(cString: text).lowercased()
    return name.hasSuffix(".") ? String(name.dropLast()) : name
  }

  private static func addresses(_ found: UnsafeMutablePointer<ares_addrinfo>?) -> [String] {
    var list: [String] = []
    var node = found?.pointee.nodes
    while let one = node?.pointee {
      list.append(PeerAddress(socketAddress: one.ai_addr, length: Int(one.ai_addrlen)).host)
      node = one.ai_next
    }
    return list
  }

  // MARK: - c-ares and the loop

  private func watch(_ socket: Int32, _ readable: Bool, _ writable: Bool) {
    let events = (readable ? PollEvents.readable : 0) | (writable ? PollEvents.writable : 0)
    guard events != 0 else {
      if watched.removeValue(forKey: socket) != nil { loop.poller.remove(socket) }
      return
    }
    if watched[socket] != nil {
      loop.poller.change(socket, events: events)
    } else {
      let target = DNSSocket(socket, resolver: self)
      // A refusal of the kernel shows as the question's timeout.
      if loop.poller.add(socket, events: events, target: target) { watched[socket] = target }
    }
  }

  fileprivate func ready(_ socket: Int32, _ flags: UInt32) {
    guard let channel else { return }
    let isReadable = flags & (PollEvents.readable | PollEvents.broken) != 0
    let isWritable = flags & PollEvents.writable != 0
    ares_process_fd(channel, isReadable ? socket : -1, isWritable ? socket : -1)
    arm()
  }

  fileprivate func instantCame() {
    guard let channel else { return }
    ares_process_fd(channel, -1, -1)
    arm()
  }

  private func arm() {
    guard let channel else { return }
    var wait = timeval()
    if ares_timeout(channel, nil, &wait) == nil {
      loop.timers.remove(timer)
    } else {
      loop.timers.file(timer, at: Clock.deadline(in: Int64(wait.tv_sec) * 1000 + Int64(wait.tv_usec) / 1000 + 1))
    }
  }
}

/// A question on its way and the task that waits for it.
private final class Question: @unchecked Sendable {
  let waiter: Waiter
  var status: Int32 = 0
  var answer: [UInt8] = []
  var addresses: [String] = []

  init(loop: EventLoop) { waiter = Waiter(loop: loop) }

  func finish(_ status: Int32) {
    self.status = status
    waiter.wake()
  }
}

/// A socket that c-ares waits for.
private final class DNSSocket: PollTarget {
  private let socket: Int32
  private weak var resolver: DNSResolver?

  init(_ socket: Int32, resolver: DNSResolver) {
    self.socket = socket
    self.resolver = resolver
  }

  func ready(_ flags: UInt32) { resolver?.ready(socket, flags) }
}

/// The one instant a resolver waits for.
private final class DNSTimer: LoopTimer {
  weak var resolver: DNSResolver?
  override func instantCame(now: Int64) { resolver?.instantCame() }
}
