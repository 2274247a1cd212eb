import IMAP
import Store

/// What the watch of an account keeps of a folder over looks and reconnects.
final class FolderState {
  let folder: WatchedFolder
  /// As the store has it, once it was asked.
  var cursor: FolderCursor?
  /// Mails the server could not deliver, by UID, with how often; of one UIDVALIDITY.
  var failures: [UInt32: Int] = [:]

  init(_ folder: WatchedFolder) { self.folder = folder }

  var mark: FolderMark? { cursor.flatMap(FolderMark.init) }
}

/// A folder's cursor in the protocol's own numbers.
struct FolderMark: Equatable {
  var uidValidity: UInt32
  var lastUID: UInt32
  var modSequence: UInt64?

  /// nil when the numbers are none of IMAP's.
  init?(_ cursor: FolderCursor) {
    guard let validity = UInt32(exactly: cursor.uidValidity), let last = UInt32(exactly: cursor.lastUID) else {
      return nil
    }
    uidValidity = validity
    lastUID = last
    modSequence = cursor.modSequence.flatMap(UInt64.init(exactly:))
  }
}

extension FolderState {
  /// Whether STATUS says that there is something to look at.
  func isStale(_ status: MailboxStatus) -> Bool {
    guard let cursor, cursor.backlog == nil, let mark, status.uidValidity == mark.uidValidity else { return true }
    if let id = status.mailboxID, let known = cursor.mailboxID, id != known { return true }
    if let sequence = status.highestModSequence, sequence == mark.modSequence { return false }
    guard let next = status.uidNext, mark.lastUID < .max else { return true }
    return next != mark.lastUID + 1
  }
}
