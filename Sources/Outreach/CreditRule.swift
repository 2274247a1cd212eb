// Credits: one for a send, one for a reply, a day in the workspace's zone, no rollover.

public import Delivery

/// The rules of the daily credit plan.
public enum CreditRule {
  /// What a credit is for.
  public enum Kind: String, Codable, Sendable, Equatable, CaseIterable {
    /// A message its server accepted; an inbound reply that matched one.
    case send, reply
  }

  /// Whether another send is within the plan.
  public enum Check: Sendable, Equatable {
    /// So many are left; nil is no limit.
    case allowed(remaining: Int?)
    /// None until this instant.
    case exhausted(until: Int64)
  }

  /// The unique key of a send's booking: booking it twice does nothing.
  public static func key(ofSend messageID: Int64) -> String { "send:\(messageID)" }

  /// The unique key of a reply's booking. `mail` tells the answer from every other, in whichever mailboxes it is seen: an
  /// answer to all of a pool's accounts is one.
  public static func key(ofReply mail: String, to messageID: Int64) -> String { "reply:\(messageID):\(mail)" }

  /// The day a fact at this instant is booked on, `YYYY-MM-DD`.
  public static func dayKey(at instant: Int64, in zone: Zone) -> String { zone.dayKey(at: instant) }

  /// When the next day begins and the credits are whole again.
  public static func nextMidnight(after instant: Int64, in zone: Zone) -> Int64 { zone.nextDay(after: instant) }

  /// `limit` 0 is no limit; `used` may be over the limit, because replies are booked whatever is left.
  public static func check(limit: Int, used: Int, now: Int64, in zone: Zone) -> Check {
    if limit <= 0 { return .allowed(remaining: nil) }
    return used < limit
      ? .allowed(remaining: limit - used) : .exhausted(until: nextMidnight(after: now, in: zone))
  }
}
