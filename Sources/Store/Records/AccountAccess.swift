public import Configuration
public import Delivery

// What rooms say to each other about getting into mailboxes: a person's consent, and the servers of an address.

/// How a person agrees that Postern uses a mailbox.
public enum AuthorizationFlow: Sendable, Equatable {
  /// In a browser that is led back to a program on its own machine (RFC 8252 section 7.3), which waits at this URL.
  case loopback(redirectURI: String)
  /// In a browser anywhere, with a code to type in (RFC 8628).
  case device
}

/// An authorization on its way.
public struct AuthorizationStart: Sendable, Equatable {
  /// Names it from now on; for the loopback flow also the `state`.
  public var id: String
  /// Who is asked.
  public var provider: OAuthProvider
  /// The page a person opens.
  public var url: String
  /// What is typed in there; nil for the loopback flow.
  public var userCode: String?
  /// When it is too late, UTC epoch milliseconds.
  public var expiresAt: Int64

  /// An authorization.
  public init(id: String, provider: OAuthProvider, url: String, userCode: String?, expiresAt: Int64) {
    self.id = id
    self.provider = provider
    self.url = url
    self.userCode = userCode
    self.expiresAt = expiresAt
  }
}

/// How far an authorization is.
public enum AuthorizationProgress: Sendable, Equatable {
  /// The person has not said anything yet.
  case pending
  /// The account has its tokens.
  case authorized
}

/// Something that was asked for cannot be done, with the reason for a person.
public struct AccessRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// The reason.
  public var description: String

  /// A refusal.
  public init(_ description: String) { self.description = description }
}

/// What the API needs of whoever keeps tokens and finds servers.
public struct AccountAccess: Sendable {
  /// Begins an authorization of an account.
  public var authorize: @Sendable (AccountRecord, AuthorizationFlow) async -> Result<AuthorizationStart, AccessRefusal>
  /// Ends a loopback flow with the address the browser was led to.
  public var finish:
    @Sendable (_ id: String, _ redirected: String) async -> Result<AuthorizationProgress, AccessRefusal>
  /// Waits a little, then asks how far a device flow is.
  public var poll: @Sendable (_ id: String) async -> Result<AuthorizationProgress, AccessRefusal>
  /// Finds the servers of an address.
  public var discover: @Sendable (_ address: String) async -> Result<MailboxServers, AccessRefusal>

  /// The four of them.
  public init(
    authorize:
      @escaping @Sendable (AccountRecord, AuthorizationFlow) async -> Result<AuthorizationStart, AccessRefusal>,
    finish: @escaping @Sendable (String, String) async -> Result<AuthorizationProgress, AccessRefusal>,
    poll: @escaping @Sendable (String) async -> Result<AuthorizationProgress, AccessRefusal>,
    discover: @escaping @Sendable (String) async -> Result<MailboxServers, AccessRefusal>
  ) {
    self.authorize = authorize
    self.finish = finish
    self.poll = poll
    self.discover = discover
  }
}
