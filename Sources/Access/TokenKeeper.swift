import Configuration
import Delivery
import Foundation
import Host
import Store
import Synchronization

/// Keeps the tokens of all accounts fresh: it renews them ahead of their end and gives them to whoever logs in.
///
/// One renewal at a time for an account, whoever asks: two at once would each use up the other's refresh token where the
/// provider rotates them (RFC 6749 section 6, RFC 9700 section 4.14). What a renewal brought is on disk before anybody
/// uses it.
final class TokenKeeper: Sendable {
  typealias Renewal = Result<RemoteOptions.Secret, RemoteFailure>

  private struct State {
    var parties: [OAuthProvider: OAuthParty]
    var settings: OAuthSettings
    /// Renewals under way, with who waits for them.
    var running: [Int64: [UnsafeContinuation<Renewal, Never>]] = [:]
    var rests: [Int64: Rest] = [:]
    var isStopping = false
  }

  /// After a failure the token server is left alone for a while.
  private struct Rest {
    var generation: Int64
    var failures: Int
    /// Monotonic milliseconds.
    var until: Int64
    var failure: RemoteFailure
  }

  let store: Store
  let loop: EventLoop
  private let key: SealingKey
  private let log: Log
  private let bell: Doorbell
  private let state: Mutex<State>
  private let watcher = Mutex<Task<Void, Never>?>(nil)

  /// A login takes some seconds; a token that ends meanwhile is no good.
  private static let loginMilliseconds: Int64 = 30_000
  private static let restRange: ClosedRange<Int64> = 5_000...300_000
  private static let longestWait: Int64 = 30_000

  init(
    store: Store, loop: EventLoop, key: SealingKey, settings: OAuthSettings, parties: [OAuthProvider: OAuthParty],
    log: Log
  ) {
    self.store = store
    self.loop = loop
    self.key = key
    self.log = log
    bell = Doorbell(loop: loop)
    state = Mutex(State(parties: parties, settings: settings))
  }

  func start() {
    store.observe(.accounts) { [bell] in bell.ring() }
    let task = loop.spawn { [self] in await watch() }
    watcher.withLock { $0 = task }
  }

  func stop() async {
    let task = watcher.withLock { $0 }
    task?.cancel()
    await task?.value
    // The answer to a renewal under way may hold the only refresh token that is still good: it has to reach the disk.
    state.withLock { $0.isStopping = true }
    let rest = loop.spawn { [self] in
      while state.withLock({ !$0.running.isEmpty }), !Task.isCancelled { await loop.sleep(milliseconds: 20) }
    }
    await rest.value
  }

  /// Takes a new configuration; what rests because of the old one is tried again.
  func reload(_ settings: OAuthSettings, _ parties: [OAuthProvider: OAuthParty]) {
    state.withLock { state in
      state.settings = settings
      state.parties = parties
      state.rests = [:]
    }
    bell.ring()
  }

  func party(_ provider: OAuthProvider) -> (party: OAuthParty?, settings: OAuthSettings) {
    state.withLock { ($0.parties[provider], $0.settings) }
  }

  // MARK: - For whoever logs in

  /// What an account logs in with now.
  func secret(of account: AccountRecord) async -> Renewal {
    guard account.settings.oauth != nil else { return account.password(under: key) }
    switch await record(of: account) {
    case .failure(let failure): return .failure(failure)
    case .success(let token):
      if Clock.now() + Self.margin(token) < token.expiresAt { return opened(token) }
      return await renewed(account, token)
    }
  }

  /// A token in place of one that a server refused although its time was not over.
  func replacement(of account: AccountRecord, refused: String) async -> Renewal {
    switch await record(of: account) {
    case .failure(let failure): return .failure(failure)
    case .success(let token):
      let current = opened(token)
      if case .success(.accessToken(let other)) = current, other != refused { return current }
      let next = await renewed(account, token)
      guard next == .success(.accessToken(refused)) else { return next }
      // It could not be renewed, and although its time is not over nobody takes it.
      return .failure(await refusal(of: account))
    }
  }

