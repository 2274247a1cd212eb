public import Configuration

/// A step that a person does.
public struct TaskRecord: Sendable, Equatable {
  /// Where a task is on its way.
  public enum State: String, Sendable, Codable, CaseIterable {
    /// Its time has not come.
    case scheduled
    /// A person should do it.
    case open
    /// A person did it; its conditions were not met, or a person passed it over; its enrollment ended before.
    case done, skipped, cancelled
  }

  /// The row.
  public var id: Int64
  /// Whose it is.
  public var workspaceID: Int64
  /// The contact's way through a sequence that it is a step of.
  public var enrollmentID: Int64
  /// Its number, from 1.
  public var step: Int
  /// The step's id in the sequence.
  public var stepID: String
  /// The version of the sequence that it follows.
  public var version: Int64
  /// What kind of task.
  public var kind: StepKind
  /// What is to be done.
  public var title: String
  /// What a person should know for it.
  public var note: String?
  /// Where it is.
  public var state: State
  /// Whether the next step waits until it is done.
  public var waits: Bool
  /// Milliseconds after the step before.
  public var delay: Int64
  /// Milliseconds after it opens until it should be done.
  public var dueAfter: Int64?
  /// The time it was asked to open at.
  public var sendAt: Int64?
  /// When it opens; nil while the step before it has not ended.
  public var scheduledFor: Int64?
  /// When it opened.
  public var openedAt: Int64?
  /// When it should be done.
  public var due: Int64?
  /// When it was done, skipped or cancelled.
  public var finishedAt: Int64?
  /// Who did it.
  public var doneBy: String?
  /// Why it was skipped or cancelled.
  public var reason: String?
  /// When it was planned first.
  public var createdAt: Int64

  static let columns = """
    t.id, t.workspace_id, t.enrollment_id, t.step, t.step_id, t.version, t.kind, t.title, t.note, t.state, t.waits, \
    t.delay, t.due_after, t.send_at, t.scheduled_for, t.opened_at, t.due, t.finished_at, t.done_by, t.reason, t.created_at
    """
  static let columnCount: Int32 = 21

  init(_ row: SQLiteConnection.Row) throws(StoreError) {
    guard let kind = StepKind(rawValue: row.text(6)), let state = State(rawValue: row.text(9)) else {
      throw .statement("task \(row.integer(0)) is of the unknown kind \(row.text(6)) or state \(row.text(9))")
    }
    id = row.integer(0)
    workspaceID = row.integer(1)
    enrollmentID = row.integer(2)
    step = Int(row.integer(3))
    stepID = row.text(4)
    version = row.integer(5)
    self.kind = kind
    title = row.text(7)
    note = row.textOrNil(8)
    self.state = state
    waits = row.integer(10) != 0
    delay = row.integer(11)
    dueAfter = row.integerOrNil(12)
    sendAt = row.integerOrNil(13)
    scheduledFor = row.integerOrNil(14)
    openedAt = row.integerOrNil(15)
    due = row.integerOrNil(16)
    finishedAt = row.integerOrNil(17)
    doneBy = row.textOrNil(18)
    reason = row.textOrNil(19)
    createdAt = row.integer(20)
  }
}

extension Reader {
  /// The tasks of an enrollment by step.
  public func tasks(ofEnrollment id: Int64) throws(StoreError) -> [TaskRecord] {
    try connection.rows(
      "SELECT \(TaskRecord.columns) FROM task t WHERE t.enrollment_id = ? ORDER BY t.step", [.integer(id)]
    ) { row throws(StoreError) in try TaskRecord(row) }
  }

  /// One task.
  public func task(_ id: Int64) throws(StoreError) -> TaskRecord? {
    try first("SELECT \(TaskRecord.columns) FROM task t WHERE t.id = ?", [.integer(id)]) {
      row throws(StoreError) in try TaskRecord(row)
    }
  }

  /// When the next task opens; nil: none is planned.
  public func nextTaskTime() throws(StoreError) -> Int64? {
    try first("SELECT MIN(scheduled_for) FROM task WHERE state = 'scheduled' AND scheduled_for IS NOT NULL", []) {
      row in
      row.integerOrNil(0)
    } ?? nil
  }
}
