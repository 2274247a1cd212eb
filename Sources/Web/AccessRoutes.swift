import Configuration
import Delivery
import MailText
import Store

extension API {
  /// Getting into mailboxes: `GET discovery?address=…` finds an address's servers, `POST accounts/ADDRESS/authorize` begins a
  /// person's consent, `POST authorizations/ID/finish` and `/poll` bring it to its end.
  static let accessRoutes: [Route] = [
    Route("GET", "discovery") { api, request, _ in
      guard let address = request.query["address"], address.contains("@") else {
        throw Problem.invalid("address must be a mail address")
      }
      if let key = request.query["provider"] {
        guard let provider = MailProvider.of(key: key) else {
          let keys = MailProvider.keys.joined(separator: ", ")
          throw Problem.invalid("there is no provider \"\(key)\"; there are \(keys)")
        }
        return Response(
          MailboxServers(
            of: provider, domain: Address.domain(of: address), found: .table, evidence: "\(provider.name) was asked for"
          ).json)
      }
      return Response(try await api.hooks.access.discover(address).get().json)
    },
    Route("POST", "accounts/*/authorize") { api, request, address in
      let wanted = try request.decoded(AuthorizeBody.self, as: "authorization")
      let account = try await api.account(address)
      let flow: AuthorizationFlow
      switch (wanted.flow, wanted.redirectURI) {
      case ("device", _): flow = .device
      case ("loopback", let uri?): flow = .loopback(redirectURI: uri)
      default: throw Problem.invalid("flow must be \"device\", or \"loopback\" with a redirect_uri")
      }
      let start = try await api.hooks.access.authorize(account, flow).get()
      return Response(
        .object([
          ("authorization", .text(start.id)), ("provider", .text(start.provider.rawValue)), ("url", .text(start.url)),
          ("user_code", .optional(start.userCode)), ("expires_at", .time(start.expiresAt)),
        ]))
    },
    Route("POST", "authorizations/*/finish") { api, request, id in
      let body = try request.decoded(FinishBody.self, as: "authorization's end")
      return Response(try await api.hooks.access.finish(id, body.redirected).get().json)
    },
    Route("POST", "authorizations/*/poll") { api, _, id in
      Response(try await api.hooks.access.poll(id).get().json)
    },
  ]
}

private struct AuthorizeBody: StrictBody {
  static let members = CodingKeys.allCases.map(\.rawValue)

  var flow: String
  var redirectURI: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case flow
    case redirectURI = "redirect_uri"
  }
}

private struct FinishBody: StrictBody {
  static let members = ["redirected"]

  /// The whole address that the browser was led to, or its end from the path on.
  var redirected: String
}

extension Problem {
  /// A refusal is about what was asked, in words for a person.
  init(_ refusal: AccessRefusal) { self.init(status: 422, code: "access", message: refusal.description) }
}

extension AuthorizationProgress {
  fileprivate var json: JSON { .object([("status", .text(self == .authorized ? "authorized" : "pending"))]) }
}

extension MailboxServers {
  fileprivate var json: JSON {
    .object([
      ("found", .text(found.rawValue)), ("evidence", .text(evidence)), ("provider", .optional(provider?.key)),
      ("name", .optional(provider?.name)), ("smtp", smtp.json), ("imap", imap?.json ?? .null),
      ("user", .optional(user)), ("logins", .texts(provider?.logins.map(\.rawValue) ?? [])),
      ("oauth", .optional(provider?.oauth)), ("daily_limit", .optional(provider?.dailyLimit)),
      ("limit_mode", .optional(provider?.dailyLimit == nil ? nil : provider?.dailyLimitMode.rawValue)),
      ("minute_limit", .optional(provider?.minuteLimit)), ("connections", .optional(provider?.connections)),
      ("keeps_sent_copy", provider?.keepsSentCopy.map(JSON.boolean) ?? .null),
      ("message_ids", provider.map { $0.messageIDs == .kept ? .text("kept") : .text("replaced") } ?? .null),
      ("note", .optional(provider?.note)), ("foreign_hosts", .texts(foreignHosts)),
      ("sources", .texts(provider?.sources ?? [])),
    ])
  }
}

extension ServerPlace {
  fileprivate var json: JSON {
    .object([("host", .text(host)), ("port", .number(port)), ("tls", .text(security.rawValue))])
  }
}

extension AccountView {
  /// How an account that logs in with tokens fares; null for one with a password.
  static func authorization(of account: AccountRecord, _ db: Reader) throws(StoreError) -> JSON {
    guard let provider = account.settings.oauth else { return .null }
    guard let token = try db.oauthToken(of: account) else {
      return .object([
        ("provider", .text(provider.rawValue)), ("status", .text("missing")),
        ("text", .text("run: postern account authorize \(account.address)")),
      ])
    }
    let status = token.isEnded ? "ended" : token.trouble != nil ? "failing" : "good"
    return .object([
      ("provider", .text(provider.rawValue)), ("status", .text(status)), ("text", .optional(token.trouble)),
      ("since", .time(token.troubleAt)), ("authorized_at", .time(token.authorizedAt)),
      ("token_expires_at", .time(token.expiresAt)), ("ends_at", .time(token.refreshExpiresAt)),
    ])
  }
}
