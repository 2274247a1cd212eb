public import Configuration
public import Outreach

/// A template or snippet of a workspace.
public struct TemplateRecord<Entry: Codable & Sendable & Equatable>: Sendable, Equatable {
  /// The row.
  public var id: Int64
  /// The workspace.
  public var workspaceID: Int64
  /// Its texts.
  public var entry: Entry
  /// When it was made.
  public var createdAt: Int64
  /// When its texts last changed.
  public var changedAt: Int64
}

extension Reader {
  /// A workspace's templates, by key.
  public func templates(workspaceID: Int64) throws(StoreError) -> [TemplateRecord<TemplateEntry>] {
    try entries("template", workspaceID, nil)
  }

  /// The template of a key.
  public func template(keyed key: String, workspaceID: Int64) throws(StoreError) -> TemplateRecord<TemplateEntry>? {
    let found: [TemplateRecord<TemplateEntry>] = try entries("template", workspaceID, key)
    return found.first
  }

  /// A workspace's snippets, by key.
  public func snippets(workspaceID: Int64) throws(StoreError) -> [TemplateRecord<SnippetEntry>] {
    try entries("snippet", workspaceID, nil)
  }

  /// The snippet of a key.
  public func snippet(keyed key: String, workspaceID: Int64) throws(StoreError) -> TemplateRecord<SnippetEntry>? {
    let found: [TemplateRecord<SnippetEntry>] = try entries("snippet", workspaceID, key)
    return found.first
  }

  /// The steps that use each template, as `SEQUENCE step ID`, by the template's key.
  public func templateUses(workspaceID: Int64) throws(StoreError) -> [String: [String]] {
    var uses: [String: [String]] = [:]
    for sequence in try sequences() where sequence.workspaceID == workspaceID {
      for step in sequence.entry.steps {
        let keys = Set(([step.texts] + step.variants.map(\.texts)).compactMap(\.template))
        for key in keys { uses[key, default: []].append("\(sequence.key) step \(step.id)") }
      }
    }
    return uses
  }

  /// The names of all custom fields that some contact of a workspace has.
  private func contactFieldNames(workspaceID: Int64) throws(StoreError) -> [String] {
    try connection.rows(
      """
      SELECT DISTINCT f.key FROM contact c, json_each(c.fields) f WHERE c.workspace_id = ? AND c.fields <> '{}'
      ORDER BY f.key
      """, [.integer(workspaceID)]
    ) { row in row.text(0) }
  }

  /// The custom fields that mails of a workspace may name: those that some contact has, and those that its campaigns bring.
  public func mailFieldNames(workspaceID: Int64) throws(StoreError) -> [String] {
    let brought = try campaigns(workspaceID: workspaceID).flatMap { campaign in
      let source = campaign.entry.source
      return Array(source.columns.values) + Array(source.http?.fields.keys ?? [:].keys)
        + Array(campaign.entry.enrichment?.http.fields.keys ?? [:].keys)
    }
    return Set(try contactFieldNames(workspaceID: workspaceID) + brought).sorted()
  }

  private func entries<Entry>(_ kind: String, _ workspaceID: Int64, _ key: String?) throws(StoreError)
    -> [TemplateRecord<Entry>]
  {
    try connection.rows(
      """
      SELECT id, workspace_id, entry, created_at, changed_at FROM template
      WHERE workspace_id = ? AND kind = ? AND (? IS NULL OR key = ?) ORDER BY key
      """, [.integer(workspaceID), .text(kind), SQLValue(key), SQLValue(key)]
    ) { row throws(StoreError) in
      TemplateRecord(
        id: row.integer(0), workspaceID: row.integer(1), entry: try JSONText.decode(Entry.self, row.text(2)),
        createdAt: row.integer(3), changedAt: row.integer(4))
    }
  }
}

extension Transaction {
  /// Makes a template be as `entry` says; one that cannot be read is refused with the place of the error.
  public func putTemplate(_ entry: TemplateEntry, now: Int64) throws(StoreError) {
    do {
      _ = try MailTemplate(entry)
    } catch {
      throw .rejected("template \(error)")
    }
    try put(entry, "template", entry.key, entry.workspace, now)
  }

  /// Makes a snippet be as `entry` says; one that cannot be read is refused with the place of the error.
  public func putSnippet(_ entry: SnippetEntry, now: Int64) throws(StoreError) {
    do {
      for form in Template.Form.allCases { _ = try entry.template(form) }
    } catch {
      throw .rejected("\(error)")
    }
    try put(entry, "snippet", entry.key, entry.workspace, now)
  }

  /// Removes a template (`template`) or snippet (`snippet`); false when there is none. One that a sequence needs is not.
  public func removeTemplate(_ kind: String, keyed key: String, workspaceID: Int64) throws(StoreError) -> Bool {
    if kind == "template", let users = try templateUses(workspaceID: workspaceID)[key] {
      throw .rejected("template \(key) is used by \(users.joined(separator: ", "))")
    }
    return try run(
      "DELETE FROM template WHERE workspace_id = ? AND kind = ? AND key = ?",
      [.integer(workspaceID), .text(kind), .text(key)]) > 0
  }

  private func put(_ entry: some Encodable, _ kind: String, _ key: String, _ workspace: String, _ now: Int64)
    throws(StoreError)
  {
    let workspace = try self.workspace(named: workspace)
    try run(
      """
      INSERT INTO template (workspace_id, kind, key, entry, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (workspace_id, kind, key) DO UPDATE SET entry = excluded.entry, changed_at = excluded.changed_at
      """,
      [
        .integer(workspace.id), .text(kind), .text(key), .text(try JSONText.encode(entry)), .integer(now),
        .integer(now),
      ])
  }
}

extension MailTemplate {
  /// An entry's texts, read.
  public init(_ entry: TemplateEntry) throws(TemplateError) {
    var texts = MailTexts(
      subject: entry.subject, preheader: entry.preheader, text: entry.text?.text, html: entry.html?.text)
    texts.htmlFromText = entry.htmlFromText
    try self.init(texts, name: entry.key)
  }
}

extension SnippetEntry {
  /// The text for one form, read: HTML without a text of its own is the plain text, escaped where it is put in.
  public func template(_ form: Template.Form) throws(TemplateError) -> Template {
    let own = form == .html ? html?.text : text?.text
    let other = form == .html ? text?.text.map(htmlOfText) : html?.text.map(textOfHTML)
    let isHTML = own == nil ? form != .html : form == .html
    return try Template(own ?? other ?? "", name: "snippet \(key) (\(isHTML ? "html" : "text"))")
  }
}
