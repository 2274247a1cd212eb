import MailText

/// Why a mail did not arrive, in the lower-case vocabulary that Sisimai made common, and whether that lasts.
enum Reason: String, Sendable, CaseIterable {
  case authfailure
  case badreputation
  case blocked
  case contenterror
  case exceedlimit
  case expired
  case failedstarttls
  case filtered
  case hasmoved
  case hostunknown
  case mailboxfull
  case mailererror
  case mesgtoobig
  case networkerror
  case norelaying
  case notaccept
  case notcompliantrfc
  case onhold
  case policyviolation
  case rejected
  case requireptr
  case securityerror
  case spamdetected
  case speeding
  case suspend
  case syntaxerror
  case systemerror
  case systemfull
  case toomanyconn
  case undefined
  case userunknown
  case virusdetected

  /// Whether the address is no use any more: only then may it be suppressed for good. A full or suspended mailbox, a filter
  /// or a policy may be otherwise tomorrow.
  var isHard: Bool {
    switch self {
    case .userunknown, .hostunknown, .hasmoved, .notaccept: true
    default: false
    }
  }
}

/// The command of SMTP that was answered by a refusal: the same words mean another thing after another command.
enum AnsweredCommand: Sendable, Equatable {
  case connection
  case mail
  case recipient
  case data
}

/// A text as the tables are written, with what they find in it; read once, however often it is asked.
struct Reading {
  /// The words without the codes that stand before each line of a long reply, so that phrases broken over lines are whole.
  let words: [UInt8]
  /// The rows of ``ReasonTexts`` in it, in their order.
  let rows: [Int]
  /// What a provider's code in it says.
  let code: Diagnosis.Finding?
  /// The command that was answered.
  let command: AnsweredCommand?

  /// Whether the words hold an introduction of another server's answer.
  let isIntroduced: Bool

  init(_ text: String) {
    words = Self.cleaned(text)
    let hits = Self.tables.matches(in: words)
    rows = Array(hits.prefix { $0 < Self.commandsStart })
    command = hits.first { $0 >= Self.commandsStart && $0 < Self.codesStart }
      .map { AnsweredCommand.rows[$0 - Self.commandsStart].command }
    code =
      hits.contains { $0 >= Self.codesStart && $0 < Self.introductionsStart } ? ProviderCodes.finding(words) : nil
    isIntroduced = hits.last.map { $0 >= Self.introductionsStart } ?? false
  }

  private init() { (words, rows, code, command, isIntroduced) = ([], [], nil, nil, false) }

  /// All that is looked for, as one table: the words are gone through once.
  private static let tables = PhraseMatcher(
    ReasonTexts.rows.map(\.text) + AnsweredCommand.rows.map(\.text) + ProviderCodes.marks
      + ReasonSearch.introductions.map { $0.description.asciiLowercased })
  private static let commandsStart = ReasonTexts.rows.count
  private static let codesStart = commandsStart + AnsweredCommand.rows.count
  private static let introductionsStart = codesStart + ProviderCodes.marks.count

  /// No words at all.
  static let empty = Reading()

  /// Whether a word begins as a reply's line does, "550-" or "550 ", at more than one place.
  private static func hasCodesTwice(_ words: [UInt8]) -> Bool {
    words.withUnsafeBufferPointer { words in
      var seen = false
      for i in 3..<max(3, words.count)
      where (words[i] == Octet.dash || words[i] == Octet.space) && words[i - 1].isDigit && words[i - 2].isDigit
        && (words[i - 3] == UInt8(ascii: "4") || words[i - 3] == UInt8(ascii: "5"))
        && (i == 3 || words[i - 4] == Octet.space)
      {
        if seen { return true }
        seen = true
      }
      return false
    }
  }

  private static func cleaned(_ text: String) -> [UInt8] {
    // With a space at the end, so that the last word has one on either side too.
    let words = PhraseMatcher.normalize(text.octets()) + [Octet.space]
    guard words.count < 16_384, hasCodesTwice(words) else { return words }
    var out: [UInt8] = []
    out.reserveCapacity(words.count)
    var i = 0
    var seen = false
    while i < words.count {
      let atWord = i == 0 || words[i - 1] == Octet.space
      if atWord, i + 3 < words.count, words[i] == UInt8(ascii: "4") || words[i] == UInt8(ascii: "5"),
        words[i + 1].isDigit,
        words[i + 2].isDigit, words[i + 3] == Octet.dash || words[i + 3] == Octet.space
      {
        var j = i + 4
        while j < words.count, words[j].isDigit || words[j] == Octet.dot { j += 1 }
        if j < words.count, words[j] == Octet.space { j += 1 }
        if seen {
          i = j
          continue
        }
        seen = true
      }
      out.append(words[i])
      i += 1
    }
    return out
  }
}

/// What is known of one failed recipient, for finding the reason.
struct Diagnosis {
  /// The server's words.
  var reading: Reading
  var status: String?
  var code: Int?
  var command: AnsweredCommand?
  /// Who refused, as far as it is known: names of hosts and the recipient's domain, in small letters.
  var hosts: [String] = []

  /// A reason with the name of the rule that gave it.
  struct Finding: Equatable {
    var reason: Reason
    var rule: String
    /// The row's text, when words decided.
    var words: String?
    /// The words say that the mailbox is gone for good, whatever the reason usually means.
    var lasting = false

    /// Whether words decided, not a number that may stand for anything.
    var isByWords: Bool { words != nil }
  }

