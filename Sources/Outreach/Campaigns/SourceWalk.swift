public import Configuration
internal import MailText

/// The way through the pages of an HTTP source: an answer in, the next request out.
///
/// All of it is state that can be stored: whoever stores it with what a page brought goes on after a crash with the next page.
public struct SourceWalk: Sendable, Equatable, Codable {
  /// What is to be done.
  public enum Step: Sendable, Equatable {
    case ask(SourceRequest)
    /// Nothing before this; UTC epoch milliseconds.
    case wait(until: Int64)
    /// All pages have been read.
    case over
    /// It cannot go on; for a person.
    case failed(String)
  }

  /// What a page brought.
  public struct Page: Sendable, Equatable {
    /// Who stands in it.
    public var people: [FoundPerson] = []
    /// Items of which nobody can be made.
    public var unreadable = 0
    /// What went wrong, whether or not it is tried again.
    public var trouble: String?
  }

  private enum Place: Sendable, Equatable, Codable {
    case number(Int)
    /// Nil is the first page.
    case cursor(String?)
    case link(String?)
  }

  private var place: Place
  private var redirectedTo: String?
  private var redirects = 0
  private var persistence = Persistence()
  private var isOver = false
  private var failure: String?
  /// How many pages have been read.
  public private(set) var pages = 0

  /// As many as browsers follow would be a loop long before; APIs need one.
  private static let mostRedirects = 5
  /// A cursor is a word, not a document. Bytes.
  private static let longestCursor = 8192

  /// Before the first page.
  public init(_ source: CampaignSource) {
    place =
      switch source.paging?.kind {
      case .page: .number(source.paging?.first ?? 1)
      case .offset: .number(0)
      case .cursor: .cursor(nil)
      case .link, nil: .link(nil)
      }
  }

  /// Whether its place is one of this kind of paging: the definition may have changed meanwhile.
  public func fits(_ paging: SourcePaging?) -> Bool {
    switch (place, paging?.kind) {
    case (.number, .page), (.number, .offset), (.cursor, .cursor), (.link, .link), (.link, nil): true
    default: false
    }
  }

  /// What to do at `now`. The secret of the call, if there is one, goes along with every request that this gives out.
  public mutating func next(_ call: HTTPCall, _ paging: SourcePaging?, _ values: CallValues, now: Int64) -> Step {
    if let failure { return .failed(failure) }
    if isOver { return .over }
    if now < persistence.notBefore { return .wait(until: persistence.notBefore) }
    persistence.asked(call, now: now)
    let values = filled(values, paging)
    var request = SourceRequest(url: url(call, paging, values))
    if call.method == .post {
      let template = call.body.flatMap { try? JSONNode(Array($0.utf8)) }
      request.body = template.map { values.body($0).bytes } ?? []
    }
    return .ask(request)
  }

  /// Takes the answer to the request that `next` gave.
  public mutating func take(
    _ answer: Result<SourceAnswer, SourceTrouble>, of call: HTTPCall, _ paging: SourcePaging?, _ values: CallValues,
    now: Int64, chance: UInt64
  ) -> Page {
    if case .success(let found) = answer {
      if (300..<400).contains(found.status), found.status != 304 {
        return trouble(redirect(found, from: url(call, paging, filled(values, paging)), call))
      }
      // Django's paginator, and others after it, answer so behind the last page.
      if found.status == 404, pages > 0, case .number = place {
        isOver = true
        return Page()
      }
    }
    switch persistence.take(answer, call, now: now, chance: chance) {
    case .again: return Page(trouble: words(answer))
    case .over(let text): return trouble(text)
    case .good: break
    }
    guard case .success(let found) = answer else { return Page() }
    redirectedTo = nil
    redirects = 0
    return read(found, call, paging, asked: url(call, paging, filled(values, paging)))
  }

  private mutating func read(_ answer: SourceAnswer, _ call: HTTPCall, _ paging: SourcePaging?, asked: String) -> Page {
    let tree: JSONNode
    do throws(JSONTextError) {
      tree = try JSONNode(answer.body)
    } catch {
      return trouble("page \(pages + 1): \(error)")
    }
    guard case .list(let items)? = tree[pointer: call.items] else {
      return trouble("page \(pages + 1): there is no list at \"\(call.items)\"")
    }
    var page = Page()
    for item in items {
      let person = FoundPerson(item, fields: call.fields)
      if person.isSomebody { page.people.append(person) } else { page.unreadable += 1 }
    }
    pages += 1
    page.trouble = goOn(after: items.count, tree, answer, call, paging, asked: asked)
    return page
  }

