import Configuration
import Delivery
import Host
import MailText
import Outreach
import SMTP
import Store

/// Puts a claimed message together as it leaves.
struct Composer {
  let desk: Desk

  /// Within a minute a mail has only passed through: its author's Date stays.
  private static let datedAnewAfterMilliseconds: Int64 = 60_000

  /// A claimed message, put together.
  enum Composed {
    case letter(Letter)
    /// It must not go: what it has not, or has and should not.
    case lacks(String)
  }

  func compose(_ claim: Claim) async throws -> Composed {
    let message = claim.message
    let account = claim.account
    let outgoing: Outgoing
    if let known = claim.outgoing {
      outgoing = known
    } else {
      outgoing = try await desk.store.read(seesLog: false) { reader in try reader.outgoing(message) }
    }
    let from: (displayName: String?, address: String)? =
      message.fromAddress == nil ? (outgoing.fromName ?? account.settings.displayName, account.address) : nil
    let now = Clock.now()
    let headers = OutgoingHeaders(settings: desk.outgoing, tokens: desk.store.tokenKeys)
    let bytes = OutgoingMail.compose(
      outgoing.stored,
      plan: OutgoingMail.Plan(
        messageID: message.messageID, inReplyTo: outgoing.inReplyTo, references: outgoing.references,
        subjectWhenEmpty: outgoing.threadSubject.map(SubjectLine.answer), from: from, date: now,
        // What its plan or its gates held back carries the time it goes at, as if its author had sent it then.
        replacesDate: now - message.createdAt > Self.datedAnewAfterMilliseconds, queueID: message.id,
        additions: headers.fields(for: message, outgoing, through: account)))
    if let policy = outgoing.compliance {
      let lacks = complianceFindings(of: ComplianceMail(authored: bytes), policy.refusing).map(\.text)
      guard lacks.isEmpty else { return .lacks(lacks.joined(separator: "; ")) }
    }
    let signed = try await desk.signer.sign(bytes, now: now)
    let asked = outgoing.request
    // RFC 3461 section 4.4: a report gives the envelope id back, also where a server on the way replaced the Message-ID. A token
    // tells nobody else anything, and nobody can make one up.
    let token = desk.store.tokenKeys.token(of: message.id)
    let letter = Letter(
      sender: account.address, recipient: message.recipient, bytes: signed,
      request: ClientRequest(
        returnContent: asked.returnContent.flatMap(ReturnContent.init), envelopeID: asked.envelopeID ?? token,
        notify: asked.notify, originalRecipient: asked.originalRecipient, allowsUTF8: asked.allowsUTF8))
    return .letter(letter)
  }
}
