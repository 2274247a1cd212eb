// The X-Postern-… fields of a submitted mail, typed (DESIGN.md, "Control headers").

/// What has to be true when a step is about to go, else it is skipped.
public enum StepCondition: String, Codable, Sendable, Equatable, Hashable, CaseIterable {
  /// The contact has not answered any mail of the sequence.
  case noReply = "no-reply"
  /// The contact has not opened any mail of the sequence.
  case noOpen = "no-open"
  /// The contact has not followed a link of any mail of the sequence.
  case noClick = "no-click"
}

/// What is measured in a mail; neither is `none`.
public struct Tracking: Codable, Sendable, Equatable {
  /// Whether opening is seen.
  public var open: Bool
  /// Whether following a link is seen.
  public var click: Bool

  /// What is measured.
  public init(open: Bool, click: Bool) {
    self.open = open
    self.click = click
  }
}

/// A control header that cannot be obeyed; the mail is refused with `554 5.6.0` and `text`.
public struct ControlHeaderError: Error, Sendable, Equatable {
  /// The header's name as DESIGN.md spells it, or as it was written when it is unknown.
  public var header: String
  /// What is wrong and what is expected, one line of printable ASCII.
  public var reason: String

  /// An error of one header.
  public init(header: String, reason: String) {
    self.header = header
    self.reason = reason
  }

  /// The text of the reply: the header's name, a colon and the reason; one line of printable ASCII.
  public var text: String { "\(header): \(reason)" }
}

/// Every `X-Postern-…` header of a mail, typed; what is absent is nil or empty.
public struct ControlHeaders: Sendable, Equatable {
  /// The sequence this mail is a step of.
  public var sequence: String?
  /// 1, 2, 3 …; set exactly when `sequence` is.
  public var step: Int?
  /// After the previous step was sent, or after submission.
  public var delayMilliseconds: Int64?
  /// Not before this instant.
  public var sendAt: Int64?
  /// Looked at when the mail is about to go; in the order written, each once.
  public var onlyIf: [StepCondition] = []
  /// The account's address, its domain in lower case.
  public var account: String?
  /// The pool's name.
  public var pool: String?
  /// A free name for statistics.
  public var campaign: String?
  /// A free name for statistics.
  public var tag: String?
  /// −10 … 10, larger first; 0 when absent.
  public var priority = 0
  /// nil is what the submitter or workspace has by default.
  public var track: Tracking?
  /// The same key within 24 hours gives the first answer again.
  public var idempotencyKey: String?
  /// The sequence whose unsent mails to the recipient are cancelled; the mail itself is not sent.
  public var cancelSequence: String?

  /// No control headers at all.
  public init() {}

  /// What the name of every control header begins with, without regard to case.
  public static let namePrefix = "X-Postern-"

  /// Whether a field of this name is a control header, known or not: always removed before relaying.
  public static func isControlHeader(_ name: String) -> Bool {
    let prefix = namePrefix.utf8
    return name.utf8.count >= prefix.count
      && name.utf8.prefix(prefix.count).map(lowered).elementsEqual(prefix.map(lowered))
  }

  /// Reads the control headers among all fields of a mail; other fields are passed over.
  ///
  /// Values may be folded. `now` judges whether `X-Postern-Send-At` is a sensible time. The first error is returned.
  public static func parse(
    _ fields: [(name: String, value: String)], now: Int64
  ) -> Result<ControlHeaders, ControlHeaderError> {
    var headers = ControlHeaders()
    var seen: Set<String> = []
    for field in fields where isControlHeader(field.name) {
      let key = String(decoding: field.name.utf8.map(lowered), as: UTF8.self)
      guard let rule = rulesByName[key] else { return .failure(unknown(field.name, key: key)) }
      guard seen.insert(key).inserted else {
        return .failure(.init(header: rule.name, reason: "given more than once"))
      }
      if let reason = rule.read(unfolded(field.value), now, &headers) {
        return .failure(.init(header: rule.name, reason: reason))
      }
    }
    if let error = headers.contradiction { return .failure(error) }
    return .success(headers)
  }

  /// Headers that make no sense together or alone.
  private var contradiction: ControlHeaderError? {
    if cancelSequence != nil {
      let others: [(String, Bool)] = [
        ("X-Postern-Sequence", sequence != nil), ("X-Postern-Step", step != nil),
        ("X-Postern-Delay", delayMilliseconds != nil), ("X-Postern-Send-At", sendAt != nil),
        ("X-Postern-Only-If", !onlyIf.isEmpty),
      ]
      if let other = others.first(where: \.1) {
        return .init(header: "X-Postern-Cancel", reason: "the mail itself is not sent, so it cannot have \(other.0)")
      }
    }
    if step != nil, sequence == nil {
      return .init(header: "X-Postern-Step", reason: "needs X-Postern-Sequence beside it")
    }
    if sequence != nil, step == nil {
      return .init(header: "X-Postern-Sequence", reason: "needs X-Postern-Step beside it: 1, 2, 3 ...")
    }
    if !onlyIf.isEmpty, sequence == nil {
      return .init(header: "X-Postern-Only-If", reason: "needs X-Postern-Sequence and X-Postern-Step beside it")
    }
    if delayMilliseconds != nil, sendAt != nil {
      return .init(header: "X-Postern-Send-At", reason: "give either this or X-Postern-Delay, not both")
    }
    if account != nil, pool != nil {
      return .init(header: "X-Postern-Pool", reason: "give either this or X-Postern-Account, not both")
    }
    return nil
  }

  private static func unknown(_ name: String, key: String) -> ControlHeaderError {
    let nearest = rules.min { distance($0.key, key) < distance($1.key, key) }
    let hint = nearest.map { "; the nearest is \($0.name)" } ?? ""
    return .init(header: printable(name, limit: 60), reason: "no such control header\(hint)")
  }
}
