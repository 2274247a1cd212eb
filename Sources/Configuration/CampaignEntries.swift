// What an apply file says of campaigns: `[[campaign]]` with its source, its enrichment and its window. The store keeps these
// types as JSON text; secrets are never part of them.

/// A recurring run that finds new contacts and enrols them in a sequence.
public struct CampaignEntry: Sendable, Equatable, Codable {
  /// What verbs and statistics call it.
  public var key: String
  /// For people; the key when nil.
  public var name: String?
  /// The workspace.
  public var workspace: String
  /// The key of the sequence that whoever is found is enrolled in.
  public var sequence: String
  /// Who gets a mail when it is over.
  public var owner: String
  /// IANA name of the zone of its days and hours; nil is the workspace's.
  public var zone: String?
  /// The local time of a day's run, `HH:MM`.
  public var at: String
  /// Milliseconds between runs, instead of one a day; nil is one a day at `at`.
  public var everyMilliseconds: Int64?
  /// How many runs; nil: until `until`.
  public var runs: Int?
  /// The first local day of a run, `YYYY-MM-DD`; nil is the day on which it is started.
  public var from: String?
  /// The last local day of a run, `YYYY-MM-DD`.
  public var until: String?
  /// The most people enrolled in one run; nil: all that were found. The others are found again.
  public var mostPerRun: Int?
  /// The days of its runs, and the hours over which a day's mails are laid.
  public var window: WindowSettings
  /// Where people come from.
  public var source: CampaignSource
  /// Who is asked for the addresses of people without one; nil: they are left out.
  public var enrichment: CampaignEnrichment?

  enum CodingKeys: String, CodingKey {
    case key, name, workspace, sequence, owner, zone, at, runs, from, until, window, source, enrichment
    case everyMilliseconds = "every_ms"
    case mostPerRun = "most_per_run"
  }

  /// Runs of a campaign that says neither how many nor until when.
  public static let defaultRuns = 30
  /// Every day from 9 to 17 o'clock, at even distances.
  public static let defaultWindow = WindowSettings(days: Weekday.allCases, spread: .even)

  /// A campaign.
  public init(
    key: String, sequence: String, owner: String, source: CampaignSource, name: String? = nil,
    workspace: String = "default", zone: String? = nil, at: String = "08:00", everyMilliseconds: Int64? = nil,
    runs: Int? = CampaignEntry.defaultRuns, from: String? = nil, until: String? = nil, mostPerRun: Int? = nil,
    window: WindowSettings = CampaignEntry.defaultWindow, enrichment: CampaignEnrichment? = nil
  ) {
    self.key = key
    self.name = name
    self.workspace = workspace
    self.sequence = sequence
    self.owner = owner
    self.zone = zone
    self.at = at
    self.everyMilliseconds = everyMilliseconds
    self.runs = runs
    self.from = from
    self.until = until
    self.mostPerRun = mostPerRun
    self.window = window
    self.source = source
    self.enrichment = enrichment
  }

  /// Minutes of the day of `at`.
  public var minuteOfRun: Int { parseTimeOfDay(at) ?? 0 }
}

/// Where the people of a campaign come from.
public struct CampaignSource: Sendable, Equatable, Codable {
  /// The three kinds.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// A file in the campaigns' folder; the workspace's contacts that a filter holds for; an HTTP API.
    case csv, segment, http
  }

  /// Which it is.
  public var kind: Kind
  /// `csv`: its name in `[campaigns] folder`.
  public var file: String?
  /// `csv`: what columns mean, as for `contact import --map`; the usual names are known.
  public var columns: [String: String]
  /// `segment`: a filter of contacts.
  public var filter: String?
  /// `http`: whom to ask, and how.
  public var http: HTTPCall?
  /// `http`: how the answer goes on.
  public var paging: SourcePaging?

  /// A source.
  public init(
    kind: Kind, file: String? = nil, columns: [String: String] = [:], filter: String? = nil, http: HTTPCall? = nil,
    paging: SourcePaging? = nil
  ) {
    self.kind = kind
    self.file = file
    self.columns = columns
    self.filter = filter
    self.http = http
    self.paging = paging
  }
}

/// How requests to somebody's API are made, and what is taken from the answers.
public struct HTTPCall: Sendable, Equatable, Codable {
  /// What is sent.
  public enum Method: String, Sendable, Codable, CaseIterable {
    /// `POST` has a body.
    case get = "GET"
    case post = "POST"
  }

  /// `https://…`, or `http://…` where `allowNetworks` says that it may be. `{{ name }}` stands for a value.
  public var url: String
  /// What is sent.
  public var method: Method
  /// Further header fields.
  public var headers: [String: String]
  /// A JSON text; `{{ name }}` inside its strings stands for a value, a string that is nothing else becomes the value itself.
  public var body: String?
  /// JSON pointer (RFC 6901) to the list of people in the answer; "" is the whole answer.
  public var items: String
  /// Where in an item each fact of a person is: names of `contact import`, `id`, or a custom field, and a JSON pointer.
  public var fields: [String: String]
  /// How the secret goes along; nil: there is none.
  public var auth: HTTPAuth?
  /// Requests a minute at the most.
  public var requestsPerMinute: Int
  /// How often one request is tried again.
  public var retries: Int
  /// Milliseconds for one answer.
  public var timeoutMilliseconds: Int64
  /// Bytes of one answer.
  public var maxAnswer: Int
  /// Networks that may be asked although they are private.
  public var allowNetworks: [String]
  /// PEM file with the only authorities to trust; nil is the system's.
  public var caFile: String?

