import Glibc

/// The two clocks of the house: the calendar's, for everything stored, and the monotonic one, for deadlines.
public struct Clock: Sendable {
  /// The instant now: UTC epoch milliseconds.
  public static func now() -> Int64 { read(CLOCK_REALTIME) }

  /// Milliseconds since some fixed point of this boot; never goes back. Every deadline in `Host` is an instant of this clock.
  public static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

  /// As `monotonic()`, in nanoseconds: for the loop's own thrift, not for deadlines.
  static func nanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The deadline that is `milliseconds` from now.
  public static func deadline(in milliseconds: Int64) -> Int64 {
    let (sum, overflow) = monotonic().addingReportingOverflow(max(0, milliseconds))
    return overflow ? .max : sum
  }

  /// An instant as RFC 3339 in UTC with milliseconds, `2026-11-21T05:40:15.123Z`; for logs and JSON.
  public static func text(_ instant: Int64) -> String {
    String(unsafeUninitializedCapacity: 32) { buffer in
      let clamped = max(0, min(instant, 253_402_300_799_999))
      let (days, rest) = clamped.quotientAndRemainder(dividingBy: 86_400_000)
      let (year, month, day) = civil(days)
      var used = 0
      func put(_ value: Int64, width: Int) {
        var value = value
        for index in stride(from: used + width - 1, through: used, by: -1) {
          buffer[index] = UInt8(truncatingIfNeeded: 48 + value % 10)
          value /= 10
        }
        used += width
      }
      func put(_ mark: Unicode.Scalar) {
        buffer[used] = UInt8(truncatingIfNeeded: mark.value)
        used += 1
      }
      put(year, width: 4)
      put("-")
      put(month, width: 2)
      put("-")
      put(day, width: 2)
      put("T")
      put(rest / 3_600_000, width: 2)
      put(":")
      put(rest / 60_000 % 60, width: 2)
      put(":")
      put(rest / 1000 % 60, width: 2)
      put(".")
      put(rest % 1000, width: 3)
      put("Z")
      return used
    }
  }

  /// Days since 1970 to a date of the proleptic Gregorian calendar, by eras of 400 years that begin in March.
  private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  private static func read(_ id: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(id, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