  private func record(of account: AccountRecord) async -> Result<OAuthTokenRecord, RemoteFailure> {
    do {
      if let token = try await store.read({ try $0.oauthToken(of: account) }) { return .success(token) }
    } catch {
      return .failure(RemoteFailure(kind: .protocol, curlCode: 0, text: "its tokens cannot be read: \(error)"))
    }
    return .failure(
      RemoteFailure(
        kind: .login, curlCode: 0,
        text: "nobody has authorized \(account.address) yet; run: postern account authorize \(account.address)"))
  }

  private func refusal(of account: AccountRecord) async -> RemoteFailure {
    switch await record(of: account) {
    case .failure(let failure): return failure
    case .success(let token) where token.isEnded: return Self.ended(account, token.trouble ?? "")
    case .success(let token):
      return RemoteFailure(
        kind: .connect, curlCode: 0,
        text: "its token is refused by the server and cannot be renewed: \(token.trouble ?? "")")
    }
  }

  private static func margin(_ token: OAuthTokenRecord) -> Int64 {
    min(loginMilliseconds, max(0, token.expiresAt - token.obtainedAt) / 4)
  }

  private func opened(_ token: OAuthTokenRecord) -> Renewal {
    tokens(in: token).map { .accessToken($0.access) }
  }

  private func tokens(in record: OAuthTokenRecord) -> Result<OAuthTokens, RemoteFailure> {
    do {
      let plain = try key.open(record.sealed, context: Self.context(record.accountID))
      return .success(try JSONDecoder().decode(OAuthTokens.self, from: Data(plain)))
    } catch {
      return .failure(RemoteFailure(kind: .protocol, curlCode: 0, text: "its tokens cannot be read: \(error)"))
    }
  }

  /// Tokens as the store keeps them.
  func sealed(_ tokens: OAuthTokens, of account: Int64) throws -> [UInt8] {
    key.seal(Array(try JSONEncoder().encode(tokens)), context: Self.context(account))
  }

  private static func context(_ account: Int64) -> String { "oauth \(account)" }

  // MARK: - Renewing

  /// The next token after that of a record; joins a renewal that is under way.
  private func renewed(_ account: AccountRecord, _ token: OAuthTokenRecord) async -> Renewal {
    await withUnsafeContinuation { continuation in
      let isFirst = state.withLock { state in
        guard state.running[account.id] == nil else {
          state.running[account.id]?.append(continuation)
          return false
        }
        state.running[account.id] = [continuation]
        return true
      }
      guard isFirst else { return }
      loop.spawn { [self] in
        let result = await renewOnce(account, after: token.generation)
        let waiting = state.withLock { $0.running.removeValue(forKey: account.id) } ?? []
        for continuation in waiting { continuation.resume(returning: result) }
      }
    }
  }

  private func renewOnce(_ account: AccountRecord, after generation: Int64) async -> Renewal {
    switch await record(of: account) {
    case .failure(let failure): return .failure(failure)
    case .success(let token):
      guard token.generation == generation else { return opened(token) }
      if token.isEnded { return stillGood(token) ?? .failure(Self.ended(account, token.trouble ?? "")) }
      let resting = state.withLock { $0.rests[account.id] }
      if let resting, resting.generation == generation, resting.until > Clock.monotonic() {
        return stillGood(token) ?? .failure(resting.failure)
      }
      let (party, settings) = party(token.provider)
      guard let party, !party.client.clientId.isEmpty else {
        return await failed(account, token, "[oauth_\(token.provider.rawValue)] of the configuration has no client_id")
      }
      switch tokens(in: token) {
      case .failure(let failure): return .failure(failure)
      case .success(let tokens): return await ask(party, settings, account, token, tokens)
      }
    }
  }

