internal import Configuration
internal import Foundation
internal import Host
internal import Outreach
internal import Store

/// Drives one run: asks the source page by page, asks for addresses, enrols.
struct CampaignDriver {
  let run: Int64
  let store: Store
  let loop: EventLoop
  let hooks: CampaignHooks
  let log: Log

  /// A wait in pieces of this, so that a campaign that is held stops asking.
  private static let longestNap: Int64 = 5000
  private static let retryMilliseconds: Int64 = 1000
  /// Rows and contacts read at once, and people of one transaction: few enough that nobody's reply waits long behind them.
  private static let pageSize = 100

  init(run: Int64, store: Store, loop: EventLoop, hooks: CampaignHooks, log: Log) {
    self.run = run
    self.store = store
    self.loop = loop
    self.hooks = hooks
    self.log = log
  }

  /// Returns when the run has ended, its campaign is held, or the task is cancelled.
  func run() async {
    let file = CampaignFile()
    var pace = Persistence()
    while !Task.isCancelled {
      do {
        let id = run
        guard let (run, campaign) = try await store.read(seesLog: false, { try $0.openRun(id) }) else { return }
        switch run.state {
        case .finding: try await find(run, campaign, file)
        case .enriching: try await enrich(run, campaign, &pace)
        case .enrolling:
          let isLeft = try await store.write(seesLog: false) { try $0.enrollSome(ofRun: id, now: Clock.now()) }
          if !isLeft { return }
        case .done, .failed, .cancelled: return
        }
      } catch let error as StoreError {
        log.error("campaign.run_failed", ["run": .int(run), "error": .text("\(error)")])
        await loop.sleep(milliseconds: Self.retryMilliseconds)
      } catch {
        return
      }
    }
  }

  // MARK: - Finding

  private func find(_ run: CampaignRunRecord, _ campaign: CampaignRecord, _ file: CampaignFile) async throws {
    switch (run.position, campaign.entry.source.kind) {
    case (.rows(let done), .csv):
      let source = campaign.entry.source
      let folder = hooks.folder
      let page = await offLoop { file.page(of: source, in: folder, after: done, limit: Self.pageSize) }
      try await record(page, after: run.position)
    case (.contacts(let cursor), .segment): try await findContacts(after: cursor, campaign)
    case (.pages(let walk), .http) where walk.fits(campaign.entry.source.paging): try await ask(walk, campaign)
    default:
      // A place of another definition, as a newer or older build left it: the run begins anew, and knows whom it has found already.
      try await record(RunPage(position: RunPosition(campaign.entry.source)), after: run.position)
    }
  }

  private func findContacts(after cursor: Int64, _ campaign: CampaignRecord) async throws {
    func fail(_ reason: String) async throws {
      try await record(
        RunPage(errors: 1, position: .contacts(after: cursor), isLast: true, failure: reason),
        after: .contacts(after: cursor))
    }
    let filter: ContactFilter
    do throws(FilterError) {
      filter = try ContactFilter(campaign.entry.source.filter ?? "")
    } catch {
      return try await fail("\(error)")
    }
    let workspace = campaign.workspaceID
    if let lack = try await store.read(seesLog: false, { try $0.lackingSegment(of: filter, workspaceID: workspace) }) {
      return try await fail(lack)
    }
    let limit = Self.pageSize
    let contacts = try await store.read(seesLog: false) { db in
      try db.contacts(workspaceID: campaign.workspaceID, after: cursor, limit: limit, filter: filter)
    }
    try await record(
      RunPage(
        people: contacts.map { FoundPerson(facts: $0.facts) }, position: .contacts(after: contacts.last?.id ?? cursor),
        isLast: contacts.count < limit), after: .contacts(after: cursor))
  }

  private func ask(_ stored: SourceWalk, _ campaign: CampaignRecord) async throws {
    var walk = stored
    let source = campaign.entry.source
    let before = RunPosition.pages(stored)
    guard let call = source.http else {
      return try await record(
        RunPage(errors: 1, position: before, isLast: true, failure: "it has no URL"), after: before)
    }
    switch walk.next(call, source.paging, CallValues(), now: Clock.now()) {
    case .wait(let until): await nap(until: until)
    case .over: try await record(RunPage(position: .pages(walk), isLast: true), after: before)
    case .failed(let reason):
      try await record(RunPage(position: .pages(walk), isLast: true, failure: reason), after: before)
    case .ask(let request):
      let answer = await send(request, call, secret: campaign.sourceSecret)
      if Task.isCancelled { return }
      let page = walk.take(
        answer, of: call, source.paging, CallValues(), now: Clock.now(), chance: UInt64.random(in: 0...UInt64.max))
      if let trouble = page.trouble {
        log.warning("campaign.source", ["campaign": .text(campaign.entry.key), "trouble": .text(trouble)])
      }
      try await record(
        RunPage(
          people: page.people, errors: page.unreadable + (page.trouble == nil ? 0 : 1), trouble: page.trouble,
          position: .pages(walk)), after: before)
    }
  }

