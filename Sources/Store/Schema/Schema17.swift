/// Schema 17: the texts that sequences send.
enum Schema17 {
  static let sql = """
    CREATE TABLE template (
      id INTEGER PRIMARY KEY,
      workspace_id INTEGER NOT NULL REFERENCES workspace (id),
      kind TEXT NOT NULL,                      -- template or snippet
      key TEXT NOT NULL,
      entry TEXT NOT NULL,                     -- Configuration.TemplateEntry or SnippetEntry
      created_at INTEGER NOT NULL,
      changed_at INTEGER NOT NULL,
      UNIQUE (workspace_id, kind, key)
    );
    """
}
