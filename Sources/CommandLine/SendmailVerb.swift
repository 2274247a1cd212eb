import Configuration
import Foundation
import MailText
import SMTP

extension Verb {
  /// Its flags are read by `SendmailRequest`, because sendmail's rules are not those of the other verbs.
  static let sendmail = Verb(
    words: ["sendmail"], summary: "take a mail from stdin into the queue, with the flags of Postfix's sendmail",
    notes: """
      Flags: -t (recipients also from To, Cc, Bcc), -i or -oi (a single dot does not end the mail), -f ADDRESS or
      -r ADDRESS (reverse-path), -F NAME (for a missing From), -N, -R, -V (NOTIFY, RET and ENVID), -v (say what became
      of it), -bm (the default), -bs (SMTP on stdin and stdout), -bp (list the queue), -q (run the queue), -qI ID (one
      message of it), -qR DOMAIN (all for a domain). Other flags of sendmail are accepted and mean nothing. Flags stand before the recipients.
      While the daemon is down or does not answer, or for users who may not use its socket, the mail is kept in the
      spool folder of the configuration (-c FILE, else POSTERN_SPOOL) and the exit code is 0; the daemon takes it in when
      it runs. What can be seen without the daemon is refused at once; what the daemon refuses later comes back to the
      sender as a notice. Who may not read the FILE of -c sends as without it.
      Exit codes: 0 the mail is safe, 64 usage, 65 refused for good, 74 a list could not be written, 75 try again, 78 the
      configuration. Also when called by the name sendmail; called as mailq it lists the queue, as newaliases it does
      nothing.
      """
  ) { (call: Invocation) throws(Failure) in
    try runSendmail(call.positional, call)
  }
}

func runSendmail(_ arguments: [String], _ call: Invocation) throws(Failure) {
  let request = try SendmailRequest.parse(arguments)
  var call = call
  if let socket = request.socket { call.values["socket"] = [socket] }
  if let file = request.configuration { call.values["config"] = [file] }
  switch request.mode {
  case .nothing: return
  case .listQueue: try Verb.listQueue(call)
  case .runQueue: _ = try call.object("POST", "/queue/run")
  case .runSite(let domain): _ = try call.object("POST", "/queue/run", query: [("domain", domain)])
  case .runMessage(let id):
    call.positional = [id]
    _ = try call.object("POST", "/messages/\(try call.id())/retry")
  case .smtp: try speakSMTP(try Sender(request, call), call)
  case .deliver: try deliver(request, call)
  }
}

/// Who calls sendmail, and where its mails go.
struct Sender {
  let handIn: HandIn
  /// Stands behind the @ of addresses without one.
  let domain: String
  let user: String
  let maximumMessageBytes: Int

  init(_ request: SendmailRequest, _ call: Invocation) throws(Failure) {
    var call = call
    var settings: Configuration?
    var trouble: Failure?
    if let file = call.value("config") {
      do throws(Failure) {
        settings = try call.shell.configuration(file, checkingFiles: false)
      } catch {
        // It holds secrets, so that other users may not read it: then it is as if nobody had named it. Any other trouble
        // may mean another daemon than the default one.
        guard error.code == ExitCode.permission else { throw Failure(ExitCode.configuration, error.text) }
        call.values["config"] = nil
        trouble = error
      }
    }
    handIn = HandIn(call, settings: settings, configurationTrouble: trouble)
    user = call.shell.user().name
    let name = settings?.server.hostname ?? "localhost"
    domain = name == "localhost" ? call.shell.hostName() : name
    maximumMessageBytes = handIn.maximumMessageBytes
  }

  /// The addresses of a word or a field as the envelope has them, as Postfix completes and reads them. A list that is too
  /// long to be read is refused: nobody would know who of it got nothing.
  func addresses(in text: String) throws(Failure) -> [String] {
    let found = Address.list(in: text, completedWith: domain)
    guard found.count < Address.mostInList else {
      throw Failure(ExitCode.data, "sendmail: a list of \(Address.mostInList) recipients or more; name fewer at once")
    }
    return found.map(\.address)
  }
}

private func deliver(_ request: SendmailRequest, _ call: Invocation) throws(Failure) {
  guard request.recipientsFromHeader || !request.recipients.isEmpty else {
    throw Failure(ExitCode.usage, "sendmail: recipients must be named on the command line, or by the mail with -t")
  }
  let sender = try Sender(request, call)
  let reversePath = try sender.reversePath(request.sender)
  let limit = max(sender.maximumMessageBytes, mostInput)
  let typed = mailFromInput(
    try mailInput(call, ignoresDots: request.ignoresDots, atMost: limit), ignoresDots: request.ignoresDots)
  let header = HeaderBlock(parsing: typed)
  var recipients: [String] = []
  for word in request.recipients.flatMap(unspaced) {
    let found = try sender.addresses(in: word)
    guard !found.isEmpty else { throw Failure(ExitCode.data, "sendmail: \"\(word)\" is no address") }
    recipients += found
  }
  if request.recipientsFromHeader {
    for field in headerFields(header) { recipients += try sender.addresses(in: field) }
  }
  guard !recipients.isEmpty else { throw Failure(ExitCode.data, "sendmail: the mail names no recipient") }
  var envelope = Envelope(reversePath: try checked(reversePath), envelopeID: request.envelopeID)
  envelope.returnContent = request.returnContent.flatMap(ReturnContent.init)
  var named: Set<String> = []
  for recipient in recipients {
    let address = try checked(recipient)
    guard named.insert(address).inserted else { continue }
    envelope.recipients.append(address)
    if let notify = request.notify { envelope.recipientRequests[address] = RecipientRequest(notify: notify) }
  }
  // NAME is sendmail's own variable, as old as -F.
  let person = call.shell.user()
  let fullName = request.fullName ?? call.shell.environment["NAME"] ?? person.fullName
  let author = reversePath.isEmpty ? "\(person.name)@\(sender.domain)" : reversePath
  let mail = completed(typed, header, sender: author, name: fullName, now: call.shell.now())
  let outcome = try sender.handIn.hand(envelope, mail)
  if request.isVerbose { call.shell.remark(outcome.text + "\n") }
}

