import Glibc
import Host
import Synchronization

/// Whether the store's disk has less free space than the watermark; asks the kernel once a second at the most.
final class DiskWatch: Sendable {
  private struct Look {
    var isLow = false
    /// Monotonic milliseconds.
    var validUntil = Int64.min
  }

  private let folder: String
  private let watermark: Atomic<Int>
  private let log: Log
  private let look = Mutex(Look())

  /// Mails come in by the thousand a second, the disk fills by the second.
  private static let validMilliseconds: Int64 = 1000

  init(folder: String, watermark: Int, log: Log) {
    self.folder = folder
    self.watermark = Atomic(watermark)
    self.log = log
  }

  func setWatermark(_ bytes: Int) { watermark.store(bytes, ordering: .relaxed) }

  var isLow: Bool {
    let now = Clock.monotonic()
    return look.withLock { look in
      guard now >= look.validUntil else { return look.isLow }
      let free = freeBytes()
      let limit = watermark.load(ordering: .relaxed)
      let isLow = free.map { $0 < limit } ?? false
      if isLow != look.isLow {
        log.warning(
          isLow ? "disk.low" : "disk.recovered",
          ["folder": .text(folder), "free": .int(Int64(free ?? 0)), "watermark": .int(Int64(limit))])
      }
      look = Look(isLow: isLow, validUntil: now + Self.validMilliseconds)
      return isLow
    }
  }

  private func freeBytes() -> Int? {
    var facts = statvfs()
    guard statvfs(folder, &facts) == 0 else { return nil }
    return Int(clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue)
  }
}
