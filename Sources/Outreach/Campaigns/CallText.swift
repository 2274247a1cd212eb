internal import Foundation

/// What `{{ name }}` stands for in the URL and the body of a call.
public struct CallValues: Sendable, Equatable {
  private var values: [String: JSONNode]

  /// No values, or those of a name.
  public init(_ values: [String: JSONNode] = [:]) { self.values = values }

  /// One value.
  public subscript(name: String) -> JSONNode? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// A URL with its values, percent-encoded (RFC 3986 section 2.3); a value that isn't there is nothing.
  public func url(_ template: String) -> String {
    fill(template) { name in percentEncoded(values[name]?.plain ?? "") }
  }

  /// A body with its values. Its JSON stays JSON, whatever they hold.
  public func body(_ template: JSONNode) -> JSONNode {
    switch template {
    case .text(let text):
      if let name = soleName(of: text) { return values[name] ?? .null }
      return .text(fill(text) { values[$0]?.plain ?? "" })
    case .list(let items): return .list(items.map(body))
    case .object(let members): return .object(members.map { .init($0.name, body($0.value)) })
    default: return template
    }
  }
}

/// The names that a URL or body asks for.
public func callNames(in text: String) -> Set<String> {
  var names: Set<String> = []
  _ = fill(text) { name in
    names.insert(name)
    return ""
  }
  return names
}

private func fill(_ template: String, _ value: (String) -> String) -> String {
  var out = ""
  var rest = template[...]
  while let opening = rest.range(of: "{{"), let closing = rest[opening.upperBound...].range(of: "}}") {
    out += rest[..<opening.lowerBound]
    out += value(rest[opening.upperBound..<closing.lowerBound].trimmingCharacters(in: .whitespaces))
    rest = rest[closing.upperBound...]
  }
  return out + rest
}

/// The name of a text that is `{{ name }}` and nothing else.
private func soleName(of text: String) -> String? {
  guard text.hasPrefix("{{"), text.hasSuffix("}}"), text.utf8.count >= 4 else { return nil }
  let inside = text.dropFirst(2).dropLast(2)
  return inside.contains("{{") || inside.contains("}}") ? nil : inside.trimmingCharacters(in: .whitespaces)
}
