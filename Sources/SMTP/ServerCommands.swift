/// One command: when it may come and what it does.
struct CommandRule: Sendable {
  /// The verb in capitals.
  let verb: StaticString
  /// Whether it is one of those that bring no mail nearer.
  let isIdle: Bool
  /// Why it may not come now; nil when it may.
  let check: @Sendable (ServerSession, [UInt8]) -> ServerReply?
  /// Does it; gets what stands behind the verb, without blanks around it.
  let proceed: @Sendable (inout ServerSession, [UInt8]) -> ServerAction?
}

extension CommandRule {
  /// All commands of the server; RFC 5321 §4.1.1 unless another is named.
  static let table: [CommandRule] = [
    CommandRule(
      verb: "MAIL", isIdle: false,
      check: { session, _ in
        session.clientName == nil
          ? .needsHello : session.isInTransaction ? .nestedMail : session.relayRefusal ?? session.mailRefusal
      }, proceed: { $0.mail($1) }),
    CommandRule(
      verb: "RCPT", isIdle: false,
      check: { session, _ in !session.isInTransaction ? .needsMail : session.chunks != nil ? .chunksBegun : nil },
      proceed: { $0.recipient($1) }),
    CommandRule(
      verb: "DATA", isIdle: false,
      check: { session, text in
        guard text.isEmpty else { return .noArguments }
        guard let envelope = session.envelope else { return .needsMail }
        // RFC 3030 §3: DATA and BDAT do not mix in one mail.
        guard session.chunks == nil else { return .chunksBegun }
        guard envelope.body != .binaryMIME else { return .needsChunks }
        return envelope.recipients.isEmpty ? .noRecipients : nil
      }, proceed: { session, _ in session.beginData() }),
    // RFC 3030 §2; whatever is wrong, its octets have to be read first.
    CommandRule(verb: "BDAT", isIdle: false, check: anything, proceed: { $0.chunk($1) }),
    CommandRule(
      verb: "EHLO", isIdle: true, check: { _, text in isClientName(text) ? nil : .needsClientName },
      proceed: { $0.hello($1, extended: true) }),
    CommandRule(
      verb: "HELO", isIdle: true, check: { _, text in isClientName(text) ? nil : .needsClientName },
      proceed: { $0.hello($1, extended: false) }),
    CommandRule(
      verb: "RSET", isIdle: true, check: noArguments,
      proceed: { session, _ in
        session.abandonMail()
        return session.reply(.ok)
      }),
    CommandRule(verb: "NOOP", isIdle: true, check: anything, proceed: { session, _ in session.reply(.ok) }),
    CommandRule(verb: "QUIT", isIdle: false, check: anything, proceed: { session, _ in session.end(.goodbye) }),
    CommandRule(
      verb: "VRFY", isIdle: true, check: { _, text in text.isEmpty ? .syntax : nil },
      proceed: { session, _ in session.reply(session.relayRefusal ?? .willTry) }),
    CommandRule(verb: "EXPN", isIdle: true, check: anything, proceed: { session, _ in session.reply(.notImplemented) }),
    CommandRule(verb: "HELP", isIdle: true, check: anything, proceed: { session, _ in session.reply(.help) }),
    // RFC 3207 §4.
    CommandRule(
      verb: "STARTTLS", isIdle: true,
      check: { session, text in
        switch session.settings.tls {
        case .unavailable: .noTLS
        case .active: .alreadyTLS
        case .offered: !text.isEmpty ? .noArguments : session.isInTransaction ? .nestedMail : nil
        }
      },
      proceed: { session, _ in
        session.mode = .startingTLS
        return session.reply(.readyForTLS)
      }),
    // RFC 4954 §4.
    CommandRule(
      verb: "AUTH", isIdle: true,
      check: { session, _ in
        switch session.settings.authentication {
        case _ where session.clientName == nil: .needsHello
        case .off: .noAuthentication
        case .withTLS where session.settings.tls != .active: .needsTLS
        case _ where session.login != nil: .alreadyAuthenticated
        case _ where session.isInTransaction: .nestedMail
        default: nil
        }
      }, proceed: { $0.authenticate($1) }),
    CommandRule(
      verb: "XCLIENT", isIdle: true,
      check: { session, text in
        if !session.settings.acceptsClientFacts { return .clientFactsDenied }
        return session.envelope != nil ? .nestedMail : text.isEmpty ? .syntax : nil
      }, proceed: { $0.proxiedClient($1) }),
    // What a browser would send when a page makes it post to this port.
    CommandRule(verb: "GET", isIdle: false, check: anything, proceed: { session, _ in session.end(.notHTTP) }),
    CommandRule(verb: "POST", isIdle: false, check: anything, proceed: { session, _ in session.end(.notHTTP) }),
    CommandRule(verb: "PUT", isIdle: false, check: anything, proceed: { session, _ in session.end(.notHTTP) }),
    CommandRule(verb: "CONNECT", isIdle: false, check: anything, proceed: { session, _ in session.end(.notHTTP) }),
  ]

  private static let anything: @Sendable (ServerSession, [UInt8]) -> ServerReply? = { _, _ in nil }
  private static let noArguments: @Sendable (ServerSession, [UInt8]) -> ServerReply? = { _, text in
    text.isEmpty ? nil : .noArguments
  }

  /// A name as it may stand in a header and a log line: printable ASCII in one word, at most a domain's length.
  private static func isClientName(_ text: [UInt8]) -> Bool {
    (1...Path.maximumDomain).contains(text.count) && text.allSatisfy { $0 > Octet.space && $0 < 0x7F }
  }
}

