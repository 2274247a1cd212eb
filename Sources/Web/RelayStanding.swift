internal import Configuration
import Delivery

/// What keeps the relay from claiming mail whose gates are all open: asked beside the gates, because it is of no message and
/// no account, and over in the moment that there is room again.
public struct RelayStanding: Sendable, Equatable {
  /// Whether free disk space is below `[store] disk_watermark`: then nothing is sent, because no outcome could be written.
  public var isDiskLow: Bool
  /// Connections to accounts' servers that are at work.
  public var connectionsInUse: Int
  /// `[relay] max_connections`.
  public var connectionsMax: Int

  /// Nothing keeps it.
  public init() { self.init(isDiskLow: false, connectionsInUse: 0, connectionsMax: RelaySettings().maxConnections) }

  /// A standing.
  public init(isDiskLow: Bool, connectionsInUse: Int, connectionsMax: Int) {
    self.isDiskLow = isDiskLow
    self.connectionsInUse = connectionsInUse
    self.connectionsMax = connectionsMax
  }

  static let diskWords =
    "free disk space is below [store] disk_watermark: nothing is sent or taken in until there is more"

  /// As one more gate, after those of the message; nil: it is open.
  var gate: Gate? {
    if isDiskLow { return gate(Self.diskWords, [:]) }
    guard connectionsInUse >= connectionsMax else { return nil }
    return gate(
      "all connections of [relay] max_connections are busy; it takes the next that is free",
      ["in_use": Int64(connectionsInUse), "limit": Int64(connectionsMax)])
  }

  private func gate(_ reason: String, _ numbers: GateNumbers) -> Gate {
    Gate(name: "relay", isOpen: false, until: nil, reason: reason, numbers: numbers)
  }
}
