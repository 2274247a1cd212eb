// What an apply file, or the API, says of a sequence. The same keys stand in TOML and in JSON.

/// A sequence: its policy, and its steps when they are its own and do not come by headers.
public struct SequenceEntry: Sendable, Equatable, Codable {
  /// What `X-Postern-Sequence` says.
  public var key: String
  /// For people; the key when nil.
  public var name: String?
  /// The workspace.
  public var workspace: String
  /// What an answer does; nil is `[sequences]` of the configuration.
  public var onReply: SequenceReaction?
  /// What a hard bounce does; nil is `[sequences]` of the configuration.
  public var onBounce: SequenceReaction?
  /// What an out-of-office answer with a day of return does; nil is `[sequences]` of the configuration.
  public var onAway: AwayReaction?
  /// When its mails may go; nil is `[sequences]` of the configuration.
  public var window: WindowSettings?
  /// IANA name of its zone; nil is the workspace's.
  public var zone: String?
  /// Whether its mails get List-Unsubscribe; nil is what holds for the account.
  public var listUnsubscribe: Bool?
  /// What its mails must have; nil, and what it does not say, is `[sequences.compliance]` of the configuration.
  public var compliance: ComplianceSettings?
  /// What becomes of people another sequence wrote to lately; nil is `[sequences.duplicates]` of the configuration.
  public var duplicates: DuplicateSettings?
  /// The pool whose accounts send its own steps; nil is `default`.
  public var pool: String?
  /// Its own steps, in order; empty: they come by headers.
  public var steps: [StepEntry]

  enum CodingKeys: String, CodingKey {
    case key, name, workspace, window, zone, pool, compliance, duplicates
    case onReply = "on_reply"
    case onBounce = "on_bounce"
    case onAway = "on_away"
    case listUnsubscribe = "list_unsubscribe"
    case steps = "step"
  }

  /// A sequence.
  public init(
    key: String, name: String? = nil, workspace: String = "default", onReply: SequenceReaction? = nil,
    onBounce: SequenceReaction? = nil, onAway: AwayReaction? = nil, window: WindowSettings? = nil,
    zone: String? = nil, pool: String? = nil, steps: [StepEntry] = []
  ) {
    self.key = key
    self.name = name
    self.workspace = workspace
    self.onReply = onReply
    self.onBounce = onBounce
    self.onAway = onAway
    self.window = window
    self.zone = zone
    self.pool = pool
    self.steps = steps
  }

  /// Keys that an older version did not store have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      key: try values.decode(String.self, forKey: .key), name: try values.decodeIfPresent(String.self, forKey: .name),
      workspace: try values.decodeIfPresent(String.self, forKey: .workspace) ?? "default",
      onReply: try values.decodeIfPresent(SequenceReaction.self, forKey: .onReply),
      onBounce: try values.decodeIfPresent(SequenceReaction.self, forKey: .onBounce),
      onAway: try values.decodeIfPresent(AwayReaction.self, forKey: .onAway),
      window: try values.decodeIfPresent(WindowSettings.self, forKey: .window),
      zone: try values.decodeIfPresent(String.self, forKey: .zone),
      pool: try values.decodeIfPresent(String.self, forKey: .pool),
      steps: try values.decodeIfPresent([StepEntry].self, forKey: .steps) ?? [])
    listUnsubscribe = try values.decodeIfPresent(Bool.self, forKey: .listUnsubscribe)
    compliance = try values.decodeIfPresent(ComplianceSettings.self, forKey: .compliance)
    duplicates = try values.decodeIfPresent(DuplicateSettings.self, forKey: .duplicates)
  }

  /// Whether its steps are its own; else they come by headers.
  public var isNative: Bool { !steps.isEmpty }

  /// The step of an id.
  public func step(_ id: String) -> StepEntry? { steps.first { $0.id == id } }
}

/// What a step is.
public enum StepKind: String, Sendable, Codable, CaseIterable {
  /// A mail.
  case email
  /// Something a person does, and says when it is done.
  case task, call, linkedin, sms
}

/// What has to be so when a step is about to go.
public enum StepConditionName: String, Sendable, Codable, CaseIterable {
  /// The contact has not answered, opened, or followed a link of any mail of the sequence.
  case noReply = "no-reply", noOpen = "no-open", noClick = "no-click"
  /// The contact has.
  case reply, open, click
}

