internal import Outreach

/// A mail as the log keeps it: one whose answer depends on no row of the store, with the ids its client is told.
struct LoggedMail: Sendable, Equatable {
  /// One recipient and the Message-ID of its mail.
  struct Person: Sendable, Equatable {
    var address: String
    var messageID: String
  }

  /// The queue id of the first person's message; the others' follow it.
  var firstID: Int64
  var receivedAt: Int64
  var submitterID: Int64?
  var sender: String
  var fromAddress: String?
  var subject: String
  var people: [Person]
  var body: [UInt8]

  /// The `default` workspace, whose pool `default` always exists: what is logged is for it.
  static let workspaceID: Int64 = 1

  /// The mail of a submission; nil when it has to be taken by a transaction: the log is for what needs no question to
  /// the store, and this initializer is where that is decided.
  init?(_ submission: Submission, firstID: (Int) -> Int64) {
    // A control header may name a sequence, a key, a pool, an account; a submitter's first pool is a row as well; what was
    // handed in by name may be there already.
    guard submission.control == ControlHeaders(), submission.requests.isEmpty, submission.handInName == nil,
      submission.workspaceID == Self.workspaceID, submission.submitter?.pools.isEmpty ?? true,
      submission.body.count <= MailLog.bodyLimit
    else { return nil }
    let named = submission.distinctRecipients
    people = named.map { Person(address: $0, messageID: submission.messageID ?? submission.makeMessageID()) }
    self.firstID = firstID(named.count)
    receivedAt = submission.receivedAt
    submitterID = submission.submitter?.id
    sender = submission.sender
    fromAddress = submission.fromAddress
    subject = submission.subject
    body = submission.body
  }

  /// The queue ids of its messages.
  var ids: [Int64] { people.indices.map { firstID + Int64($0) } }

  /// Octets it takes in a group.
  var encodedSize: Int {
    var size = 4 + 3 * 8 + 1 + 4 + Self.size(of: sender) + Self.size(of: fromAddress ?? "") + Self.size(of: subject)
    for person in people { size += Self.size(of: person.address) + Self.size(of: person.messageID) }
    return size + 4 + body.count
  }

  private static func size(of text: String) -> Int { 4 + text.utf8.count }

  /// Writes itself at `place` and moves `place` behind it.
  func encode(into bytes: UnsafeMutableRawBufferPointer, at place: inout Int) {
    var writer = LogWriter(bytes: bytes, place: place)
    writer.put(UInt32(encodedSize))
    writer.put(firstID)
    writer.put(receivedAt)
    writer.put(submitterID ?? 0)
    writer.put(fromAddress == nil ? 0 as UInt8 : 1)
    writer.put(UInt32(people.count))
    writer.put(sender)
    writer.put(fromAddress ?? "")
    writer.put(subject)
    for person in people {
      writer.put(person.address)
      writer.put(person.messageID)
    }
    writer.put(UInt32(body.count))
    body.withUnsafeBytes { writer.put($0) }
    place = writer.place
  }

  /// Reads one mail at `place` and moves `place` behind it; nil when there is no whole one.
  init?(_ bytes: UnsafeRawBufferPointer, at place: inout Int) {
    var reader = LogReader(bytes: bytes, place: place)
    guard let size: UInt32 = reader.take(), let firstID: Int64 = reader.take(), let receivedAt: Int64 = reader.take(),
      let submitter: Int64 = reader.take(), let hasFrom: UInt8 = reader.take(), let count: UInt32 = reader.take(),
      let sender = reader.text(), let from = reader.text(), let subject = reader.text()
    else { return nil }
    var people: [Person] = []
    for _ in 0..<count {
      guard let address = reader.text(), let messageID = reader.text() else { return nil }
      people.append(Person(address: address, messageID: messageID))
    }
    guard let body = reader.octets(), reader.place - place == Int(size) else { return nil }
    self.firstID = firstID
    self.receivedAt = receivedAt
    submitterID = submitter == 0 ? nil : submitter
    self.sender = sender
    fromAddress = hasFrom == 0 ? nil : from
    self.subject = subject
    self.people = people
    self.body = Array(body)
    place = reader.place
  }
}

/// Puts values one behind the other; whoever makes it has seen to the room.
private struct LogWriter {
  let bytes: UnsafeMutableRawBufferPointer
  var place: Int

  mutating func put<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { put($0) }
  }

  mutating func put(_ octets: UnsafeRawBufferPointer) {
    UnsafeMutableRawBufferPointer(rebasing: bytes[place..<place + octets.count]).copyMemory(from: octets)
    place += octets.count
  }

  mutating func put(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      put(UInt32(utf8.count))
      put(UnsafeRawBufferPointer(utf8))
    }
  }
}

/// Takes values back; nil at the end of the octets.
private struct LogReader {
  let bytes: UnsafeRawBufferPointer
  var place: Int

  mutating func take<T: FixedWidthInteger>() -> T? {
    let size = MemoryLayout<T>.size
    guard place + size <= bytes.count else { return nil }
    defer { place += size }
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: T.self))
  }

  mutating func octets() -> Slice<UnsafeRawBufferPointer>? {
    guard let count: UInt32 = take(), place + Int(count) <= bytes.count else { return nil }
    defer { place += Int(count) }
    return bytes[place..<place + Int(count)]
  }

  mutating func text() -> String? { octets().map { String(decoding: $0, as: UTF8.self) } }
}
