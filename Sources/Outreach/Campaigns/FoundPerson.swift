internal import Configuration
internal import MailText

/// Somebody a source has named; perhaps without an address.
public struct FoundPerson: Sendable, Equatable, Codable {
  /// What the source calls them; nil: it has no name for them.
  public var id: String?
  /// What is known; the address is empty when it has none.
  public var facts: ContactDraft

  /// Somebody.
  public init(id: String? = nil, facts: ContactDraft) {
    self.id = id
    self.facts = facts
  }

  /// By what they are known again in another page or run: the source's id, else the address, else all that is known.
  public var identity: String {
    if let id { return "id:\(id)" }
    if let address = contactAddress(facts.address) { return "address:\(Address.comparisonKey(address))" }
    let named = [facts.firstName, facts.lastName, facts.company].map { ($0 ?? "").lowercased() }
    let others = facts.fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return "facts:" + (named + others).joined(separator: "\u{1f}")
  }

  /// Whether there is anything to know them by.
  public var isSomebody: Bool {
    id != nil || !facts.address.isEmpty || facts.firstName != nil || facts.lastName != nil || facts.company != nil
      || !facts.fields.isEmpty
  }

  /// Reads an item of an answer: each field at the end of its JSON pointer. Names mean what columns of that name mean.
  init(_ item: JSONNode, fields: [String: String]) {
    var targets: [ContactColumns.Target] = []
    var values: [String] = []
    var id: String?
    for (name, pointer) in fields.sorted(by: { $0.key < $1.key }) {
      guard let value = item[pointer: pointer]?.plain.map(trimmed), !value.isEmpty else { continue }
      if name == "id" {
        id = value
      } else {
        targets.append(ContactColumns.target(named: name))
        values.append(value)
      }
    }
    self.init(id: id, facts: ContactColumns(targets: targets).draft(values))
  }

  /// As a call's body gives it to an enrichment.
  public var json: JSONNode {
    var members: [JSONNode.Member] = []
    func add(_ name: String, _ text: String?) { if let text { members.append(.init(name, .text(text))) } }
    add("id", id)
    add("first_name", facts.firstName)
    add("last_name", facts.lastName)
    add("company", facts.company)
    for (name, text) in facts.fields.sorted(by: { $0.key < $1.key }) { add(name, text) }
    return .object(members)
  }

  /// These facts, with an answer's where they had none, and its address.
  public func enriched(with other: FoundPerson) -> FoundPerson {
    var whole = self
    whole.facts = other.facts.adding(facts)
    whole.facts.address = other.facts.address
    return whole
  }
}
