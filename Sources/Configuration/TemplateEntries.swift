// What an apply file says of templates and snippets.

/// A text of an apply file: written there, or in a file of its own.
public enum TextSource: Sendable, Equatable, Codable {
  /// The text itself.
  case literal(String)
  /// The whole of a file.
  case file(String)

  /// The text; nil while it is still in its file.
  public var text: String? {
    if case .literal(let text) = self { return text }
    return nil
  }
}

/// The texts of a mail that sequences send again and again.
public struct TemplateEntry: Sendable, Equatable, Codable {
  /// What steps and verbs call it.
  public var key: String
  /// The workspace.
  public var workspace: String
  /// Liquid, one line.
  public var subject: String
  /// Liquid; what mail programs show beside the subject.
  public var preheader: String?
  /// Liquid; the plain text, made from the HTML when nil.
  public var text: TextSource?
  /// Liquid; the HTML, nil for plain text alone.
  public var html: TextSource?
  /// For people.
  public var category: String?
  /// For people.
  public var tags: [String]

  /// A template.
  public init(
    key: String, workspace: String = "default", subject: String, preheader: String? = nil, text: TextSource? = nil,
    html: TextSource? = nil, category: String? = nil, tags: [String] = []
  ) {
    self.key = key
    self.workspace = workspace
    self.subject = subject
    self.preheader = preheader
    self.text = text
    self.html = html
    self.category = category
    self.tags = tags
  }
}

/// A piece of text for `{% render 'KEY' %}`.
public struct SnippetEntry: Sendable, Equatable, Codable {
  /// What `render` calls it.
  public var key: String
  /// The workspace.
  public var workspace: String
  /// Liquid, for plain texts.
  public var text: TextSource?
  /// Liquid, for HTML texts; `text` when nil.
  public var html: TextSource?

  /// A snippet.
  public init(key: String, workspace: String = "default", text: TextSource? = nil, html: TextSource? = nil) {
    self.key = key
    self.workspace = workspace
    self.text = text
    self.html = html
  }
}

extension TemplateEntry {
  init(_ section: SectionReader) {
    self.init(key: section.requiredString("key", check: Check.name), subject: "")
    workspace = section.string("workspace", default: workspace, check: Check.name)
    subject = section.requiredString("subject", check: Check.oneLine)
    preheader = section.optionalString("preheader", check: Check.oneLine)
    text = section.text("text")
    html = section.text("html")
    category = section.optionalString("category", check: Check.oneLine)
    tags = section.strings("tags", default: tags, check: Check.name)
    if text == nil, html == nil { section.fail(key: "text", "a template needs text, html or both") }
    section.finish()
  }
}

extension SnippetEntry {
  init(_ section: SectionReader) {
    self.init(key: section.requiredString("key", check: Check.name))
    workspace = section.string("workspace", default: workspace, check: Check.name)
    text = section.text("text")
    html = section.text("html")
    if text == nil, html == nil { section.fail(key: "text", "a snippet needs text, html or both") }
    section.finish()
  }
}

extension SectionReader {
  /// At most one of `KEY` and `KEY_file`.
  func text(_ key: String) -> TextSource? {
    let literal = optionalString(key, check: Check.filled)
    let file = optionalFile("\(key)_file")
    if literal != nil, file != nil { fail(key: "\(key)_file", "give only one of \(key) and \(key)_file") }
    return literal.map(TextSource.literal) ?? file.map(TextSource.file)
  }
}
