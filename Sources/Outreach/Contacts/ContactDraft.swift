import Delivery
internal import MailText

/// A contact as somebody wants it to be: a row of an import, or a request.
public struct ContactDraft: Sendable, Equatable, Codable {
  /// As `contactAddress` makes it.
  public var address: String
  /// Given name; nil leaves what is known.
  public var firstName: String?
  /// Family name.
  public var lastName: String?
  /// Where they work.
  public var company: String?
  /// IANA name of their zone.
  public var zone: String?
  /// Where their consent, or the ground for writing to them, comes from.
  public var consent: String?
  /// Everything else, by a name of letters, digits and `_`.
  public var fields: [String: String]
  /// Free words for segments.
  public var tags: [String]

  enum CodingKeys: String, CodingKey {
    case address, company, zone, consent, fields, tags
    case firstName = "first_name"
    case lastName = "last_name"
  }

  /// A draft.
  public init(
    address: String, firstName: String? = nil, lastName: String? = nil, company: String? = nil, zone: String? = nil,
    consent: String? = nil, fields: [String: String] = [:], tags: [String] = []
  ) {
    self.address = address
    self.firstName = firstName
    self.lastName = lastName
    self.company = company
    self.zone = zone
    self.consent = consent
    self.fields = fields
    self.tags = tags
  }

  /// Absent members are nothing.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      address: try values.decode(String.self, forKey: .address),
      firstName: try values.decodeIfPresent(String.self, forKey: .firstName),
      lastName: try values.decodeIfPresent(String.self, forKey: .lastName),
      company: try values.decodeIfPresent(String.self, forKey: .company),
      zone: try values.decodeIfPresent(String.self, forKey: .zone),
      consent: try values.decodeIfPresent(String.self, forKey: .consent),
      fields: try values.decodeIfPresent([String: String].self, forKey: .fields) ?? [:],
      tags: try values.decodeIfPresent([String].self, forKey: .tags) ?? [])
  }
}

/// Why a draft is no contact; a sentence without a full stop.
public struct ContactRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sentence.
  public var description: String

  /// A refusal.
  public init(description: String) { self.description = description }
}

extension ContactDraft {
  /// A value is a line of text of a person's life, not a document. Characters.
  static let longestValue = 2000
  /// More custom fields than any list has; keeps a row small.
  static let mostFields = 200

  /// The draft as the store keeps it, or why not: address normalised, texts trimmed, empty ones gone, zone and names checked.
  public func checked(allowsRoles: Bool, zoneIsKnown: (String) -> Bool) throws(ContactRefusal) -> ContactDraft {
    guard let address = contactAddress(address) else {
      throw ContactRefusal(description: address.isEmpty ? "it has no address" : "\"\(address)\" is no mail address")
    }
    if !allowsRoles, let role = roleLocalPart(of: address) {
      throw ContactRefusal(
        description:
          "\(address) is a role address (\(role)@), read by no one person; --allow-roles takes it all the same")
    }
    var draft = self
    draft.address = address
    for path in [\ContactDraft.firstName, \.lastName, \.company, \.zone, \.consent] {
      draft[keyPath: path] = try value(draft[keyPath: path])
    }
    if let zone = draft.zone, !zoneIsKnown(zone) {
      throw ContactRefusal(description: "\"\(zone)\" is no time zone; write it like Europe/Berlin")
    }
    draft.fields = [:]
    for (name, text) in fields {
      let key = fieldName(name)
      guard !key.isEmpty else { throw ContactRefusal(description: "\"\(name)\" is no name for a field") }
      draft.fields[key] = try value(text)
    }
    guard draft.fields.count <= Self.mostFields else {
      throw ContactRefusal(description: "it has more than \(Self.mostFields) fields")
    }
    draft.tags = Set(tags.map { trimmed($0).lowercased() }.filter { !$0.isEmpty }).sorted()
    if let tag = draft.tags.first(where: { !isTag($0) }) {
      throw ContactRefusal(description: "\"\(tag)\" is no tag: letters, digits, . _ - and : only, at most 64")
    }
    return draft
  }

  private func value(_ text: String?) throws(ContactRefusal) -> String? {
    guard let text else { return nil }
    // Controls are damage of a file; in a mail nobody can read them, and some servers refuse it.
    let isText: (Unicode.Scalar) -> Bool = { scalar in
      scalar.properties.generalCategory != .control || scalar == "\t" || scalar == "\n" || scalar == "\r"
    }
    let value = trimmed(
      text.unicodeScalars.allSatisfy(isText)
        ? text : String(String.UnicodeScalarView(text.unicodeScalars.filter(isText))))
    guard value.count <= Self.longestValue else {
      throw ContactRefusal(description: "a value has more than \(Self.longestValue) characters")
    }
    return value.isEmpty ? nil : value
  }
}

/// A tag stands in filters and command lines, so nothing that needs quoting.
func isTag(_ text: String) -> Bool {
  (1...64).contains(text.count)
    && text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || "._-:".unicodeScalars.contains($0)
    }
}

/// The name of a custom field in templates and filters: `Job Title` becomes `job_title`.
public func fieldName(_ text: String) -> String {
  var name = ""
  for scalar in trimmed(text).lowercased().unicodeScalars {
    let isPart = scalar.isASCII && isAlphanumeric(UInt8(scalar.value))
    if isPart {
      name.unicodeScalars.append(scalar)
    } else if !name.isEmpty, !name.hasSuffix("_") {
      name += "_"
    }
  }
  while name.hasSuffix("_") { name.removeLast() }
  // A template's names begin with a letter.
  if let first = name.utf8.first, first >= 0x30, first <= 0x39 { name = "field_" + name }
  return String(name.prefix(64))
}

extension ContactDraft {
  /// These facts with what another draft says besides or instead; tags of both.
  public func adding(_ other: ContactDraft) -> ContactDraft {
    ContactDraft(
      address: address, firstName: other.firstName ?? firstName, lastName: other.lastName ?? lastName,
      company: other.company ?? company, zone: other.zone ?? zone, consent: other.consent ?? consent,
      fields: fields.merging(other.fields) { _, new in new }, tags: Set(tags).union(other.tags).sorted())
  }

  /// What a filter's name means in the facts themselves; nil for a name that is neither built in nor a field of this contact.
  public func values(of name: String, createdAt: Int64) -> [String]? {
    func one(_ text: String?) -> [String] { text.map { [$0] } ?? [] }
    return switch name {
    case "email", "address": DomainSpelling.all(ofAddress: address)
    case "domain": DomainSpelling.all(of: String(address.split(separator: "@").last ?? ""))
    case "first_name": one(firstName)
    case "last_name": one(lastName)
    case "company": one(company)
    case "zone": one(zone)
    case "consent": one(consent)
    case "tag", "tags": tags
    case "created": [templateDate(createdAt, format: "%Y-%m-%dT%H:%M:%SZ", zone: .utc)]
    default: fields[name].map { [$0] }
    }
  }
}
