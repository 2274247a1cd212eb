/// What a server may at most make this client hold or work through; crossing one is a `ProtocolFailure`, never a growing buffer.
public struct Limits: Equatable, Sendable {
  /// Bytes of one line, or of one stretch of a response between two literals. A SEARCH answer is one line.
  public var line: Int
  /// Bytes of one literal; bodies are asked for in pieces smaller than this.
  public var literal: Int
  /// Bytes of one response with all its literals.
  public var response: Int
  /// Parentheses inside parentheses.
  public var nesting: Int
  /// Responses a server may send between two completed commands.
  public var responsesWithoutCompletion: Int
  /// Bytes a server may send between two completed commands.
  public var bytesWithoutCompletion: Int

  /// Limits for one connection; the defaults suit a mailbox fetched in pieces of at most 512 KiB.
  public init(
    line: Int = 1 << 20, literal: Int = 1 << 20, response: Int = 4 << 20, nesting: Int = 32,
    responsesWithoutCompletion: Int = 200_000, bytesWithoutCompletion: Int = 64 << 20
  ) {
    self.line = line
    self.literal = literal
    self.response = response
    self.nesting = nesting
    self.responsesWithoutCompletion = responsesWithoutCompletion
    self.bytesWithoutCompletion = bytesWithoutCompletion
  }
}

/// Why a connection cannot go on: the server broke the protocol or a limit, or went away.
public enum ProtocolFailure: Error, Equatable, Sendable {
  /// A line grew over the limit (bytes).
  case lineTooLong(limit: Int)
  /// A literal was announced that is over the limit (bytes).
  case literalTooLarge(announced: UInt64, limit: Int)
  /// One response grew over the limit (bytes).
  case responseTooLarge(limit: Int)
  /// A CR or LF that is not part of CRLF (RFC 9051 section 2.2).
  case bareLineEnding
  /// A response that the grammar does not allow: what was expected, and the bytes where it was not found.
  case malformed(expected: String, near: String)
  /// More responses or bytes than any command could have asked for.
  case flood
  /// A completion for a command that was never sent.
  case unknownTag(String)
  /// A continuation request that nothing waited for.
  case unexpectedContinuation(String)
  /// `* BYE` without a LOGOUT: the server's own words.
  case bye(String)
  /// The connection closed: what was under way.
  case closed(ClosedDuring)

  /// What a closing connection cut off.
  public enum ClosedDuring: Equatable, Sendable {
    case greeting, literal, response, command, idling, silence
  }
}

extension ProtocolFailure: CustomStringConvertible {
  /// One line for logs and people.
  public var description: String {
    switch self {
    case .lineTooLong(let limit): "the server sent a line of more than \(limit) bytes"
    case .literalTooLarge(let announced, let limit):
      "the server announced a literal of \(announced) bytes; at most \(limit) are taken"
    case .responseTooLarge(let limit): "the server sent one response of more than \(limit) bytes"
    case .bareLineEnding: "the server sent a CR or LF on its own"
    case .malformed(let expected, let near): "expected \(expected) near '\(near)'"
    case .flood: "the server sent more than any command asked for"
    case .unknownTag(let tag): "the server completed a command that was never sent: '\(tag)'"
    case .unexpectedContinuation(let text): "the server asked for a continuation that nothing waits for: '\(text)'"
    case .bye(let text): "the server said goodbye: \(text)"
    case .closed(let during): "the server closed the connection (\(during))"
    }
  }
}
