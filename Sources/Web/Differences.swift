import Configuration
import Foundation
import Store

/// One line of what `apply` changes.
struct Change: Equatable, Sendable {
  /// `add` or `change`.
  var change: String
  var kind: String
  var name: String
  /// Which values, from what to what.
  var what: String

  var json: JSON {
    .object([("change", .text(change)), ("kind", .text(kind)), ("name", .text(name)), ("what", .text(what))])
  }
}

/// What a provision changes in the store; nothing for what is so already.
func differences(_ prepared: PreparedProvision, _ db: Reader) throws -> [Change] {
  let wanted = prepared.provision
  var changes: [Change] = []
  func note(_ kind: String, _ name: String, _ what: [String]?) {
    guard let what else { return changes.append(Change(change: "add", kind: kind, name: name, what: "")) }
    if !what.isEmpty {
      changes.append(Change(change: "change", kind: kind, name: name, what: what.joined(separator: ", ")))
    }
  }
  for pool in wanted.pools {
    let workspace = try db.workspace(named: pool.workspace)
    let known = try db.pool(named: pool.name, workspaceID: workspace.id)
    note(
      "pool", pool.name,
      known.map {
        changed("rotation", $0.rotation.rawValue, pool.rotation.rawValue)
          + changed("prefer_same_provider", "\($0.prefersSameProvider)", "\(pool.prefersSameProvider)")
      })
  }
  for account in wanted.accounts {
    let address = account.settings.address.lowercased()
    let known = try db.account(at: address)
    let isNewSecret = prepared.sealed[address] != nil
    note(
      "account", address,
      known.map { changedMembers($0.settings, account.settings) + (isNewSecret ? ["password"] : []) })
  }
  for submitter in wanted.submitters {
    let known = try db.submitter(named: submitter.login)
    note(
      "submitter", submitter.login,
      known.map { changedValues(of: $0, to: submitter, prepared) }
    )
  }
  for template in wanted.templates {
    let workspace = try db.workspace(named: template.workspace)
    let known = try db.template(keyed: template.key, workspaceID: workspace.id)
    note("template", template.key, known.map { changedTexts($0.entry, template) })
  }
  for snippet in wanted.snippets {
    let workspace = try db.workspace(named: snippet.workspace)
    let known = try db.snippet(keyed: snippet.key, workspaceID: workspace.id)
    note("snippet", snippet.key, known.map { changedTexts($0.entry, snippet) })
  }
  for segment in wanted.segments {
    let workspace = try db.workspace(named: segment.workspace)
    let known = try db.segment(named: segment.name, workspaceID: workspace.id)
    note("segment", segment.name.lowercased(), known.map { changed("filter", $0.filter, segment.filter) })
  }
  for sequence in wanted.sequences {
    let workspace = try db.workspace(named: sequence.workspace)
    let known = try db.sequence(keyed: sequence.key, workspaceID: workspace.id)
    note("sequence", sequence.key, known.map { changedSequence($0.entry, sequence) })
  }
  for campaign in wanted.campaigns {
    let workspace = try db.workspace(named: campaign.workspace)
    let known = try db.campaign(keyed: campaign.key, workspaceID: workspace.id)
    let isNewSecret = prepared.campaignSecrets[campaign.key] != nil
    note(
      "campaign", campaign.key,
      known.map { changedMembers($0.entry, campaign.withoutSecrets) + (isNewSecret ? ["password"] : []) })
  }
  for suppression in wanted.suppressions {
    let scope = try db.suppressionScope(named: suppression.workspace)
    let known = try db.hasSuppression(storedSuppression(suppression.value), workspaceID: scope)
    note("suppression", suppression.value, known ? [] : nil)
  }
  return changes
}

private func changedValues(of known: SubmitterRecord, to wanted: SubmitterEntry, _ prepared: PreparedProvision)
  -> [String]
{
  let hash = prepared.hashes[wanted.login]
  let isNewSecret = hash != nil && hash != known.passwordHash || prepared.verifiers[wanted.login] != nil
  return changed("pools", known.pools.joined(separator: " "), wanted.pools.joined(separator: " "))
    + changed("from", known.fromAddresses.joined(separator: " "), wanted.from.joined(separator: " ").lowercased())
    + changed("keep_from", String(known.keepsFrom), String(wanted.keepFrom))
    + (isNewSecret ? ["password"] : [])
}

private func changed(_ name: String, _ before: String, _ after: String) -> [String] {
  before == after ? [] : ["\(name) \(before.isEmpty ? "none" : before) → \(after.isEmpty ? "none" : after)"]
}

/// The members of two Codable values that differ, by their JSON paths.
func changedMembers(_ before: some Encodable, _ after: some Encodable) -> [String] {
  let (old, new) = (flattened(before), flattened(after))
  return Set(old.keys).union(new.keys).sorted().flatMap { changed($0, old[$0] ?? "", new[$0] ?? "") }
}

/// What of a sequence differs: of its steps by their ids and the names of what changed.
private func changedSequence(_ before: SequenceEntry, _ after: SequenceEntry) -> [String] {
  var (old, new) = (before, after)
  (old.steps, new.steps) = ([], [])
  var changes = changedMembers(old, new)
  let (was, now) = (before.steps.map(\.id), after.steps.map(\.id))
  changes += was.filter { !now.contains($0) }.map { "step \($0) removed" }
  for step in after.steps {
    guard let known = before.step(step.id) else {
      changes.append("step \(step.id) added")
      continue
    }
    let names = changedTexts(known, step)
    if !names.isEmpty { changes.append("step \(step.id): \(names.joined(separator: ", "))") }
  }
  if was.filter(now.contains) != now.filter(was.contains) { changes.append("steps in another order") }
  return changes
}

/// The members of two entries that differ, by name alone: texts are too long for a table.
private func changedTexts(_ before: some Encodable, _ after: some Encodable) -> [String] {
  let (old, new) = (flattened(before), flattened(after))
  let names = Set(old.keys).union(new.keys).filter { old[$0] ?? "" != new[$0] ?? "" }
  return Set(names.map { String($0.prefix { $0 != "." }) }).sorted()
}

private func flattened(_ value: some Encodable) -> [String: String] {
  guard let data = try? JSONEncoder().encode(value), let tree = try? JSONDecoder().decode(Tree.self, from: data) else {
    return [:]
  }
  var leaves: [String: String] = [:]
  tree.collect("", into: &leaves)
  return leaves
}

/// Any JSON, as far as comparing needs it.
private enum Tree: Decodable {
  case leaf(String)
  case list([Tree])
  case object([String: Tree])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let object = try? value.decode([String: Tree].self) {
      self = .object(object)
    } else if let list = try? value.decode([Tree].self) {
      self = .list(list)
    } else if let boolean = try? value.decode(Bool.self) {
      self = .leaf(String(boolean))
    } else if let integer = try? value.decode(Int64.self) {
      self = .leaf(String(integer))
    } else {
      self = .leaf(value.decodeNil() ? "" : try value.decode(String.self))
    }
  }

  func collect(_ path: String, into leaves: inout [String: String]) {
    switch self {
    case .leaf(let text): leaves[path] = text
    case .list(let items):
      let texts = items.compactMap { item in if case .leaf(let text) = item { text } else { nil } }
      if texts.count == items.count {
        leaves[path] = texts.joined(separator: " ")
      } else {
        for (index, item) in items.enumerated() { item.collect("\(path).\(index)", into: &leaves) }
      }
    case .object(let members):
      for (name, member) in members { member.collect(path.isEmpty ? name : "\(path).\(name)", into: &leaves) }
    }
  }
}