  enum CodingKeys: String, CodingKey {
    case url, method, headers, body, items, fields, auth, retries
    case requestsPerMinute = "requests_per_minute"
    case timeoutMilliseconds = "timeout_ms"
    case maxAnswer = "max_answer"
    case allowNetworks = "allow_networks"
    case caFile = "ca_file"
  }

  /// A call.
  public init(
    url: String, method: Method = .get, headers: [String: String] = [:], body: String? = nil, items: String = "",
    fields: [String: String] = [:], auth: HTTPAuth? = nil, requestsPerMinute: Int = 60, retries: Int = 5,
    timeoutMilliseconds: Int64 = 30_000, maxAnswer: Int = 5 << 20, allowNetworks: [String] = [], caFile: String? = nil
  ) {
    self.url = url
    self.method = method
    self.headers = headers
    self.body = body
    self.items = items
    self.fields = fields
    self.auth = auth
    self.requestsPerMinute = requestsPerMinute
    self.retries = retries
    self.timeoutMilliseconds = timeoutMilliseconds
    self.maxAnswer = maxAnswer
    self.allowNetworks = allowNetworks
    self.caFile = caFile
  }
}

/// How a secret goes along with a request; the secret itself lies sealed in the store.
public struct HTTPAuth: Sendable, Equatable, Codable {
  /// The usual ways.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// RFC 6750; RFC 7617; a header field of its own.
    case bearer, basic, header
  }

  /// Which way.
  public var kind: Kind
  /// `basic`: the user's name.
  public var user: String?
  /// `header`: the field's name.
  public var header: String?
  /// Only on the way from an apply file to the daemon.
  public var secret: SecretSource?

  /// A way.
  public init(kind: Kind, user: String? = nil, header: String? = nil, secret: SecretSource? = nil) {
    self.kind = kind
    self.user = user
    self.header = header
    self.secret = secret
  }
}

/// How an answer says that there is more, and how that is asked for.
public struct SourcePaging: Sendable, Equatable, Codable {
  /// The four usual ways.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Page 1, 2, 3 …, until one is empty.
    case page
    /// The number of people to pass over, until a page is empty.
    case offset
    /// A word of the answer that asks for the next page, until there is none.
    case cursor
    /// The answer's `Link` field with `rel="next"` (RFC 8288), until there is none.
    case link
  }

  /// Which way.
  public var kind: Kind
  /// The query parameter of page, offset or cursor; nil: the URL or body has `{{ page }}`, `{{ offset }}` or `{{ cursor }}`.
  public var parameter: String?
  /// The first page's number.
  public var first: Int
  /// People of a page, for `sizeParameter` and `{{ size }}`.
  public var size: Int
  /// The query parameter of the size.
  public var sizeParameter: String?
  /// JSON pointer to the next cursor.
  public var cursor: String?
  /// JSON pointer to a boolean: whether there is more. Nil: an empty page ends it.
  public var more: String?
  /// Pages of a run at the most: a source that never ends is not asked for ever.
  public var maxPages: Int

  enum CodingKeys: String, CodingKey {
    case kind, parameter, first, size, cursor, more
    case sizeParameter = "size_parameter"
    case maxPages = "max_pages"
  }

  /// A way.
  public init(
    kind: Kind, parameter: String? = nil, first: Int = 1, size: Int = 100, sizeParameter: String? = nil,
    cursor: String? = nil, more: String? = nil, maxPages: Int = 1000
  ) {
    self.kind = kind
    self.parameter = parameter
    self.first = first
    self.size = size
    self.sizeParameter = sizeParameter
    self.cursor = cursor
    self.more = more
    self.maxPages = maxPages
  }
}

/// Who is asked for addresses.
public struct CampaignEnrichment: Sendable, Equatable, Codable {
  /// Whom to ask, and how. `{{ people }}` in the body is the list of the batch, `{{ person.NAME }}` a fact of its first.
  public var http: HTTPCall
  /// People of one request.
  public var batch: Int
  /// Milliseconds for which an answer is believed, also the one that there is no address.
  public var cacheMilliseconds: Int64
  /// Requests of one run at the most.
  public var callsPerRun: Int
  /// Requests of a day in the campaign's zone at the most.
  public var callsPerDay: Int

  enum CodingKeys: String, CodingKey {
    case http, batch
    case cacheMilliseconds = "cache_ms"
    case callsPerRun = "calls_per_run"
    case callsPerDay = "calls_per_day"
  }

  /// An enrichment.
  public init(
    http: HTTPCall, batch: Int = 1, cacheMilliseconds: Int64 = 30 * 86_400_000, callsPerRun: Int = 1000,
    callsPerDay: Int = 1000
  ) {
    self.http = http
    self.batch = batch
    self.cacheMilliseconds = cacheMilliseconds
    self.callsPerRun = callsPerRun
    self.callsPerDay = callsPerDay
  }
}
