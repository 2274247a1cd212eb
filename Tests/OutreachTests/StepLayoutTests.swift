import Testing

@testable import Outreach

/// What an edit of a running sequence does to one contact's steps.
@Suite struct StepLayoutTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var ids: String
    /// `A1` has gone, `b2` waits.
    var rows: String
    var expected: [LayoutChange]
    /// The way afterwards, by number.
    var way: String
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    .init(
      name: "enrolled", ids: "a b", rows: "", expected: [.add(id: "a", number: 1), .add(id: "b", number: 2)],
      way: "a1 b2"
    ),
    .init(name: "nothing changed", ids: "a b", rows: "A1 b2", expected: [], way: "A1 b2"),
    .init(
      name: "a step at the end", ids: "a b c", rows: "A1 b2", expected: [.add(id: "c", number: 3)], way: "A1 b2 c3"),
    .init(
      name: "a step in between, before what waits", ids: "a x b", rows: "A1 b2",
      expected: [.add(id: "x", number: 2), .move(id: "b", from: 2, to: 3)], way: "A1 x2 b3"),
    .init(
      name: "a step that comes too late for this contact", ids: "a x b c", rows: "A1 B2 c3",
      expected: [.move(id: "c", from: 3, to: 4)], way: "A1 B2 c4"),
    .init(
      name: "a waiting step is removed", ids: "a c", rows: "A1 b2 c3",
      expected: [.remove(id: "b", number: 2), .move(id: "c", from: 3, to: 2)], way: "A1 c2"),
    .init(name: "one that went is removed", ids: "b c", rows: "A1 b2 c3", expected: [], way: "A1 b2 c3"),
    .init(
      name: "what waits changes places", ids: "a c b", rows: "A1 b2 c3",
      expected: [.move(id: "c", from: 3, to: 2), .move(id: "b", from: 2, to: 3)], way: "A1 c2 b3"),
    .init(
      name: "what was promised goes, though the new order has it before one that went", ids: "a c b d",
      rows: "A1 B2 c3 d4", expected: [], way: "A1 B2 c3 d4"),
    .init(
      name: "all are others", ids: "x y", rows: "A1 b2",
      expected: [.remove(id: "b", number: 2), .add(id: "x", number: 2), .add(id: "y", number: 3)], way: "A1 x2 y3"),
  ]

  @Test(arguments: cases) func laysOut(_ test: Case) {
    let rows = test.rows.split(separator: " ").map { row in
      LaidStep(
        id: row.prefix(1).lowercased(), number: Int(row.dropFirst()) ?? 0,
        isWaiting: row.prefix(1).lowercased() == row.prefix(1))
    }
    let changes = layOut(test.ids.split(separator: " ").map(String.init), over: rows)
    #expect(Set(changes.map { "\($0)" }) == Set(test.expected.map { "\($0)" }))
    #expect(carryOut(changes, rows) == test.way)
  }

  /// Whatever is edited: what went stays, numbers are unique and rise, and nothing waits that is not in the definition.
  @Test func anyEditsKeepTheWayWhole() {
    var random = MixedNumbers(first: 11, second: 20_261_126)
    for _ in 0..<3000 {
      var rows: [LaidStep] = []
      for _ in 0..<5 {
        let ids = ["a", "b", "c", "d", "e", "f"].filter { _ in random.next() % 3 > 0 }.shuffled(using: &random)
        let gone = rows.filter { !$0.isWaiting }
        for change in layOut(ids, over: rows) { apply(change, &rows) }
        #expect(rows.filter { !$0.isWaiting } == gone)
        let waiting = rows.filter(\.isWaiting).sorted { $0.number < $1.number }
        #expect(waiting.map(\.id) == ids.filter { id in waiting.contains { $0.id == id } })
        #expect(Set(rows.map(\.number)).count == rows.count)
        #expect(Set(rows.map(\.id)).count == rows.count)
        #expect(waiting.allSatisfy { step in gone.allSatisfy { $0.number < step.number } })
        // Some of what waits goes, in order.
        for step in waiting.prefix(Int(random.next() % 3)) {
          if let index = rows.firstIndex(of: step) { rows[index].isWaiting = false }
        }
      }
    }
  }

  private func apply(_ change: LayoutChange, _ rows: inout [LaidStep]) {
    switch change {
    case .add(let id, let number): rows.append(LaidStep(id: id, number: number, isWaiting: true))
    case .move(let id, _, let to):
      if let index = rows.firstIndex(where: { $0.id == id && $0.isWaiting }) { rows[index].number = to }
    case .remove(let id, _): rows.removeAll { $0.id == id && $0.isWaiting }
    }
  }

  private func carryOut(_ changes: [LayoutChange], _ rows: [LaidStep]) -> String {
    var rows = rows
    for change in changes { apply(change, &rows) }
    return rows.sorted { $0.number < $1.number }
      .map { "\($0.isWaiting ? $0.id : $0.id.uppercased())\($0.number)" }.joined(separator: " ")
  }
}
