public import Configuration
internal import Delivery

/// What is wrong with a campaign's definition beyond the form of its values; nil when nothing is.
public func complaint(about campaign: CampaignEntry) -> String? {
  let source = campaign.source
  switch source.kind {
  case .csv:
    guard let file = source.file, !file.isEmpty, !file.contains("/"), !file.hasPrefix(".") else {
      return "source.file: must be the name of a file in the campaigns' folder"
    }
  case .segment:
    do throws(FilterError) {
      _ = try ContactFilter(source.filter ?? "")
    } catch {
      return "source.filter: \(error)"
    }
  case .http:
    guard let http = source.http else { return "source.url: is missing" }
    let names: Set = ["page", "offset", "cursor", "size"]
    if let wrong = complaint(about: http, "source", knows: { names.contains($0) }) { return wrong }
    if http.fields.isEmpty { return "source.fields: nothing would be read from an answer" }
  }
  if let enrichment = campaign.enrichment {
    func knows(_ name: String) -> Bool { name == "people" || name == "person" || name.hasPrefix("person.") }
    if let wrong = complaint(about: enrichment.http, "enrichment", knows: knows) { return wrong }
    if !(1...1000).contains(enrichment.batch) { return "enrichment.batch: must be between 1 and 1000" }
  }
  if campaign.runs == nil, campaign.until == nil { return "runs: without them there must be an until" }
  if let runs = campaign.runs, runs < 1 { return "runs: must be at least 1" }
  if campaign.mostPerRun ?? 1 < 1 { return "most_per_run: must be at least 1" }
  if campaign.everyMilliseconds ?? 1000 < 1000 { return "every: must be at least 1s" }
  for (name, text) in [("from", campaign.from), ("until", campaign.until)] {
    if let text, dayStart(text) == nil { return "\(name): \"\(text)\" is no date; write it like \"2026-12-24\"" }
  }
  if campaign.window.minutes.isEmpty || campaign.window.days.isEmpty { return "window: never opens" }
  if let zone = campaign.zone, Zone.named(zone) == nil { return "zone: \"\(zone)\" is no time zone" }
  return nil
}

private func complaint(about call: HTTPCall, _ place: String, knows: (String) -> Bool) -> String? {
  let authority = call.url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first ?? ""
  // A found person's fact must not choose whom the secret goes to.
  if authority.isEmpty || authority.contains("{{") { return "\(place).url: must name its host" }
  let isClear = call.url.lowercased().hasPrefix("http://") && !call.allowNetworks.isEmpty
  guard isClear || call.url.lowercased().hasPrefix("https://") else {
    return "\(place).url: must be https; http is for networks of allow_networks"
  }
  if call.maxAnswer > 64 << 20 { return "\(place).max_answer: an answer is kept in memory; at most 64MiB" }
  for text in [call.url, call.body ?? ""] {
    if let unknown = callNames(in: text).subtracting([""]).filter({ !knows($0) }).min() {
      return "\(place): there is nothing called {{ \(unknown) }}"
    }
  }
  guard let body = call.body else { return call.method == .post ? "\(place).body: a POST needs one" : nil }
  do throws(JSONTextError) {
    _ = try JSONNode(Array(body.utf8))
  } catch {
    return "\(place).body: \(error)"
  }
  return nil
}
