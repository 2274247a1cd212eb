import MailText

/// PowerMTA writes its own reading of a refusal into each recipient's group (PowerMTA User's Guide, "Bounce categories").
enum PowerMTA {
  /// The field's name.
  static let field = "x-powermta-bouncecategory"

  /// The reason for a category; nil for those that say nothing.
  static func reason(of category: String) -> Reason? { table[category.trimmedSpaces.asciiLowercased] }

  private static let table: [String: Reason] = [
    "bad-domain": .hostunknown, "bad-mailbox": .userunknown, "inactive-mailbox": .suspend, "message-expired": .expired,
    "no-answer-from-host": .networkerror, "policy-related": .policyviolation, "quota-issues": .mailboxfull,
    "routing-errors": .systemerror, "spam-related": .spamdetected, "virus-related": .virusdetected,
    "content-related": .contenterror, "relaying-issues": .norelaying, "protocol-errors": .syntaxerror,
    "bad-connection": .networkerror, "bad-configuration": .systemerror, "spam-block": .blocked,
  ]
}