  private func ask(
    _ party: OAuthParty, _ settings: OAuthSettings, _ account: AccountRecord, _ token: OAuthTokenRecord,
    _ old: OAuthTokens
  ) async -> Renewal {
    guard let refresh = old.refresh else {
      return await ended(account, token, "the provider gave no refresh token")
    }
    let answer = await TokenServer(settings: settings, loop: loop).ask(party, party.refreshBody(refresh))
    switch answer {
    case .failure(let failure) where failure.kind == .cancelled:
      return .failure(RemoteFailure(kind: .cancelled, curlCode: 0, text: failure.text))
    case .failure(let failure):
      return await failed(account, token, "the token server of \(token.provider.rawValue) does not answer: \(failure)")
    case .success(.unusable(let words)): return await failed(account, token, words)
    case .success(.refused(let error, let description)):
      let (words, isEnd) = TokenRefusal(error: error, description: description).explained(token.provider)
      return isEnd ? await ended(account, token, words) : await failed(account, token, words)
    case .success(.tokens(let fresh, let life, let authorizationLife)):
      // RFC 6749 section 6: without a new refresh token the old one stays.
      let both = OAuthTokens(access: fresh.access, refresh: fresh.refresh ?? refresh)
      return await keep(both, life, authorizationLife, account, token)
    }
  }

  /// Writes what came, and only then lets it be used. Nobody else has it, so it waits as long as the disk is full.
  private func keep(
    _ tokens: OAuthTokens, _ life: Int64?, _ authorizationLife: Int64?, _ account: AccountRecord,
    _ old: OAuthTokenRecord
  ) async -> Renewal {
    while true {
      do {
        let new = try token(tokens, life, authorizationLife, of: account.id, provider: old.provider)
        let isKept = try await store.write { transaction in
          try transaction.renewed(account.id, generation: old.generation, new, now: Clock.now())
        }
        state.withLock { $0.rests[account.id] = nil }
        guard isKept else {
          // A person authorized it anew meanwhile: that token counts.
          switch await record(of: account) {
          case .failure(let failure): return .failure(failure)
          case .success(let other): return opened(other)
          }
        }
        log.info(
          "access.token_renewed", ["account": .text(account.address), "until": .text(Clock.text(new.expiresAt))])
        bell.ring()
        return .success(.accessToken(tokens.access))
      } catch {
        log.error("access.token_unwritten", ["account": .text(account.address), "error": .text("\(error)")])
        guard error as? StoreError == .full, !Task.isCancelled, state.withLock({ !$0.isStopping }) else {
          return .failure(RemoteFailure(kind: .protocol, curlCode: 0, text: "its token cannot be stored: \(error)"))
        }
        await loop.sleep(milliseconds: 1000)
      }
    }
  }

  /// Tokens that came now, for the store.
  func token(
    _ tokens: OAuthTokens, _ life: Int64?, _ authorizationLife: Int64?, of account: Int64, provider: OAuthProvider
  ) throws -> NewOAuthToken {
    let now = Clock.now()
    // RFC 6749 section 5.1 only recommends to say how long; an hour is what everybody means.
    return NewOAuthToken(
      provider: provider, sealed: try sealed(tokens, of: account), expiresAt: now + (life ?? 3600) * 1000,
      refreshExpiresAt: authorizationLife.map { now + $0 * 1000 })
  }

  private func stillGood(_ token: OAuthTokenRecord) -> Renewal? {
    Clock.now() < token.expiresAt ? opened(token) : nil
  }

  private static func ended(_ account: AccountRecord, _ words: String) -> RemoteFailure {
    RemoteFailure(
      kind: .login, curlCode: 0, text: "\(words); run: postern account authorize \(account.address)")
  }

  private func ended(_ account: AccountRecord, _ token: OAuthTokenRecord, _ words: String) async -> Renewal {
    await note(account, token, words, isEnded: true)
    return stillGood(token) ?? .failure(Self.ended(account, words))
  }

  private func failed(_ account: AccountRecord, _ token: OAuthTokenRecord, _ words: String) async -> Renewal {
    let failure = RemoteFailure(kind: .connect, curlCode: 0, text: "its token cannot be renewed: \(words)")
    state.withLock { state in
      let before = state.rests[account.id].flatMap { $0.generation == token.generation ? $0.failures : nil } ?? 0
      let rest = min(Self.restRange.lowerBound << Int64(min(before, 10)), Self.restRange.upperBound)
      state.rests[account.id] = Rest(
        generation: token.generation, failures: before + 1, until: Clock.deadline(in: rest), failure: failure)
    }
    await note(account, token, words, isEnded: false)
    return stillGood(token) ?? .failure(failure)
  }

