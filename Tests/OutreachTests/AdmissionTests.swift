import Testing

@testable import Outreach

@Suite struct AdmissionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var step: Int
    var enrollment: EnrollmentFacts?
    /// nil is accepted.
    var refused: String?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    .init(
      name: "step 2 for someone never enrolled", step: 2, enrollment: nil,
      refused: "X-Postern-Step: bob@example.net is not enrolled in sequence demo; step 1 enrolls, this is step 2"),
    .init(name: "the next step", step: 2, enrollment: .init(state: .active, steps: [1])),
    .init(name: "a step out of order", step: 3, enrollment: .init(state: .active, steps: [1])),
    .init(
      name: "a repeated step", step: 1, enrollment: .init(state: .active, steps: [1, 2]),
      refused: "X-Postern-Step: step 1 of sequence demo was already taken in for bob@example.net"),
    .init(name: "paused takes steps", step: 2, enrollment: .init(state: .paused, steps: [1])),
    .init(
      name: "paused takes no step twice", step: 1, enrollment: .init(state: .paused, steps: [1]),
      refused: "X-Postern-Step: step 1 of sequence demo was already taken in for bob@example.net"),
    .init(
      name: "completed goes on", step: 4,
      enrollment: .init(state: .completed, stopReason: .completed, steps: [1, 2, 3])),
    .init(
      name: "stopped by a reply", step: 2, enrollment: .init(state: .stopped, stopReason: .replied, steps: [1]),
      refused: "X-Postern-Sequence: sequence demo has ended for bob@example.net: replied"),
    .init(
      name: "stopped and enrolled again", step: 1, enrollment: .init(state: .stopped, stopReason: .manual, steps: [1]),
      refused: "X-Postern-Sequence: sequence demo has ended for bob@example.net: manual"),
    .init(
      name: "failed", step: 2, enrollment: .init(state: .failed, steps: [1]),
      refused: "X-Postern-Sequence: sequence demo has ended for bob@example.net: failed"),
  ]

  @Test(arguments: cases) func answers(test: Case) {
    let expected = test.refused.map { Admission.refuse(text: $0) } ?? .accept(enrolls: false)
    #expect(admit(step: test.step, of: "demo", for: "bob@example.net", enrollment: test.enrollment) == expected)
  }

  @Test func stepOneEnrolls() {
    #expect(admit(step: 1, of: "demo", for: "bob@example.net", enrollment: nil) == .accept(enrolls: true))
  }

  @Test func anAddressInTheReplyIsAsciiAndShort() {
    let address = "bob\r\n250 fine" + String(repeating: "ü", count: 400) + "@example.net"
    guard case .refuse(let text) = admit(step: 2, of: "demo", for: address, enrollment: nil) else {
      Issue.record("was taken")
      return
    }
    #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    #expect(text.utf8.count < 400)
  }
}
