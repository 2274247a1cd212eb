/// What the columns of a CSV file are, by the names in its first row.
public struct ContactColumns: Sendable, Equatable {
  /// What a column fills.
  public enum Target: Sendable, Equatable {
    case address, firstName, lastName, fullName, company, zone, consent, tags
    /// A custom field.
    case field(String)
    /// Not taken in.
    case ignored
  }

  /// In the order of the file.
  public var targets: [Target]

  /// Reads the header row. `mapping` names columns by hand, `Header=target`; a target is one of the built-in names, a
  /// field's name, or `-` to leave the column out.
  public init(header: [String], mapping: [String: String] = [:]) throws(ContactRefusal) {
    var wanted: [String: String] = [:]
    for (name, target) in mapping { wanted[trimmed(name).lowercased()] = target }
    targets = []
    for name in header {
      let key = trimmed(name).lowercased()
      if let target = wanted.removeValue(forKey: key) {
        targets.append(target == "-" ? .ignored : Self.target(named: target))
      } else {
        targets.append(key.isEmpty ? .ignored : Self.target(named: key))
      }
    }
    if let (name, _) = wanted.min(by: { $0.key < $1.key }) {
      let names = header.map { "\"\(trimmed($0))\"" }.joined(separator: ", ")
      throw ContactRefusal(description: "there is no column \"\(name)\"; the file has \(names)")
    }
    guard targets.contains(.address) else {
      let names = header.map { "\"\(trimmed($0))\"" }.joined(separator: ", ")
      throw ContactRefusal(
        description: "no column holds addresses; the file has \(names); say which with --map COLUMN=email")
    }
    if let twice = targets.indices.first(where: { index in
      targets[index] != .ignored && targets[..<index].contains(targets[index])
    }) {
      throw ContactRefusal(
        description:
          "the column \"\(trimmed(header[twice]))\" is the same as one before it; leave one out with --map COLUMN=-")
    }
  }

  /// Columns of known meaning.
  init(targets: [Target]) { self.targets = targets }

  /// A row as a draft; nothing is checked yet.
  public func draft(_ fields: [String]) -> ContactDraft {
    var draft = ContactDraft(address: "")
    for (target, text) in zip(targets, fields) {
      switch target {
      case .address: draft.address = text
      case .firstName: draft.firstName = text
      case .lastName: draft.lastName = text
      case .fullName:
        // The last word is the family name, as far as a rule can know.
        let words = text.split(whereSeparator: \.isWhitespace)
        if draft.firstName == nil { draft.firstName = words.first.map(String.init) }
        if draft.lastName == nil, words.count > 1 { draft.lastName = words.dropFirst().joined(separator: " ") }
      case .company: draft.company = text
      case .zone: draft.zone = text
      case .consent: draft.consent = text
      case .tags: draft.tags = text.split { $0 == "," || $0 == ";" || $0 == "|" }.map { trimmed(String($0)) }
      case .field(let name): draft.fields[name] = text
      case .ignored: break
      }
    }
    return draft
  }

  static func target(named name: String) -> Target {
    let key = fieldName(name)
    if let known = builtIn.first(where: { $0.names.contains(key) }) { return known.target }
    // Names in other scripts have no ASCII letter left.
    if let known = builtIn.first(where: { $0.names.contains(trimmed(name).lowercased()) }) { return known.target }
    return key.isEmpty ? .ignored : .field(key)
  }

  /// Header names as the exports of address books and CRMs write them: Google Contacts, Outlook, HubSpot, Salesforce,
  /// Pipedrive, Apollo, Lemlist, and their translations.
  private static let builtIn: [(target: Target, names: Set<String>)] = [
    (
      .address,
      [
        "email", "e_mail", "mail", "email_address", "e_mail_address", "e_mail_1_value", "primary_email", "work_email",
        "address", "adresse_e_mail", "courriel", "correo", "correo_electr_nico", "email_1", "person_email", "почта",
        "メールアドレス", "电子邮件",
      ]
    ),
    (
      .firstName, ["first_name", "firstname", "given_name", "first", "vorname", "pr_nom", "nombre", "nome", "имя", "名"]
    ),
    (
      .lastName,
      [
        "last_name", "lastname", "family_name", "surname", "last", "nachname", "nom", "apellido", "apellidos",
        "cognome",
        "фамилия", "姓",
      ]
    ),
    (.fullName, ["name", "full_name", "fullname", "contact_name", "display_name"]),
    (
      .company,
      [
        "company", "company_name", "organization", "organisation", "organization_1_name", "account_name", "firma",
        "unternehmen", "entreprise", "soci_t", "empresa", "azienda", "компания", "会社",
      ]
    ),
    (.zone, ["zone", "timezone", "time_zone", "tz", "zeitzone"]),
    (.consent, ["consent", "consent_source", "opt_in", "source_of_consent"]),
    (.tags, ["tags", "tag", "labels", "groups"]),
  ]
}
