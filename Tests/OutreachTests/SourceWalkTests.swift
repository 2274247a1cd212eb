import Configuration
import Foundation
import Testing

@testable import Outreach

@Suite struct SourceWalkTests {
  private static let start: Int64 = 1_800_000_000_000

  /// A source that is walked with answers from a table, by a clock that jumps to wherever the walk wants to wait.
  private struct Walked {
    var call: HTTPCall
    var paging: SourcePaging?
    var walk: SourceWalk
    var now = SourceWalkTests.start
    var asked: [String] = []
    var bodies: [String] = []
    var people: [String] = []
    var troubles: [String] = []
    var waits: [Int64] = []

    init(_ call: HTTPCall, _ paging: SourcePaging?) {
      (self.call, self.paging) = (call, paging)
      walk = SourceWalk(CampaignSource(kind: .http, http: call, paging: paging))
    }

    /// Returns how it ended; `answers` are used up one a request.
    mutating func run(_ answers: [Result<SourceAnswer, SourceTrouble>]) throws -> SourceWalk.Step {
      var answers = answers[...]
      for _ in 0..<200 {
        // As after a crash: what is stored is all that is known.
        walk = try JSONDecoder().decode(SourceWalk.self, from: JSONEncoder().encode(walk))
        switch walk.next(call, paging, CallValues(), now: now) {
        case .wait(let until):
          waits.append(until - now)
          now = until
        case .ask(let request):
          asked.append(request.url)
          if let body = request.body { bodies.append(String(decoding: body, as: UTF8.self)) }
          let answer = answers.popFirst() ?? .failure(SourceTrouble(text: "no more answers", isTemporary: false))
          let page = walk.take(answer, of: call, paging, CallValues(), now: now, chance: 0)
          people += page.people.map(\.facts.address)
          if let trouble = page.trouble { troubles.append(trouble) }
        case let end: return end
        }
      }
      return .failed("it never ends")
    }
  }

