/// The content of a message/feedback-report part: the fields of the Abuse Reporting Format (RFC 5965 §3).
public struct FeedbackReport: Sendable {
  /// Its fields as they stand.
  public let fields: HeaderBlock

  /// Reads the decoded content of the part; empty lines before the fields are skipped.
  public init(_ bytes: [UInt8]) {
    fields = HeaderBlock(parsing: Array(bytes.drop { $0.isSpace }))
  }

  /// `abuse fraud virus not-spam auth-failure other …` in small letters (RFC 5965 §7.3, RFC 6591 §3.1).
  public var feedbackType: String? { fields.value("feedback-type")?.asciiLowercased }
  /// The program that made the report.
  public var userAgent: String? { fields.value("user-agent") }
  /// The reverse-path of the mail reported.
  public var originalMailFrom: String? { fields.value("original-mail-from").flatMap(Address.init)?.address }
  /// Its recipients, when they are not withheld.
  public var originalRecipients: [String] {
    (fields.all("original-rcpt-to") + fields.all("removal-recipient")).compactMap { Address($0.value)?.address }
  }
  /// Its ENVID.
  public var originalEnvelopeID: String? { fields.value("original-envelope-id") }
  /// Who sent it.
  public var sourceIP: String? { fields.value("source-ip") }
  /// When it came, in epoch milliseconds.
  public var arrivalDate: Int64? {
    (fields.value("arrival-date") ?? fields.value("received-date")).flatMap(MailDate.parse)
  }
  /// How many such mails the report stands for (RFC 5965 §3.2); one unless said.
  public var incidents: Int { fields.value("incidents").flatMap { Int($0) }.map { max(1, $0) } ?? 1 }
}
