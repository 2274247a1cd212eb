// What is said to authorization and token servers, and what they answer; pure.
import Configuration
import Foundation
import Host

/// Postern as a client of one provider.
struct OAuthParty: Sendable, Equatable {
  var provider: OAuthProvider
  var client: OAuthClient
  /// Empty for a public client.
  var secret: String
}

/// An access token with what renews it.
struct OAuthTokens: Sendable, Equatable, Codable {
  var access: String
  var refresh: String?
}

/// Proof that who brings the code is who asked for it (RFC 7636).
struct ProofKey: Sendable, Equatable {
  /// 43 characters from 32 random bytes (section 4.1).
  var verifier: String

  init(random: [UInt8]) { verifier = encodeBase64URL(random) }

  /// The challenge of method S256 (section 4.2).
  var challenge: String { encodeBase64URL(Digest.sha256(Array(verifier.utf8))) }
}

/// `application/x-www-form-urlencoded`: only what RFC 3986 section 2.3 calls unreserved stays as it is.
func formEncoded(_ fields: [(String, String)]) -> String {
  fields.map { "\(percentEncoded($0))=\(percentEncoded($1))" }.joined(separator: "&")
}

func percentEncoded(_ text: String) -> String {
  let hex = Array("0123456789ABCDEF".utf8)
  var out: [UInt8] = []
  for byte in text.utf8 {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: out.append(byte)
    default: out += [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
    }
  }
  return String(decoding: out, as: UTF8.self)
}

extension OAuthParty {
  /// Where a person agrees, with all that belongs to it (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
  func authorizationURL(redirectURI: String, state: String, proof: ProofKey, address: String) -> String {
    var fields = [
      ("response_type", "code"), ("client_id", client.clientId), ("redirect_uri", redirectURI),
      ("scope", client.scopes.joined(separator: " ")), ("state", state), ("code_challenge", proof.challenge),
      ("code_challenge_method", "S256"), ("login_hint", address),
    ]
    // Google gives a refresh token only for offline access, and the second time only when asked to agree again
    // (https://developers.google.com/identity/protocols/oauth2/web-server#offline).
    if provider == .google { fields += [("access_type", "offline"), ("prompt", "consent")] }
    let mark = client.authorizationEndpoint.contains("?") ? "&" : "?"
    return client.authorizationEndpoint + mark + formEncoded(fields)
  }

