public import Delivery
public import Outreach

/// One key of a scope with its statistics.
public struct StatisticsRow: Sendable, Equatable {
  /// Within the scope: an id, ids joined by `/`, or a name.
  public var key: String
  /// What was counted.
  public var line: StatisticsLine
}

extension Reader {
  /// The statistics of every key of a scope that begins with `prefix`, by key.
  ///
  /// `from` and `to` (UTC epoch milliseconds, end exclusive) count by whole hours.
  public func statistics(
    by scope: StatisticsScope, workspaceID: Int64, prefix: String = "", from: Int64? = nil, to: Int64? = nil
  ) throws(StoreError) -> [StatisticsRow] {
    let span = StatisticsSpan(workspaceID, scope, from: prefix, below: prefix + "\u{10FFFF}", from, to)
    return try lines(span).map { StatisticsRow(key: $0.key, line: $0.value) }.sorted { $0.key < $1.key }
  }

  /// The statistics of one key with its best hours and days, by the clock of `zone`.
  public func statistics(
    of key: String, by scope: StatisticsScope, workspaceID: Int64, from: Int64? = nil, to: Int64? = nil, zone: Zone
  ) throws(StoreError) -> StatisticsLine {
    let span = StatisticsSpan(workspaceID, scope, from: key, below: key + "\u{0}", from, to)
    var line = try lines(span)[key] ?? StatisticsLine()
    for fact in StatisticsLine.factsOfSending {
      let hours = try connection.rows(
        """
        SELECT hour, count FROM statistic
        WHERE generation = \(Self.generation) AND workspace_id = ? AND scope = ? AND key = ? AND fact = ?
          AND hour >= ? AND hour < ?
        """,
        [
          .integer(workspaceID), .text(scope.rawValue), .text(key), .text(fact.name),
          .integer(span.hours.from ?? .min), .integer(span.hours.to ?? .max),
        ]
      ) { row in (hour: row.integer(0), count: row.integer(1)) }
      for hour in hours {
        line.addTime(
          fact, hour: hour.hour, count: hour.count,
          offsetMilliseconds: zone.offsetMilliseconds(at: hour.hour * 3_600_000))
      }
    }
    return line
  }

  /// The sums that are read; others are being made, or taken away.
  private static let generation = "(SELECT generation FROM statistic_cursor)"

  /// Added up where they lie, from as few rows as cover the span: whole days and months, and hours at its ends only.
  private func lines(_ span: StatisticsSpan) throws(StoreError) -> [String: StatisticsLine] {
    var lines: [String: StatisticsLine] = [:]
    for part in span.hours.parts {
      // Of hours only a few are asked for, but of every key: the other index (`statistic_hour`) has them side by side.
      let of =
        part.size == .hour
        ? """
        statistic WHERE generation = \(Self.generation) AND workspace_id = ? AND scope = ? AND hour >= ? AND hour < ?
          AND key || '' >= ? AND key || '' < ?
        """
        : """
        statistic_span WHERE generation = \(Self.generation) AND workspace_id = ? AND scope = ? AND hour >= ? AND hour < ?
          AND key >= ? AND key < ? AND hours = \(part.size.rawValue)
        """
      let sums = try connection.rows(
        "SELECT key, fact, SUM(count) FROM \(of) GROUP BY key, fact",
        [
          .integer(span.workspaceID), .text(span.scope.rawValue), .integer(part.first), .integer(part.below),
          .text(span.first), .text(span.last),
        ]
      ) { row in (key: row.text(0), fact: row.text(1), count: row.integer(2)) }
      for sum in sums {
        if let fact = StatisticsFact(name: sum.fact) { lines[sum.key, default: StatisticsLine()].add(fact, sum.count) }
      }
    }
    return lines
  }
}

/// The part of the sums that a question is about.
private struct StatisticsSpan {
  var workspaceID: Int64
  var scope: StatisticsScope
  var first, last: String
  var hours: StatisticsHours

  init(
    _ workspaceID: Int64, _ scope: StatisticsScope, from first: String, below last: String, _ from: Int64?, _ to: Int64?
  ) {
    self.workspaceID = workspaceID
    self.scope = scope
    self.first = first
    self.last = last
    hours = StatisticsHours(fromMilliseconds: from, toMilliseconds: to)
  }
}
