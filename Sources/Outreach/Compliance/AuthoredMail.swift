import MailText

extension ComplianceMail {
  /// So much of each text part is looked at, in octets: Gmail shows 102 KB of a mail.
  private static let mostText = 262_144

  /// A mail that somebody else wrote, as it leaves; `offered` are ways out that its List-Unsubscribe will name besides.
  ///
  /// Its texts are what a reader is shown: all plain and HTML parts that are no attachments, and nothing of a mail that is
  /// forwarded in it.
  public init(authored bytes: [UInt8], offered: [String] = []) {
    let mail = Message(bytes)
    func isForwarded(_ part: MessagePart) -> Bool {
      var parent = part.parent
      while let index = parent {
        if mail.parts[index].isMessage { return true }
        parent = mail.parts[index].parent
      }
      return false
    }
    let shown = mail.parts.filter { $0.isInlineText && !isForwarded($0) }
    func text(_ subtype: String) -> String? {
      let texts = shown.filter { $0.contentType.subtype == subtype }.map { mail.text(of: $0, atMost: Self.mostText) }
      return texts.isEmpty ? nil : texts.joined(separator: "\n")
    }
    self.init(
      texts: MailTexts(subject: mail.header.text("subject") ?? "", text: text("plain"), html: text("html")),
      hasUnsubscribeHeader: false, unsubscribeLink: nil)
    waysOut = mail.header.all("list-unsubscribe").flatMap { listedAddresses($0.value) } + offered
    hasUnsubscribeHeader = !waysOut.isEmpty
    isAuthored = true
  }
}

/// The addresses in angle brackets of a List field; white space in them means nothing (RFC 2369, section 2).
private func listedAddresses(_ value: String) -> [String] {
  value.split(separator: "<").compactMap { piece in
    guard let end = piece.firstIndex(of: ">") else { return nil }
    let address = piece[..<end].filter { !$0.isWhitespace }
    return address.isEmpty ? nil : String(address)
  }
}