/// So much of a mail is read at least, also where the default limit is less: the daemon's own is not known then.
private let mostInput = 64 << 20

/// What stands on stdin, up to its end or the line with a single dot: who writes that waits for sendmail's end and may keep
/// the pipe open. A program that writes without end does not take the machine's memory. What cannot be read to its end is no
/// mail: 65 as Postfix says it.
private func mailInput(_ call: Invocation, ignoresDots: Bool, atMost limit: Int) throws(Failure) -> [UInt8] {
  var input: [UInt8] = []
  do {
    while true {
      let piece = try call.shell.nextInput()
      // A dot, its CR and its LF may come in pieces.
      let start = max(0, input.count - 2)
      input += piece
      if piece.isEmpty || !ignoresDots && hasLoneDot(input, from: start) { return input }
      if input.count > limit { break }
    }
  } catch {
    throw Failure(ExitCode.data, "sendmail: \(error.text)\nNothing is sent.")
  }
  throw Failure(ExitCode.data, "sendmail: the mail has more than \(limit) bytes\nNothing is sent.")
}

/// Whether one of the lines that end behind `start` is a single dot.
private func hasLoneDot(_ input: [UInt8], from start: Int) -> Bool {
  var start = start
  while let dot = input[start...].firstIndex(of: UInt8(ascii: ".")) {
    let isFirst = dot == 0 || input[dot - 1] == UInt8(ascii: "\n")
    let rest = input[(dot + 1)...].prefix(2)
    if isFirst, rest.first == UInt8(ascii: "\n") || rest.elementsEqual("\r\n".utf8) { return true }
    start = dot + 1
  }
  return false
}

extension Sender {
  /// The reverse-path of `-f`; without it the user's own.
  fileprivate func reversePath(_ written: String?) throws(Failure) -> String {
    guard let written else { return "\(user)@\(domain)" }
    if ["", "<>"].contains(written) { return "" }
    guard let first = try addresses(in: written).first else {
      throw Failure(ExitCode.data, "sendmail: \"\(written)\" is no address")
    }
    return first
  }
}

/// A script may name several in one word; blanks part them, as in Postfix, unless they may belong to a name or a quoted word.
private func unspaced(_ word: String) -> [String] {
  let parts = word.split(whereSeparator: \.isWhitespace).map(String.init)
  let isList = parts.count > 1 && parts.contains { $0.dropFirst().dropLast().contains("@") }
  return isList && !word.contains(where: { "<\"(".contains($0) }) ? parts : [word]
}

private func checked(_ address: String) throws(Failure) -> String {
  guard let known = Envelope.address(address) else {
    throw Failure(ExitCode.data, "sendmail: \"\(address)\" is no address")
  }
  return known
}

extension HandIn.Outcome {
  /// For people.
  var text: String {
    switch self {
    case .taken(let words): words
    case .kept(let name): "kept as \(name) until the daemon takes it"
    }
  }
}

/// To, Cc and Bcc; the Resent- fields when there are any (RFC 5322 §3.6.6).
func headerFields(_ header: HeaderBlock) -> [String] {
  let resent = ["Resent-To", "Resent-Cc", "Resent-Bcc"].flatMap { header.all($0) }
  let fields = resent.isEmpty ? ["To", "Cc", "Bcc"].flatMap { header.all($0) } : resent
  return fields.map(\.value)
}

/// The mail with a From and a Date when it has none, and with the empty line after the header when it begins with its
/// body. The Date is now: a mail may lie in the spool folder for long.
func completed(_ mail: [UInt8], _ header: HeaderBlock, sender: String, name: String?, now: Int64) -> [UInt8] {
  var head: [UInt8] = []
  if !header.contains("From") {
    let author = name.flatMap { $0.isEmpty ? nil : "\(Address.encodeDisplayName($0)) <\(sender)>" } ?? sender
    head += Array("From: \(author)\r\n".utf8)
  }
  if !header.contains("Date") { head += Array("Date: \(MailDate.format(now))\r\n".utf8) }
  if !head.isEmpty, header.fields.isEmpty, !mail.starts(with: [0x0d, 0x0a]) { head += [0x0d, 0x0a] }
  return head + mail
}
