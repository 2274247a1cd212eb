// Reads and checks what is said of a sequence.

extension SequenceEntry {
  init(_ section: SectionReader) {
    self.init(key: section.requiredString("key", check: Check.name))
    name = section.optionalString("name", check: Check.oneLine)
    workspace = section.string("workspace", default: workspace, check: Check.name)
    onReply = section.optionalChoice("on_reply")
    onBounce = section.optionalChoice("on_bounce")
    onAway = section.optionalChoice("on_away")
    listUnsubscribe = section.optionalBoolean("list_unsubscribe")
    window = section.optionalSection("window").map(WindowSettings.init)
    zone = section.optionalZone("zone")
    compliance = section.optionalSection("compliance").map(ComplianceSettings.init)
    duplicates = section.optionalSection("duplicates").map(DuplicateSettings.init)
    pool = section.optionalString("pool", check: Check.name)
    let sections = section.sections("step")
    let before = section.reader.errors.count
    steps = sections.enumerated().map { StepEntry($1, place: $0 + 1) }
    section.finish()
    // What belongs together can be judged only when each part could be read.
    guard section.reader.errors.count == before else { return }
    section.notePlace("sequence \(key)")
    for (step, place) in zip(steps, sections) { step.notePlaces(place, in: key) }
    if pool != nil, steps.isEmpty {
      section.fail(key: "pool", "pool: a sequence whose steps come by headers goes where each mail's submitter sends")
    }
    for complaint in complaints {
      sections[complaint.step].fail(key: complaint.key, "\(complaint.key): \(complaint.what)")
    }
  }

  /// What of the steps does not fit together.
  public struct Complaint: Sendable, Equatable {
    /// Which step, from 0.
    public var step: Int
    /// The key at fault.
    public var key: String
    /// A sentence without a full stop.
    public var what: String
  }

  /// More steps than any plan has; each is a row of every enrollment.
  public static let mostSteps = 100
  /// More variants than any audience can be split over.
  public static let mostVariants = 20

  /// Everything about the steps that can be judged without the store: filters and texts are read there.
  public var complaints: [Complaint] {
    var found: [Complaint] = []
    if steps.count > Self.mostSteps {
      found.append(Complaint(step: Self.mostSteps, key: "id", what: "a sequence has at most \(Self.mostSteps) steps"))
    }
    for (place, step) in steps.enumerated() {
      func complain(_ key: String, _ what: String) { found.append(Complaint(step: place, key: key, what: what)) }
      if step.id == BranchEntry.end { complain("id", "\"end\" is what branches call the end of the sequence") }
      if steps[..<place].contains(where: { $0.id == step.id }) {
        complain("id", "another step before it is \"\(step.id)\" too")
      }
      for branch in step.branches where branch.to != BranchEntry.end {
        guard let target = steps.firstIndex(where: { $0.id == branch.to }) else {
          complain("branch", "there is no step \"\(branch.to)\"")
          continue
        }
        if target <= place {
          complain("branch", "step \"\(branch.to)\" does not come later: a branch leads forward only")
        }
      }
      if step.kind == .email { complainOfMail(step, place, complain) } else { complainOfTask(step, complain) }
    }
    return found
  }

  private func complainOfMail(_ step: StepEntry, _ place: Int, _ complain: (String, String) -> Void) {
    if step.title != nil || step.note != nil || step.dueMilliseconds != nil {
      complain("kind", "title, note and due are for tasks; this step is a mail")
    }
    if step.variants.count == 1 { complain("variant", "one variant is nothing to compare; give two or more, or none") }
    if step.variants.count > Self.mostVariants {
      complain("variant", "at most \(Self.mostVariants) variants")
    }
    if Set(step.variants.map(\.id)).count < step.variants.count { complain("variant", "two variants have the same id") }
    if step.experiment != nil, step.variants.isEmpty { complain("experiment", "there are no variants to compare") }
    if !step.variants.isEmpty, step.variants.allSatisfy({ $0.weight == 0 }) {
      complain("variant", "at least one weight must be more than 0")
    }
    let mails = step.variants.isEmpty ? [step.texts] : step.variants.map { step.texts(ofVariant: $0.id) }
    if mails.contains(where: { !$0.saysSomething }) {
      complain("text", "a mail needs a template, text or html")
    } else if place == 0, mails.contains(where: { $0.template == nil && $0.subject == nil }) {
      complain("subject", "the first mail of a thread needs a subject")
    }
  }

