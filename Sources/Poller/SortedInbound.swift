import MailText
import Sorting
import Store

/// A fetched mail with its verdict, in the shape the store takes.
struct SortedInbound: Sendable {
  /// Its UID in the folder.
  let uid: UInt32
  /// Its own Message-ID, with angle brackets.
  let messageID: String?
  /// As sorted, unless it is plain from the mail alone that the account itself wrote it.
  let inbound: NewInbound

  /// Sorts a mail that lies in a folder of the account with this (lower-case) address.
  init(_ mail: FetchedMail, accountID: Int64, address: String, folder: WatchedFolder, now: Int64) {
    var sorted = Sorting.sort(mail.bytes, now: now)
    let shortfall = mail.isTruncated ? Self.shortfall(mail) : nil
    if let shortfall { sorted.verdict.evidence.append(shortfall) }
    let isOwn = Self.isWrittenByHand(sorted, from: address)
    var kept = sorted
    if isOwn {
      kept.verdict = Self.ownVerdict("own.address", sorted, "From: \(address)")
      kept.asksToStop = false
    }
    let verdict = InboundVerdict(kept)
    uid = mail.facts.uid
    self.shortfall = shortfall
    messageID = sorted.messageID
    var found = NewInbound(
      accountID: accountID, folder: folder.name, identity: Self.identity(sorted, mail.bytes), bytes: mail.bytes,
      receivedAt: mail.facts.internalDate ?? now, seenAt: now, sender: sorted.from, subject: sorted.subject,
      kind: verdict.kind, rule: verdict.rule, verdict: verdict.json,
      answers: isOwn ? [] : Self.answers(sorted.correlation), bounces: verdict.bounces,
      asksToStop: verdict.asksToStop, objectID: mail.facts.objectID, threadID: mail.facts.threadID,
      awayUntil: verdict.awayUntil)
    if !isOwn {
      found.envelopeID = sorted.correlation.envelopeID
      found.returnedSubject = sorted.correlation.originalSubject
    }
    inbound = found
    // Only a copy in Sent says whom it went to in secret.
    let secret = folder.role == .sent ? HeaderBlock(parsing: mail.bytes).all("bcc") : []
    sentRecipients = sorted.to + secret.flatMap { Address.list(in: $0.value).map(\.address) }
    let mayHoldToken = [sorted.correlation.envelopeID, sorted.correlation.returnedUnsubscribe]
    tokenTexts = isOwn ? [] : mayHoldToken.compactMap(\.self)
    ownIDs = [sorted.messageID, sorted.correlation.microsoftOriginalMessageID].compactMap(\.self)
    sentVerdict = Self.ownVerdict("own.sent", sorted, "To: \(sentRecipients.prefix(100).joined(separator: ", "))")
    isByHand = isOwn
    isAutomatic = sorted.verdict.mailClass == .autoReply
    ownCopy = Self.ownVerdict("own.message_id", sorted, "Message-ID: \(sorted.messageID ?? "")")
  }

  /// What is not known of a mail that is larger than what is fetched of one; nil when it was fetched whole.
  private let shortfall: String?

  private static func shortfall(_ mail: FetchedMail) -> String {
    "the mail has \(mail.facts.size) bytes, of which the first \(mail.bytes.count) were read (poller.max_mail_size)"
  }

  /// Where Postern's own token may stand: the envelope id that a report gives back, and the returned original.
  let tokenTexts: [String]

  /// Whether it is plain from the mail alone that the account's owner wrote it, to somebody else.
  let isByHand: Bool

  private let ownCopy: Verdict
  private let sentRecipients: [String]
  private let ownIDs: [String]
  private let sentVerdict: Verdict
  private let isAutomatic: Bool

  /// Fields that `identity` is made of.
  static let identifyingFields = ["Message-ID", "From", "Sender", "Subject", "Date"]

  /// The identity of a mail of which only these fields are known; nil when it has no Message-ID.
  static func identity(header: [UInt8]) -> String? {
    let sorted = Sorting.sort(header)
    return sorted.messageID == nil ? nil : identity(sorted, header)
  }

