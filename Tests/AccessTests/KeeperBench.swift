import Configuration
import Foundation
import Glibc
import Host
import Store
import Synchronization
import Testing

@testable import Access

/// A keeper with a store of its own and a token server over TLS that answers what a test sets.
final class KeeperBench: Sendable {
  let store: Store
  let keeper: TokenKeeper
  let loop: EventLoop
  let account: AccountRecord
  private let listener: Listener
  private let folder: String
  let served: Mutex<Served>

  struct Served {
    var answer: (status: Int, body: String) = (200, "")
    var bodies: [String] = []
  }

  /// The account's access token ends so many milliseconds from now.
  init(endsIn: Int64) async throws {
    folder = NSTemporaryDirectory() + "postern-access-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let made = system(
      """
      ( cd \(folder) && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem ) >/dev/null 2>&1
      """)
    try #require(made == 0)
    loop = try EventLoop(name: "access-test")
    loop.start()
    store = try Store(path: folder + "/postern.db", now: Clock.now())
    let tls = try TLSServer(certificateFile: folder + "/cert.pem", keyFile: folder + "/key.pem")
    listener = try Listener(address: "127.0.0.1", port: 0, loop: loop)
    var client = OAuthClient.google
    client.clientId = "id"
    client.tokenEndpoint = "https://localhost:\(listener.boundPort)/token"
    var settings = OAuthSettings()
    settings.caFile = folder + "/cert.pem"
    settings.timeoutMilliseconds = 10_000
    keeper = TokenKeeper(
      store: store, loop: loop, key: try SealingKey(bytes: [UInt8](repeating: 7, count: 32)), settings: settings,
      parties: [.google: OAuthParty(provider: .google, client: client, secret: "")],
      log: Log(threshold: .error, descriptor: -1))
    served = Mutex(Served())
    var wanted = AccountSettings(address: "a@b.example", smtp: RemoteServer(host: "h", port: 465))
    wanted.oauth = .google
    let putting = wanted
    try await store.write { try $0.putAccount(putting, sealedSecret: nil, now: Clock.now()) }
    account = try #require(try await store.read { try $0.account(at: "a@b.example") })
    let id = account.id
    let first = NewOAuthToken(
      provider: .google, sealed: try keeper.sealed(OAuthTokens(access: "old", refresh: "r1"), of: id),
      expiresAt: Clock.now() + endsIn, refreshExpiresAt: nil)
    try await store.write { try $0.authorize(id, first, now: Clock.now()) }
    loop.spawn { [self] in
      while let stream = await listener.accept() { loop.spawn { [self] in await serve(stream, tls) } }
    }
  }

  func close() {
    listener.close()
    loop.stop()
    loop.join()
    store.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// What the token server says from now on.
  func answer(_ status: Int, _ body: String) { served.withLock { $0.answer = (status, body) } }

  /// What it was asked.
  var bodies: [String] { served.withLock { $0.bodies } }

  /// Asks the keeper from a task of the loop.
  func secret() async -> TokenKeeper.Renewal {
    await withUnsafeContinuation { continuation in
      loop.spawn { [self] in continuation.resume(returning: await keeper.secret(of: account)) }
    }
  }

  func token() async throws -> OAuthTokenRecord {
    let account = account
    return try #require(try await store.read { try $0.oauthToken(of: account) })
  }

  func warnings() async throws -> [String] {
    try await store.read { try $0.events(after: 0, kind: "account.warning", limit: 10).map(\.detail) }
  }
}
