import Configuration
import Outreach

/// Reads one input as a stranger's JSON: as a tree, as a page of a campaign's source and as an enrichment's answer; traps when a rule
/// that must hold is broken.
func check(_ input: [UInt8]) {
  checkPage(input)
  checkEnrichment(input)
  checkBody(input)
  guard let tree = try? JSONNode(input) else { return }
  let written = tree.bytes
  guard let again = try? JSONNode(written) else { preconditionFailure("what was written is no JSON") }
  precondition(again == tree, "what was written says something else")
  precondition(again.bytes == written, "written again it is another text")
  checkPointers(tree, in: tree, "", 0)
}

/// Each value is where its pointer leads, unless a later member has its name.
private func checkPointers(_ node: JSONNode, in tree: JSONNode, _ pointer: String, _ depth: Int) {
  precondition(tree[pointer: pointer] == node, "\(pointer) leads elsewhere")
  // Each pointer is followed from the root: deep trees would take the square of their depth.
  guard depth < 8 else { return }
  switch node {
  case .list(let items):
    for (index, item) in items.enumerated().prefix(20) {
      checkPointers(item, in: tree, "\(pointer)/\(index)", depth + 1)
    }
    precondition(tree[pointer: "\(pointer)/\(items.count)"] == nil && tree[pointer: pointer + "/-"] == nil)
  case .object(let members):
    for (index, member) in members.enumerated().prefix(20) {
      let name = Array(member.name.utf8)
      // Not by `==`, which takes two spellings of a letter for one.
      if members[(index + 1)...].contains(where: { Array($0.name.utf8) == name }) { continue }
      var token: [UInt8] = []
      for byte in name {
        switch byte {
        case UInt8(ascii: "~"): token += Array("~0".utf8)
        case UInt8(ascii: "/"): token += Array("~1".utf8)
        default: token.append(byte)
        }
      }
      checkPointers(member.value, in: tree, pointer + "/" + String(decoding: token, as: UTF8.self), depth + 1)
    }
  default: break
  }
}

private let call = HTTPCall(
  url: "https://api.test/people?x={{ page }}", items: "/data",
  fields: ["id": "/id", "email": "/contact/email", "first_name": "/name", "note": "/tags"])

/// The input as the body of a page, for every kind of paging; a page is read to an end or a next request, never both.
private func checkPage(_ input: [UInt8]) {
  for kind in SourcePaging.Kind.allCases {
    let paging = SourcePaging(kind: kind, parameter: "p", cursor: "/meta/next", more: "/meta/more", maxPages: 3)
    var walk = SourceWalk(CampaignSource(kind: .http, http: call, paging: paging))
    var now: Int64 = 1_795_176_000_000
    for _ in 0..<5 {
      guard case .ask(let request) = walk.next(call, paging, CallValues(), now: now) else { break }
      precondition(request.url.hasPrefix("https://"), "asked elsewhere: \(request.url)")
      let answer = SourceAnswer(
        status: 200, fields: [.init("Link", String(decoding: input, as: UTF8.self))], body: input)
      let page = walk.take(.success(answer), of: call, paging, CallValues(), now: now, chance: 7)
      precondition(page.people.allSatisfy(\.isSomebody), "nobody was found")
      for person in page.people { precondition(person.id?.isEmpty != true, "an id without a letter") }
      precondition(walk.pages <= 3, "more pages than allowed")
      now += 86_400_000
    }
  }
}

private func checkEnrichment(_ input: [UInt8]) {
  let people = ["1", "2"].map { FoundPerson(id: $0, facts: ContactDraft(address: "")) }
  let enrichment = CampaignEnrichment(http: call, batch: 2)
  var asked = EnrichmentCall(people, pace: Persistence())
  guard case .ask = asked.next(enrichment, now: 1) else { preconditionFailure("nothing was asked") }
  asked.take(.success(SourceAnswer(status: 200, body: input)), enrichment, now: 1, chance: 7)
  switch asked.next(enrichment, now: 86_400_000) {
  case .over(let outcomes):
    precondition(outcomes.count == people.count, "not an outcome for each")
    for case .found(let person) in outcomes { precondition(!person.facts.address.isEmpty, "found without an address") }
  case .failed(let text): precondition(!text.isEmpty, "a failure says why")
  case .ask, .wait: preconditionFailure("an answer was no answer")
  }
}

/// The input as a value that is put into a URL and a body: it never becomes more than a value.
private func checkBody(_ input: [UInt8]) {
  let text = String(decoding: input, as: UTF8.self)
  let values = CallValues(["page": .text(text)])
  let template: JSONNode = .object([.init("p", .text("{{ page }}")), .init("q", .text("x {{ page }} y"))])
  precondition(
    values.body(template) == .object([.init("p", .text(text)), .init("q", .text("x \(text) y"))]), "a value became more"
  )
  let url = values.url("https://api.test/{{ page }}")
  precondition(
    url.utf8.dropFirst(17).allSatisfy { $0 > 0x20 && $0 < 0x7f && !"/?#\"<>\\^`{|}".utf8.contains($0) },
    "a value became more of a URL")
}
