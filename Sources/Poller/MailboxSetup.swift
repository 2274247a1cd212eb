import IMAP

/// A folder that is watched, and what for.
struct WatchedFolder: Equatable, Sendable {
  enum Role: Equatable, Sendable {
    /// Everything that comes is taken in.
    case inbox
    /// Of what lies here only what belongs to a mail of ours is taken in: answers land here too, among all the spam.
    case junk
    /// Copies of ours, and what the owner writes by hand.
    case sent
  }

  var name: String
  var role: Role

  static let inbox = WatchedFolder(name: "INBOX", role: .inbox)
}

/// What is said to a server once after the login, and what it tells: who we are, extensions, where its folders are.
///
/// Nothing of it is needed to read an INBOX, so a server may refuse any of it.
struct MailboxSetup: Equatable {
  private(set) var folders = [WatchedFolder.inbox]
  private(set) var namespace = Namespace(prefix: "", delimiter: nil)
  /// What the folders are for; nil when the server did not tell.
  private(set) var special: SpecialFolders?
  /// Why it did not.
  private(set) var refusal = ""

  static func learn(_ connection: MailboxConnection, version: String) async throws(WatchFailure) -> MailboxSetup {
    var setup = MailboxSetup()
    try await connection.learnCapabilities()
    // NetEase (163.com, 126.com) opens no mailbox to a client that has not said who it is.
    if connection.offers("ID") {
      _ = try await connection.run(.id([IDField("name", "Postern"), IDField("version", version)]))
    }
    let wanted = ["QRESYNC", "UTF8=ACCEPT"].filter(connection.offers)
    if !wanted.isEmpty, connection.offers("ENABLE") || connection.offers("IMAP4REV2") {
      _ = try await connection.run(.enable(wanted))
    }
    if connection.offers("NAMESPACE") || connection.offers("IMAP4REV2") {
      _ = try await connection.run(.namespace) { action in
        if case .namespace(let own) = action { setup.namespace = own }
      }
    }
    try await setup.findFolders(connection)
    return setup
  }

  /// Asks which folders there are; what was known of them is forgotten.
  mutating func findFolders(_ connection: MailboxConnection) async throws(WatchFailure) {
    (folders, special, refusal) = ([.inbox], nil, "")
    var entries: [ListEntry] = []
    // RFC 6154 section 3: with LIST-EXTENDED the attributes must be asked for; without it they come by themselves.
    let asks = connection.offers("SPECIAL-USE") && connection.offers("LIST-EXTENDED")
    let completion = try await connection.run(.list(pattern: "*", specialUse: asks)) { action in
      if case .listed(let entry) = action { entries.append(entry) }
    }
    guard completion.isOK else {
      refusal = "\(completion.status.condition.rawValue) \(completion.status.words)"
      return
    }
    let special = SpecialFolders(entries)
    self.special = special
    // One of each: a second Junk is of another program, or of long ago.
    for (use, role) in [(SpecialUse.junk, WatchedFolder.Role.junk), (.sent, .sent)] {
      guard let name = special[use].first, name.uppercased() != "INBOX" else { continue }
      folders.append(WatchedFolder(name: name, role: role))
    }
  }
}
