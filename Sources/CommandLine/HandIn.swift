import Configuration
import Foundation
import Host
import SMTP

extension Failure {
  /// Whether the daemon was not reached, or would not listen, so that it has said nothing of the mail.
  fileprivate var isOfTheWay: Bool {
    switch reason {
    case nil: code == ExitCode.unavailable || code == ExitCode.permission
    case "forbidden", "stopping": true
    default: false
    }
  }
}

/// Brings mails of this machine's programs to the daemon, or into its spool folder when the daemon cannot be reached.
struct HandIn {
  /// What became of a mail that is safe now.
  enum Outcome: Equatable {
    /// The daemon took it; what it said, for people.
    case taken(String)
    /// It lies in the spool folder under this name.
    case kept(String)
  }

  let call: Invocation
  /// nil when nobody has said which daemon's it would be.
  let spoolFolder: String?
  let maximumMessageBytes: Int

  /// `settings` are those of `-c`.
  init(_ call: Invocation, settings: Configuration?) {
    self.call = call
    maximumMessageBytes = (settings ?? Configuration()).intake.maxMessageSize
    let named = call.shell.environment["POSTERN_SPOOL"] ?? ""
    if let settings {
      spoolFolder = call.shell.absolute(settings.spoolFolder)
    } else if !named.isEmpty {
      spoolFolder = call.shell.absolute(named)
    } else {
      // With a socket of its own it is another daemon than the one of the default folders.
      let isElsewhere = call.has("socket") || !(call.shell.environment["POSTERN_SOCKET"] ?? "").isEmpty
      spoolFolder = isElsewhere ? nil : Configuration().spoolFolder
    }
  }

  /// Hands a mail in. A failure means that it is nowhere: its code says whether to try again.
  func hand(_ envelope: Envelope, _ mail: [UInt8]) throws(Failure) -> Outcome {
    let name = call.shell.makeName()
    do {
      let answer = try call.object("POST", "/submissions", body: encoded(Body(envelope, mail, name: name)))
      let ids = answer["ids"].items.compactMap { $0.int.map(String.init) }
      guard !ids.isEmpty else { return .taken("cancelled \(answer["count"].int ?? 0) waiting messages") }
      return .taken("queued as " + ids.prefix(20).joined(separator: " ") + (ids.count > 20 ? " ..." : ""))
    } catch {
      // Nobody answers, or only to others: the daemon takes the mail from its folder. When it has taken it already and its
      // answer was lost, it knows the name. A refusal is final, and 75 is for the caller to try again.
      guard error.isOfTheWay else { throw error }
      return try keep(envelope, mail, name, because: error)
    }
  }

  private func keep(_ envelope: Envelope, _ mail: [UInt8], _ name: String, because trouble: Failure) throws(Failure)
    -> Outcome
  {
    guard let spoolFolder else {
      throw Failure(
        ExitCode.temporary,
        trouble.text
          + "\nThe mail is not kept: name the daemon's configuration with -c, or its spool folder in POSTERN_SPOOL.")
    }
    guard mail.count <= maximumMessageBytes else {
      throw Failure(ExitCode.data, "sendmail: the mail is larger than \(maximumMessageBytes) bytes")
    }
    do {
      try call.shell.leave(spoolFolder, name, BatchMail.encode(envelope, mail))
    } catch {
      throw Failure(ExitCode.temporary, trouble.text + "\n" + error.text)
    }
    return .kept(name)
  }

  /// What the daemon gets at `/submissions`.
  private struct Body: Encodable {
    struct Request: Encodable {
      var notify: String?
      var originalRecipient: String?

      enum CodingKeys: String, CodingKey {
        case notify
        case originalRecipient = "original_recipient"
      }
    }

    var name: String
    var sender: String
    var recipients: [String]
    var returnContent: String?
    var envelopeID: String?
    /// Nil when it was not asked for, as most mails do not.
    var allowsUTF8: Bool?
    var requests: [String: Request]
    /// Base64, because a mail may hold bytes that are no UTF-8.
    var mail: String

    enum CodingKeys: String, CodingKey {
      case name, sender, recipients, requests, mail
      case returnContent = "return"
      case envelopeID = "envelope_id"
      case allowsUTF8 = "smtputf8"
    }

    init(_ envelope: Envelope, _ mail: [UInt8], name: String) {
      self.name = name
      sender = envelope.reversePath
      recipients = envelope.recipients
      returnContent = envelope.returnContent?.rawValue
      envelopeID = envelope.envelopeID
      allowsUTF8 = envelope.allowsUTF8 ? true : nil
      requests = envelope.recipientRequests.mapValues {
        Request(notify: $0.notify, originalRecipient: $0.originalRecipient)
      }
      self.mail = Data(mail).base64EncodedString()
    }
  }
}
