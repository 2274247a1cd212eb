import IMAP
import Testing

@Suite struct SpecialFolderTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var list: [ListEntry]
    var sent: [String]
    var all: [String] = []
    var junk: [String] = []
    var testDescription: String { name }
  }

  private static func folder(_ name: String, _ attributes: String..., delimiter: String? = "/") -> ListEntry {
    ListEntry(attributes: attributes, delimiter: delimiter, name: name)
  }

  static let cases = [
    Case(
      name: "Gmail in German",
      list: [
        folder("INBOX"), folder("[Gmail]", "\\Noselect", "\\HasChildren"),
        folder("[Gmail]/Alle Nachrichten", "\\All", "\\HasNoChildren"), folder("[Gmail]/Gesendet", "\\Sent"),
        folder("[Gmail]/Spam", "\\Junk"), folder("Sent"),
      ],
      sent: ["[Gmail]/Gesendet"], all: ["[Gmail]/Alle Nachrichten"], junk: ["[Gmail]/Spam"]),
    Case(
      name: "Dovecot with its defaults",
      list: [folder("Sent", "\\HasNoChildren", "\\Sent", delimiter: "."), folder("Sent Messages", "\\Sent")],
      sent: ["Sent", "Sent Messages"]),
    Case(
      name: "attributes in any case, several on one folder", list: [folder("Box", "\\SENT", "\\junk")], sent: ["Box"],
      junk: ["Box"]),
    Case(
      name: "no attributes: the plainest name first",
      list: [folder("Gesendet"), folder("Sent Items"), folder("Sent"), folder("Junk E-Mail"), folder("SPAM")],
      sent: ["Sent", "Sent Items", "Gesendet"], junk: ["SPAM", "Junk E-Mail"]),
    Case(
      name: "Courier: below INBOX with a dot", list: [folder("INBOX.Sent", delimiter: "."), folder("INBOX.a.Sent")],
      sent: ["INBOX.Sent"]),
    Case(
      name: "a folder of somebody's own is none", list: [folder("Clients/Sent"), folder("Todos"), folder("All Mail")],
      sent: []),
    Case(
      name: "Gmail behind a proxy that drops attributes",
      list: [folder("[Gmail]/Todos"), folder("[Gmail]/Enviados"), folder("[Gmail]/Spam")], sent: ["[Gmail]/Enviados"],
      all: ["[Gmail]/Todos"], junk: ["[Gmail]/Spam"]),
    Case(
      name: "what cannot be opened is not looked into",
      list: [folder("Sent", "\\NoSelect"), folder("Sent Items", "\\NonExistent", "\\Sent")], sent: []),
    Case(name: "a flat server", list: [folder("Отправленные", delimiter: nil)], sent: ["Отправленные"]),
    Case(
      name: "composed and decomposed letters are the same",
      list: [folder("E\u{301}le\u{301}ments envoye\u{301}s")], sent: ["Éléments envoyés"]),
    Case(
      name: "case and spaces", list: [folder("SENT  mail"), folder("ОТПРАВЛЕННЫЕ")],
      sent: ["SENT  mail", "ОТПРАВЛЕННЫЕ"]),
    Case(name: "nothing", list: [], sent: []),
    Case(
      name: "hostile names", list: [folder(""), folder("/"), folder("//Sent"), folder("Sent", delimiter: "")],
      sent: ["Sent"]),
  ]

  @Test(arguments: cases) func finds(_ test: Case) {
    let folders = SpecialFolders(test.list)
    #expect(folders[.sent] == test.sent)
    #expect(folders[.all] == test.all)
    #expect(folders[.junk] == test.junk)
    #expect(folders.copiesOfSent == test.sent + test.all)
    #expect(SpecialFolders(test.list.reversed())[.all] == test.all)
  }

  /// Dovecot's \Sent stands twice; the order of two that are equal is the server's.
  @Test func oneFolderForTwoUsesIsLookedIntoOnce() {
    let folders = SpecialFolders([ListEntry(attributes: ["\\All", "\\Sent"], delimiter: "/", name: "Everything")])
    #expect(folders.copiesOfSent == ["Everything"])
  }
}
