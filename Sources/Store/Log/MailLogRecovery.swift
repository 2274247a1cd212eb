/// What a start finds in the log that the store does not have yet.
struct MailLogRecovery: Sendable, Equatable {
  /// The groups, in order.
  var groups: [MailLogFile.Place] = []
  /// Up to where the store has the log.
  var start: MailLogFile.Position
  /// The store is an older copy than the log: what the newer one had is not taken again.
  var isStoreOlder = false
}

extension MailLogFile {
  /// Finds the groups behind `stored`, the store's own word on how far it has the log.
  ///
  /// The first group that is not whole ends the log: it was being written when the system stopped, and nobody got a 250
  /// for it, because only one group is written at a time. A whole one behind it, or one of its number at another place,
  /// shows that the log is damaged: then it throws, as it does when the disk can't read, and nothing is lost silently.
  func recover(behind stored: Position) throws(StoreError) -> MailLogRecovery {
    var found = MailLogRecovery(start: stored)
    if let noted = try position(), noted.number > stored.number {
      found.start = noted
      found.isStoreOlder = true
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(MailLog.groupLimit, Self.step), alignment: MailLogGroup.block)
    defer { buffer.deallocate() }
    var next = found.start
    while let place = try group(behind: next, buffer) {
      found.groups.append(place)
      next = place.end
    }
    if let lost = try groupBeyond(next.number, buffer) {
      let what =
        lost > next.number + 1
        ? "group \(lost) is whole but \(next.number + 1) is not" : "group \(lost) stands where it does not belong"
      throw .cannotOpen(
        path: path,
        reason: "the log is damaged: \(what); mails that got a 250 may be in it. Keep a copy of the file, then move it "
          + "away to start without it")
    }
    return found
  }

  /// The group that comes next, behind the last or at the beginning of the ring.
  private func group(behind last: Position, _ buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Place? {
    if let place = try group(last.number + 1, at: last.offset, buffer) { return place }
    return try group(last.number + 1, at: Self.begin, buffer)
  }

  /// The group of that number at that place, if there is a whole one.
  private func group(_ number: UInt64, at offset: Int, _ buffer: UnsafeMutableRawBufferPointer) throws(StoreError)
    -> Place?
  {
    guard offset >= Self.begin, offset % MailLogGroup.block == 0, offset + MailLogGroup.block <= size,
      try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<MailLogGroup.block]), at: offset),
      let header = MailLogGroup.header(of: UnsafeRawBufferPointer(buffer)), header.store == store,
      header.number == number
    else { return nil }
    let size = MailLogGroup.size(payload: header.payload)
    guard size <= buffer.count, offset + size <= self.size,
      try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]), at: offset),
      MailLogGroup.isWhole(header, UnsafeRawBufferPointer(rebasing: buffer[..<size]))
    else { return nil }
    return Place(number: number, offset: offset, size: size, mails: header.mails)
  }

  /// A whole group with a number above the last one's, wherever it stands.
  private func groupBeyond(_ last: UInt64, _ buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> UInt64? {
    var suspects: [(number: UInt64, offset: Int)] = []
    var offset = Self.begin
    while offset < size {
      let count = min(Self.step, size - offset)
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
      guard try read(into: piece, at: offset) else { throw .cannotOpen(path: path, reason: "it was cut short") }
      for place in stride(from: 0, to: count, by: MailLogGroup.block) {
        let header = MailLogGroup.header(of: UnsafeRawBufferPointer(rebasing: piece[place...]))
        if let header, header.store == store, header.number > last {
          suspects.append((header.number, offset + place))
        }
      }
      offset += count
    }
    for suspect in suspects where try group(suspect.number, at: suspect.offset, buffer) != nil { return suspect.number }
    return nil
  }

  /// The mails of a group; nil when it can't be read as it was written.
  func mails(of place: Place, _ buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> [LoggedMail]? {
    guard try group(place.number, at: place.offset, buffer) == place else { return nil }
    let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<place.size])
    var at = MailLogGroup.headerSize
    var mails: [LoggedMail] = []
    for _ in 0..<place.mails {
      guard let mail = LoggedMail(bytes, at: &at) else { return nil }
      mails.append(mail)
    }
    return mails
  }
}
