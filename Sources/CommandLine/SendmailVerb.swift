import Configuration
import Foundation
import MailText

extension Verb {
  /// Its flags are read by `SendmailRequest`, because sendmail's rules are not those of the other verbs.
  static let sendmail = Verb(
    words: ["sendmail"], summary: "take a mail from stdin into the queue, with the flags of Postfix's sendmail",
    notes: """
      Flags: -t (recipients also from To, Cc, Bcc), -i or -oi (a single dot does not end the mail), -f ADDRESS or
      -r ADDRESS (reverse-path), -F NAME (for a missing From), -bm (the default), -bp (list the queue), -q (run the queue).
      Also when called by the name sendmail; called as mailq it lists the queue.
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
  case .deliver: try deliver(request, call)
  }
}

private func deliver(_ request: SendmailRequest, _ call: Invocation) throws(Failure) {
  guard request.recipientsFromHeader || !request.recipients.isEmpty else {
    throw Failure(ExitCode.usage, "sendmail: recipients must be named on the command line, or by the mail with -t")
  }
  let user = call.shell.environment["LOGNAME"] ?? call.shell.environment["USER"] ?? "root"
  let sender = request.sender ?? "\(user)@\(ProcessInfo.processInfo.hostName)"
  let typed = mailFromInput(call.shell.input(), ignoresDots: request.ignoresDots)
  let header = HeaderBlock(parsing: typed)
  var recipients = request.recipients
  if request.recipientsFromHeader { recipients += headerRecipients(header) }
  guard !recipients.isEmpty else { throw Failure(ExitCode.data, "sendmail: the mail names no recipient") }
  let mail = withFrom(typed, header, sender: sender, name: request.fullName)
  let body = SubmissionBody(sender: sender, recipients: recipients, mail: Data(mail).base64EncodedString())
  do {
    _ = try call.object("POST", "/submissions", body: encoded(body))
  } catch {
    // What could not be handed in may be tried again: programs know 75 for that.
    throw error.code == ExitCode.unavailable ? Failure(ExitCode.temporary, error.text) : error
  }
}

/// What the daemon gets at `/submissions`.
private struct SubmissionBody: Encodable {
  var sender: String
  var recipients: [String]
  /// Base64, because a mail may hold bytes that are no UTF-8.
  var mail: String
}

/// The addresses of To, Cc and Bcc; of the Resent- fields when there are any (RFC 5322 §3.6.6).
func headerRecipients(_ header: HeaderBlock) -> [String] {
  let resent = ["Resent-To", "Resent-Cc", "Resent-Bcc"].flatMap { header.all($0) }
  let fields = resent.isEmpty ? ["To", "Cc", "Bcc"].flatMap { header.all($0) } : resent
  return fields.flatMap { Address.list(in: $0.value) }.map(\.address)
}

/// The mail with a From when it has none, and with the empty line after the header when it begins with its body.
func withFrom(_ mail: [UInt8], _ header: HeaderBlock, sender: String, name: String?) -> [UInt8] {
  guard !header.contains("From") else { return mail }
  var head = Array("From: ".utf8)
  if let name, !name.isEmpty {
    head += Array("\(Address.encodeDisplayName(name)) <\(sender)>".utf8)
  } else {
    head += Array(sender.utf8)
  }
  head += [0x0d, 0x0a]
  if header.fields.isEmpty, !mail.starts(with: [0x0d, 0x0a]) { head += [0x0d, 0x0a] }
  return head + mail
}
