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
  /// for it, because only one group is written at a time. A whole one behind it shows that the log is damaged: then it
  /// throws, and nothing is lost silently.
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
    while let place = group(next.number + 1, at: next.offset, buffer) ?? group(next.number + 1, at: Self.begin, buffer)
    {
      found.groups.append(place)
      next = Position(number: place.number, offset: place.offset + place.size)
    }
    if let lost = try groupBeyond(next.number, buffer) {
      throw .cannotOpen(
        path: path,
        reason:
          "the log is damaged: group \(lost) is whole but \(next.number + 1) is not; mails that got a 250 may be in "
          + "it. Keep a copy of the file, then move it away to start without it")
    }
    return found
  }

  /// The group of that number at that place, if there is a whole one.
  private func group(_ number: UInt64, at offset: Int, _ buffer: UnsafeMutableRawBufferPointer) -> Place? {
    guard offset >= Self.begin, offset % MailLogGroup.block == 0, offset + MailLogGroup.block <= size,
      read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<MailLogGroup.block]), at: offset),
      let header = MailLogGroup.header(of: UnsafeRawBufferPointer(buffer)), header.store == store,
      header.number == number
    else { return nil }
    let size = MailLogGroup.size(payload: header.payload)
    guard size <= buffer.count, offset + size <= self.size,
      read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]), at: offset),
      MailLogGroup.isWhole(header, UnsafeRawBufferPointer(rebasing: buffer[..<size]))
    else { return nil }
    return Place(number: number, offset: offset, size: size, mails: header.mails)
  }

  /// A whole group with a number above the one that should come next, wherever it stands.
  private func groupBeyond(_ last: UInt64, _ buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> UInt64? {
    var suspects: [(number: UInt64, offset: Int)] = []
    var offset = Self.begin
    while offset < size {
      let count = min(Self.step, size - offset)
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
      guard read(into: piece, at: offset) else { throw .commitFailed("cannot read \(path)") }
      for place in stride(from: 0, to: count, by: MailLogGroup.block) {
        let header = MailLogGroup.header(of: UnsafeRawBufferPointer(rebasing: piece[place...]))
        if let header, header.store == store, header.number > last + 1 {
          suspects.append((header.number, offset + place))
        }
      }
      offset += count
    }
    return suspects.first { group($0.number, at: $0.offset, buffer) != nil }?.number
  }

  /// The mails of a group; nil when it can't be read as it was written.
  func mails(of place: Place, _ buffer: UnsafeMutableRawBufferPointer) -> [LoggedMail]? {
    guard group(place.number, at: place.offset, buffer) == place else { return nil }
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
