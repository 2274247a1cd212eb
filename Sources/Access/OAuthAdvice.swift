// What the errors of token servers mean and what to do about them, as data with sources.
import Configuration

/// One row: what is nil or empty matches anything.
struct OAuthAdvice: Sendable {
  var provider: OAuthProvider?
  var error: String?
  /// Part of the description, such as Microsoft's `AADSTS…` code.
  var text = ""
  /// Whether the authorization is over: only a person's new consent mends it. Else it is the client's configuration.
  var isEnd: Bool
  /// For people: what it means and what to do.
  var words: String
  var source: String

  /// The first row that fits.
  static func row(_ provider: OAuthProvider, _ error: String, _ description: String) -> OAuthAdvice? {
    all.first { row in
      (row.provider == nil || row.provider == provider) && (row.error == nil || row.error == error)
        && (row.text.isEmpty || description.contains(row.text))
    }
  }

  private static let googleEnds = "https://developers.google.com/identity/protocols/oauth2#expiration"
  private static let entra = "https://learn.microsoft.com/entra/identity-platform/reference-error-codes"
  private static let entraLifetimes = "https://learn.microsoft.com/entra/identity-platform/refresh-tokens"
  private static let rfc6749 = "RFC 6749, section 5.2"

  static let all: [OAuthAdvice] = [
    .init(
      provider: .google, error: "invalid_grant", isEnd: true,
      words:
        "Google has ended the authorization. The usual causes: the app is in \"Testing\", where each authorization ends after 7 days (publish it); the password was changed; access was withdrawn at myaccount.google.com; it was not used for 6 months; the account has more than 100 tokens of this client; an administrator's session limit",
      source: googleEnds),
    .init(
      provider: .google, error: "invalid_client", isEnd: false,
      words: "Google does not know this client_id and client_secret: look at [oauth_google] in the configuration",
      source: googleEnds),
    .init(
      provider: .google, error: "deleted_client", isEnd: false,
      words: "the client was deleted in Google's console: make another and write it into [oauth_google]",
      source: googleEnds),
    .init(
      provider: .google, error: "admin_policy_enforced", isEnd: true,
      words: "the administrator of this Google Workspace does not allow the app or its scope (mail.google.com)",
      source:
        "https://developers.google.com/identity/protocols/oauth2/native-app#authorization-errors-admin-policy-enforced"
    ),
    .init(
      provider: .microsoft, text: "AADSTS700082", isEnd: true,
      words: "Microsoft has ended the authorization: it was not used for 90 days", source: entraLifetimes),
    .init(
      provider: .microsoft, text: "AADSTS70008", isEnd: true,
      words: "Microsoft has ended the authorization: its time is over", source: entra),
    .init(
      provider: .microsoft, text: "AADSTS50173", isEnd: true,
      words: "Microsoft has ended the authorization: the password was changed or reset, or sessions were revoked",
      source: entra),
    .init(
      provider: .microsoft, text: "AADSTS50076", isEnd: true,
      words: "Microsoft wants a second factor now: the rules of the tenant have changed", source: entra),
    .init(
      provider: .microsoft, text: "AADSTS50079", isEnd: true,
      words: "Microsoft wants a second factor to be set up first", source: entra),
    .init(
      provider: .microsoft, text: "AADSTS53003", isEnd: true,
      words: "a Conditional Access rule of the tenant does not let this machine or app in", source: entra),
    .init(
      provider: .microsoft, text: "AADSTS50057", isEnd: true, words: "the user is disabled in Microsoft Entra",
      source: entra),
    .init(
      provider: .microsoft, text: "AADSTS50034", isEnd: true,
      words: "the user is not in this tenant (deleted, renamed?)",
      source: entra),
    .init(
      provider: .microsoft, text: "AADSTS65001", isEnd: true,
      words: "nobody has agreed to the app's permissions yet, or the consent was withdrawn", source: entra),
    .init(
      provider: .microsoft, text: "AADSTS7000222", isEnd: false,
      words: "the client secret has expired in Microsoft Entra: make a new one and write it into [oauth_microsoft]",
      source: entra),
    .init(
      provider: .microsoft, text: "AADSTS7000215", isEnd: false,
      words: "the client secret is wrong (its value is wanted, not its id): look at [oauth_microsoft]", source: entra),
    .init(
      provider: .microsoft, text: "AADSTS7000218", isEnd: false,
      words:
        "Microsoft wants a client secret, or \"Allow public client flows\" has to be on for the app in Microsoft Entra",
      source: entra),
    .init(
      provider: .microsoft, text: "AADSTS700016", isEnd: false,
      words: "the tenant does not know this client_id: look at [oauth_microsoft] and the tenant in its endpoints",
      source: entra),
    .init(
      provider: .microsoft, text: "AADSTS90002", isEnd: false,
      words: "there is no such tenant: look at the endpoints in [oauth_microsoft]", source: entra),
    .init(
      provider: .microsoft, error: "invalid_grant", isEnd: true,
      words: "Microsoft has ended the authorization (password changed, access withdrawn, or not used for 90 days)",
      source: entraLifetimes),
    .init(
      provider: .microsoft, error: "interaction_required", isEnd: true,
      words: "Microsoft wants the person to sign in again", source: entra),
    .init(
      error: "invalid_grant", isEnd: true, words: "the authorization is over or was withdrawn", source: rfc6749),
    .init(
      error: "access_denied", isEnd: true, words: "the person, or a rule of the provider, said no",
      source: "RFC 6749, section 4.1.2.1"),
    .init(
      error: "invalid_client", isEnd: false, words: "the token server does not know this client_id and client_secret",
      source: rfc6749),
    .init(
      error: "unauthorized_client", isEnd: false, words: "the client is not allowed to log in this way",
      source: rfc6749),
    .init(
      error: "invalid_scope", isEnd: false, words: "the scopes of the configuration are not offered to this client",
      source: rfc6749),
    .init(
      error: "expired_token", isEnd: true, words: "the code was not entered in time", source: "RFC 8628, section 3.5"),
  ]
}

extension TokenRefusal {
  /// What happened and what to do, with the server's own words at the end; and whether only a person can mend it.
  func explained(_ provider: OAuthProvider) -> (words: String, isEnd: Bool) {
    let own = [error, description].filter { !$0.isEmpty }.joined(separator: ": ")
    guard let row = OAuthAdvice.row(provider, error, description) else { return ("it said: \(own)", false) }
    return ("\(row.words) (it said: \(own))", row.isEnd)
  }
}
