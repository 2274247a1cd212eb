/// The mailbox a mail goes out from, as templates see it.
public struct MailSender: Sendable, Equatable {
  /// Its address.
  public var address: String
  /// Its name.
  public var displayName: String?

  /// A sender.
  public init(address: String, displayName: String?) {
    self.address = address
    self.displayName = displayName
  }
}

/// What the templates of a mail may name, with this contact's and sender's values; an empty value is no value. `unsubscribeURL` is
/// this mail's own way out.
public func mailValues(contact: ContactDraft, sender: MailSender?, unsubscribeURL: String? = nil)
  -> [String: TemplateValue]
{
  let domain = contact.address.split(separator: "@").last.map(String.init)
  let name = [contact.firstName, contact.lastName].compactMap(\.self).joined(separator: " ")
  let custom = contact.fields.mapValues { TemplateValue(field: $0) }
  let own: [String: TemplateValue] = [
    "address": .text(contact.address), "email": .text(contact.address), "domain": TemplateValue(field: domain),
    "first_name": TemplateValue(field: contact.firstName), "last_name": TemplateValue(field: contact.lastName),
    "name": TemplateValue(field: name), "company": TemplateValue(field: contact.company),
    "zone": TemplateValue(field: contact.zone), "tags": .list(contact.tags.map(TemplateValue.text)),
  ]
  return [
    "unsubscribe_url": TemplateValue(field: unsubscribeURL),
    // A custom field never hides a built-in name.
    "contact": .object(custom.merging(own) { _, built in built }),
    "custom": .object(custom),
    "company": .object(["name": TemplateValue(field: contact.company), "domain": TemplateValue(field: domain)]),
    "sender": .object([
      "address": TemplateValue(field: sender?.address), "email": TemplateValue(field: sender?.address),
      "name": TemplateValue(field: sender?.displayName),
      "first_name": TemplateValue(field: sender?.displayName?.split(separator: " ").first.map(String.init)),
      "domain": TemplateValue(field: sender?.address.split(separator: "@").last.map(String.init)),
    ]),
  ]
}

extension TemplateVocabulary {
  /// The names of ``mailValues(contact:sender:unsubscribeURL:)``, with the custom fields that contacts have.
  public static func ofMails(customFields: [String]) -> TemplateVocabulary {
    let values = mailValues(contact: ContactDraft(address: ""), sender: nil)
    var roots: [String: Set<String>?] = [:]
    for (root, value) in values {
      guard case .object(let members) = value else {
        roots.updateValue(nil, forKey: root)
        continue
      }
      roots[root] = Set(members.keys).union(root == "contact" || root == "custom" ? customFields : [])
    }
    return TemplateVocabulary(roots: roots)
  }
}