  /// Turns to the next page; what keeps it from that, for a person.
  private mutating func goOn(
    after count: Int, _ tree: JSONNode, _ answer: SourceAnswer, _ call: HTTPCall, _ paging: SourcePaging?, asked: String
  ) -> String? {
    guard let paging else {
      isOver = true
      return nil
    }
    if let more = paging.more, tree[pointer: more] == .boolean(false) { isOver = true }
    switch place {
    case .number(let number):
      // A page that is shorter than asked for is no sign: some servers give fewer than they are asked for.
      if count == 0 { isOver = true }
      place = .number(number + (paging.kind == .offset ? count : 1))
    case .cursor(let current):
      let next = paging.cursor.flatMap { tree[pointer: $0]?.plain }
      if next == nil { isOver = true }
      if let next, next == current { return stop("page \(pages): the next cursor is the same again") }
      if let next, next.utf8.count > Self.longestCursor { return stop("page \(pages): the cursor is too long") }
      place = .cursor(next)
    case .link:
      guard let link = answer.nextLink else {
        isOver = true
        return nil
      }
      guard let target = resolved(link, from: asked) else {
        return stop("page \(pages): \"\(link)\" is no web address")
      }
      if target == asked { return stop("page \(pages): the next link leads to itself") }
      if let refusal = refusal(of: target, from: asked, call) { return stop("page \(pages): the next link \(refusal)") }
      place = .link(target)
    }
    if !isOver, pages >= paging.maxPages { return stop("it has more than max_pages, \(paging.maxPages) pages") }
    return nil
  }

  private mutating func redirect(_ answer: SourceAnswer, from asked: String, _ call: HTTPCall) -> String {
    redirects += 1
    guard let location = answer.field("location"), let target = resolved(location, from: asked) else {
      return "the server answered \(answer.status) without a web address"
    }
    if redirects > Self.mostRedirects { return "more than \(Self.mostRedirects) redirects" }
    // RFC 9110 sections 15.4.2 to 15.4.4: a POST would become a GET; whoever wrote the URL can write the new one.
    guard call.method == .get else { return "the server redirects to \(target); a POST does not follow" }
    if let refusal = refusal(of: target, from: asked, call) { return "the redirect \(refusal)" }
    redirectedTo = target
    return ""
  }

  /// Why an answer may not lead there.
  private func refusal(of target: String, from asked: String, _ call: HTTPCall) -> String? {
    if target.hasPrefix("http:"), !asked.hasPrefix("http:") { return "leads to \(target), in the clear" }
    guard call.auth == nil || isSameOrigin(target, call.url) else {
      return "leads to \(target): the secret does not go to another server"
    }
    return nil
  }

  /// Ends the walk for good; an empty text is no trouble.
  private mutating func trouble(_ text: String) -> Page {
    guard !text.isEmpty else { return Page() }
    return Page(trouble: stop(text))
  }

  private mutating func stop(_ text: String) -> String {
    failure = text
    return text
  }

  private func words(_ answer: Result<SourceAnswer, SourceTrouble>) -> String {
    switch answer {
    case .success(let answer): "the server answered \(answer.status)"
    case .failure(let trouble): trouble.text
    }
  }

  private func filled(_ values: CallValues, _ paging: SourcePaging?) -> CallValues {
    var values = values
    switch place {
    case .number(let number): values[paging?.kind == .offset ? "offset" : "page"] = .number(String(number))
    case .cursor(let cursor): values["cursor"] = cursor.map(JSONNode.text) ?? .null
    case .link: break
    }
    if let paging { values["size"] = .number(String(paging.size)) }
    return values
  }

  private func url(_ call: HTTPCall, _ paging: SourcePaging?, _ values: CallValues) -> String {
    if let redirectedTo { return redirectedTo }
    if case .link(let link?) = place { return link }
    var url = values.url(call.url)
    guard let paging else { return url }
    func add(_ name: String, _ value: String) {
      url += (url.contains("?") ? "&" : "?") + "\(percentEncoded(name))=\(percentEncoded(value))"
    }
    if let name = paging.parameter {
      switch place {
      case .number(let number): add(name, String(number))
      case .cursor(let cursor?): add(name, cursor)
      default: break
      }
    }
    if let name = paging.sizeParameter { add(name, String(paging.size)) }
    return url
  }
}
