import Configuration
import Foundation
import Intake
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
  /// What the daemon would refuse, as far as its configuration is known.
  private let rules: LocalMailRules
  /// Why the configuration of `-c` is not used; nil when it is, or there is none.
  private let configurationTrouble: Failure?

  /// A busy disk holds a commit up for seconds; the programs that wait here give up after half a minute (PHP), and the next
  /// step is as safe.
  private static let patienceMilliseconds: Int64 = 10_000
  /// More for each MiB, for what reading, checking and storing it takes on a slow machine.
  private static let patiencePerMiBMilliseconds: Int64 = 1_000

  /// `settings` are those of `-c`.
  init(_ call: Invocation, settings: Configuration?, configurationTrouble: Failure? = nil) {
    self.call = call
    self.configurationTrouble = configurationTrouble
    let known = settings ?? Configuration()
    maximumMessageBytes = known.intake.maxMessageSize
    rules = LocalMailRules(known)
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
      let patience = Self.patienceMilliseconds + Int64(mail.count >> 20) * Self.patiencePerMiBMilliseconds
      let answer = try call.object(
        "POST", "/submissions", body: encoded(Body(envelope, mail, name: name)), patience: patience)
      let ids = answer["ids"].items.compactMap { $0.int.map(String.init) }
      guard !ids.isEmpty else { return .taken("cancelled \(answer["count"].int ?? 0) waiting messages") }
      return .taken("queued as " + ids.prefix(20).joined(separator: " ") + (ids.count > 20 ? " ..." : ""))
    } catch {
      // Nobody answers, or only to others, or not in time: the daemon takes the mail from its folder. When it has taken it
      // already and its answer was lost, or takes it later, it knows the name. A refusal is final, and 75 is for the caller
      // to try again.
      guard error.isOfTheWay else { throw error }
      return try keep(envelope, mail, name, because: error)
    }
  }

  private func keep(_ envelope: Envelope, _ mail: [UInt8], _ name: String, because trouble: Failure) throws(Failure)
    -> Outcome
  {
    guard let spoolFolder else {
      throw unkept(
        trouble.text
          + "\nThe mail is not kept: name the daemon's configuration with -c, or its spool folder in POSTERN_SPOOL.")
    }
    let batch = BatchMail.encode(envelope, mail)
    // Nobody would hear of it later but by a notice: what is refused anyway is refused now.
    if let refusal = rules.refusal(of: batch, now: call.shell.now()) {
      throw Failure(ExitCode.data, "postern: \(refusal)")
    }
    do {
      try call.shell.leave(spoolFolder, name, batch)
    } catch {
      throw unkept(trouble.text + "\n" + error.text)
    }
    return .kept(name)
  }

  /// To try again helps when the daemon is back; when the configuration could not be read, somebody has to mend that.
  private func unkept(_ text: String) -> Failure {
    guard let configurationTrouble else { return Failure(ExitCode.temporary, text) }
    return Failure(ExitCode.configuration, "postern: " + configurationTrouble.text + "\n" + text)
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
