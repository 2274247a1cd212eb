import Foundation
import Testing

@testable import Configuration

@Suite struct CampaignParseTests {
  @Test func whatIsSilentHasItsDefault() throws {
    let toml = """
      [[campaign]]
      key = "c"
      sequence = "s"
      owner = "o@example.org"
      source = { kind = "segment", filter = "tag = new" }
      """
    let campaign = try #require(try Provision.parse(toml: toml, file: "x").get().campaigns.first)
    #expect(
      campaign
        == CampaignEntry(
          key: "c", sequence: "s", owner: "o@example.org", source: CampaignSource(kind: .segment, filter: "tag = new")))
    #expect(campaign.runs == 30 && campaign.at == "08:00" && campaign.minuteOfRun == 480)
    #expect(campaign.window == WindowSettings(days: Weekday.allCases, spans: ["09:00-17:00"], spread: .even))
  }

  @Test func everyKey() throws {
    let toml = """
      [[campaign]]
      key = "c"
      name = "People of Berlin"
      sequence = "s"
      owner = "o@example.org"
      zone = "Europe/Berlin"
      at = "07:30"
      from = "2026-12-01"
      until = "2026-12-31"
      most_per_run = 50
      window = { days = ["mon"], spans = ["10:00-12:00"], spread = "random" }

      [campaign.source]
      kind = "http"
      url = "https://api.example.org/people?since={{ page }}"
      headers = { Accept = "application/json" }
      body = '{"page":"{{ page }}"}'
      items = "/data"
      fields = { email = "/email", id = "/id", job = "/job/title" }
      auth = { kind = "header", header = "X-Api-Key", password = "geheim" }
      paging = { kind = "page", first = 0, size = 20, size_parameter = "n", more = "/more", max_pages = 7 }
      requests_per_minute = 30
      retries = 2
      timeout = "5s"
      max_answer = "64KiB"
      allow_networks = ["10.0.0.0/8"]

      [campaign.enrichment]
      url = "https://find.example.org/"
      body = '{"people":"{{ people }}"}'
      fields = { id = "/id", email = "/email" }
      batch = 25
      cache = "1w"
      calls_per_run = 10
      calls_per_day = 20
      """
    let campaign = try #require(try Provision.parse(toml: toml, file: "x").get().campaigns.first)
    #expect(campaign.runs == nil, "with an end there is no count unless it is given")
    #expect(campaign.source.http?.method == .post)
    #expect(campaign.source.http?.auth == HTTPAuth(kind: .header, header: "X-Api-Key", secret: .literal("geheim")))
    #expect(
      campaign.source.paging
        == SourcePaging(kind: .page, first: 0, size: 20, sizeParameter: "n", more: "/more", maxPages: 7))
    #expect(campaign.source.http?.maxAnswer == 65536 && campaign.source.http?.timeoutMilliseconds == 5000)
    #expect(campaign.enrichment?.batch == 25 && campaign.enrichment?.cacheMilliseconds == 7 * 86_400_000)
    let again = try JSONDecoder().decode(CampaignEntry.self, from: JSONEncoder().encode(campaign))
    #expect(again == campaign)
  }
}

extension CampaignParseTests {
  /// The example of the document is one.
  @Test func theDocumentsExample() throws {
    let file = ReferenceFileTests.conf.appending(path: "../Sources/Outreach/Outreach.docc/Campaigns.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let toml = try #require(
      text.components(separatedBy: "```toml\n").dropFirst().first?.components(separatedBy: "```").first)
    let campaign = try #require(try Provision.parse(toml: toml, file: "Campaigns.md").get().campaigns.first)
    #expect(campaign.source.paging?.kind == .cursor && campaign.enrichment?.batch == 25)
    for word in ["columns", "filter", "size_parameter", "max_pages", "more", "allow_networks", "every", "ca_file"] {
      #expect(text.contains("`\(word)") || text.contains("\(word) = "), "\(word) is not mentioned")
    }
  }
}
