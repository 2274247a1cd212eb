import MailText

/// Newsletters and mailing lists: mails to many, told by the fields that make them so (RFC 2369, RFC 2919, RFC 8058).
struct BulkRules {
  let facts: MailFacts

  func verdict() -> Verdict? {
    for name in ["list-unsubscribe", "list-id", "list-post", "feedback-id"] {
      if let value = facts.header.value(name) {
        return Verdict(mailClass: .other, confidence: 0.9, rule: "bulk.list", evidence: ["\(name): \(value)"])
      }
    }
    guard let value = facts.header.value("precedence")?.asciiLowercased, ["bulk", "list", "junk"].contains(value) else {
      return nil
    }
    return Verdict(mailClass: .other, confidence: 0.8, rule: "bulk.precedence", evidence: ["Precedence: \(value)"])
  }
}
