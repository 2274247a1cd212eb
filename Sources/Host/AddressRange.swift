/// A network such as `127.0.0.0/8` or `::1`; a name of a trusted network in the configuration.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
  private let base: PeerAddress
  private let bits: Int

  /// Reads `address` or `address/bits`; nil when either is wrong.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let base = PeerAddress(numeric: String(first)) else { return nil }
    var bits = base.bytes.count * 8
    if parts.count == 2 {
      guard let given = UInt8(parts[1]), given <= bits else { return nil }
      bits = Int(given)
    }
    self.base = base
    self.bits = bits
  }

  /// Whether the peer is inside; a Unix peer is in no range.
  public func contains(_ peer: PeerAddress) -> Bool {
    guard peer.bytes.count == base.bytes.count else { return false }
    let whole = bits / 8
    guard peer.bytes[..<whole] == base.bytes[..<whole] else { return false }
    let rest = bits % 8
    if rest == 0 { return true }
    let mask = UInt8(truncatingIfNeeded: 0xff00 >> rest)
    return peer.bytes[whole] & mask == base.bytes[whole] & mask
  }

  /// The range as it would be written.
  public var description: String { "\(base.host)/\(bits)" }
}