/// A step of a sequence: a mail, or a task for a person.
public struct StepEntry: Sendable, Equatable, Codable {
  /// What tells it from the others when the sequence is edited; its place, from 1, when nothing else is said.
  public var id: String
  /// A mail or a task.
  public var kind: StepKind
  /// Milliseconds after the step before it went; of the first, after the contact was enrolled.
  public var delayMilliseconds: Int64
  /// All of them have to hold when it is about to go, else it is skipped.
  public var onlyIf: [StepConditionName]
  /// A filter that has to hold for the contact, else it is skipped.
  public var filter: String?
  /// Where the contact goes instead; the first whose conditions hold when the step is about to go.
  public var branches: [BranchEntry]
  /// What a mail says.
  public var texts: StepTexts
  /// Mails that are tried against each other.
  public var variants: [VariantEntry]
  /// How the variants are dealt and compared.
  public var experiment: ExperimentSettings?
  /// What a task is called.
  public var title: String?
  /// What a person should know for it.
  public var note: String?
  /// Whether the next step waits until the task is done.
  public var waits: Bool
  /// A task should be done so many milliseconds after it opens; nil: whenever.
  public var dueMilliseconds: Int64?

  enum CodingKeys: String, CodingKey {
    case id, kind, delay, filter, experiment, title, note, waits, due
    case onlyIf = "only_if"
    case branches = "branch"
    case variants = "variant"
  }

  /// A step.
  public init(
    id: String, kind: StepKind = .email, delayMilliseconds: Int64 = 0, onlyIf: [StepConditionName] = [],
    filter: String? = nil, branches: [BranchEntry] = [], texts: StepTexts = StepTexts(),
    variants: [VariantEntry] = [], experiment: ExperimentSettings? = nil, title: String? = nil, note: String? = nil,
    waits: Bool = true, dueMilliseconds: Int64? = nil
  ) {
    self.id = id
    self.kind = kind
    self.delayMilliseconds = delayMilliseconds
    self.onlyIf = onlyIf
    self.filter = filter
    self.branches = branches
    self.texts = texts
    self.variants = variants
    self.experiment = experiment
    self.title = title
    self.note = note
    self.waits = waits
    self.dueMilliseconds = dueMilliseconds
  }

  /// Absent keys have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try values.decode(String.self, forKey: .id),
      kind: try values.decodeIfPresent(StepKind.self, forKey: .kind) ?? .email,
      delayMilliseconds: try values.duration(.delay) ?? 0,
      onlyIf: try values.decodeIfPresent([StepConditionName].self, forKey: .onlyIf) ?? [],
      filter: try values.decodeIfPresent(String.self, forKey: .filter),
      branches: try values.decodeIfPresent([BranchEntry].self, forKey: .branches) ?? [],
      texts: try StepTexts(from: decoder),
      variants: try values.decodeIfPresent([VariantEntry].self, forKey: .variants) ?? [],
      experiment: try values.decodeIfPresent(ExperimentSettings.self, forKey: .experiment),
      title: try values.decodeIfPresent(String.self, forKey: .title),
      note: try values.decodeIfPresent(String.self, forKey: .note),
      waits: try values.decodeIfPresent(Bool.self, forKey: .waits) ?? true,
      dueMilliseconds: try values.duration(.due))
  }

  /// What is not said is left out.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(id, forKey: .id)
    try values.encode(kind, forKey: .kind)
    if delayMilliseconds != 0 { try values.encode(formatDuration(milliseconds: delayMilliseconds), forKey: .delay) }
    if !onlyIf.isEmpty { try values.encode(onlyIf, forKey: .onlyIf) }
    try values.encodeIfPresent(filter, forKey: .filter)
    if !branches.isEmpty { try values.encode(branches, forKey: .branches) }
    try texts.encode(to: encoder)
    if !variants.isEmpty { try values.encode(variants, forKey: .variants) }
    try values.encodeIfPresent(experiment, forKey: .experiment)
    try values.encodeIfPresent(title, forKey: .title)
    try values.encodeIfPresent(note, forKey: .note)
    if kind != .email { try values.encode(waits, forKey: .waits) }
    try values.encodeIfPresent(dueMilliseconds.map { formatDuration(milliseconds: $0) }, forKey: .due)
  }

  /// What its mail says to somebody who was dealt a variant; what the variant does not say is the step's own.
  public func texts(ofVariant id: String?) -> StepTexts {
    guard let id, let variant = variants.first(where: { $0.id == id }) else { return texts }
    return variant.texts.over(texts)
  }
}

