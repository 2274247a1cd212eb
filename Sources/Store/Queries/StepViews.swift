public import Configuration
internal import Delivery
internal import Outreach

/// A step of an enrollment as people see it: a mail or a task, what became of it, and when it will go.
public struct StepView: Sendable, Equatable {
  /// Its place in the contact's way, from 1.
  public var number: Int
  /// Its id in the sequence; nil for one that came by headers.
  public var id: String?
  /// A mail or what kind of task.
  public var kind: StepKind
  /// A message's state or a task's.
  public var state: String
  /// The message.
  public var messageID: Int64?
  /// The task.
  public var taskID: Int64?
  /// What it is about: a mail's subject, a task's title.
  public var title: String
  /// By which version of the sequence it went, or will.
  public var version: Int64?
  /// Which variant.
  public var variant: String?
  /// When its plan lets it go; nil while the step before it has not ended.
  public var scheduledFor: Int64?
  /// When it goes by what is known now, also when the steps before it have not gone; nil: it waits for a person.
  public var plannedFor: Int64?
  /// When it went; of a task, when it was done.
  public var sentAt: Int64?
  /// When a mail was first opened.
  public var openedAt: Int64?
  /// When a link in it was first followed.
  public var clickedAt: Int64?
  /// When it was answered.
  public var repliedAt: Int64?
  /// Why it failed, was passed over or waits.
  public var error: String?
}

/// Shows the steps of enrollments; what is the same for many is asked once.
public final class StepViewer {
  private let db: Reader
  private let now: Int64
  private var shared = SharedFacts()

  /// As `db` sees them at `now`.
  public init(_ db: Reader, now: Int64) {
    self.db = db
    self.now = now
  }

  /// All steps of an enrollment, in order.
  public func steps(of enrollment: EnrollmentRecord) throws(StoreError) -> [StepView] {
    let sequence = try db.sequence(enrollment.sequenceID, &shared)
    var rows = StepRows(messages: try db.steps(ofEnrollment: enrollment.id))
    if enrollment.version > 0 { rows.tasks = try db.tasks(ofEnrollment: enrollment.id) }
    let times = try times(rows, enrollment, sequence)
    let views =
      rows.messages.map { StepView($0, plannedFor: times[$0.step ?? 0]) }
      + rows.tasks.map { StepView($0, plannedFor: times[$0.step]) }
    return views.sorted { $0.number < $1.number }
  }

  private func times(_ rows: StepRows, _ enrollment: EnrollmentRecord, _ sequence: SequenceRecord) throws(StoreError)
    -> [Int: Int64]
  {
    guard enrollment.state == .active || enrollment.state == .paused else { return [:] }
    let workspace = try db.workspace(sequence.workspaceID, &shared)
    let (window, zone) = try db.window(of: sequence, enrollment, workspace)
    var enrollment = enrollment
    // A draft is shown as if it began now.
    if sequence.state == .draft { enrollment.startedAt = now }
    let facts =
      enrollment.version > 0 ? stepFacts(rows, enrollment) : rows.messages.compactMap { StepFact($0) }
    let messages = Dictionary(rows.messages.map { ($0.step ?? 0, $0) }) { first, _ in first }
    let tasks = Dictionary(rows.tasks.map { ($0.step, $0) }) { first, _ in first }
    let now = now
    var accounts: [Int64: Window?] = [:]
    for lane in Set(rows.messages.map(\.lane)) where window.map({ $0.spread != .asap }) ?? false {
      accounts[lane] = try db.hours(ofLane: lane)
    }
    let hours = accounts
    return plannedTimes(
      facts, from: enrollment.version > 0 ? .definition : .headers, notBefore: enrollment.notBefore, zone: zone,
      now: now,
      isTask: { tasks[$0] != nil }, waitsForPerson: { tasks[$0]?.waits ?? false },
      place: { number, due in
        let earliest = max(due, messages[number]?.retryAt ?? due)
        guard let window, let message = messages[number] else { return max(earliest, now) }
        return window.place(
          of: message.id, due: due, now: max(earliest, now), within: hours[message.lane] ?? nil)
      })
  }
}

extension Reader {
  /// The hours that all accounts which may take a lane's mail share.
  fileprivate func hours(ofLane lane: Int64) throws(StoreError) -> Window? {
    commonHours(
      try candidates(inLane: lane).map { account throws(StoreError) -> Window? in
        guard let own = account.settings.window else { return nil }
        return Window(own, in: try zone(of: account))
      })
  }
}

extension StepView {
  init(_ message: MessageRecord, plannedFor: Int64?) {
    number = message.step ?? 0
    id = message.stepID
    kind = .email
    state = message.state.rawValue
    messageID = message.id
    title = message.subject
    version = message.version
    variant = message.variant
    scheduledFor = message.scheduledFor
    self.plannedFor = plannedFor
    sentAt = message.sentAt
    openedAt = message.openedAt
    clickedAt = message.clickedAt
    repliedAt = message.repliedAt
    // Of one that went it is the server's yes.
    error = message.state == .sent ? nil : message.lastReply
  }

  init(_ task: TaskRecord, plannedFor: Int64?) {
    number = task.step
    id = task.stepID
    kind = task.kind
    state = task.state.rawValue
    taskID = task.id
    title = task.title
    version = task.version
    scheduledFor = task.scheduledFor
    self.plannedFor = plannedFor
    sentAt = task.state == .done ? task.finishedAt : nil
    openedAt = task.openedAt
    error = task.reason
  }
}

/// A task with the names of what it belongs to, for lists.
public struct TaskListing: Sendable, Equatable {
  /// The task.
  public var task: TaskRecord
  /// Whom it is about.
  public var contact: String
  /// Its sequence's key.
  public var sequence: String
}

extension Reader {
  /// Tasks by state, the most urgent first; `sequence` narrows the list.
  public func taskListings(
    state: TaskRecord.State, sequence: String? = nil, workspaceID: Int64, limit: Int
  ) throws(StoreError) -> [TaskListing] {
    try listings(
      where: "t.workspace_id = ? AND t.state = ? AND (? IS NULL OR q.key = ?)",
      [.integer(workspaceID), .text(state.rawValue), SQLValue(sequence), SQLValue(sequence), .integer(Int64(limit))])
  }

  /// One task.
  public func taskListing(_ id: Int64) throws(StoreError) -> TaskListing? {
    try listings(where: "t.id = ?", [.integer(id), .integer(1)]).first
  }

  private func listings(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [TaskListing] {
    try connection.rows(
      """
      SELECT \(TaskRecord.columns), c.address, q.key FROM task t JOIN enrollment e ON e.id = t.enrollment_id
      JOIN contact c ON c.id = e.contact_id JOIN sequence q ON q.id = e.sequence_id
      WHERE \(condition) ORDER BY t.due IS NULL, t.due, t.scheduled_for, t.id LIMIT ?
      """, values
    ) { row throws(StoreError) in
      TaskListing(
        task: try TaskRecord(row), contact: row.text(TaskRecord.columnCount),
        sequence: row.text(TaskRecord.columnCount + 1))
    }
  }
}
