import Configuration
import Foundation
import Host
import Testing

@testable import Access

@Suite struct OAuthMessagesTests {
  /// RFC 7636, appendix B.
  @Test func theProofKeyOfTheRFC() {
    let octets: [UInt8] = [
      116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191, 240,
      91, 88, 5, 88, 83, 132, 141, 121,
    ]
    let proof = ProofKey(random: octets)
    #expect(proof.verifier == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    #expect(proof.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
  }

  @Test func theAuthorizationURLHoldsEverything() throws {
    var client = OAuthClient.google
    client.clientId = "id & co"
    let party = OAuthParty(provider: .google, client: client, secret: "s")
    let proof = ProofKey(random: [UInt8](repeating: 1, count: 32))
    let url = try #require(
      URLComponents(
        string: party.authorizationURL(
          redirectURI: "http://127.0.0.1:99", state: "st", proof: proof, address: "a+b@example.org")))
    let fields = Dictionary(uniqueKeysWithValues: (url.queryItems ?? []).map { ($0.name, $0.value ?? "") })
    #expect(fields["client_id"] == "id & co")
    #expect(fields["login_hint"] == "a+b@example.org")
    #expect(fields["redirect_uri"] == "http://127.0.0.1:99")
    #expect(fields["code_challenge"] == proof.challenge)
    #expect(fields["code_challenge_method"] == "S256")
    #expect(fields["state"] == "st")
    #expect(fields["scope"] == "https://mail.google.com/")
    #expect(fields["access_type"] == "offline")
  }

  @Test func bodiesAreFormEncoded() {
    var client = OAuthClient.microsoft
    client.clientId = "x"
    let open = OAuthParty(provider: .microsoft, client: client, secret: "")
    #expect(
      String(decoding: open.refreshBody("a/b+c"), as: UTF8.self)
        == "grant_type=refresh_token&refresh_token=a%2Fb%2Bc&client_id=x")
    let confidential = OAuthParty(provider: .microsoft, client: client, secret: "ü")
    #expect(
      String(decoding: confidential.refreshBody("t"), as: UTF8.self).hasSuffix("&client_id=x&client_secret=%C3%BC"))
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var status = 200
    var body: String
    var answer: TokenAnswer
    var testDescription: String { "\(status) \(body)" }
  }

  static let answers: [Case] = [
    .init(
      body: #"{"access_token":"a","token_type":"Bearer","expires_in":3599,"refresh_token":"r"}"#,
      answer: .tokens(.init(access: "a", refresh: "r"), expiresIn: 3599, refreshExpiresIn: nil)),
    .init(
      body: #"{"access_token":"a","token_type":"bearer","expires_in":"3600"}"#,
      answer: .tokens(.init(access: "a"), expiresIn: 3600, refreshExpiresIn: nil)),
    .init(
      body: #"{"access_token":"a","refresh_token_expires_in":604799}"#,
      answer: .tokens(.init(access: "a"), expiresIn: nil, refreshExpiresIn: 604_799)),
    .init(
      body: #"{"access_token":"a","expires_in":99999999999999999,"refresh_expires_in":0}"#,
      answer: .tokens(.init(access: "a"), expiresIn: 315_360_000, refreshExpiresIn: nil)),
    .init(
      body: #"{"access_token":"a","expires_in":-5}"#,
      answer: .tokens(.init(access: "a"), expiresIn: 0, refreshExpiresIn: nil)),
    .init(
      body: #"{"access_token":"a","token_type":"mac"}"#, answer: .unusable("the token is of the unknown type mac")),
    .init(
      status: 400, body: #"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#,
      answer: .refused(error: "invalid_grant", description: "Token has been expired or revoked.")),
    .init(
      status: 401, body: #"{"error":"invalid_client"}"#, answer: .refused(error: "invalid_client", description: "")),
    .init(
      status: 503, body: "<html>\nbusy</html>",
      answer: .unusable("the token server answered with status 503: <html> busy</html>")),
    .init(
      status: 429, body: #"{"error":"invalid_grant"}"#,
      answer: .unusable(#"the token server answered with status 429: {"error":"invalid_grant"}"#)),
    .init(status: 200, body: "[]", answer: .unusable("the token server answered with status 200: []")),
    .init(
      status: 200, body: #"{"access_token":""}"#,
      answer: .unusable(#"the token server answered with status 200: {"access_token":""}"#)),
    .init(status: 400, body: "", answer: .unusable("the token server answered with status 400: ")),
  ]

  @Test(arguments: answers) func answersAreRead(test: Case) {
    #expect(TokenAnswer(HTTPResponse(status: test.status, body: Array(test.body.utf8))) == test.answer)
  }

  @Test(
    arguments: [
      (.google, "invalid_grant", "Token has been expired or revoked.", true, "7 days"),
      (.google, "invalid_client", "Unauthorized", false, "[oauth_google]"),
      (
        .microsoft, "invalid_grant",
        "AADSTS700082: The refresh token has expired due to inactivity. The token was issued on 2026-01-01T00:00:00Z and was inactive for 90.00:00:00.",
        true, "90 days"
      ),
      (
        .microsoft, "invalid_grant", "AADSTS50173: The provided grant has expired due to it being revoked", true,
        "password"
      ),
      (.microsoft, "invalid_grant", "AADSTS65001: The user or administrator has not consented", true, "agreed"),
      (.microsoft, "invalid_client", "AADSTS7000222: The provided client secret keys are expired.", false, "expired"),
      (.microsoft, "invalid_client", "AADSTS7000215: Invalid client secret provided.", false, "wrong"),
      (
        .microsoft, "unauthorized_client", "AADSTS700016: Application with identifier was not found", false, "client_id"
      ),
      (.microsoft, "something_new", "", false, "it said: something_new"),
    ] as [(OAuthProvider, String, String, Bool, String)])
  func errorsAreExplained(provider: OAuthProvider, error: String, description: String, isEnd: Bool, part: String) {
    let (words, ended) = TokenRefusal(error: error, description: description).explained(provider)
    #expect(words.contains(part), "\(words)")
    #expect(ended == isEnd)
    #expect(words.contains(error))
  }

  /// The poller takes some words for a refusal that passes by itself; what a person has to mend must not hold them.
  @Test func everyAdviceHasASourceAndCanBeReached() {
    for row in OAuthAdvice.all {
      #expect(row.source.hasPrefix("https://") || row.source.hasPrefix("RFC "))
      let found = OAuthAdvice.row(row.provider ?? .google, row.error ?? "other", row.text)
      #expect(found?.words == row.words || row.provider == nil, "\(row.words)")
      if row.isEnd {
        for word in ["temporar", "try again later", "[limit]", "rate limit"] { #expect(!row.words.contains(word)) }
      }
    }
  }
}