  private static func page(_ names: String..., more: String = "", fields: [SourceAnswer.Field] = [])
    -> Result<SourceAnswer, SourceTrouble>
  {
    let items = names.map { #"{"mail":"\#($0)@x.test"}"# }.joined(separator: ",")
    return .success(SourceAnswer(status: 200, fields: fields, body: Array(#"{"data":[\#(items)]\#(more)}"#.utf8)))
  }

  private static func status(_ status: Int, _ fields: SourceAnswer.Field...) -> Result<SourceAnswer, SourceTrouble> {
    .success(SourceAnswer(status: status, fields: fields))
  }

  private static func call(_ url: String = "https://api.test/p", auth: HTTPAuth? = nil) -> HTTPCall {
    HTTPCall(url: url, items: "/data", fields: ["email": "/mail"], auth: auth, requestsPerMinute: 60)
  }

  @Test func byPageNumber() throws {
    var walked = Walked(
      Self.call("https://api.test/p?sort=new"), SourcePaging(kind: .page, parameter: "page", sizeParameter: "n"))
    #expect(try walked.run([Self.page("a", "b"), Self.page("c"), Self.page()]) == .over)
    #expect(walked.asked == (1...3).map { "https://api.test/p?sort=new&page=\($0)&n=100" })
    #expect(walked.people == ["a@x.test", "b@x.test", "c@x.test"])
    #expect(walked.waits == [1000, 1000], "sixty a minute are one a second")
  }

  @Test func behindTheLastPageSomeAnswer404() throws {
    var walked = Walked(Self.call(), SourcePaging(kind: .page, parameter: "page"))
    #expect(try walked.run([Self.page("a"), Self.status(404)]) == .over)
    var first = Walked(Self.call(), SourcePaging(kind: .page, parameter: "page"))
    #expect(try first.run([Self.status(404)]) == .failed("the server answered 404"))
  }

  @Test func byOffsetInTheBody() throws {
    var call = Self.call()
    call.method = .post
    call.body = #"{"from":"{{ offset }}","size":"{{ size }}"}"#
    var walked = Walked(call, SourcePaging(kind: .offset, size: 2))
    #expect(try walked.run([Self.page("a", "b"), Self.page("c"), Self.page()]) == .over)
    #expect(walked.bodies == [#"{"from":0,"size":2}"#, #"{"from":2,"size":2}"#, #"{"from":3,"size":2}"#])
  }

  @Test func byCursor() throws {
    var walked = Walked(Self.call(), SourcePaging(kind: .cursor, parameter: "after", cursor: "/next"))
    let end = try walked.run([
      Self.page("a", more: #","next":"x/1=&"}"#.dropLastBrace), Self.page(more: #","next":77}"#.dropLastBrace),
      Self.page("b", more: #","next":null}"#.dropLastBrace),
    ])
    #expect(end == .over)
    #expect(
      walked.asked == ["https://api.test/p", "https://api.test/p?after=x%2F1%3D%26", "https://api.test/p?after=77"])
    #expect(walked.people == ["a@x.test", "b@x.test"])
  }

  @Test func aCursorThatComesAgainEndsIt() throws {
    var walked = Walked(Self.call(), SourcePaging(kind: .cursor, parameter: "after", cursor: "/next"))
    let same = Self.page("a", more: #","next":"x""#)
    #expect(try walked.run([same, same]) == .failed("page 2: the next cursor is the same again"))
  }

  @Test func byLink() throws {
    var walked = Walked(Self.call(), SourcePaging(kind: .link))
    let link = #"</p?page=1>; rel="first", <?a=1,2;3&page=2>; title="x, \"y\"; rel=next"; rel="last next""#
    #expect(try walked.run([Self.page("a", fields: [.init("Link", link)]), Self.page("b")]) == .over)
    #expect(walked.asked == ["https://api.test/p", "https://api.test/p?a=1,2;3&page=2"])
  }

  @Test(
    arguments: [
      ("<https://evil.test/p?page=2>; rel=next", "the secret does not go to another server"),
      ("<https://api.test:444/p>; rel=next", "the secret does not go to another server"),
      ("<http://api.test/p>; rel=next", "in the clear"), ("<file:///etc/passwd>; rel=next", "no web address"),
      ("<https://api.test/p>; rel=next", "leads to itself"), ("<https://me:pw@api.test/q>; rel=next", "no web address"),
    ])
  func linksThatAreNotFollowed(link: String, why: String) throws {
    var walked = Walked(Self.call(auth: HTTPAuth(kind: .bearer)), SourcePaging(kind: .link))
    let end = try walked.run([Self.page("a", fields: [.init("Link", link)])])
    guard case .failed(let text) = end else { throw Unexpected(what: "\(end)") }
    #expect(text.contains(why))
    #expect(walked.people == ["a@x.test"], "what the page brought is kept")
  }

  @Test func redirects() throws {
    var walked = Walked(Self.call(), nil)
    #expect(try walked.run([Self.status(302, .init("Location", "https://other.test/q")), Self.page("a")]) == .over)
    #expect(walked.asked == ["https://api.test/p", "https://other.test/q"])
    var secret = Walked(Self.call(auth: HTTPAuth(kind: .header, header: "X-Key")), nil)
    let end = try secret.run([Self.status(302, .init("Location", "https://other.test/q"))])
    #expect(end == .failed("the redirect leads to https://other.test/q: the secret does not go to another server"))
    var loop = Walked(Self.call(), nil)
    let round = (0..<10).map { Self.status(307, .init("Location", "/\($0)")) }
    #expect(try loop.run(round) == .failed("more than 5 redirects"))
  }

  /// Waits double, a server's own wish goes before, and an answer makes it all forgotten.
  @Test func failuresAreTriedAgain() throws {
    var walked = Walked(Self.call(), nil)
    walked.call.requestsPerMinute = 60_000
    let down: Result<SourceAnswer, SourceTrouble> = .failure(SourceTrouble(text: "no connection", isTemporary: true))
    let end = try walked.run([
      Self.status(503), down, Self.status(429, .init("Retry-After", "120")), Self.status(500), Self.page("a"),
    ])
    #expect(end == .over)
    #expect(walked.waits == [500, 1000, 120_000, 4000])
    #expect(
      walked.troubles == [
        "the server answered 503", "no connection", "the server answered 429", "the server answered 500",
      ])
  }

  @Test func aDateInRetryAfter() throws {
    // 1 800 000 000 is 2027-01-15 08:00:00 UTC.
    let answer = SourceAnswer(status: 429, fields: [.init("Retry-After", "Fri, 15 Jan 2027 08:00:30 GMT")])
    #expect(answer.retryAfter(now: Self.start) == Self.start + 30_000)
    for bad in ["soon", "-1", ""] {
      #expect(SourceAnswer(status: 429, fields: [.init("Retry-After", bad)]).retryAfter(now: 0) == nil)
    }
    let never = SourceAnswer(status: 429, fields: [.init("Retry-After", "99999999999999999")])
    #expect(never.retryAfter(now: 0).map { $0 > 0 } == true)
  }

  @Test func triesEnd() throws {
    var walked = Walked(Self.call(), nil)
    walked.call.retries = 2
    #expect(
      try walked.run([Self.status(503), Self.status(503), Self.status(503)])
        == .failed("the server answered 503, 3 times"))
    var refused = Walked(Self.call(), nil)
    let body = Array("{\"error\":\"bad key\"}".utf8)
    let end = try refused.run([.success(SourceAnswer(status: 401, body: body))])
    #expect(end == .failed("the server answered 401: {\"error\":\"bad key\"}"))
  }

  @Test(
    arguments: [
      ("<html>", "page 1: no JSON: no value at byte 0"), ("{\"data\":{}}", "page 1: there is no list at \"/data\""),
      ("[]", "page 1: there is no list at \"/data\""), ("{\"data\":[{\"mail\"", "page 1: no JSON: no colon at byte 16"),
    ])
  func brokenAnswers(body: String, words: String) throws {
    var walked = Walked(Self.call(), nil)
    #expect(try walked.run([.success(SourceAnswer(status: 200, body: Array(body.utf8)))]) == .failed(words))
  }

  @Test func aWalkFitsItsKindOfPaging() {
    for kind in SourcePaging.Kind.allCases {
      let walk = SourceWalk(CampaignSource(kind: .http, paging: SourcePaging(kind: kind)))
      #expect(walk.fits(SourcePaging(kind: kind)))
      #expect(!walk.fits(SourcePaging(kind: kind == .cursor ? .page : .cursor)))
      #expect(walk.fits(nil) == (kind == .link))
    }
  }

  @Test func aSourceWithoutAnEndIsLeft() throws {
    var walked = Walked(Self.call(), SourcePaging(kind: .page, parameter: "page", maxPages: 3))
    #expect(try walked.run((0..<9).map { Self.page("a\($0)") }) == .failed("it has more than max_pages, 3 pages"))
    #expect(walked.people.count == 3)
  }

  @Test func itemsBecomePeople() throws {
    var call = Self.call()
    call.fields = [
      "id": "/id", "email": "/mails/0", "name": "/name/first", "tags": "/tags", "job": "/job", "vip": "/vip",
    ]
    let body = #"""
      {"data":[{"id":12345678901234567890,"mails":["A@x.test"],"name":{"first":" Ann "},"tags":["a","b"],"vip":true},
      {"name":{"first":"Bob"},"mails":[]}, 7, {"other":1}, {"job":{"x":1}}]}
      """#
    var walk = SourceWalk(CampaignSource(kind: .http, http: call))
    _ = walk.next(call, nil, CallValues(), now: 0)
    let page = walk.take(
      .success(SourceAnswer(status: 200, body: Array(body.utf8))), of: call, nil, CallValues(), now: 0, chance: 0)
    #expect(
      page.people == [
        FoundPerson(
          id: "12345678901234567890",
          facts: ContactDraft(address: "A@x.test", firstName: "Ann", fields: ["vip": "true"], tags: ["a", "b"])),
        FoundPerson(facts: ContactDraft(address: "", firstName: "Bob")),
      ])
    #expect(page.unreadable == 3)
    #expect(page.people.map(\.identity).map { $0.prefix(3) } == ["id:", "fac"])
  }
}

@Suite struct EnrichmentCallTests {
  private static let people = ["1", "2", "3"].map { (id: String) in
    FoundPerson(id: id, facts: ContactDraft(address: "", firstName: "P" + id))
  }
  private static let batch = CampaignEnrichment(
    http: HTTPCall(
      url: "https://api.test/find", method: .post, body: #"{"who":"{{ people }}"}"#, items: "/found",
      fields: ["id": "/id", "email": "/mail", "company": "/org"]), batch: 3)

  @Test func aBatch() throws {
    var call = EnrichmentCall(Self.people, pace: Persistence())
    guard case .ask(let request) = call.next(Self.batch, now: 0) else { throw Unexpected(what: "no request") }
    #expect(
      String(decoding: request.body ?? [], as: UTF8.self)
        == #"{"who":[{"id":"1","first_name":"P1"},{"id":"2","first_name":"P2"},{"id":"3","first_name":"P3"}]}"#)
    let answer =
      #"{"found":[{"id":3,"mail":"C@x.test","org":"Acme"},{"id":1,"mail":"no address"},{"id":9,"mail":"z@x.test"}]}"#
    call.take(.success(SourceAnswer(status: 200, body: Array(answer.utf8))), Self.batch, now: 0, chance: 0)
    let found = FoundPerson(facts: ContactDraft(address: "c@x.test", company: "Acme"))
    #expect(call.next(Self.batch, now: 0) == .over([.missing, .missing, .found(found)]))
    #expect(
      Self.people[2].enriched(with: found).facts == ContactDraft(address: "c@x.test", firstName: "P3", company: "Acme"))
  }

  /// A miss is kept for weeks, so what is no answer must not be taken for one.
  @Test(arguments: ["\"nonsense\"", "{}", #"{"error":"no credit left"}"#, #"{"found":7}"#, "<html>"])
  func whatIsNoAnswerIsNoMiss(body: String) throws {
    var call = EnrichmentCall(Self.people, pace: Persistence())
    _ = call.next(Self.batch, now: 0)
    call.take(.success(SourceAnswer(status: 200, body: Array(body.utf8))), Self.batch, now: 0, chance: 0)
    guard case .failed = call.next(Self.batch, now: 0) else { throw Unexpected(what: "an answer") }
  }

  @Test func oneByOne() throws {
    let single = CampaignEnrichment(
      http: HTTPCall(url: "https://api.test/find?name={{ person.first_name }}", fields: ["email": "/email"]))
    var call = EnrichmentCall([Self.people[0]], pace: Persistence())
    #expect(call.next(single, now: 0) == .ask(SourceRequest(url: "https://api.test/find?name=P1")))
    var missing = call
    missing.take(.success(SourceAnswer(status: 404)), single, now: 0, chance: 0)
    #expect(missing.next(single, now: 0) == .over([.missing]))
    call.take(.success(SourceAnswer(status: 429)), single, now: 0, chance: 0)
    #expect(call.next(single, now: 0) == .wait(until: 1000))
    _ = call.next(single, now: 1000)
    call.take(
      .success(SourceAnswer(status: 200, body: Array(#"{"email":"a@x.test"}"#.utf8))), single, now: 1000, chance: 0)
    #expect(call.next(single, now: 1000) == .over([.found(FoundPerson(facts: ContactDraft(address: "a@x.test")))]))
    #expect(call.pace.notBefore == 2000, "the rate holds for the next call")
  }
}

struct Unexpected: Error {
  var what: String
}

extension String {
  fileprivate var dropLastBrace: String { String(dropLast()) }
}
