import Foundation

@testable import Delivery

/// SplitMix64: the same numbers for the same seed, everywhere.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// An instant from `2026-03-01T09:00:00Z` or with an offset.
func at(_ text: String) -> Int64 {
  guard let date = try? Date.ISO8601FormatStyle().parse(text) else { preconditionFailure("no time: \(text)") }
  return Int64(date.timeIntervalSince1970 * 1000)
}

func zone(_ name: String) -> Zone {
  guard let zone = Zone.named(name) else { preconditionFailure("no zone: \(name)") }
  return zone
}

/// Zones with every kind of oddity: half hours, half-hour summer time, midnight changes, Ramadan, two-hour jumps.
let oddZones = [
  "UTC", "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Moscow", "America/New_York", "America/St_Johns",
  "America/Santiago", "America/Havana", "America/Sao_Paulo", "America/Asuncion", "Africa/Casablanca", "Africa/Cairo",
  "Asia/Beirut", "Asia/Gaza", "Asia/Tehran", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tokyo", "Australia/Lord_Howe",
  "Australia/Adelaide", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "Antarctica/Troll",
]

let minute: Int64 = 60_000
let hour: Int64 = 3_600_000
let day: Int64 = 86_400_000
