public import Configuration
internal import MailText

/// One request of an enrichment for a batch of people, tried until it has an answer.
public struct EnrichmentCall: Sendable, Equatable {
  /// What is to be done.
  public enum Step: Sendable, Equatable {
    case ask(SourceRequest)
    case wait(until: Int64)
    /// What became of each of the batch, in its order.
    case over([Outcome])
    /// There is no answer; for a person.
    case failed(String)
  }

  /// What is known of one of them now.
  public enum Outcome: Sendable, Equatable, Codable {
    /// Their address, and what else the answer says.
    case found(FoundPerson)
    /// Nobody knows an address.
    case missing
  }

  private let people: [FoundPerson]
  private var persistence: Persistence
  private var result: Step?

  /// Before the first try. `pace` is what the last call left, so that the rate holds over calls.
  public init(_ people: [FoundPerson], pace: Persistence) {
    self.people = people
    persistence = pace
  }

  /// What is to be kept for the next call.
  public var pace: Persistence { persistence }

  /// Failures since the last answer.
  public var failures: Int { persistence.failures }

  /// What to do at `now`.
  public mutating func next(_ enrichment: CampaignEnrichment, now: Int64) -> Step {
    if let result { return result }
    if now < persistence.notBefore { return .wait(until: persistence.notBefore) }
    let call = enrichment.http
    persistence.asked(call, now: now)
    var values = CallValues()
    values["people"] = .list(people.map(\.json))
    if let first = people.first, case .object(let members) = first.json {
      values["person"] = first.json
      for member in members { values["person.\(member.name)"] = member.value }
    }
    var request = SourceRequest(url: values.url(call.url))
    if call.method == .post {
      request.body = call.body.flatMap { try? JSONNode(Array($0.utf8)) }.map { values.body($0).bytes } ?? []
    }
    return .ask(request)
  }

  /// Takes the answer to the request that `next` gave.
  public mutating func take(
    _ answer: Result<SourceAnswer, SourceTrouble>, _ enrichment: CampaignEnrichment, now: Int64, chance: UInt64
  ) {
    // "Not found" about a single person is an answer.
    if case .success(let found) = answer, found.status == 404, people.count == 1 {
      result = .over([.missing])
      return
    }
    switch persistence.take(answer, enrichment.http, now: now, chance: chance) {
    case .again: return
    case .over(let text): result = .failed(text)
    case .good:
      guard case .success(let found) = answer else { return }
      result = read(found.body, enrichment)
    }
  }

  private func read(_ body: [UInt8], _ enrichment: CampaignEnrichment) -> Step {
    let tree: JSONNode
    do throws(JSONTextError) {
      // RFC 9110 section 15.3.5: 204 has no body, and says that there is nothing.
      tree = body.isEmpty ? .null : try JSONNode(body)
    } catch {
      return .failed("\(error)")
    }
    let items: [JSONNode]
    switch tree[pointer: enrichment.http.items] {
    case .list(let list)?: items = list
    case .object(let members)?: items = [.object(members)]
    case .null?: items = []
    default: return .failed("there is no list at \"\(enrichment.http.items)\"")
    }
    let answers = items.map { FoundPerson($0, fields: enrichment.http.fields) }
    return .over(people.map { person in outcome(of: person, among: answers) })
  }

  /// Of several people by the id; a single one's answer is theirs unless it names another.
  private func outcome(of person: FoundPerson, among answers: [FoundPerson]) -> Outcome {
    let own = answers.first { answer in
      guard let id = answer.id, let wanted = person.id else { return people.count == 1 }
      return id == wanted
    }
    guard let own, let address = contactAddress(own.facts.address) else { return .missing }
    var found = own
    found.id = nil
    found.facts.address = address
    return .found(found)
  }
}
