internal import Configuration
public import Store

/// A mail handed in over HTTP or by `postern sendmail`, with its envelope.
public struct SubmittedMail: Sendable, Equatable {
  /// The reverse-path; empty for `<>`.
  public var sender: String
  /// At least one.
  public var recipients: [String]
  /// The mail with CRLF line ends.
  public var mail: [UInt8]
  /// The name under which it is handed in; the same name again is the same mail again.
  public var name: String?
  /// RET of RFC 3461.
  public var returnContent: String?
  /// ENVID of RFC 3461, in xtext.
  public var envelopeID: String?
  /// Whether it was handed in with SMTPUTF8 (RFC 6531).
  public var allowsUTF8 = false
  /// NOTIFY and ORCPT by recipient.
  public var requests: [String: Request] = [:]

  /// What was asked for one recipient.
  public struct Request: Sendable, Equatable, Decodable {
    /// NOTIFY.
    public var notify: String?
    /// ORCPT.
    public var originalRecipient: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case notify
      case originalRecipient = "original_recipient"
    }
  }
}

extension SubmittedMail.Request {
  /// Refuses what it does not know.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseMembers(besides: CodingKeys.allCases.map(\.rawValue))
    let values = try decoder.container(keyedBy: CodingKeys.self)
    notify = try values.decodeIfPresent(String.self, forKey: .notify)
    originalRecipient = try values.decodeIfPresent(String.self, forKey: .originalRecipient)
  }
}

/// What became of a mail that was handed in.
public enum SubmittedReply: Sendable, Equatable {
  /// One message a recipient.
  case queued([Int64])
  /// Its idempotency key was seen before.
  case repeated(Int64)
  /// It was a cancellation; so many messages.
  case cancelled(Int)
  /// Never, with the reason for its sender.
  case refused(String)
  /// Not now: disk, memory or a failed commit.
  case later(String)
}

/// What the handlers need beside the store; the daemon gives it.
public struct APIHooks: Sendable {
  /// Takes a mail in as the SMTP server does.
  public var submit: @Sendable (SubmittedMail) async -> SubmittedReply
  /// Seals an account's password for the store.
  public var seal: @Sendable (_ secret: String) throws -> [UInt8]
  /// Opens what `seal` made.
  public var unseal: @Sendable (_ sealed: [UInt8]) throws -> String
  /// Gets into accounts' servers.
  public var logins: AccountLogins
  /// Keeps tokens and finds servers.
  public var access: AccountAccess
  /// Takes mails that a test holds for out of the spool folder's refused ones and says how many of those that wait it holds for.
  public var eraseSpooled: @Sendable (_ isTheirs: @escaping @Sendable ([UInt8]) -> Bool) async throws -> Int = { _ in 0
  }
  /// Seals every secret anew under the key file.
  public var reseal: @Sendable () async throws -> Resealed = { Resealed() }
  /// How the relay stands: what keeps everybody's mail, and as many connections as a forecast has.
  public var relay: @Sendable () -> RelayStanding = { RelayStanding() }
  /// How long a copy of a message of unknown fate is looked for, in milliseconds.
  public var sentCopyWait: @Sendable () -> Int64 = { PollerSettings().sentCopyWaitMilliseconds }

  /// The hooks.
  public init(
    submit: @escaping @Sendable (SubmittedMail) async -> SubmittedReply,
    seal: @escaping @Sendable (_ secret: String) throws -> [UInt8],
    unseal: @escaping @Sendable (_ sealed: [UInt8]) throws -> String, logins: AccountLogins,
    access: AccountAccess
  ) {
    self.submit = submit
    self.seal = seal
    self.unseal = unseal
    self.logins = logins
    self.access = access
  }
}

/// Everything under `/api/v1`: a request in, a response out, whoever carries it.
public struct API: Sendable {
  let store: Store
  let hooks: APIHooks
  let version: String
  /// UTC epoch milliseconds.
  let now: @Sendable () -> Int64
  let startedAt: Int64
  let eventBell = EventBell()

  /// Handlers over a store.
  public init(store: Store, version: String, hooks: APIHooks, now: @escaping @Sendable () -> Int64) {
    self.store = store
    self.version = version
    self.hooks = hooks
    self.now = now
    startedAt = now()
    store.observe(.events) { [eventBell] in eventBell.ring() }
  }

  /// Ends all waiting for events, so that a server can stop.
  public func close() { eventBell.close() }
}
