public import Delivery

/// A template that was read: Liquid, the language marketers know (https://shopify.github.io/liquid/), bounded and pure.
public struct Template: Sendable, Equatable {
  /// What is written.
  public enum Form: String, Sendable, Equatable, CaseIterable {
    /// Plain text: subject and text part.
    case text
    /// HTML: what a variable holds is escaped.
    case html
  }

  /// What becomes of a variable that holds nothing for this contact and has no `default`.
  public enum Gaps: Sendable, Equatable {
    /// An error of kind `missing`: nobody is sent a hole.
    case refused
    /// `[contact.first_name]`, for previews.
    case shown
  }

  /// For messages.
  public let name: String
  let nodes: [TemplateNode]

  /// Text over this is no mail's; servers refuse such mails anyway. Bytes.
  public static let largest = 500_000

  /// Reads a template; filters, variables and snippets are looked at by `check`.
  public init(_ text: String, name: String) throws(TemplateError) {
    guard text.utf8.count <= Template.largest else {
      throw TemplateError(
        kind: .limit, template: name, line: 1, column: 1, what: "it has more than \(Template.largest) bytes")
    }
    self.name = name
    nodes = try TemplateParser.parse(text, name: name)
  }

  /// Writes it for one contact. `now` is UTC epoch milliseconds; `zone` is the contact's, for dates.
  public func render(
    _ values: [String: TemplateValue], as form: Form, gaps: Gaps = .refused, now: Int64, zone: Zone,
    snippets: (String) -> Template? = { _ in nil }
  ) throws(TemplateError) -> String {
    try withoutActuallyEscaping(snippets) { (snippets) throws(TemplateError) -> String in
      var renderer = TemplateRenderer(
        name: name, form: form, gaps: gaps, values: values, now: now, zone: zone, snippets: snippets)
      return try renderer.render(nodes)
    }
  }
}
