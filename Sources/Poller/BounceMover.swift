import Host
import IMAP
import Store

/// Moves bounces that are stored into the folder that their account names for them; the only thing Postern ever changes in a
/// mailbox.
struct BounceMover {
  let account: AccountRecord
  let target: String
  let connection: MailboxConnection
  let recorder: InboundRecorder

  /// Moves what waits in the open folder. Afterwards another folder, or none, is open; false when there was nothing to do.
  func run(_ state: FolderState) async throws(WatchFailure) -> Bool {
    guard let mark = state.mark, state.folder.role != .sent, state.folder.name != target else { return false }
    let validity = Int64(mark.uidValidity)
    let waiting = try await recorder.bouncesToMove(account, state.folder, validity)
    guard !waiting.isEmpty else { return false }
    let uids = IdentifierSet(waiting.compactMap(UInt32.init(exactly:)))
    let opened = try await connection.run(.moving(.select(mailbox: state.folder.name)))
    guard opened.isOK else {
      recorder.tellUnmoved(waiting.count, account, state.folder, opened.status.words)
      return true
    }
    // Between EXAMINE and SELECT the folder may have become another.
    guard connection.mailbox?.uidValidity == mark.uidValidity else { return true }
    let refusal = try await move(uids)
    if let refusal {
      recorder.tellUnmoved(waiting.count, account, state.folder, refusal)
      return true
    }
    try await recorder.endBounceMoves(waiting, account, state.folder, validity)
    recorder.tellMoved(waiting.count, account, state.folder, to: target)
    return true
  }

  /// nil when they are moved, else why not: they stay and are tried again with the next look.
  private func move(_ uids: IdentifierSet) async throws(WatchFailure) -> String? {
    if connection.offers("MOVE") || connection.offers("IMAP4REV2") {
      return try await making { () async throws(WatchFailure) in
        try await connection.run(.moving(.move(uids, to: target)))
      }
    }
    // Without UIDPLUS only EXPUNGE could take them away, and with them whatever else is marked as deleted.
    guard connection.offers("UIDPLUS") else { return "the server has neither MOVE (RFC 6851) nor UIDPLUS (RFC 4315)" }
    let copied = try await making { () async throws(WatchFailure) in
      try await connection.run(.moving(.copy(uids, to: target)))
    }
    if let copied { return copied }
    for command in [MovingCommand.delete(uids), .expunge(uids)] {
      let completion = try await connection.run(.moving(command))
      if !completion.isOK { return completion.status.words }
    }
    return nil
  }

  /// Runs a command that needs the folder; where that is not there, makes it and tries once more.
  private func making(
    _ command: () async throws(WatchFailure) -> Completion
  ) async throws(WatchFailure) -> String? {
    var completion = try await command()
    if !completion.isOK, completion.status.code == .noSuchMailbox {
      let made = try await connection.run(.moving(.create(mailbox: target)))
      guard made.isOK else { return made.status.words }
      completion = try await command()
    }
    return completion.isOK ? nil : completion.status.words
  }
}