/// A way past other steps.
public struct BranchEntry: Sendable, Equatable, Codable {
  /// All of them have to hold.
  public var onlyIf: [StepConditionName]
  /// A filter that has to hold for the contact.
  public var filter: String?
  /// The id of a later step, or `end`.
  public var to: String

  /// What leads behind the last step.
  public static let end = "end"

  enum CodingKeys: String, CodingKey {
    case filter, to
    case onlyIf = "only_if"
  }

  /// A branch.
  public init(onlyIf: [StepConditionName] = [], filter: String? = nil, to: String) {
    self.onlyIf = onlyIf
    self.filter = filter
    self.to = to
  }

  /// Absent keys have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      onlyIf: try values.decodeIfPresent([StepConditionName].self, forKey: .onlyIf) ?? [],
      filter: try values.decodeIfPresent(String.self, forKey: .filter),
      to: try values.decode(String.self, forKey: .to))
  }
}

/// What a mail of a step says, and at what time of day it goes.
public struct StepTexts: Sendable, Equatable, Codable {
  /// The key of a template; the other texts stand in the place of its own.
  public var template: String?
  /// Liquid, one line. A later step without one answers the mail before it.
  public var subject: String?
  /// Liquid; what mail programs show beside the subject.
  public var preheader: String?
  /// Liquid; the plain text.
  public var text: TextSource?
  /// Liquid; the HTML.
  public var html: TextSource?
  /// Whether the HTML is made from the plain text; nil: when there is a preheader, which only HTML can hold.
  public var htmlFromText: Bool?
  /// The name in From; nil is the account's.
  public var fromName: String?
  /// Not before this time of day, like `09:30`, by the clock that the window goes by.
  public var at: String?

  enum CodingKeys: String, CodingKey {
    case template, subject, preheader, text, html, at
    case textFile = "text_file"
    case htmlFile = "html_file"
    case htmlFromText = "html_from_text"
    case fromName = "from_name"
  }

  /// Texts.
  public init(
    template: String? = nil, subject: String? = nil, preheader: String? = nil, text: TextSource? = nil,
    html: TextSource? = nil, fromName: String? = nil, at: String? = nil
  ) {
    self.template = template
    self.subject = subject
    self.preheader = preheader
    self.text = text
    self.html = html
    self.fromName = fromName
    self.at = at
  }

  /// Texts and names of files are plain strings.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func source(_ key: CodingKeys, _ file: CodingKeys) throws -> TextSource? {
      try values.decodeIfPresent(String.self, forKey: key).map(TextSource.literal)
        ?? values.decodeIfPresent(String.self, forKey: file).map(TextSource.file)
    }
    self.init(
      template: try values.decodeIfPresent(String.self, forKey: .template),
      subject: try values.decodeIfPresent(String.self, forKey: .subject),
      preheader: try values.decodeIfPresent(String.self, forKey: .preheader),
      text: try source(.text, .textFile), html: try source(.html, .htmlFile),
      fromName: try values.decodeIfPresent(String.self, forKey: .fromName),
      at: try values.decodeIfPresent(String.self, forKey: .at))
    htmlFromText = try values.decodeIfPresent(Bool.self, forKey: .htmlFromText)
  }

  /// Texts and names of files are plain strings.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(template, forKey: .template)
    try values.encodeIfPresent(subject, forKey: .subject)
    try values.encodeIfPresent(preheader, forKey: .preheader)
    for (source, key, file) in [(text, CodingKeys.text, CodingKeys.textFile), (html, .html, .htmlFile)] {
      switch source {
      case .literal(let text): try values.encode(text, forKey: key)
      case .file(let path): try values.encode(path, forKey: file)
      case nil: break
      }
    }
    try values.encodeIfPresent(htmlFromText, forKey: .htmlFromText)
    try values.encodeIfPresent(fromName, forKey: .fromName)
    try values.encodeIfPresent(at, forKey: .at)
  }

  /// Whether anything of a mail is said.
  public var saysSomething: Bool { template != nil || text != nil || html != nil }

  /// These, and where they are silent what another says. A text of its own is not mixed with another's HTML.
  func over(_ other: StepTexts) -> StepTexts {
    let isOwnBody = saysSomething
    var texts = StepTexts(
      template: isOwnBody ? template : other.template, subject: subject ?? (template == nil ? other.subject : nil),
      preheader: preheader ?? (isOwnBody ? nil : other.preheader), text: isOwnBody ? text : other.text,
      html: isOwnBody ? html : other.html, fromName: fromName ?? other.fromName, at: at ?? other.at)
    texts.htmlFromText = isOwnBody ? htmlFromText : htmlFromText ?? other.htmlFromText
    return texts
  }

  /// `at` as minutes of the day.
  public var minuteOfDay: Int? { at.flatMap(parseTimeOfDay) }
}

