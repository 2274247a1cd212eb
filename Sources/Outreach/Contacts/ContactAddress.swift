import MailText

/// A contact's address as it is shown and written to: a single bare address, in lower case, its domain in the spelling it came
/// in; nil for anything else. It is looked up by `Address.comparisonKey`.
///
/// Nobody has met two people whose addresses differ by case only (RFC 5321, section 2.4 allows it), but every list has the
/// same person in two spellings. Dots and `+` parts stay: they are the provider's business.
public func contactAddress(_ text: String) -> String? {
  var text = trimmed(text)
  if text.unicodeScalars.contains(where: DomainSpelling.isInvisible) {
    text = String(String.UnicodeScalarView(text.unicodeScalars.filter { !DomainSpelling.isInvisible($0) }))
  }
  // Spreadsheets and address books make these of an address.
  if text.lowercased().hasPrefix("mailto:") { text = String(text.dropFirst(7)) }
  guard text.utf8.count <= 320, !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
  // Behind the brackets nothing is said of an address; what stands there was meant to be something else.
  if text.contains("<"), text.last != ">" { return nil }
  let addresses = Address.list(in: text)
  guard addresses.count == 1, let address = addresses.first, address.domain.contains("."),
    !address.localPart.isEmpty, address.localPart.utf8.count <= 64
  else { return nil }
  let labels = address.domain.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
  let isDomain = labels.allSatisfy { label in
    (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
      && label.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 >= 0x80 }
  }
  let isLocal = address.localPart.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != 0x40 && $0 != 0x2C && $0 != 0x3B }
  // White space inside would have been forgiven: a typing error must not become another person.
  guard isDomain, isLocal, text.contains("<") || !text.contains(where: \.isWhitespace) else { return nil }
  return Address.normalized(address.address).lowercased()
}

/// The local part, when it stands for a task and not for a person; nil for a person's address.
public func roleLocalPart(of address: String) -> String? {
  let local = address.lowercased().prefix { $0 != "@" && $0 != "+" }
  return roleLocalParts.contains(String(local)) ? String(local) : nil
}

/// RFC 2142 (abuse … www), RFC 5321 section 4.5.1 (postmaster), RFC 8461 and 8460 (tls reports), and what list hygiene
/// guides of Mailchimp ("Limits on Role-Based Addresses") refuse.
private let roleLocalParts: Set<String> = [
  "abuse", "noc", "security", "postmaster", "hostmaster", "usenet", "news", "webmaster", "www", "uucp", "ftp",
  "admin", "administrator", "all", "compliance", "devnull", "dns", "everyone", "inoc", "ispfeedback", "ispsupport",
  "list", "list-request", "maildaemon", "mailer-daemon", "no-reply", "noreply", "null", "phish", "phishing", "privacy",
  "registrar", "root", "spam", "support", "sysadmin", "tech", "undisclosed-recipients", "unsubscribe", "dmarc",
  "tlsrpt", "bounce", "bounces",
]
