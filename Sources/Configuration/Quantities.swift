// Durations ("250ms" "90s" "15m" "4h" "3d" "2w") and sizes ("25MiB") as people write them.

/// Milliseconds of a duration like `90s`, `15m`, `4h`, `3d` or `2w`; nil when it is none or over a hundred years.
public func parseDuration(_ text: String) -> Int64? {
  let number = text.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  guard let count = digits(number) else { return nil }
  guard let unit = units.first(where: { $0.name == text.dropFirst(number.count) }) else { return nil }
  let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
  return overflow || milliseconds > 100 * 366 * 86_400_000 ? nil : milliseconds
}

/// The shortest way to write a duration so that `parseDuration` reads it back.
public func formatDuration(milliseconds: Int64) -> String {
  guard milliseconds != 0 else { return "0s" }
  let unit = units.first { milliseconds % $0.milliseconds == 0 }
  return "\(milliseconds / (unit?.milliseconds ?? 1))\(unit?.name ?? "ms")"
}

/// Bytes of a size like `512`, `64KiB`, `25MiB` or `2GiB`, also with `KB MB GB` for powers of 1000; nil when it is none.
public func parseSize(_ text: String) -> Int? {
  let number = text.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  guard let count = digits(number) else { return nil }
  guard let unit = bytesOfUnit[String(text.dropFirst(number.count))] else { return nil }
  let (bytes, overflow) = count.multipliedReportingOverflow(by: unit)
  return overflow ? nil : Int(bytes)
}

/// Longest first, so that the first that divides a duration writes it shortest.
private let units: [(name: String, milliseconds: Int64)] = [
  ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
]

private let bytesOfUnit: [String: Int64] = [
  "": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
  "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
]

private func digits(_ bytes: some Collection<UInt8>) -> Int64? {
  guard !bytes.isEmpty, bytes.count <= 12 else { return nil }
  var value: Int64 = 0
  for byte in bytes {
    guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
    value = value * 10 + Int64(byte - UInt8(ascii: "0"))
  }
  return value
}