  /// Code for tokens (RFC 6749 section 4.1.3).
  func codeBody(_ code: String, redirectURI: String, proof: ProofKey) -> [UInt8] {
    body([
      ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI),
      ("code_verifier", proof.verifier),
    ])
  }

  /// A refresh token for new tokens (RFC 6749 section 6).
  func refreshBody(_ token: String) -> [UInt8] { body([("grant_type", "refresh_token"), ("refresh_token", token)]) }

  /// The question for a device code (RFC 8628 section 3.1).
  var deviceBody: [UInt8] { body([("scope", client.scopes.joined(separator: " "))]) }

  /// A device code for tokens (RFC 8628 section 3.4).
  func deviceTokenBody(_ code: String) -> [UInt8] {
    body([("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code)])
  }

  /// The secret goes in the body: Google and Microsoft document it so (RFC 6749 section 2.3.1 allows it).
  private func body(_ fields: [(String, String)]) -> [UInt8] {
    let own = [("client_id", client.clientId)] + (secret.isEmpty ? [] : [("client_secret", secret)])
    return Array(formEncoded(fields + own).utf8)
  }
}

/// What a token server answered.
enum TokenAnswer: Sendable, Equatable {
  /// Tokens; the times are seconds from now, nil where nothing was said.
  case tokens(OAuthTokens, expiresIn: Int64?, refreshExpiresIn: Int64?)
  /// An error of RFC 6749 section 5.2 or RFC 8628 section 3.5, with its description.
  case refused(error: String, description: String)
  /// Nothing that can be used: an answer of a proxy, an overload.
  case unusable(String)

  init(_ response: HTTPResponse) {
    let answer = try? JSONDecoder().decode(Wire.self, from: Data(response.body))
    if response.status == 200, let answer, let access = answer.access, !access.isEmpty {
      // RFC 6749 section 5.1: a type that is not understood must not be used.
      guard answer.type.map({ $0.lowercased() == "bearer" }) ?? true else {
        self = .unusable("the token is of the unknown type \(answer.type ?? "")")
        return
      }
      self = .tokens(
        OAuthTokens(access: access, refresh: answer.refresh), expiresIn: answer.expiresIn,
        refreshExpiresIn: answer.refreshExpiresIn)
    } else if (400..<500).contains(response.status), response.status != 429, let error = answer?.error {
      self = .refused(error: error, description: String((answer?.description ?? "").prefix(600)))
    } else {
      let head = String(decoding: response.body.prefix(200), as: UTF8.self).split(whereSeparator: \.isNewline)
      self = .unusable("the token server answered with status \(response.status): \(head.joined(separator: " "))")
    }
  }

  private struct Wire: Decodable {
    var access: String?
    var refresh: String?
    var type: String?
    var expiresIn: Int64?
    var refreshExpiresIn: Int64?
    var error: String?
    var description: String?

    enum CodingKeys: String, CodingKey {
      case error
      case access = "access_token"
      case refresh = "refresh_token"
      case type = "token_type"
      case expiresIn = "expires_in"
      /// Google's name, and Keycloak's.
      case refreshExpiresIn = "refresh_token_expires_in"
      case refreshExpires = "refresh_expires_in"
      case description = "error_description"
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      access = try values.decodeIfPresent(String.self, forKey: .access)
      refresh = try values.decodeIfPresent(String.self, forKey: .refresh)
      type = try values.decodeIfPresent(String.self, forKey: .type)
      error = try values.decodeIfPresent(String.self, forKey: .error)
      description = try? values.decodeIfPresent(String.self, forKey: .description)
      expiresIn = Self.seconds(values, .expiresIn)
      // Keycloak's 0 means no end.
      let end = Self.seconds(values, .refreshExpiresIn) ?? Self.seconds(values, .refreshExpires)
      refreshExpiresIn = end == 0 ? nil : end
    }

    /// Some servers write the number as a text. At the most ten years, so that no sum overflows.
    private static func seconds(_ values: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys) -> Int64? {
      let number =
        (try? values.decodeIfPresent(Int64.self, forKey: key))
        ?? (try? values.decodeIfPresent(String.self, forKey: key)).flatMap { Int64($0) }
      return number.map { min(max($0, 0), 315_360_000) }
    }
  }
}

/// A device code and what a person is told to do (RFC 8628 section 3.2).
struct DeviceCode: Sendable, Equatable, Decodable {
  var code: String
  var userCode: String
  var url: String
  /// Seconds.
  var expiresIn: Int64
  var interval: Int64?

  enum CodingKeys: String, CodingKey {
    case interval
    case code = "device_code"
    case userCode = "user_code"
    case url = "verification_uri"
    case expiresIn = "expires_in"
  }

  static func read(_ response: HTTPResponse) -> Result<DeviceCode, TokenRefusal> {
    if response.status == 200, let code = try? JSONDecoder().decode(DeviceCode.self, from: Data(response.body)) {
      return .success(code)
    }
    switch TokenAnswer(response) {
    case .refused(let error, let description):
      return .failure(TokenRefusal(error: error, description: description))
    case .tokens: return .failure(TokenRefusal(error: "", description: "the device endpoint answered with tokens"))
    case .unusable(let words): return .failure(TokenRefusal(error: "", description: words))
    }
  }
}

/// An error of a token server in its own words.
struct TokenRefusal: Error, Sendable, Equatable {
  /// `invalid_grant` …; empty when it was no OAuth error.
  var error: String
  var description: String
}
