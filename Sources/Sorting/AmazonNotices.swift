import MailText

/// Notices of Amazon SES that come as JSON through SNS ("Amazon SNS notification contents for Amazon SES").
struct AmazonNotices {
  let facts: MailFacts

  func outcome() -> BounceRules.Outcome? {
    guard facts.senderWords.range(of: "amazonaws.com") != nil else { return nil }
    // Long lines are broken by "!" and a space on their way through some servers.
    let text = facts.bodyText().replacing("!\r\n ", with: "").replacing("!\n ", with: "")
    let json = FlatJSON(text)
    guard let kind = json.first("notificationType") ?? json.first("eventType") else { return nil }
    let evidence = ["notificationType: \(kind)"]
    switch kind {
    case "Bounce":
      let bounces = json.objects("bouncedRecipients").map { bounce($0, kind: json.first("bounceType")) }
      guard !bounces.isEmpty else { return nil }
      return .init(
        verdict: Verdict(
          mailClass: .bounce, confidence: 0.97, rule: "notice.amazonses", evidence: evidence, bounces: bounces),
        original: original(json), envelopeID: nil)
    case "Complaint":
      let bounces = json.objects("complainedRecipients").map {
        Bounce(recipient: $0.first("emailAddress"), action: nil, permanence: .soft, reason: "feedback")
      }
      return .init(
        verdict: Verdict(
          mailClass: .complaint, confidence: 0.97, rule: "complaint.amazonses", evidence: evidence, bounces: bounces,
          feedbackType: json.first("complaintFeedbackType") ?? "abuse"),
        original: original(json), envelopeID: nil)
    default:
      return .init(
        verdict: Verdict(
          mailClass: .other, confidence: 0.97, rule: "notice.amazonses.\(kind.asciiLowercased)", evidence: evidence),
        original: nil, envelopeID: nil)
    }
  }

  private func bounce(_ json: FlatJSON, kind: String?) -> Bounce {
    let said = json.first("diagnosticCode").map { $0.hasPrefix("smtp; ") ? String($0.dropFirst(6)) : $0 } ?? ""
    let status = json.first("status")
    let code = SMTPCode.find(in: said)
    let finding = ReasonSearch.find(
      said: said, section: "", status: status, code: code, delayed: false,
      hosts: Hosts.names(recipient: json.first("emailAddress"), remote: nil, said: said))
    let permanence: Bounce.Permanence =
      finding.reason == .undefined && kind == "Permanent"
      ? .hard : ReasonSearch.permanence(finding, status, delayed: false)
    return Bounce(
      recipient: json.first("emailAddress"), action: json.first("action") ?? "failed", status: status, smtpCode: code,
      permanence: permanence, reason: finding.reason.rawValue, diagnostic: said.isEmpty ? nil : said)
  }

  private func original(_ json: FlatJSON) -> HeaderBlock? {
    var header = HeaderBlock()
    for field in json.objects("headers") {
      if let name = field.first("name"), let value = field.first("value"), !name.isEmpty { header.append(name, value) }
    }
    return header.fields.isEmpty ? nil : header
  }
}

/// Just enough of JSON for flat notices: string members by name, and the objects of an array of flat objects.
struct FlatJSON {
  private let bytes: [UInt8]
  /// Objects read of one array.
  private static let most = 500

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The first string member of this name.
  func first(_ name: StaticString) -> String? {
    guard var i = valueStart(of: name) else { return nil }
    guard i < bytes.count, bytes[i] == Octet.quote else { return nil }
    var out: [UInt8] = []
    i += 1
    while i < bytes.count, bytes[i] != Octet.quote {
      if bytes[i] == Octet.backslash, i + 1 < bytes.count {
        i += 1
        out.append(bytes[i] == UInt8(ascii: "n") ? Octet.lf : bytes[i])
      } else {
        out.append(bytes[i])
      }
      i += 1
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The objects of the array of this name.
  func objects(_ name: StaticString) -> [FlatJSON] {
    guard var i = valueStart(of: name), i < bytes.count, bytes[i] == UInt8(ascii: "[") else { return [] }
    var found: [FlatJSON] = []
    while i < bytes.count, bytes[i] != UInt8(ascii: "]"), found.count < Self.most {
      if bytes[i] == UInt8(ascii: "{") {
        let start = i
        var quoted = false
        while i < bytes.count, quoted || bytes[i] != UInt8(ascii: "}") {
          if bytes[i] == Octet.backslash { i += 1 } else if bytes[i] == Octet.quote { quoted.toggle() }
          i += 1
        }
        found.append(FlatJSON(String(decoding: bytes[start..<min(i, bytes.count)], as: UTF8.self)))
      }
      i += 1
    }
    return found
  }

  private func valueStart(of name: StaticString) -> Int? {
    var from = 0
    while let place = bytes[from...].range(of: name) {
      var i = place + name.utf8CodeUnitCount
      if place > 0, bytes[place - 1] == Octet.quote, i < bytes.count, bytes[i] == Octet.quote {
        i += 1
        while i < bytes.count, bytes[i].isSpace || bytes[i] == Octet.colon { i += 1 }
        return i
      }
      from = place + 1
    }
    return nil
  }
}
