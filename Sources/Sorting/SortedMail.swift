/// A mail as the sorter sees it: its verdict and what is needed to find the mail it belongs to.
public struct SortedMail: Sendable, Equatable {
  /// What it is.
  public var verdict: Verdict
  /// What it may be matched by.
  public var correlation: Correlation
  /// The sender's address.
  public var from: String?
  /// The addresses of To and Cc.
  public var to: [String]
  /// The decoded subject.
  public var subject: String?
  /// The Date field in epoch milliseconds.
  public var date: Int64?
  /// Its own Message-ID with brackets.
  public var messageID: String?
  /// Whether the person asks in plain words to get no more mail; an answer is a reply all the same.
  public var asksToStop = false
}

/// Everything by which an inbound mail can be matched to the one it answers (DESIGN.md, "Verdicts").
public struct Correlation: Sendable, Equatable {
  /// Message-IDs of In-Reply-To, with brackets.
  public var inReplyTo: [String] = []
  /// Message-IDs of References, the newest last as written.
  public var references: [String] = []
  /// The Message-ID of the returned original, or of the mail that a receipt is about.
  public var returnedMessageID: String?
  /// `X-Microsoft-Original-Message-ID` of the mail or the returned original: Exchange replaces Message-IDs.
  public var microsoftOriginalMessageID: String?
  /// Recipients that a bounce names, in its order.
  public var originalRecipients: [String] = []
  /// The subject of the returned original.
  public var originalSubject: String?
  /// ENVID of RFC 3461 as the report gives it.
  public var envelopeID: String?
  /// List-Unsubscribe of the returned original, which holds Postern's own token where the mail had one.
  public var returnedUnsubscribe: String?

  /// Every Message-ID that may be ours, the surest first, each once.
  public var messageIDs: [String] {
    var seen: Set<String> = []
    let all = [returnedMessageID, microsoftOriginalMessageID].compactMap(\.self) + inReplyTo + references.reversed()
    return all.filter { seen.insert($0).inserted }
  }
}
