internal import Host

/// Brings logged mails into the tables.
extension Transaction {
  /// The store's number for its log, and how far it has it; both are made on first use.
  func logPosition(making store: UInt64) throws(StoreError) -> (store: UInt64, MailLogFile.Position) {
    try run(
      "INSERT INTO mail_log (id, store, number, place) VALUES (1, ?, 0, ?) ON CONFLICT DO NOTHING",
      [.integer(Int64(bitPattern: store)), .integer(Int64(MailLogFile.begin))])
    let row = try first("SELECT store, number, place FROM mail_log WHERE id = 1", []) { row in
      (
        store: UInt64(bitPattern: row.integer(0)),
        MailLogFile.Position(number: UInt64(bitPattern: row.integer(1)), offset: Int(row.integer(2)))
      )
    }
    guard let row else { throw .statement("the store has no row for its mail log") }
    return row
  }

  /// Notes that the store has the log up to there.
  func setLogPosition(_ position: MailLogFile.Position) throws(StoreError) {
    try run(
      "UPDATE mail_log SET number = ?, place = ? WHERE id = 1",
      [.integer(Int64(bitPattern: position.number)), .integer(Int64(position.offset))])
  }

  /// Takes the mails of some groups, in a transaction of its own that also notes that the store has them: each mail comes
  /// in exactly once, whatever happens in between.
  ///
  /// `.full` leaves everything in the log; every other error means that the store can't go on.
  func take(_ places: [MailLogFile.Place], from file: MailLogFile, _ buffer: UnsafeMutableRawBufferPointer)
    throws(StoreError)
  {
    guard let last = places.last else { return }
    begin()
    do throws(StoreError) {
      try connection.script("BEGIN IMMEDIATE")
      for place in places {
        guard let mails = try file.mails(of: place, buffer) else {
          throw .commitFailed("group \(place.number) of \(file.path) can't be read any more")
        }
        for mail in mails { try index(mail) }
      }
      try setLogPosition(last.end)
      try connection.script("COMMIT")
    } catch {
      // "no transaction is active": SQLite had rolled back already, as it does on a full disk.
      try? connection.script("ROLLBACK")
      forget()
      throw error == .full ? .full : .commitFailed("\(error)")
    }
    touch(.queue)
  }
}

extension MailLogFile.Place {
  /// Up to there a store that has this group has the log.
  var end: MailLogFile.Position { MailLogFile.Position(number: number, offset: offset + size) }
}

extension Array where Element == MailLogFile.Place {
  /// The first of them, together at most so many octets, but at least one.
  func beginning(atMost octets: Int) -> [MailLogFile.Place] {
    var sum = 0
    return Array(
      prefix { place in
        sum += place.size
        return sum <= octets || place == first
      })
  }
}

/// The log of a store that was opened, with everything in it taken.
struct OpenedLog {
  /// So much of the log is taken in one transaction: enough to make its sync cheap, few enough that others wait little.
  static let share = 4 << 20

  let file: MailLogFile
  /// The last group's number.
  let number: UInt64
  /// How many mails were in it.
  var mails = 0
  let isStoreOlder: Bool

  /// Opens the log beside the store, makes it when it `isUsed`, and takes what is in it; nil when there is none.
  init?(
    beside path: String, isUsed: Bool, _ transaction: Transaction, _ buffer: UnsafeMutableRawBufferPointer
  ) throws(StoreError) {
    let path = path + "-mails"
    guard isUsed || MailLogFile.exists(path) else { return nil }
    let random = randomBytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    let (store, stored) = try transaction.logPosition(making: random)
    file = try MailLogFile(path: path, store: store)
    let recovery = try file.recover(behind: stored)
    isStoreOlder = recovery.isStoreOlder
    if isStoreOlder { try transaction.setLogPosition(recovery.start) }
    var left = recovery.groups
    while !left.isEmpty {
      let places = left.beginning(atMost: Self.share)
      try transaction.take(places, from: file, buffer)
      mails += places.reduce(0) { $0 + $1.mails }
      left.removeFirst(places.count)
    }
    let end = recovery.groups.last?.end ?? recovery.start
    _ = file.note(end)
    number = end.number
  }
}
