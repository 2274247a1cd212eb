/// One reply of the server, made once and sent as it is.
public struct ServerReply: Equatable, Sendable {
  /// The three digits.
  public let code: Int
  /// The enhanced status code; nil where RFC 2034 §4 wants none (greeting, EHLO, 3xx).
  public let enhanced: EnhancedStatusCode?
  /// The reply on the wire, line ends included.
  public let bytes: [UInt8]

  /// A reply of one line. Octets that would end the line or are no printable ASCII become `?`.
  public init(_ code: Int, _ enhanced: EnhancedStatusCode? = nil, _ text: String) {
    self.init(code, enhanced, lines: [text])
  }

  /// A reply of several lines; at least one.
  public init(_ code: Int, _ enhanced: EnhancedStatusCode? = nil, lines: [String]) {
    self.code = code
    self.enhanced = enhanced
    var wire: [UInt8] = []
    wire.reserveCapacity(lines.reduce(0) { $0 + $1.utf8.count + 18 })
    for (number, line) in lines.enumerated() {
      wire.append(UInt8(truncatingIfNeeded: 48 + code / 100))
      wire.append(UInt8(truncatingIfNeeded: 48 + code / 10 % 10))
      wire.append(UInt8(truncatingIfNeeded: 48 + code % 10))
      wire.append(number + 1 == lines.count ? Octet.space : UInt8(ascii: "-"))
      enhanced?.append(to: &wire)
      var line = line
      line.withUTF8 { octets in
        // RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets.
        for octet in octets.prefix(480) { wire.append(octet >= 0x20 && octet < 0x7F ? octet : 0x3F) }
      }
      wire.append(Octet.cr)
      wire.append(Octet.lf)
    }
    bytes = wire
  }

  /// Whether the connection is closed behind this reply (RFC 5321 §3.8).
  public var closes: Bool { code == 421 || code == 221 }
  /// Whether this is a 2xx.
  public var isPositive: Bool { code / 100 == 2 }
}

/// The replies of the server in one table; codes after RFC 5321 §4.2 and §4.3.2, enhanced codes after RFC 3463 §3.
extension ServerReply {
  // Went well.
  static let ok = ServerReply(250, .init(2, 0, 0), "Ok")
  static let senderOk = ServerReply(250, .init(2, 1, 0), "Ok")
  static let chunkOk = ServerReply(250, .init(2, 0, 0), "Chunk taken")
  static let recipientOk = ServerReply(250, .init(2, 1, 5), "Ok")
  static let goodbye = ServerReply(221, .init(2, 0, 0), "Bye")
  static let readyForTLS = ServerReply(220, .init(2, 0, 0), "Ready to start TLS")
  static let authenticated = ServerReply(235, .init(2, 7, 0), "Authentication successful")
  static let startData = ServerReply(354, nil, "End data with <CR><LF>.<CR><LF>")
  /// RFC 5321 §3.5.3: a server that does not verify says so with 252.
  static let willTry = ServerReply(252, .init(2, 5, 0), "Cannot VRFY user, but will accept message and try delivery")
  static let help = ServerReply(
    214, .init(2, 0, 0), "EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT")
  /// RFC 4954 §4: LOGIN asks with the base64 of `Username:` and `Password:`, PLAIN with nothing.
  static let askUserName = ServerReply(334, nil, "VXNlcm5hbWU6")
  static let askPassword = ServerReply(334, nil, "UGFzc3dvcmQ6")
  static let askPlain = ServerReply(334, nil, "")

  // Commands that were not understood or came at the wrong time.
  static let unknownCommand = ServerReply(500, .init(5, 5, 1), "Command not recognized")
  static let lineTooLong = ServerReply(500, .init(5, 5, 2), "Line too long")
  static let syntax = ServerReply(501, .init(5, 5, 4), "Syntax error in arguments")
  static let noArguments = ServerReply(501, .init(5, 5, 4), "This command takes no arguments")
  static let needsClientName = ServerReply(501, .init(5, 5, 4), "Needs the name of the client")
  static let badParameter = ServerReply(501, .init(5, 5, 4), "Bad value of a parameter")
  static let unknownParameter = ServerReply(555, .init(5, 5, 4), "Parameter not recognized")
  static let heldTooLong = ServerReply(501, .init(5, 5, 4), "HOLDFOR or HOLDUNTIL goes beyond FUTURERELEASE")
  static let notImplemented = ServerReply(502, .init(5, 5, 1), "Command not implemented")
  static let needsHello = ServerReply(503, .init(5, 5, 1), "Send EHLO or HELO first")
  static let needsMail = ServerReply(503, .init(5, 5, 1), "Send MAIL first")
  static let nestedMail = ServerReply(503, .init(5, 5, 1), "A mail is already under way")
  static let chunksBegun = ServerReply(503, .init(5, 5, 1), "The text has begun with BDAT: go on with it or RSET")
  /// RFC 3030 §3.
  static let needsChunks = ServerReply(503, .init(5, 5, 1), "BODY=BINARYMIME needs BDAT")
  static let badChunk = ServerReply(501, .init(5, 5, 4), "BDAT needs a size and at most LAST")
  static let noRecipients = ServerReply(554, .init(5, 5, 1), "No valid recipients")
  /// Browsers made to speak to a mail server, and clients whose line ends cannot be trusted, are sent away.
  static let notHTTP = ServerReply(421, .init(4, 7, 0), "This is no HTTP server")
  static let bareNewline = ServerReply(
    500, .init(5, 5, 2), "Lines must end in CRLF; a bare CR, LF or NUL is refused")