  private func note(_ account: AccountRecord, _ token: OAuthTokenRecord, _ words: String, isEnded: Bool) async {
    log.error(
      isEnded ? "access.authorization_ended" : "access.renewal_failed",
      [
        "account": .text(account.address), "reason": .text(words), "works_until": .text(Clock.text(token.expiresAt)),
      ])
    do {
      _ = try await store.write { transaction in
        try transaction.renewalFailed(
          account.id, generation: token.generation, because: words, isEnded: isEnded, now: Clock.now())
      }
    } catch {
      log.error("access.warning_unwritten", ["account": .text(account.address), "error": .text("\(error)")])
    }
  }

  // MARK: - Ahead of time

  private func watch() async {
    while !Task.isCancelled {
      let next = await look()
      await bell.wait(until: Clock.deadline(in: min(max(next - Clock.now(), 500), Self.longestWait)))
    }
  }

  /// Renews what is due and warns of what ends; returns when the next is due.
  private func look() async -> Int64 {
    let now = Clock.now()
    var next = now + Self.longestWait
    let settings = state.withLock { $0.settings }
    let found: [(AccountRecord, OAuthTokenRecord)]
    do {
      found = try await store.read { reader in
        let accounts = Dictionary(uniqueKeysWithValues: try reader.accounts().map { ($0.id, $0) })
        return try reader.oauthTokens().compactMap { token in
          guard let account = accounts[token.accountID], account.settings.oauth == token.provider,
            account.state != .disabled
          else { return nil }
          return (account, token)
        }
      }
    } catch {
      log.error("access.tokens_unreadable", ["error": .text("\(error)")])
      return next
    }
    for (account, token) in found {
      if let end = token.refreshExpiresAt, now >= end - settings.warnAheadMilliseconds, token.warnedEnd != end {
        await warn(account, of: end)
      }
      guard !token.isEnded else { continue }
      let ahead = min(settings.refreshAheadMilliseconds, (token.expiresAt - token.obtainedAt) / 2)
      if now >= token.expiresAt - ahead {
        loop.spawn { [self] in _ = await renewed(account, token) }
        // Should it fail, the rest after a first failure is so long.
        next = min(next, now + Self.restRange.lowerBound)
      } else {
        next = min(next, token.expiresAt - ahead)
      }
    }
    return next
  }

  private func warn(_ account: AccountRecord, of end: Int64) async {
    let words =
      "the authorization of \(account.address) ends at \(Clock.text(end)); run before then: postern account authorize \(account.address)"
    do {
      if try await store.write({ try $0.warnOfEnd(account.id, at: end, words, now: Clock.now()) }) {
        log.warning("access.authorization_ends", ["account": .text(account.address), "at": .text(Clock.text(end))])
      }
    } catch {
      log.error("access.warning_unwritten", ["account": .text(account.address), "error": .text("\(error)")])
    }
  }
}

/// Asks one token server.
struct TokenServer {
  let settings: OAuthSettings
  let loop: EventLoop

  /// An honest answer has under 10 KB, of which Microsoft's token takes the most.
  private static let mostBytes = 64 << 10

  func post(_ url: String, _ body: [UInt8]) async -> Result<HTTPResponse, HTTPFailure> {
    await HTTPClient.send(
      HTTPRequest(
        url: url, headers: ["Content-Type: application/x-www-form-urlencoded", "Accept: application/json"], body: body,
        timeoutMilliseconds: settings.timeoutMilliseconds, mostBytes: Self.mostBytes, caFile: settings.caFile,
        // The operator wrote the address himself; an own server may well stand in the own network.
        allowsPrivate: true), on: loop)
  }

  func ask(_ party: OAuthParty, _ body: [UInt8]) async -> Result<TokenAnswer, HTTPFailure> {
    await post(party.client.tokenEndpoint, body).map(TokenAnswer.init)
  }
}
