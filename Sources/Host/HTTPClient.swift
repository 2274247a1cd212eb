/// One HTTP request of the daemon to somebody else's server.
public struct HTTPRequest: Sendable, Equatable {
  /// `https://…`; anything else is refused, but for `http://…` where `allowsClear` says so.
  public var url: String
  /// `name: value` lines beside libcurl's own.
  public var headers: [String]
  /// A body makes it a POST.
  public var body: [UInt8]?
  /// Milliseconds for all of it.
  public var timeoutMilliseconds: Int64
  /// Bytes of an answer's body over which it is given up.
  public var mostBytes: Int
  /// Redirects that are followed, each to https again; none for a POST.
  public var mostRedirects: Int
  /// PEM file with the only authorities to trust; nil is the system's.
  public var caFile: String?
  /// Where to connect instead of asking the system for the host's address; nil asks.
  public var address: String?
  /// Whether it may connect to this machine and to private networks, also by a redirect.
  public var allowsPrivate: Bool
  /// Private networks that it may connect to all the same.
  public var allowedNetworks: [AddressRange]
  /// Whether `http://` will do.
  public var allowsClear: Bool

  /// A GET, or with a body a POST.
  public init(
    url: String, headers: [String] = [], body: [UInt8]? = nil, timeoutMilliseconds: Int64 = 30_000,
    mostBytes: Int = 1 << 20, mostRedirects: Int = 0, caFile: String? = nil, address: String? = nil,
    allowsPrivate: Bool = false, allowedNetworks: [AddressRange] = [], allowsClear: Bool = false
  ) {
    self.url = url
    self.headers = headers
    self.body = body
    self.timeoutMilliseconds = timeoutMilliseconds
    self.mostBytes = mostBytes
    self.mostRedirects = mostRedirects
    self.caFile = caFile
    self.address = address
    self.allowsPrivate = allowsPrivate
    self.allowedNetworks = allowedNetworks
    self.allowsClear = allowsClear
  }
}

/// What the server answered, whatever its status.
public struct HTTPResponse: Sendable {
  /// 200, 404 …
  public var status: Int
  /// The header fields in their order, values without blanks around them.
  public var fields: [(name: String, value: String)]
  /// The whole body.
  public var body: [UInt8]

  /// An answer.
  public init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8]) {
    self.status = status
    self.fields = fields
    self.body = body
  }
}

/// Why there is no answer.
public struct HTTPFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// What callers tell apart.
  public enum Kind: String, Sendable, Equatable {
    /// The name has no address; nobody answered; no trustworthy TLS; the time ran out.
    case resolve, connect, tls, timeout
    /// An address that may not be asked, or a redirect to one, or to something that is no https.
    case forbidden
    /// More bytes than were allowed.
    case tooLarge = "too large"
    /// No HTTP, or broken off.
    case `protocol`
    /// The task was cancelled.
    case cancelled
  }

  /// What kind of trouble it is.
  public let kind: Kind
  /// One sentence for an operator.
  public let text: String

  /// The sentence.
  public var description: String { text }
}

/// Small HTTP requests on a loop: token servers, autoconfig, sources of campaigns.
public enum HTTPClient {
  /// Sends a request and gives its answer. To be called from a task of `loop`.
  public static func send(_ request: HTTPRequest, on loop: EventLoop) async -> Result<HTTPResponse, HTTPFailure> {
    precondition(loop.isCurrent, "a request is sent by a task of its loop")
    guard let exchange = HTTPExchange(request, loop: loop), let multi = RemoteDriver.of(loop).multi(on: loop),
      multi.add(exchange.handle, done: { exchange.finish($0) })
    else { return .failure(HTTPFailure(kind: .protocol, text: "no memory for a request")) }
    // libcurl keeps the time itself; a second more is for the case that it does not.
    let outcome = await exchange.waiter.wait(deadline: Clock.deadline(in: request.timeoutMilliseconds + 1000))
    loop.timers.remove(exchange.waiter)
    multi.remove(exchange.handle)
    switch outcome {
    case .woken: return exchange.result
    case .timedOut: return .failure(HTTPFailure(kind: .timeout, text: "no answer in time"))
    case .cancelled: return .failure(HTTPFailure(kind: .cancelled, text: "cancelled"))
    }
  }
}