  // Addresses.
  static let badSender = ServerReply(501, .init(5, 1, 7), "Bad sender address syntax")
  static let badRecipient = ServerReply(501, .init(5, 1, 3), "Bad recipient address syntax")
  /// RFC 6531 §3.5: 553 5.6.7 where an address would need SMTPUTF8.
  static let senderNotASCII = ServerReply(553, .init(5, 6, 7), "Sender address needs MAIL with SMTPUTF8")
  static let recipientNotASCII = ServerReply(553, .init(5, 6, 7), "Recipient address needs MAIL with SMTPUTF8")
  static let tooManyRecipients = ServerReply(452, .init(4, 5, 3), "Too many recipients")

  // TLS and login (RFC 3207 §4, RFC 4954 §4 and §6).
  static let noTLS = ServerReply(502, .init(5, 5, 1), "STARTTLS is not offered")
  static let alreadyTLS = ServerReply(503, .init(5, 5, 1), "TLS is already active")
  static let needsTLS = ServerReply(538, .init(5, 7, 11), "Encryption required: send STARTTLS first")
  static let noAuthentication = ServerReply(503, .init(5, 5, 1), "AUTH is not offered")
  static let alreadyAuthenticated = ServerReply(503, .init(5, 5, 1), "Already logged in")
  static let unknownMechanism = ServerReply(504, .init(5, 5, 4), "Mechanism not offered")
  static let badBase64 = ServerReply(501, .init(5, 5, 2), "Cannot decode the response")
  static let authenticationCancelled = ServerReply(501, .init(5, 7, 0), "Authentication cancelled")
  static let authenticationTooLong = ServerReply(500, .init(5, 5, 6), "Authentication exchange line is too long")
  static let wrongCredentials = ServerReply(535, .init(5, 7, 8), "Authentication credentials invalid")
  static let authenticationFailsNow = ServerReply(454, .init(4, 7, 0), "Temporary authentication failure")
  static let needsAuthentication = ServerReply(530, .init(5, 7, 0), "Authentication required")

  /// As Postfix answers whom it does not know for a proxy.
  static let clientFactsDenied = ServerReply(550, .init(5, 7, 0), "XCLIENT is not for you")
  /// A proxy's word for its client that cannot be used.
  public static let badClientFacts = ServerReply(501, .init(5, 5, 4), "Bad value of an XCLIENT attribute")
  /// A proxy has logged somebody in who is unknown here.
  public static let unknownLogin = ServerReply(550, .init(5, 7, 0), "XCLIENT names an unknown LOGIN")

  // Limits.
  static let tooBig = ServerReply(552, .init(5, 3, 4), "Message size exceeds the limit")
  static let textLineTooLong = ServerReply(554, .init(5, 6, 0), "A line of the message is too long")
  static let bareNewlineInData = ServerReply(550, .init(5, 5, 2), "Bare CR or LF in the message is refused")
  static let nulInData = ServerReply(550, .init(5, 6, 0), "NUL in the message is refused")
  static let tooManyErrors = ServerReply(421, .init(4, 7, 0), "Too many errors")
  static let tooManyCommands = ServerReply(421, .init(4, 7, 0), "Too many commands without a mail")
  static let tooManyLogins = ServerReply(421, .init(4, 7, 0), "Too many failed logins")

  // What the driver of a session needs to say.
  /// The server stops; the client may come back (RFC 5321 §3.8).
  public static let shuttingDown = ServerReply(421, .init(4, 3, 2), "Service shutting down")
  /// The login of the session was changed or revoked meanwhile; the client may log in anew.
  public static let loginEnded = ServerReply(421, .init(4, 7, 0), "This login has changed: log in again")
  /// The client was silent for too long.
  public static let timeout = ServerReply(421, .init(4, 4, 2), "Timeout")
  /// More connections than the server takes.
  public static let tooManyConnections = ServerReply(421, .init(4, 3, 2), "Too many connections")
  /// More connections from one address than the server takes.
  public static let tooManyFromAddress = ServerReply(421, .init(4, 7, 0), "Too many connections from your address")
  /// The mail could not be stored.
  public static let localError = ServerReply(451, .init(4, 3, 0), "Local error, try again later")
  /// All sessions together hold as much as they may.
  public static let noBufferRoom = ServerReply(452, .init(4, 3, 1), "Too many large mails at once, try again later")
  /// The disk is nearly full.
  public static let insufficientStorage = ServerReply(452, .init(4, 3, 1), "Insufficient system storage")
}
