import MailText
public import Sorting

/// What the store keeps of a verdict, whether the mail has just come or is sorted again.
public struct InboundVerdict: Sendable, Equatable {
  /// The class.
  public var kind: String
  /// The rule that decided.
  public var rule: String
  /// All of it as JSON.
  public var json: String
  /// Recipients that could not be reached; the address that the sender used before the one it was forwarded to.
  public var bounces: [BouncedRecipient]
  /// Whether the words ask for no more mail.
  public var asksToStop: Bool
  /// When somebody who is away is back; UTC epoch milliseconds, the day's beginning.
  public var awayUntil: Int64?

  /// A verdict without bounces.
  public init(kind: String, rule: String, json: String) {
    self.kind = kind
    self.rule = rule
    self.json = json
    bounces = []
    asksToStop = false
  }

  /// Takes what sorting found.
  public init(_ mail: SortedMail) {
    self.init(verdict: mail.verdict)
    asksToStop = mail.asksToStop
  }

  init(verdict: Verdict) {
    kind = verdict.mailClass.rawValue
    rule = verdict.rule
    json = String(decoding: verdict.jsonLine(), as: UTF8.self)
    asksToStop = false
    awayUntil = verdict.until.flatMap { MailDate.parseRFC3339($0 + "T00:00:00Z") }
    bounces = verdict.bounces.flatMap { bounce in
      let addresses = [bounce.originalRecipient, bounce.recipient].compactMap(\.self)
      let distinct = addresses.first == addresses.last ? Array(addresses.prefix(1)) : addresses
      return distinct.map {
        BouncedRecipient(address: $0, isHard: bounce.permanence == .hard, reason: bounce.reason)
      }
    }
  }
}
