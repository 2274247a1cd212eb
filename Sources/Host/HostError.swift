/// What went wrong between Postern and the machine it runs on, in words an operator can act on.
public struct HostError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds callers tell apart.
  public enum Kind: Sendable, Equatable {
    /// An address and port (or socket path) that somebody else already serves.
    case addressInUse
    /// Nobody answers on the socket: the daemon is down.
    case unavailable
    /// The file's owner or mode forbids what was asked.
    case permission
    /// The data itself is wrong: a bad certificate, a tampered text, the wrong key.
    case data
    /// Anything else the operating system or a library refused.
    case system
  }

  /// What kind of trouble it is.
  public let kind: Kind
  /// One sentence: what was tried, why it failed, what to do.
  public let message: String

  /// Makes an error from its sentence.
  public init(_ message: String, kind: Kind = .system) {
    self.kind = kind
    self.message = message
  }

  /// The sentence itself.
  public var description: String { message }
}
