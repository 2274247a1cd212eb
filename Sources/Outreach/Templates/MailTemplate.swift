public import Delivery
import Foundation
import MailText
import Sorting

/// The texts of a mail: subject, and a plain text, an HTML text or both.
public struct MailTexts: Sendable, Equatable, Codable {
  /// One line.
  public var subject: String
  /// What mail programs show beside the subject; hidden at the beginning of the HTML.
  public var preheader: String?
  /// The plain text; made from the HTML when nil.
  public var text: String?
  /// The HTML; nil for a mail of plain text alone.
  public var html: String?
  /// Whether the HTML is made from the plain text when there is none; nil: when there is a preheader.
  public var htmlFromText: Bool?

  /// Texts.
  public init(subject: String, preheader: String? = nil, text: String? = nil, html: String? = nil) {
    self.subject = subject
    self.preheader = preheader
    self.text = text
    self.html = html
  }
}

/// A mail's texts, read as templates.
public struct MailTemplate: Sendable, Equatable {
  private let subject: Template
  private let preheader: Template?
  private let text: Template?
  private let html: Template?
  private let htmlFromText: Bool

  /// Reads all texts; the error names the one it is in, as `welcome (html):3:7: …`.
  public init(_ texts: MailTexts, name: String) throws(TemplateError) {
    subject = try Template(texts.subject, name: "\(name) (subject)")
    preheader = try MailTemplate.read(texts.preheader, "\(name) (preheader)")
    text = try MailTemplate.read(texts.text, "\(name) (text)")
    html = try MailTemplate.read(texts.html, "\(name) (html)")
    htmlFromText = texts.htmlFromText ?? (texts.preheader != nil)
  }

  /// One text that is no mail's, as a task's title.
  public init(text: String, name: String) throws(TemplateError) {
    (subject, preheader, html, htmlFromText) = (try Template("", name: name), nil, nil, false)
    self.text = try Template(text, name: name)
  }

  private static func read(_ text: String?, _ name: String) throws(TemplateError) -> Template? {
    guard let text else { return nil }
    return try Template(text, name: name)
  }

  /// Looks at every name in all texts.
  public func check(
    _ vocabulary: TemplateVocabulary, snippets: (String, Template.Form) -> Template? = { _, _ in nil }
  ) -> TemplateFindings {
    var all = TemplateFindings()
    for (part, form) in [(subject, Template.Form.text), (preheader, .text), (text, .text), (html, .html)] {
      guard let found = part?.check(vocabulary, snippets: { snippets($0, form) }) else { continue }
      all.errors += found.errors
      all.needed += found.needed.filter { !all.needed.contains($0) }
      all.snippets.formUnion(found.snippets)
    }
    return all
  }

  /// Writes all texts for one contact.
  public func render(
    _ values: [String: TemplateValue], gaps: Template.Gaps = .refused, now: Int64, zone: Zone,
    snippets: (String, Template.Form) -> Template? = { _, _ in nil }
  ) throws(TemplateError) -> MailTexts {
    func write(_ part: Template?, _ form: Template.Form) throws(TemplateError) -> String? {
      guard let part else { return nil }
      return try part.render(values, as: form, gaps: gaps, now: now, zone: zone, snippets: { snippets($0, form) })
    }
    var texts = MailTexts(subject: oneLine(try write(subject, .text) ?? ""))
    texts.preheader = try write(preheader, .text).map(oneLine)
    texts.html = try write(html, .html)
    // A reader without HTML gets the same mail, and filters look for a text part.
    texts.text = try write(text, .text) ?? texts.html.map(textOfHTML)
    if htmlFromText, texts.html == nil { texts.html = texts.text.map(htmlOfMailText) }
    if let shown = texts.preheader, let body = texts.html { texts.html = hiding(shown, in: body) }
    return texts
  }
}

extension MailTexts {
  /// The mail as the store keeps it: Subject and MIME header, body; From, To, Date and thread are put in when it leaves.
  public func mail(boundary: String) -> [UInt8] {
    HeaderField(name: "Subject", value: EncodedWord.encode(subject)).raw
      + AlternativeBody(text: text, html: html).written(boundary: boundary)
  }
}

