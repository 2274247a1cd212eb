/// What an erasure does with each table. Whoever adds a table says here what it may hold of a person; a test compares it with the
/// schema.
enum ErasureTables {
  /// Rows of a person that have code of their own in `Erasing.swift`.
  static let ownCode: Set<String> = [
    "contact", "enrollment", "message", "attempt", "body", "inbound", "delivery_request", "sent_check", "suppression",
    "credit", "idempotency", "event", "erased_mail", "campaign_person", "campaign_contact", "enrichment_answer",
  ]

  /// Texts in which other people's rows may name a person: from these the address is taken out.
  static let texts: [(table: String, columns: [String])] = [
    (
      "message",
      [
        "sender", "recipient", "from_address", "subject", "message_id", "sent_message_id", "last_reply", "campaign",
        "tag",
      ]
    ),
    ("attempt", ["reply_text"]),
    ("inbound", ["sender", "subject", "verdict"]),
    ("event", ["detail"]),
    ("campaign_run", ["failure", "last_error"]),
    ("task", ["title", "note", "done_by", "reason"]),
  ]

  /// What the operator wrote: it is not changed but told, for they alone know what it means.
  static let operators: [(table: String, name: String, columns: [String])] = [
    ("account", "address", ["settings", "reason_text"]),
    ("submitter", "name", ["name", "from_addresses"]),
    ("sequence", "key", ["key", "entry"]),
    ("sequence_version", "sequence_id", ["entry"]),
    ("campaign", "key", ["key", "entry"]),
    ("segment", "name", ["filter"]),
    ("template", "key", ["key", "entry"]),
  ]

  /// Numbers, names and keys of the gateway itself.
  static let nobodys: Set<String> = [
    "schema_version", "schema_step", "workspace", "pool", "pool_account", "usage", "domain_usage", "folder_cursor",
    "bounce_move", "api_key", "oauth_token", "hand_in", "mail_log", "dkim_key", "sealed_key", "experiment",
    "experiment_count",
    "statistic", "statistic_cursor", "statistic_person", "statistic_span",
  ]

  /// What stays of an event's details: numbers and words of ours, as long as they are one word.
  static let keptDetails: Set<String> = [
    "step", "step_id", "sequence", "reason", "class", "rule", "kind", "day", "meaning", "matched_by", "was", "variant",
    "campaign",
    "tag", "inbound", "until", "version", "sent_at", "received_at",
  ]
}