extension ServerSession {
  /// Finds the command of a line, checks it and does it.
  mutating func execute(_ line: [UInt8]) -> ServerAction? {
    let verb = line.prefix { $0 != Octet.space && $0 != 0x09 }
    var argument = line.dropFirst(verb.count).drop { $0 == Octet.space || $0 == 0x09 }
    while let last = argument.last, last == Octet.space || last == 0x09 { argument.removeLast() }
    guard let rule = CommandRule.table.first(where: { matches(verb, $0.verb) }) else {
      return reply(.unknownCommand)
    }
    if rule.isIdle {
      idleCommands += 1
      if idleCommands > settings.maximumIdleCommands { return end(.tooManyCommands) }
    }
    let text = Array(argument)
    if let refusal = rule.check(self, text) { return reply(refusal) }
    return rule.proceed(&self, text)
  }

  /// Why the client may not send mail; nil when it may.
  var relayRefusal: ServerReply? { settings.trusted || login != nil ? nil : .needsAuthentication }

  /// Whether AUTH can be used as the session stands.
  private var offersAuthentication: Bool {
    switch settings.authentication {
    case _ where settings.mechanisms.isEmpty: false
    case .off: false
    case .withTLS: settings.tls == .active
    case .always: true
    }
  }

  mutating func hello(_ name: [UInt8], extended: Bool) -> ServerAction {
    // RFC 5321 §4.1.4: EHLO in a session is also a RSET.
    abandonMail()
    clientName = String(decoding: name, as: UTF8.self)
    isExtended = extended
    guard extended else { return reply(ServerReply(250, nil, settings.hostname)) }
    var lines = [
      settings.hostname, "PIPELINING", "SIZE \(settings.maximumMessageBytes)", "8BITMIME", "SMTPUTF8", "CHUNKING",
      "BINARYMIME",
      "DSN", "ENHANCEDSTATUSCODES",
    ]
    // RFC 9422 §4.
    let mails = settings.maximumMails > 0 ? "MAILMAX=\(settings.maximumMails) " : ""
    lines.append("LIMITS \(mails)RCPTMAX=\(settings.maximumRecipients)")
    // RFC 4865 §3.
    if let release = settings.futureRelease {
      lines.append("FUTURERELEASE \(release.maximumSeconds) \(release.latestText)")
    }
    if settings.tls == .offered { lines.append("STARTTLS") }
    if offersAuthentication {
      lines.append("AUTH " + settings.mechanisms.map(\.rawValue).joined(separator: " "))
    }
    if settings.acceptsClientFacts { lines.append(ClientFacts.offer) }
    lines.append("HELP")
    return reply(ServerReply(250, nil, lines: lines))
  }

  mutating func mail(_ text: [UInt8]) -> ServerAction {
    guard matches(text.prefix(5), "FROM:") else { return reply(.syntax) }
    let path: Path
    let parameters: MailParameters
    do throws(PathError) {
      path = try Path(text, from: 5)
    } catch {
      return reply(.badSender)
    }
    guard let list = ESMTPParameter.list(in: text, from: path.end) else { return reply(.syntax) }
    do throws(ReplyError) {
      parameters = try MailParameters(list, settings)
    } catch {
      return reply(error.reply)
    }
    guard path.isASCII || parameters.allowsUTF8 else { return reply(.senderNotASCII) }
    surplusRecipients = 0
    envelope = Envelope(
      reversePath: path.address, declaredSize: parameters.size, body: parameters.body ?? .sevenBit, login: login,
      clientName: clientName ?? "", protocolName: protocolName(withUTF8: parameters.allowsUTF8),
      allowsUTF8: parameters.allowsUTF8, returnContent: parameters.returnContent, envelopeID: parameters.envelopeID,
      release: parameters.release)
    return reply(.senderOk)
  }

  mutating func recipient(_ text: [UInt8]) -> ServerAction {
    guard matches(text.prefix(3), "TO:") else { return reply(.syntax) }
    let allowsUTF8 = envelope?.allowsUTF8 == true
    let path: Path
    let request: RecipientRequest
    do throws(PathError) {
      path = try Path(text, from: 3)
    } catch {
      return reply(.badRecipient)
    }
    guard let list = ESMTPParameter.list(in: text, from: path.end) else { return reply(.syntax) }
    do throws(ReplyError) {
      request = try RecipientRequest(list, allowsUTF8: allowsUTF8)
    } catch {
      return reply(error.reply)
    }
    guard !path.address.isEmpty else { return reply(.badRecipient) }
    guard path.isASCII || allowsUTF8 else { return reply(.recipientNotASCII) }
    guard let count = envelope?.recipients.count, count < settings.maximumRecipients else {
      // RFC 5321 §4.5.3.1.10: the client sends the rest in another mail, so the surplus is no error, only bounded.
      surplusRecipients += 1
      return surplusRecipients > settings.maximumSurplusRecipients ? end(.tooManyErrors) : reply(.tooManyRecipients)
    }
    let address = path.address == "postmaster" ? "postmaster@\(settings.hostname)" : path.address
    envelope?.recipients.append(address)
    if request != RecipientRequest() { envelope?.recipientRequests[address] = request }
    return reply(.recipientOk)
  }

  /// RFC 3848: the protocol with S for TLS and A for a login; RFC 6531 §4.3 for UTF-8.
  private func protocolName(withUTF8 allowsUTF8: Bool) -> String {
    guard isExtended || allowsUTF8 else { return "SMTP" }
    return (allowsUTF8 ? "UTF8SMTP" : "ESMTP") + (settings.tls == .active ? "S" : "") + (login != nil ? "A" : "")
  }
}