  /// The reason: by what the provider means, else by a status that outranks words, else by sure words, else by a status that
  /// says something, else by other words, else by any status or code, else by plain words, else by the command and the code.
  func finding() -> Finding? {
    if let found = ProviderReasons.finding(reading.words, hosts: hosts) ?? reading.code { return found }
    let command = command ?? reading.command
    let first = reading.rows.lazy.map { ReasonTexts.rows[$0] }.first { $0.after == nil || $0.after == command }
    if let status, let decisive = StatusReasons.decisive(status),
      first.map({ !$0.isSure || !decisive.yieldsTo.contains($0.reason) }) ?? true
    {
      return Finding(reason: decisive.reason, rule: "reason.status")
    }
    if let first, first.isSure { return finding(first, command) }
    if let status, let reason = StatusReasons.sure[StatusReasons.key(status)] ?? StatusReasons.sure[status] {
      return Finding(reason: Self.refine(reason, command, status, code), rule: "reason.status")
    }
    if let first, !first.isPlain { return finding(first, command) }
    if let status, let reason = StatusReasons.vague[status] ?? StatusReasons.vague[StatusReasons.key(status)] {
      return Finding(reason: reason, rule: "reason.status")
    }
    if let reason = code.flatMap(StatusReasons.byReplyCode) { return Finding(reason: reason, rule: "reason.reply") }
    if let first { return finding(first, command) }
    return Self.byCommand(command, code).map { Finding(reason: $0, rule: "reason.command") }
  }

  /// Whether the words and codes leave nothing to ask: neither the reason nor what "user unknown" was the answer to.
  var isConclusive: Bool {
    guard code != nil, let found = finding(), found.isByWords else { return false }
    if ![.filtered, .userunknown, .rejected, .onhold].contains(found.reason) { return true }
    return status?.hasPrefix("5.1.1") == true
  }

  private func finding(_ row: ReasonTexts.Row, _ command: AnsweredCommand?) -> Finding {
    let reason = row.lasting ? row.reason : Self.refine(row.reason, command, status, code)
    // "User unknown" that nothing ties to the mail's content: whoever said it, the address is no use.
    let gone = row.reason == .userunknown && reason == .filtered && command == nil && status?.hasPrefix("4") != true
    return Finding(reason: reason, rule: "reason.text", words: row.text, lasting: row.lasting || gone)
  }

  /// "User unknown" said after the whole mail was seen is the word of a filter, not of a directory: the address may exist.
  private static func refine(
    _ reason: Reason, _ command: AnsweredCommand?, _ status: String?, _ code: Int?
  ) -> Reason {
    guard reason == .userunknown else { return reason }
    if let status, status.hasPrefix("5.1.") || status.hasPrefix("4.1.") { return .userunknown }
    if command == .data { return .filtered }
    if command == .recipient { return .userunknown }
    // Without its command the refusal may have come at any time.
    return .filtered
  }

  /// A refusal without a known word: of the client, or of the sender. One of the recipient may be for any reason, and "unknown"
  /// would bar the address for good.
  private static func byCommand(_ command: AnsweredCommand?, _ code: Int?) -> Reason? {
    guard let command, let code, code >= 400 else { return nil }
    switch command {
    case .connection: return .blocked
    case .mail: return code >= 500 ? .rejected : nil
    case .recipient, .data: return nil
    }
  }
}

extension AnsweredCommand {
  /// Words that tell what was answered.
  static let rows: [(text: String, command: AnsweredCommand)] = [
    // Postfix smtp(8).
    ("in reply to end of data command", .data), ("in reply to data command", .data),
    ("in reply to rcpt to command", .recipient), ("in reply to mail from command", .mail),
    ("refused to talk to me", .connection), ("in reply to ehlo command", .connection),
    ("in reply to helo command", .connection),
    // Exim's transports.
    ("after end of data", .data), ("after data", .data), ("after pipelined data", .data),
    ("after rcpt to:", .recipient),
    ("after mail from:", .mail), ("after pipelined mail from", .mail), ("after pipelined rcpt to", .recipient),
    ("after initial connection", .connection), ("after ehlo", .connection), ("after helo", .connection),
    // qmail-remote.
    ("does not like recipient", .recipient), ("but sender was rejected", .mail), ("failed on data command", .data),
    ("failed after i sent the message", .data), ("but greeting failed", .connection),
    ("but my name was rejected", .connection),
    // DragonFly Mail Agent, Yahoo, GMX, IMail.
    ("did not like our rcpt to", .recipient), ("did not like our mail from", .mail),
    ("did not like our final data", .data),
    ("[rcpt_to]", .recipient), ("[mail_from]", .mail), ("after rcpt command", .recipient),
    ("after mail command", .mail),
    ("after data command", .data), ("following rcpt command", .recipient), ("following mail command", .mail),
    ("following data command", .data), ("rcpt to generated following response", .recipient),
    ("body of message generated", .data),
    ("smtp:rcpt host", .recipient), ("remote smtp server has rejected address", .recipient),
    // Gmail's notices until 2017 end in the state of its client.
    ("(state 14)", .recipient), ("(state 17)", .data), ("(state 18)", .data),
    // With pipelining the transcript shows DATA last, but these answers to it mean that every recipient was refused before.
    ("need rcpt", .recipient), ("rcpt to: command before", .recipient), ("no valid recipients", .recipient),
    ("no recipients specified", .recipient), ("must precede data", .recipient), ("rcpt first", .recipient),
    ("progress was rcpt to response", .recipient), ("rcpt to:", .recipient),
    // Transcripts of Sendmail and its kin: the last command before the refusal stands first in what is searched.
    (">>> rcpt to", .recipient), (">>> mail from", .mail), (">>> data", .data), (">>> ehlo", .connection),
    (">>> helo", .connection),
  ]
}