private func oneLine(_ text: String) -> String {
  text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// The text of an HTML mail, with the address of each link behind its words.
public func textOfHTML(_ html: String) -> String {
  var marked = ""
  var rest = html[...]
  while let open = rest.range(of: "<a ", options: .caseInsensitive) {
    guard let end = rest[open.upperBound...].firstIndex(of: ">"),
      let close = rest[end...].range(of: "</a", options: .caseInsensitive)
    else { break }
    marked += rest[..<close.lowerBound]
    let label = rest[rest.index(after: end)..<close.lowerBound]
    if let target = attribute("href", of: rest[open.upperBound..<end]), target.hasPrefix("http"),
      !label.contains(target)
    {
      marked += " (\(target))"
    }
    rest = rest[close.lowerBound...]
  }
  return HTMLText.convert(marked + rest)
}

/// Plain text as HTML: its characters escaped, Liquid's marks left alone, its lines kept.
public func htmlOfText(_ text: String) -> String {
  var out = ""
  var rest = text[...]
  while let start = ["{{", "{%"].compactMap({ rest.firstRange(of: $0)?.lowerBound }).min() {
    let mark = rest[start...].hasPrefix("{{") ? "}}" : "%}"
    guard let close = rest[start...].firstRange(of: mark) else { break }
    out += htmlEscaped(String(rest[..<start])) + rest[start..<close.upperBound]
    rest = rest[close.upperBound...]
  }
  return (out + htmlEscaped(String(rest))).replacing("\r\n", with: "\n").replacing("\n", with: "<br>\n")
}

/// A plain text as an HTML mail that looks like it: its lines kept, its web addresses links.
public func htmlOfMailText(_ text: String) -> String {
  var out = ""
  var rest = text[...]
  while let start = ["https://", "http://"].compactMap({ rest.firstRange(of: $0)?.lowerBound }).min() {
    var end = rest[start...].firstIndex { $0.isWhitespace || "<>\"'".contains($0) } ?? rest.endIndex
    // Behind an address these belong to the sentence.
    while end > start, ".,;:!?)".contains(rest[rest.index(before: end)]) { end = rest.index(before: end) }
    let address = htmlEscaped(String(rest[start..<end]))
    let isAddress = !address.hasSuffix("//")
    out += htmlEscaped(String(rest[..<start])) + (isAddress ? "<a href=\"\(address)\">\(address)</a>" : address)
    rest = rest[end...]
  }
  out += htmlEscaped(String(rest))
  return out.replacing("\r\n", with: "\n").replacing("\n", with: "<br>\n")
}

/// An attribute's value as it stands, its entities kept: it goes back into HTML.
private func attribute(_ name: String, of tag: Substring) -> Substring? {
  guard let found = tag.range(of: "\(name)=", options: .caseInsensitive), let quote = tag[found.upperBound...].first
  else {
    return nil
  }
  if quote == "\"" || quote == "'" {
    let value = tag[found.upperBound...].dropFirst()
    return value.firstIndex(of: quote).map { value[..<$0] }
  }
  return tag[found.upperBound...].prefix { !$0.isWhitespace }
}

/// Puts the preheader where mail programs look for it: first in the body, invisible. The spaces after it keep the body's own
/// first words out of the preview.
private func hiding(_ preheader: String, in html: String) -> String {
  let filler = String(repeating: "&#847;&zwnj;&nbsp;", count: max(0, 90 - preheader.count))
  let hidden =
    "<div style=\"display:none;max-height:0;overflow:hidden\">\(htmlEscaped(preheader))\(filler)</div>"
  guard let body = html.range(of: "<body", options: .caseInsensitive),
    let end = html[body.upperBound...].firstIndex(of: ">")
  else { return hidden + html }
  let start = html.index(after: end)
  return html[..<start] + hidden + html[start...]
}