  private func complainOfTask(_ step: StepEntry, _ complain: (String, String) -> Void) {
    if step.title == nil { complain("title", "a \(step.kind.rawValue) needs a title that says what is to be done") }
    if step.texts != StepTexts() || !step.variants.isEmpty || step.experiment != nil {
      complain("kind", "texts and variants are for mails; this step is a \(step.kind.rawValue)")
    }
  }
}

extension StepEntry {
  init(_ section: SectionReader, place: Int) {
    self.init(id: section.string("id", default: "\(place)", check: Check.name))
    kind = section.choice("kind", default: kind)
    delayMilliseconds = section.duration("delay", default: delayMilliseconds)
    onlyIf = section.choices("only_if")
    filter = section.optionalString("filter", check: Check.oneLine)
    branches = section.sections("branch").map(BranchEntry.init)
    texts = StepTexts(section)
    variants = section.sections("variant").enumerated().map { VariantEntry($1, place: $0) }
    experiment = section.optionalSection("experiment").map(ExperimentSettings.init)
    title = section.optionalString("title", check: Check.oneLine)
    note = section.optionalString("note", check: Check.filled)
    if kind == .email, section.has("waits") {
      section.fail(key: "waits", "waits: is for tasks; a mail is waited for always")
    }
    waits = section.boolean("waits", default: waits)
    dueMilliseconds = section.optionalDuration("due")
    section.finish()
  }
}

extension StepEntry {
  /// What its texts are called when one of them is complained of (`Store`, `MailTemplate`).
  fileprivate func notePlaces(_ section: SectionReader, in sequence: String) {
    func note(_ section: SectionReader, _ name: String) {
      for part in ["subject", "preheader", "text", "html", "title", "note"] {
        section.notePlace("\(name) (\(part))", of: part)
      }
    }
    section.notePlace("sequence \(sequence): step \(id)")
    // A variant without a text of its own has the step's.
    note(section, "sequence \(sequence): step \(id)")
    for (variant, place) in zip(variants, section.sections("variant")) {
      note(section, "sequence \(sequence): step \(id), variant \(variant.id)")
      note(place, "sequence \(sequence): step \(id), variant \(variant.id)")
    }
  }
}

extension BranchEntry {
  init(_ section: SectionReader) {
    self.init(to: section.requiredString("to", check: Check.name))
    onlyIf = section.choices("only_if")
    filter = section.optionalString("filter", check: Check.oneLine)
    section.finish()
  }
}

extension StepTexts {
  init(_ section: SectionReader) {
    self.init()
    template = section.optionalString("template", check: Check.name)
    subject = section.optionalString("subject", check: Check.oneLine)
    preheader = section.optionalString("preheader", check: Check.oneLine)
    text = section.text("text")
    html = section.text("html")
    htmlFromText = section.htmlFromText(hasHTML: html != nil)
    fromName = section.optionalString("from_name", check: Check.plainLine)
    at = section.optionalString("at") {
      parseTimeOfDay($0) == nil ? "\"\($0)\" is no time of day; write it like \"09:30\"" : nil
    }
  }
}

extension VariantEntry {
  init(_ section: SectionReader, place: Int) {
    let letter = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(min(place, 25))))
    self.init(id: section.string("id", default: letter, check: Check.name))
    weight = section.integer("weight", default: weight, in: 0...1_000_000)
    texts = StepTexts(section)
    section.finish()
  }
}

extension ExperimentSettings {
  init(_ section: SectionReader) {
    self.init()
    choice = section.choice("choice", default: choice)
    metric = section.choice("metric", default: metric)
    minimumSample = section.integer("minimum_sample", default: minimumSample, in: 10...1_000_000)
    confidence = section.integer("confidence", default: confidence, in: 90...99)
    if ![90, 95, 99].contains(confidence) { section.fail(key: "confidence", "confidence: must be 90, 95 or 99") }
    settleMilliseconds = section.duration("settle", default: settleMilliseconds)
    section.finish()
  }
}

extension SectionReader {
  /// A list of words of a closed vocabulary.
  fileprivate func choices<Choice: CaseIterable & RawRepresentable<String>>(_ key: String) -> [Choice] {
    let names = Choice.allCases.map(\.rawValue)
    let words = strings(key, default: []) { word in
      if names.contains(word) { return nil }
      let near = nearestName(to: word, in: names).map { "; did you mean \"\($0)\"?" } ?? ""
      return "\"\(word)\" is not one of " + names.map { "\"\($0)\"" }.joined(separator: ", ") + near
    }
    return words.compactMap { Choice(rawValue: $0) }
  }
}
