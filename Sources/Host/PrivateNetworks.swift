extension PeerAddress {
  /// Whether it is of this machine, of a private network or otherwise not of the public Internet (RFC 6890, and its registries
  /// at IANA). What a stranger's DNS or redirect points to must not lead there.
  public var isPrivate: Bool {
    guard bytes.count == 4 || bytes.count == 16 else { return true }
    return Self.special.contains { $0.contains(self) }
  }

  private static let special: [AddressRange] = [
    // RFC 1122 section 3.2.1.3, RFC 1918, RFC 6598 (carriers), RFC 3927 (link-local), RFC 6890, RFC 5737 (documentation),
    // RFC 3068, RFC 2544 (benchmarks), RFC 5771 (multicast), RFC 1112 (reserved, broadcast).
    "0.0.0.0/8", "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
    "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "192.88.99.0/24", "198.18.0.0/15",
    "224.0.0.0/4", "240.0.0.0/4",
    // RFC 4291 (unspecified, loopback, IPv4-compatible, link-local, multicast), RFC 4193 (unique local), RFC 3879 (site-local),
    // RFC 6052 (an IPv4 address inside), RFC 8215, RFC 6666, RFC 3849, RFC 4380 and 3056 (an IPv4 address inside).
    "::/96", "fe80::/10", "fc00::/7", "fec0::/10", "ff00::/8", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
    "2001:db8::/32", "2001::/32", "2002::/16",
  ].compactMap(AddressRange.init)
}
