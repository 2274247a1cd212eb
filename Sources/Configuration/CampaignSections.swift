// Reads `[[campaign]]` of an apply file.

extension CampaignEntry {
  init(_ section: SectionReader) {
    let source = section.section("source")
    if !section.has("source") { section.fail(key: "key", "missing section \"source\" in \(section.spoken)") }
    self.init(
      key: section.requiredString("key", check: Check.name),
      sequence: section.requiredString("sequence", check: Check.name),
      owner: section.requiredString("owner", check: Check.address), source: CampaignSource(source))
    name = section.optionalString("name", check: Check.oneLine)
    workspace = section.string("workspace", default: workspace, check: Check.name)
    zone = section.optionalZone("zone")
    at = section.string("at", default: at, check: Check.clock)
    everyMilliseconds = section.optionalDuration("every", atLeast: "1s")
    from = section.optionalString("from", check: Check.date)
    until = section.optionalString("until", check: Check.date)
    let runs = section.optionalInteger("runs", in: 1...100_000)
    self.runs = runs ?? (section.has("until") ? nil : Self.defaultRuns)
    mostPerRun = section.optionalInteger("most_per_run", in: 1...1_000_000)
    window = WindowSettings(section.section("window"), default: Self.defaultWindow)
    enrichment = section.optionalSection("enrichment").map(CampaignEnrichment.init)
    section.finish()
    if section.has("every"), section.has("at") {
      section.fail(key: "every", "every: give either the time of a day's run or what is between runs")
    }
    if window.zone != nil {
      section.fail(key: "window", "window: its hours are meant in the campaign's zone; write zone beside it")
    }
    if everyMilliseconds == nil, let end = window.minutes.last?.upperBound, minuteOfRun >= end {
      section.fail(key: "at", "at: the run must be before the day's window is over")
    }
    if let from, let until, until < from { section.fail(key: "until", "until: is before from") }
  }
}

extension CampaignSource {
  init(_ section: SectionReader) {
    self.init(kind: section.choice("kind", default: Kind.http))
    if section.node != nil, !section.has("kind") {
      section.fail(key: "kind", "missing key \"kind\" in \(section.spoken)")
    }
    switch kind {
    case .csv:
      file = section.requiredString("file", check: Check.fileName)
      columns = section.texts("columns", check: Check.filled)
    case .segment: filter = section.requiredString("filter")
    case .http:
      http = HTTPCall(section)
      paging = section.optionalSection("paging").map(SourcePaging.init)
      if let http, section.node != nil, http.fields.isEmpty {
        section.fail(key: "fields", "missing section \"fields\" in \(section.spoken): which JSON pointers lead to what")
      }
    }
    section.finish()
  }
}

extension HTTPCall {
  init(_ section: SectionReader) {
    let networks = section.strings("allow_networks", default: [], check: Check.network)
    self.init(
      url: section.node == nil
        ? "" : section.requiredString("url") { Check.webAddress($0, isClearAllowed: !networks.isEmpty) })
    allowNetworks = networks
    body = section.optionalString("body", check: Check.filled)
    method = section.choice("method", default: body == nil ? .get : .post)
    headers = section.texts("headers", check: Check.headerValue)
    items = section.string("items", default: items, check: Check.pointer)
    fields = section.texts("fields", check: Check.pointer)
    auth = section.optionalSection("auth").map(HTTPAuth.init)
    requestsPerMinute = section.integer("requests_per_minute", default: requestsPerMinute, in: 1...100_000)
    retries = section.integer("retries", default: retries, in: 0...20)
    timeoutMilliseconds = section.duration("timeout", default: timeoutMilliseconds, atLeast: "1s")
    maxAnswer = section.size("max_answer", default: maxAnswer, atLeast: "1KiB")
    caFile = section.optionalFile("ca_file")
    if body != nil, method == .get { section.fail(key: "body", "body: a GET has none") }
    if let name = headers.keys.first(where: { !Check.isHeaderName($0) }) {
      section.fail(key: "headers", "headers: \"\(name)\" is no name of a header field")
    }
    for name in headers.keys where ["authorization", "cookie", "proxy-authorization"].contains(name.lowercased()) {
      section.fail(key: "headers", "headers: \(name) is a secret; write it as [\(section.path).auth], to be sealed")
    }
  }
}

extension HTTPAuth {
  init(_ section: SectionReader) {
    self.init(kind: section.choice("kind", default: .bearer))
    user = section.optionalString("user", check: Check.oneLine)
    header = section.optionalString("header") {
      Check.isHeaderName($0) ? nil : "\"\($0)\" is no name of a header field"
    }
    secret = section.secret()
    section.finish()
    if (kind == .basic) != (user != nil) {
      section.fail(key: "kind", "user: belongs to kind = \"basic\", and it alone")
    }
    if (kind == .header) != (header != nil) {
      section.fail(key: "kind", "header: belongs to kind = \"header\", and it alone")
    }
  }
}

extension SourcePaging {
  init(_ section: SectionReader) {
    self.init(kind: section.choice("kind", default: .page))
    if !section.has("kind") { section.fail(key: "kind", "missing key \"kind\" in \(section.spoken)") }
    parameter = section.optionalString("parameter", check: Check.oneLine)
    first = section.integer("first", default: first, in: 0...1_000_000)
    size = section.integer("size", default: size, in: 1...100_000)
    sizeParameter = section.optionalString("size_parameter", check: Check.oneLine)
    cursor = section.optionalString("cursor", check: Check.pointer)
    more = section.optionalString("more", check: Check.pointer)
    maxPages = section.integer("max_pages", default: maxPages, in: 1...1_000_000)
    section.finish()
    if (kind == .cursor) != (cursor != nil) {
      section.fail(key: "kind", "cursor: belongs to kind = \"cursor\", and it alone: the JSON pointer to the next one")
    }
  }
}

extension CampaignEnrichment {
  init(_ section: SectionReader) {
    self.init(http: HTTPCall(section))
    batch = section.integer("batch", default: batch, in: 1...1000)
    cacheMilliseconds = section.duration("cache", default: cacheMilliseconds)
    callsPerRun = section.integer("calls_per_run", default: callsPerRun, in: 1...1_000_000)
    callsPerDay = section.integer("calls_per_day", default: callsPerDay, in: 1...1_000_000)
    section.finish()
    if http.fields["email"] == nil {
      section.fail(key: "fields", "fields: must say where the address is: email = \"/…\"")
    }
    if batch > 1, http.fields["id"] == nil {
      section.fail(key: "fields", "fields: with batch, id = \"/…\" must say whose the answer's item is")
    }
    if batch > 1, http.method == .get {
      section.fail(key: "batch", "batch: several people need a body with {{ people }}")
    }
  }
}
