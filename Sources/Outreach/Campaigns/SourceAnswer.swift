internal import Foundation
internal import MailText

/// One request to a source, without its secret.
public struct SourceRequest: Sendable, Equatable {
  /// Where to.
  public var url: String
  /// A body makes it a POST.
  public var body: [UInt8]?

  /// A request.
  public init(url: String, body: [UInt8]? = nil) {
    self.url = url
    self.body = body
  }
}

/// What a source answered.
public struct SourceAnswer: Sendable, Equatable {
  /// 200, 429 …
  public var status: Int
  /// Its header fields, names in lower case.
  public var fields: [Field]
  /// The whole body.
  public var body: [UInt8]

  /// A header field.
  public struct Field: Sendable, Equatable {
    /// In lower case.
    public var name: String
    /// Without blanks around it.
    public var value: String

    /// A field.
    public init(_ name: String, _ value: String) {
      self.name = name.lowercased()
      self.value = value
    }
  }

  /// An answer.
  public init(status: Int, fields: [Field] = [], body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// When the server wants to be asked again (RFC 9110 section 10.2.3: seconds, or a date); UTC epoch milliseconds.
  func retryAfter(now: Int64) -> Int64? {
    guard let text = field("retry-after") else { return nil }
    if let seconds = Int64(text) { return seconds < 0 ? nil : now + min(seconds, 1 << 40) * 1000 }
    // A date of section 5.6.7, in its preferred form, is one of mail's.
    return MailDate.parse(text)
  }

  /// The target of the first link with the relation `next` (RFC 8288 section 3).
  var nextLink: String? {
    for field in fields where field.name == "link" {
      for link in links(in: field.value) where link.relations.contains("next") { return link.target }
    }
    return nil
  }
}

/// Why there was no answer.
public struct SourceTrouble: Error, Sendable, Equatable {
  /// For a person.
  public var text: String
  /// Whether it may be better the next time.
  public var isTemporary: Bool

  /// A trouble.
  public init(text: String, isTemporary: Bool) {
    self.text = text
    self.isTemporary = isTemporary
  }
}

private struct WebLink {
  var target: String
  var relations: [String]
}

/// `<target>; rel="a b"; …, <target> …`: commas and semicolons inside of brackets and quotes divide nothing.
private func links(in text: String) -> [WebLink] {
  var found: [WebLink] = []
  for part in divided(text, by: ",") {
    let pieces = divided(part, by: ";")
    guard let first = pieces.first, first.hasPrefix("<"), first.hasSuffix(">") else { continue }
    var link = WebLink(target: String(first.dropFirst().dropLast()), relations: [])
    for piece in pieces.dropFirst() {
      let pair = piece.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      // Section 3.3: only the first `rel` counts.
      guard pair.count == 2, pair[0].lowercased() == "rel", link.relations.isEmpty else { continue }
      let value = pair[1].trimmingCharacters(in: CharacterSet(charactersIn: "\""))
      link.relations = value.lowercased().split(separator: " ").map(String.init)
    }
    found.append(link)
  }
  return found
}

private func divided(_ text: String, by mark: Character) -> [String] {
  var parts = [""]
  var (isQuoted, isTarget, isEscaped) = (false, false, false)
  for character in text {
    switch character {
    case _ where isEscaped: isEscaped = false
    case "\\" where isQuoted: isEscaped = true
    case "\"" where !isTarget: isQuoted.toggle()
    case "<" where !isQuoted: isTarget = true
    case ">" where !isQuoted: isTarget = false
    case mark where !isQuoted && !isTarget:
      parts.append("")
      continue
    default: break
    }
    parts[parts.count - 1].append(character)
  }
  return parts.map { $0.trimmingCharacters(in: .whitespaces) }
}

/// Where a reference of an answer leads to, from the URL it answers (RFC 3986 section 5); nil when to nothing that HTTP reaches.
func resolved(_ reference: String, from base: String) -> String? {
  guard let base = URL(string: base), let url = URL(string: reference, relativeTo: base)?.absoluteURL,
    ["http", "https"].contains(url.scheme?.lowercased()), url.host()?.isEmpty == false, url.user() == nil
  else { return nil }
  // A fragment is the client's business (RFC 9110 section 7.1).
  return url.absoluteString.split(separator: "#", maxSplits: 1).first.map(String.init)
}

/// Whether two URLs have the same scheme, host and port (RFC 6454 section 4): only there a secret may go.
func isSameOrigin(_ one: String, _ other: String) -> Bool {
  guard let one = URL(string: one), let other = URL(string: other) else { return false }
  func port(_ url: URL) -> Int { url.port ?? (url.scheme?.lowercased() == "http" ? 80 : 443) }
  return one.scheme?.lowercased() == other.scheme?.lowercased()
    && one.host()?.lowercased() == other.host()?.lowercased()
    && port(one) == port(other)
}