  /// Stores a page, a large one in parts. Only with the last part the place moves on: a page that is cut off is asked for
  /// again, and who was in it already is known.
  private func record(_ page: RunPage, after place: RunPosition) async throws {
    let id = run
    var page = page
    while page.people.count > Self.pageSize {
      let part = RunPage(people: Array(page.people.prefix(Self.pageSize)), position: place)
      page.people.removeFirst(Self.pageSize)
      try await store.write(seesLog: false) { try $0.record(part, after: place, ofRun: id, now: Clock.now()) }
    }
    let last = page
    try await store.write(seesLog: false) { try $0.record(last, after: place, ofRun: id, now: Clock.now()) }
  }

  // MARK: - Addresses

  private func enrich(_ run: CampaignRunRecord, _ campaign: CampaignRecord, _ pace: inout Persistence) async throws {
    let id = run.id
    let work = try await store.write(seesLog: false) { try $0.enrichmentWork(ofRun: id, now: Clock.now()) }
    guard case .ask(let people) = work, let enrichment = campaign.entry.enrichment else { return }
    var call = EnrichmentCall(people.map(\.person), pace: pace)
    defer { pace = call.pace }
    while !Task.isCancelled {
      switch call.next(enrichment, now: Clock.now()) {
      case .wait(let until):
        await nap(until: until)
        guard try await store.read(seesLog: false, { try $0.openRun(id) }) != nil else { return }
      case .over(let outcomes):
        return try await store.write(seesLog: false) { transaction in
          try transaction.record(outcomes, about: people, ofRun: id, now: Clock.now())
        }
      case .failed(let text): return try await note(text, isError: true, isOver: true)
      case .ask(let request):
        guard try await store.write(seesLog: false, { try $0.spendCall(ofRun: id, now: Clock.now()) }) else {
          return try await note("the enrichment's budget is used up", isError: false, isOver: true)
        }
        let answer = await send(request, enrichment.http, secret: campaign.enrichmentSecret)
        if Task.isCancelled { return }
        let before = call.failures
        call.take(answer, enrichment, now: Clock.now(), chance: UInt64.random(in: 0...UInt64.max))
        if call.failures > before, case .wait = call.next(enrichment, now: Clock.now()) {
          try await note(words(answer), isError: true, isOver: false)
        }
      }
    }
  }

  private func note(_ text: String, isError: Bool, isOver: Bool) async throws {
    log.warning("campaign.enrichment", ["run": .int(run), "trouble": .text(text)])
    let id = run
    try await store.write(seesLog: false) { transaction in
      try transaction.noteEnrichmentTrouble(text, isError: isError, isOver: isOver, ofRun: id)
    }
  }

  private func words(_ answer: Result<SourceAnswer, SourceTrouble>) -> String {
    switch answer {
    case .success(let answer): "the server answered \(answer.status)"
    case .failure(let trouble): trouble.text
    }
  }

  // MARK: - Requests

  private func send(_ request: SourceRequest, _ call: HTTPCall, secret: [UInt8]?) async
    -> Result<SourceAnswer, SourceTrouble>
  {
    var headers = call.headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    if let auth = call.auth {
      guard let secret, let opened = try? hooks.unseal(secret) else {
        return .failure(SourceTrouble(text: "its secret cannot be opened", isTemporary: false))
      }
      headers.append(auth.headerLine(secret: opened))
    }
    if request.body != nil, !call.headers.keys.contains(where: { $0.lowercased() == "content-type" }) {
      headers.append("Content-Type: application/json")
    }
    let answer = await HTTPClient.send(
      HTTPRequest(
        url: request.url, headers: headers, body: request.body, timeoutMilliseconds: call.timeoutMilliseconds,
        mostBytes: call.maxAnswer, caFile: call.caFile,
        allowedNetworks: call.allowNetworks.compactMap(AddressRange.init),
        allowsClear: request.url.lowercased().hasPrefix("http:") && !call.allowNetworks.isEmpty), on: loop)
    switch answer {
    case .success(let response):
      return .success(
        SourceAnswer(
          status: response.status, fields: response.fields.map { SourceAnswer.Field($0.name, $0.value) },
          body: response.body))
    case .failure(let failure):
      let isTemporary = [.resolve, .connect, .timeout, .protocol].contains(failure.kind)
      return .failure(SourceTrouble(text: failure.text, isTemporary: isTemporary))
    }
  }

  private func nap(until: Int64) async {
    await loop.sleep(milliseconds: max(1, min(until - Clock.now(), Self.longestNap)))
  }
}

extension HTTPAuth {
  /// The header field that carries the secret.
  fileprivate func headerLine(secret: [UInt8]) -> String {
    let text = String(decoding: secret, as: UTF8.self)
    return switch kind {
    case .bearer: "Authorization: Bearer \(text)"
    case .basic: "Authorization: Basic \(Data(Array("\(user ?? ""):".utf8) + secret).base64EncodedString())"
    case .header: "\(header ?? "Authorization"): \(text)"
    }
  }
}
