import Testing

@testable import Delivery

private let now = at("2026-11-20T10:00:00Z")

@Suite struct RotationTests {
  private func account(_ id: Int64, used: Int = 0, limit: Int? = nil, last: Int64? = nil, weight: Int = 1)
    -> AccountFacts
  {
    var account = AccountFacts(id: id, address: "a\(id)@example.org", dayEnds: now + day)
    account.usedToday = used
    account.dailyLimit = limit
    account.lastSendAt = last
    account.weight = weight
    account.connectionsMax = 1000
    return account
  }

  private func choice(_ accounts: [AccountFacts], _ policy: PoolPolicy = PoolPolicy()) -> Int64? {
    let outcome = evaluate(MessageFacts(id: 1, due: now), accounts: accounts, pool: policy, now: now).outcome
    if case .go(let account) = outcome { return account }
    return nil
  }

  @Test func leastUsedGoesByShareNotByCount() {
    #expect(choice([account(1, used: 10, limit: 100), account(2, used: 4, limit: 20)]) == 1)
    #expect(choice([account(1, used: 3, limit: 20), account(2, used: 2, limit: 20)]) == 2)
    // The same share: the one that rested longer, then the smaller id.
    #expect(
      choice([account(1, used: 1, limit: 10, last: now - 5), account(2, used: 2, limit: 20, last: now - 9)]) == 2)
    #expect(choice([account(2), account(1)]) == 1)
    // One that never sent rested longest.
    #expect(choice([account(1, last: now - day), account(2)]) == 2)
    #expect(choice([account(1, used: 5), account(2, used: 4)]) == 2)
  }

  @Test func thePreferredProviderGoesFirstWhileItCan() {
    var accounts = [account(1, used: 0, limit: 10), account(2, used: 9, limit: 10), account(3, used: 5, limit: 10)]
    accounts[1].provider = .google
    accounts[2].provider = .microsoft
    var policy = PoolPolicy()
    func choice(_ host: String) -> Int64? {
      var message = MessageFacts(id: 1, due: now)
      message.provider = Provider(host: host)
      let outcome = evaluate(message, accounts: accounts, pool: policy, now: now).outcome
      if case .go(let account) = outcome { return account }
      return nil
    }
    #expect(choice("gmail.com") == 1)
    policy.prefersSameProvider = true
    #expect(["gmail.com", "hotmail.com", "example.org", "yahoo.com"].map(choice) == [2, 3, 1, 1])
    accounts[1].usedToday = 10
    #expect(choice("gmail.com") == 1)
  }

  @Test func whatIsUnderWayCountsAsUsed() {
    var busy = account(1, used: 0, limit: 10)
    busy.inFlight = 2
    #expect(choice([busy, account(2, used: 1, limit: 10)]) == 2)
  }

  @Test func warmupIsTodaysLimit() {
    var young = account(1, used: 1, limit: 100)
    young.warmup = .standard
    #expect(choice([young, account(2, used: 10, limit: 100)]) == 2)
  }

  @Test func roundRobinTakesEachInTurnAndSkipsClosedOnes() {
    var accounts = [account(3), account(1), account(2), account(7)]
    var policy = PoolPolicy(rotation: .roundRobin)
    var order: [Int64] = []
    for turn in 0..<9 {
      if turn == 5 { accounts[2].state = .paused }
      let chosen = choice(accounts, policy) ?? 0
      order.append(chosen)
      policy.lastAccount = chosen
    }
    #expect(order == [1, 2, 3, 7, 1, 3, 7, 1, 3])
  }

  @Test func weightedSharesByWeight() {
    var accounts = [account(1, weight: 3), account(2, weight: 1), account(3, weight: 0)]
    for _ in 0..<40 {
      let chosen = choice(accounts, PoolPolicy(rotation: .weighted))
      for index in accounts.indices where accounts[index].id == chosen { accounts[index].usedToday += 1 }
    }
    #expect(accounts.map(\.usedToday) == [30, 10, 0])
  }

  @Test(arguments: AccountRotation.allCases) func theOrderIsStrictAndTotal(rotation: AccountRotation) {
    var random = Seeded(5)
    let policy = PoolPolicy(rotation: rotation, lastAccount: 4)
    let accounts = (1...12).map { id in
      account(
        Int64(id), used: Int.random(in: 0...3, using: &random),
        limit: [nil, 2, 5, 10].randomElement(using: &random) ?? nil,
        last: Bool.random(using: &random) ? now - Int64.random(in: 0...2, using: &random) : nil,
        weight: Int.random(in: 1...3, using: &random))
    }
    for a in accounts {
      for b in accounts {
        #expect(goesBefore(a, b, policy, at: now) == (a.id != b.id && !goesBefore(b, a, policy, at: now)))
        for c in accounts where goesBefore(a, b, policy, at: now) && goesBefore(b, c, policy, at: now) {
          #expect(goesBefore(a, c, policy, at: now))
        }
      }
    }
  }

  @Test(arguments: AccountRotation.allCases) func theChoiceDoesNotDependOnTheOrderOfTheList(rotation: AccountRotation) {
    var random = Seeded(9)
    for _ in 0..<50 {
      var accounts = (1...6).map { account(Int64($0), used: Int.random(in: 0...3, using: &random), limit: 5) }
      let policy = PoolPolicy(rotation: rotation, lastAccount: 3)
      let first = choice(accounts, policy)
      accounts.shuffle(using: &random)
      #expect(choice(accounts, policy) == first)
    }
  }
}
