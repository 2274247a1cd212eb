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
  /// Whether the HTML is made from the plain text; nil: when there is a preheader, which only HTML can hold.
  public var htmlFromText: Bool?
  /// Whether its mails have an HTML part: its own, or one that is made of the text, as wherever there is a preheader.
  public var sendsHTML: Bool { html != nil || htmlFromText ?? (preheader != nil) }
  /// For people.
  public var category: String?
  /// For people.
  public var tags: [String]

  enum CodingKeys: String, CodingKey {
    case key, workspace, subject, preheader, text, html, category, tags
    case htmlFromText = "html_from_text"
  }

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

/// A filter with a name.
public struct SegmentEntry: Sendable, Equatable, Codable {
  /// What filters call it.
  public var name: String
  /// The workspace.
  public var workspace: String
  /// The filter.
  public var filter: String

  /// A segment.
  public init(name: String, workspace: String = "default", filter: String) {
    self.name = name
    self.workspace = workspace
    self.filter = filter
  }
}

extension SegmentEntry {
  init(_ section: SectionReader) {
    self.init(name: section.requiredString("name", check: Check.segmentName), filter: "")
    workspace = section.string("workspace", default: workspace, check: Check.name)
    filter = section.requiredString("filter", check: Check.oneLine)
    section.notePlace("segment \(name)")
    section.notePlace("segment \(name): filter", of: "filter")
    section.finish()
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
    htmlFromText = section.htmlFromText(hasHTML: html != nil)
    category = section.optionalString("category", check: Check.oneLine)
    tags = section.strings("tags", default: tags, check: Check.name)
    if text == nil, html == nil { section.fail(key: "text", "a template needs text, html or both") }
    section.notePlace("template \(key)")
    for part in ["subject", "preheader", "text", "html"] { section.notePlace("template \(key) (\(part))", of: part) }
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
    for part in ["text", "html"] { section.notePlace("snippet \(key) (\(part))", of: part) }
    section.finish()
  }
}

extension SectionReader {
  /// `html_from_text`.
  func htmlFromText(hasHTML: Bool) -> Bool? {
    let wanted = optionalBoolean("html_from_text")
    if wanted == true, hasHTML { fail(key: "html_from_text", "html_from_text: there is HTML already") }
    return wanted
  }

  /// At most one of `KEY` and `KEY_file`.
  func text(_ key: String) -> TextSource? {
    let literal = optionalString(key, check: Check.filled)
    let file = optionalFile("\(key)_file")
    if literal != nil, file != nil { fail(key: "\(key)_file", "give only one of \(key) and \(key)_file") }
    return literal.map(TextSource.literal) ?? file.map(TextSource.file)
  }
}
