public import Configuration
internal import Host
internal import MailText
public import Outreach

/// Why a step's mail cannot be written: names the text and place, or what is missing.
struct StepTextError: Error, Equatable, CustomStringConvertible {
  var description: String
  /// Whether it is against the policy of compliance, the operator's to mend, so that the mail waits for that instead of being given up.
  var isMendable = false
}

/// Texts that were read before, by their own words: reading one costs more than writing it for a contact.
final class MailTemplateBook {
  private var known: [Key: MailTemplate] = [:]

  private struct Key: Hashable {
    var name, subject: String
    var preheader, text, html: String?
    var htmlFromText: Bool?
  }

  /// The texts as templates.
  func template(_ texts: MailTexts, name: String) throws(TemplateError) -> MailTemplate {
    let key = Key(
      name: name, subject: texts.subject, preheader: texts.preheader, text: texts.text, html: texts.html,
      htmlFromText: texts.htmlFromText)
    if let found = known[key] { return found }
    let made = try MailTemplate(texts, name: name)
    // All steps and variants of a busy gateway; a few kilobytes each.
    if known.count >= 2000 { known.removeAll() }
    known[key] = made
    return made
  }
}

/// A workspace's snippets, read when they are asked for; one that cannot be read is none.
public struct SnippetBook {
  private let db: Reader
  private let workspaceID: Int64

  /// The snippets that `db` sees.
  public init(_ db: Reader, workspaceID: Int64) {
    self.db = db
    self.workspaceID = workspaceID
  }

  /// The snippet of a key, for one form.
  public subscript(key: String, form: Template.Form) -> Template? {
    guard let found = try? db.snippet(keyed: key, workspaceID: workspaceID) else { return nil }
    return try? found.entry.template(form)
  }
}

extension Reader {
  /// What a step's mail says, as it stands before any contact's values are put in: its own texts over its template's.
  func plainTexts(of step: StepEntry, variant: String?, workspaceID: Int64) throws(StoreError)
    -> Result<MailTexts, StepTextError>
  {
    try plainTexts(step.texts(ofVariant: variant), step: step.id, workspaceID: workspaceID)
  }

  private func plainTexts(_ own: StepTexts, step: String, workspaceID: Int64) throws(StoreError)
    -> Result<MailTexts, StepTextError>
  {
    var texts = MailTexts(
      subject: own.subject ?? "", preheader: own.preheader, text: own.text?.text, html: own.html?.text)
    texts.htmlFromText = own.htmlFromText
    guard let key = own.template else { return .success(texts) }
    guard let entry = try template(keyed: key, workspaceID: workspaceID)?.entry else {
      let near = try hint(.template, near: key, workspaceID: workspaceID)
      return .failure(StepTextError(description: "step \(step): there is no template \(key)\(near)"))
    }
    texts.subject = own.subject ?? entry.subject
    texts.preheader = own.preheader ?? entry.preheader
    if own.text == nil, own.html == nil {
      texts.text = entry.text?.text
      texts.html = entry.html?.text
      texts.htmlFromText = own.htmlFromText ?? entry.htmlFromText
    }
    return .success(texts)
  }

  /// The same, read as templates.
  func texts(of step: StepEntry, variant: String?, in sequence: String, workspaceID: Int64) throws(StoreError)
    -> Result<MailTemplate, StepTextError>
  {
    try texts(
      step.texts(ofVariant: variant), named: step.name(ofVariant: variant), step: step.id, workspaceID: workspaceID)
  }

  fileprivate func texts(_ own: StepTexts, named name: String, step: String, workspaceID: Int64) throws(StoreError)
    -> Result<MailTemplate, StepTextError>
  {
    let texts: MailTexts
    switch try plainTexts(own, step: step, workspaceID: workspaceID) {
    case .success(let found): texts = found
    case .failure(let error): return .failure(error)
    }
    do throws(TemplateError) {
      return .success(try mailTemplates.template(texts, name: name))
    } catch {
      return .failure(StepTextError(description: error.description))
    }
  }
}

extension StepEntry {
  /// What its mail is called when something is said of its texts; `Configuration.TextPlaces` knows them by this.
  fileprivate func name(ofVariant variant: String?) -> String {
    "step \(id)" + (variant.map { ", variant \($0)" } ?? "")
  }
}

extension Transaction {
  /// Refuses sequences whose own texts name what no mail can have: a typing error would otherwise be found when the mail is written,
  /// by its not going. All of them are told, one a line. Templates are checked by themselves: they may be made later.
  public func refuseUnknownNames(in sequences: [SequenceEntry]) throws(StoreError) {
    var complaints: [String] = []
    for sequence in sequences {
      let workspace = try workspace(named: sequence.workspace).id
      let vocabulary = TemplateVocabulary.ofMails(customFields: try mailFieldNames(workspaceID: workspace))
      let snippets = SnippetBook(self, workspaceID: workspace)
      for template in try ownTemplates(of: sequence, workspaceID: workspace) {
        complaints += template.check(vocabulary) { snippets[$0, $1] }.errors.map { error in
          error.template.hasPrefix("snippet ") ? "\(error)" : "sequence \(sequence.key): \(error)"
        }
      }
    }
    guard !complaints.isEmpty else { return }
    throw .rejected(
      complaints.enumerated().filter { !complaints[..<$0].contains($1) }.map(\.element).joined(separator: "\n"))
  }

  /// The texts that a sequence's steps have themselves, as far as they can be read.
  private func ownTemplates(of sequence: SequenceEntry, workspaceID: Int64) throws(StoreError) -> [MailTemplate] {
    var found: [MailTemplate] = []
    for step in sequence.steps {
      guard step.kind == .email else {
        found += step.taskTemplates.compactMap { try? $0.get() }
        continue
      }
      for variant in step.variants.isEmpty ? [nil] : step.variants.map({ $0.id as String? }) {
        var own = step.texts(ofVariant: variant)
        own.template = nil
        let texts = try texts(own, named: step.name(ofVariant: variant), step: step.id, workspaceID: workspaceID)
        if case .success(let template) = texts { found.append(template) }
      }
    }
    return found
  }
}

extension StepEntry {
  /// A task's title and note, read; the error names which and where.
  var taskTemplates: [Result<MailTemplate, TemplateError>] {
    [("title", title), ("note", note)].compactMap { part, text in
      text.map { text in
        Result { () throws(TemplateError) in try MailTemplate(text: text, name: "step \(id) (\(part))") }
      }
    }
  }
}
