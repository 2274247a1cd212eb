import Configuration
import Foundation
import Host
import Outreach
import Store
import Testing

@testable import Web

/// An API over a store of its own, with mail in its queue on request.
final class TestAPI: Sendable {
  static let now: Int64 = 1_790_000_000_000
  let store: Store
  let api: API
  private let folder: URL

  init(
    relay: RelayStanding = RelayStanding(),
    submit: @escaping @Sendable (SubmittedMail) async -> SubmittedReply = { _ in .queued([1]) }
  ) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "postern-web-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    store = try Store(path: folder.appending(path: "postern.db").path(), now: Self.now)
    // A reversible "seal" that is not the secret itself: what is tested is that nothing else is shown or stored.
    var hooks = APIHooks(
      submit: submit, seal: { Array($0.utf8).map { $0 ^ 0x55 } },
      unseal: { String(decoding: $0.map { $0 ^ 0x55 }, as: UTF8.self) },
      logins: AccountLogins(
        secret: { _ in .success(.none) },
        renew: { _, _ in .failure(RemoteFailure(kind: .login, curlCode: 0, text: "there are no tokens")) }),
      access: AccountAccess(
        authorize: { _, flow in .failure(AccessRefusal("no flow \(flow)")) },
        finish: { id, _ in .failure(AccessRefusal("no authorization \(id)")) },
        poll: { _ in .success(.pending) }, discover: { .failure(AccessRefusal("nothing tells of \($0)")) }))
    hooks.relay = { relay }
    api = API(store: store, version: "9.9", hooks: hooks, now: { Self.now })
  }

  deinit {
    store.close()
    try? FileManager.default.removeItem(at: folder)
  }

  func get(_ path: String, _ query: [String: String] = [:]) async -> Answer {
    Answer(await api.respond(Request(method: "GET", path: "/api/v1" + path, query: query)))
  }

  func post(_ path: String, _ query: [String: String] = [:], body: [UInt8] = []) async -> Answer {
    Answer(await api.respond(Request(method: "POST", path: "/api/v1" + path, query: query, body: body)))
  }

  func delete(_ path: String) async -> Answer {
    Answer(await api.respond(Request(method: "DELETE", path: "/api/v1" + path)))
  }

  func apply(_ toml: String, dryRun: Bool = false) async throws -> Answer {
    let provision = try Provision.parse(toml: toml, file: "test").get()
    return await post("/apply", dryRun ? ["dry_run": "true"] : [:], body: Array(try JSONEncoder().encode(provision)))
  }

  @discardableResult
  func submit(to recipients: [String], _ control: ControlHeaders = ControlHeaders()) async throws -> [Int64] {
    let submission = Submission(
      workspaceID: 1, submitter: nil, sender: "app@example.org", recipients: recipients, fromAddress: nil,
      body: Array("Subject: Hello\r\n\r\nHello\r\n".utf8), messageID: nil,
      makeMessageID: { "<\(UUID().uuidString)@example.org>" }, subject: "Hello", control: control,
      receivedAt: Self.now, idempotencyWindow: 86_400_000)
    guard case .queued(let ids) = try await store.write({ try $0.submit(submission) }) else {
      Issue.record("the submission was not queued")
      return []
    }
    return ids
  }
}

/// A response with its JSON.
struct Answer {
  let status: Int
  let type: String
  let fields: [String: String]
  let text: String

  init(_ response: Response) {
    status = response.status
    type = response.type
    fields = response.fields
    text = String(decoding: response.body, as: UTF8.self)
  }

  /// The value at a path like `items.0.address`, as text; nil when there is none.
  subscript(path: String) -> String? {
    guard var value = try? JSONSerialization.jsonObject(with: Data(text.utf8)) else { return nil }
    for part in path.split(separator: ".") {
      if let list = value as? [Any], let index = Int(part), list.indices.contains(index) {
        value = list[index]
      } else if let object = value as? [String: Any], let member = object[String(part)] {
        value = member
      } else {
        return nil
      }
    }
    return value is NSNull ? nil : "\(value)"
  }

  var count: Int {
    let value = try? JSONSerialization.jsonObject(with: Data(text.utf8))
    return ((value as? [String: Any])?["items"] as? [Any])?.count ?? -1
  }
}