  /// Message-IDs that a mail answers which only its list's or its program's fields make a newsletter: when one of them is ours,
  /// it is somebody's answer.
  var answersInBulk: [String] {
    guard inbound.rule.hasPrefix("bulk.") else { return [] }
    return inbound.answers.filter { $0.evidence == NewInbound.byInReplyTo }.map(\.id)
  }

  /// The same for a mail whose In-Reply-To is one of ours.
  var asAnswer: NewInbound {
    var sorted = Sorting.sort(inbound.bytes, now: inbound.seenAt, answersOurs: true)
    if let shortfall { sorted.verdict.evidence.append(shortfall) }
    let verdict = InboundVerdict(sorted)
    var answer = inbound
    answer.kind = verdict.kind
    answer.rule = verdict.rule
    answer.verdict = verdict.json
    answer.asksToStop = verdict.asksToStop
    return answer
  }

  /// The same for a mail in the account's Sent folder. A vacation notice that the server files there is nobody's own words.
  var asSent: SentMail {
    var own = inbound
    own.kind = isAutomatic ? Verdict.MailClass.autoReply.rawValue : sentVerdict.mailClass.rawValue
    own.rule = sentVerdict.rule
    own.verdict = Self.json(sentVerdict)
    own.answers = []
    own.bounces = []
    own.asksToStop = false
    own.awayUntil = nil
    return SentMail(inbound: own, messageIDs: ownIDs, recipients: sentRecipients)
  }

  /// The same for a mail whose Message-ID is one of ours: it proves that its message went, and is an answer to nothing, though
  /// it names the mails before it in the thread.
  var asOwn: NewInbound {
    var own = inbound
    own.kind = ownCopy.mailClass.rawValue
    own.rule = ownCopy.rule
    own.verdict = Self.json(ownCopy)
    own.answers = messageID.map { [($0, "own copy")] } ?? []
    own.bounces = []
    own.asksToStop = false
    own.awayUntil = nil
    return own
  }

  /// A mail from the account's own address to somebody else, be it with a copy to itself: what its owner wrote by hand. To itself
  /// alone, it may be the answer of somebody who tries a sequence on himself.
  private static func isWrittenByHand(_ mail: SortedMail, from account: String) -> Bool {
    guard mail.from?.lowercased() == account, mail.to.isEmpty || mail.to.contains(where: { $0.lowercased() != account })
    else { return false }
    switch mail.verdict.mailClass {
    case .reply, .autoReply, .unsubscribe, .other: return true
    case .bounce, .delay, .complaint, .challenge: return false
    }
  }

  private static func ownVerdict(_ rule: String, _ mail: SortedMail, _ evidence: String) -> Verdict {
    Verdict(mailClass: .other, confidence: 1, rule: rule, evidence: [evidence], from: mail.from, subject: mail.subject)
  }

  private static func json(_ verdict: Verdict) -> String { String(decoding: verdict.jsonLine(), as: UTF8.self) }

  private static func answers(_ correlation: Correlation) -> [(id: String, evidence: String)] {
    correlation.messageIDs.map { id in
      let evidence =
        if id == correlation.returnedMessageID {
          NewInbound.byReturnedOriginal
        } else if id == correlation.microsoftOriginalMessageID {
          "X-Microsoft-Original-Message-ID"
        } else if correlation.inReplyTo.contains(id) {
          NewInbound.byInReplyTo
        } else {
          "References"
        }
      return (id, evidence)
    }
  }

  /// What tells a mail from every other in the account, whatever its UID: its Message-ID with a hash of what else a mail keeps
  /// on all its ways, as some senders give many mails the same Message-ID; without one, a hash of its beginning.
  private static func identity(_ mail: SortedMail, _ bytes: [UInt8]) -> String {
    guard let id = mail.messageID else { return "hash:" + fingerprint(bytes.prefix(65_536)) }
    let rest = [mail.from ?? "", mail.subject ?? "", mail.date.map { "\($0)" } ?? ""].joined(separator: "\n")
    return "\(id) \(fingerprint(rest.utf8))"
  }

  /// FNV-1a, 64 bits: only ever compared within one account, and whoever makes two of his mails collide loses one of them.
  private static func fingerprint(_ bytes: some Sequence<UInt8>) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