/// One of the mails that are tried against each other.
public struct VariantEntry: Sendable, Equatable, Codable {
  /// `a`, `b` … by its place when nothing else is said.
  public var id: String
  /// Its share when they are dealt by weight.
  public var weight: Int
  /// What it says otherwise than the step.
  public var texts: StepTexts

  enum CodingKeys: String, CodingKey { case id, weight }

  /// A variant.
  public init(id: String, weight: Int = 1, texts: StepTexts = StepTexts()) {
    self.id = id
    self.weight = weight
    self.texts = texts
  }

  /// Absent keys have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try values.decode(String.self, forKey: .id),
      weight: try values.decodeIfPresent(Int.self, forKey: .weight) ?? 1,
      texts: try StepTexts(from: decoder))
  }

  /// The texts stand beside the id.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(id, forKey: .id)
    try values.encode(weight, forKey: .weight)
    try texts.encode(to: encoder)
  }
}

/// How the variants of a step are dealt and compared.
public struct ExperimentSettings: Sendable, Equatable, Codable {
  /// How contacts are dealt out.
  public enum Choice: String, Sendable, Codable, CaseIterable {
    /// The same share for each, by weight, or the better ones more often.
    case equal, weighted, bandit
  }

  /// What counts as a success of a mail.
  public enum Metric: String, Sendable, Codable, CaseIterable {
    /// It was opened, a link was followed, the person answered.
    case open, click, reply
  }

  /// How contacts are dealt out.
  public var choice: Choice
  /// What counts.
  public var metric: Metric
  /// Mails of each variant before a winner may be called.
  public var minimumSample: Int
  /// Percent of experiments without a difference in which no winner is called: 90, 95 or 99.
  public var confidence: Int
  /// A mail counts only when it went so many milliseconds ago: fresh mails have had no time to succeed.
  public var settleMilliseconds: Int64

  enum CodingKeys: String, CodingKey {
    case choice, metric, confidence, settle
    case minimumSample = "minimum_sample"
  }

  /// Rules; 3 days is when nearly all replies that will come have come.
  public init(
    choice: Choice = .equal, metric: Metric = .reply, minimumSample: Int = 100, confidence: Int = 95,
    settleMilliseconds: Int64 = 3 * 86_400_000
  ) {
    self.choice = choice
    self.metric = metric
    self.minimumSample = minimumSample
    self.confidence = confidence
    self.settleMilliseconds = settleMilliseconds
  }

  /// Absent keys have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    choice = try values.decodeIfPresent(Choice.self, forKey: .choice) ?? choice
    metric = try values.decodeIfPresent(Metric.self, forKey: .metric) ?? metric
    minimumSample = try values.decodeIfPresent(Int.self, forKey: .minimumSample) ?? minimumSample
    confidence = try values.decodeIfPresent(Int.self, forKey: .confidence) ?? confidence
    settleMilliseconds = try values.duration(.settle) ?? settleMilliseconds
  }

  /// `settle` is written as people write it.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(choice, forKey: .choice)
    try values.encode(metric, forKey: .metric)
    try values.encode(minimumSample, forKey: .minimumSample)
    try values.encode(confidence, forKey: .confidence)
    try values.encode(formatDuration(milliseconds: settleMilliseconds), forKey: .settle)
  }
}

extension KeyedDecodingContainer {
  /// Milliseconds of a duration like `3d`; nil when it is absent.
  fileprivate func duration(_ key: Key) throws -> Int64? {
    guard let text = try decodeIfPresent(String.self, forKey: key) else { return nil }
    guard let milliseconds = parseDuration(text) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "\"\(text)\" is no duration; write it like \"4h\", \"3d\" or \"2w\"")
    }
    return milliseconds
  }
}
