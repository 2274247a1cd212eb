import Testing

@testable import Relay

@Suite struct GatheringTests {
  @Test(
    arguments: [
      // One line waits for nobody.
      (Gathering(lines: 1, quick: 1, waiting: 1), false),
      // Few wait for all whose servers are quick, and for no other.
      (Gathering(lines: 3, quick: 3, waiting: 2), true), (Gathering(lines: 3, quick: 3, waiting: 3), false),
      (Gathering(lines: 4, quick: 2, waiting: 2), false), (Gathering(lines: 4, quick: 0, waiting: 1), false),
      // Many wait for a third.
      (Gathering(lines: 10, quick: 10, waiting: 3), true), (Gathering(lines: 10, quick: 10, waiting: 4), false),
      (Gathering(lines: 40, quick: 40, waiting: 13), true), (Gathering(lines: 40, quick: 40, waiting: 14), false),
      (Gathering(lines: 50, quick: 3, waiting: 2), true),
      (Gathering(lines: 50, quick: 3, waiting: 3), false),
    ]) func aCommitWaits(_ gathering: Gathering, _ waits: Bool)
  {
    #expect(gathering.isWorthwhile == waits)
  }
}
