// By what people are stored and looked up, everywhere: the key of their address (`Address.comparisonKey`).
internal import MailText

/// Whose mail a message is, as the index `message_person` has it: servers do not tell `Bob` from `bob`, nor may a limit of
/// mails to a person, and a domain has two spellings. Its value is `person` of an address.
let samePerson = "COALESCE(person, lower(recipient)) = ?"

/// Of a contact and of those that turned out to be the same person; the contact's id twice.
let ofContact = "IN (SELECT id FROM contact WHERE id = ? OR merged_into = ?)"

extension String {
  /// An address as `samePerson` looks for it.
  var person: [SQLValue] { [.text(Address.comparisonKey(self))] }

  /// `contact.address` and `contact.written` of an address in lower case, `suppression.value` and `suppression.written` of an entry:
  /// what it is looked up by, and as what it is shown where that is something else.
  var keyAndWritten: [SQLValue] {
    let key = Address.comparisonKey(self)
    return [.text(key), key == self ? .null : .text(self)]
  }

  /// `message.person` of a recipient: SQLite's `lower` makes the same key of an address in ASCII.
  var personColumn: SQLValue { utf8.allSatisfy { $0 < 0x80 } ? .null : person[0] }
}
