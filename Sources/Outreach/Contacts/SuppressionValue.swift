import MailText

/// What a line of a suppression list stands for: an address, a whole domain, or an address that the list does not name.
public enum SuppressionValue: Sendable, Equatable {
  /// An address in lower case.
  case address(String)
  /// A domain in lower case, without an at sign.
  case domain(String)
  /// The SHA-256 of an address in lower case: what lists are exchanged by between people who may not show them.
  case sha256(String)
  /// A HMAC of an address in lower case under this store's own key: what is left of a person who was erased.
  case hmac(String)

  /// Reads `ann@example.org`, `example.org`, `@example.org`, `sha256:…`, 64 hexadecimal digits, or what `suppress export` wrote.
  public init(_ text: String) throws(ContactRefusal) {
    let text = trimmed(text)
    let folded = text.lowercased()
    if folded.isEmpty { throw ContactRefusal(description: "it has no address, domain or hash") }
    if let digits = Self.digits(folded, after: "sha256:") {
      self = .sha256(digits)
    } else if let digits = Self.digits(folded, after: "hmac:") {
      self = .hmac(digits)
    } else if let digits = Self.digits(folded, after: "") {
      self = .sha256(digits)
    } else if folded.hasPrefix("sha256:") || folded.hasPrefix("hmac:") {
      throw ContactRefusal(description: "\"\(text)\" is no hash: 64 hexadecimal digits follow the colon")
    } else if let domain = Self.domain(folded) {
      self = .domain(domain)
    } else if let address = contactAddress(text) {
      self = .address(address)
    } else {
      throw ContactRefusal(description: "\"\(text)\" is no mail address, domain or hash")
    }
  }

  /// As the store takes it: a domain begins with an at sign, a hash with its kind.
  public var stored: String {
    switch self {
    case .address(let address): address
    case .domain(let domain): "@" + domain
    case .sha256(let digits): "sha256:" + digits
    case .hmac(let digits): "hmac:" + digits
    }
  }

  private static func digits(_ text: String, after prefix: String) -> String? {
    guard text.hasPrefix(prefix) else { return nil }
    let digits = text.dropFirst(prefix.count)
    guard digits.utf8.count == 64, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    return String(digits)
  }

  /// `example.org`, `@example.org` and `*@example.org`; one label alone is nobody's domain but a typing error.
  private static func domain(_ text: String) -> String? {
    var name = Substring(text)
    if name.hasPrefix("*@") { name = name.dropFirst(2) } else if name.hasPrefix("@") { name = name.dropFirst() }
    // The rules of a domain are those of an address at it.
    guard !name.contains("@"), let address = contactAddress("x@" + name) else { return nil }
    return String(address.dropFirst(2))
  }
}

/// What the columns of a suppression list are, by the names in its first row.
public struct SuppressionColumns: Sendable, Equatable {
  /// The columns that can hold a value, best first: lists that have both name the address in one and the domain in another.
  private let values: [Int]
  private let reason: Int?
  private let workspace: Int?

  /// What one row says.
  public struct Row: Sendable, Equatable {
    /// An address, domain or hash, not read yet.
    public var value: String
    /// Why; nil where the list does not say.
    public var reason: String?
    /// A workspace's key, or `*` for all.
    public var workspace: String?

    /// A row.
    public init(value: String, reason: String? = nil, workspace: String? = nil) {
      self.value = value
      self.reason = reason
      self.workspace = workspace
    }
  }

  /// The columns of a header row; nil when the row is no header but an entry itself, as in a plain list. Throws for a header
  /// without a column that could hold an entry.
  public static func read(_ first: [String]) throws(ContactRefusal) -> SuppressionColumns? {
    if first.contains(where: { (try? SuppressionValue($0)) != nil }) { return nil }
    let names = first.map { fieldName($0) }
    let values = valueNames.compactMap { names.firstIndex(of: $0) }
    guard !values.isEmpty else {
      let shown = first.map { "\"\(trimmed($0))\"" }.joined(separator: ", ")
      throw ContactRefusal(
        description: "line 1 is no entry, and of its columns \(shown) none is named email, domain, sha256 or value")
    }
    return SuppressionColumns(
      values: values, reason: names.firstIndex(of: "reason"), workspace: names.firstIndex(of: "workspace"))
  }

  /// What a row says; the first of its columns with something in it.
  public func row(_ fields: [String]) -> Row {
    func text(_ index: Int?) -> String? {
      guard let index, index < fields.count else { return nil }
      let text = trimmed(fields[index])
      return text.isEmpty ? nil : text
    }
    return Row(
      value: values.lazy.compactMap { text($0) }.first ?? "", reason: text(reason), workspace: text(workspace))
  }

  /// As the exports of SendGrid, Mailchimp, Postmark, Amazon SES, Mailgun and Brevo name the column, and as ours does.
  private static let valueNames = [
    "value", "email", "email_address", "emailaddress", "e_mail", "mail", "address", "recipient", "contact", "domain",
    "sha256", "email_sha256", "hash",
  ]
}
