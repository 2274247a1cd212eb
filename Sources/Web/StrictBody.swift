import Configuration
import Foundation

/// The JSON object of a request. A member that it does not know is an error: who misspells `dry_run` or `key` means something else
/// than what would happen.
protocol StrictBody: Decodable {
  /// The names it knows.
  static var members: [String] { get }
}

extension Request {
  /// The body; the problem begins with `the body is no WHAT`.
  func decoded<Body: StrictBody>(_ type: Body.Type, as what: String) throws(Problem) -> Body {
    do {
      return try JSONDecoder().decode(Strict<Body>.self, from: Data(body)).body
    } catch {
      throw .invalid("the body is no \(what): \(describe(error))")
    }
  }
}

private struct Strict<Body: StrictBody>: Decodable {
  var body: Body

  init(from decoder: any Decoder) throws {
    try decoder.refuseMembers(besides: Body.members)
    body = try Body(from: decoder)
  }
}

extension Decoder {
  /// Throws for a member of an object that is none of `known`, and names the nearest of these.
  func refuseMembers(besides known: [String]) throws {
    for key in try container(keyedBy: AnyName.self).allKeys where !known.contains(key.stringValue) {
      let near = nearestName(to: key.stringValue, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
      throw DecodingError.dataCorrupted(
        .init(codingPath: codingPath, debugDescription: "unknown member \"\(key.stringValue)\"\(near)"))
    }
  }
}

private struct AnyName: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }

  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// What a decoding error says, for a person.
func describe(_ error: any Error) -> String {
  guard let error = error as? DecodingError else { return "\(error)" }
  var (context, what): (DecodingError.Context, String?)
  switch error {
  case .keyNotFound(let key, let found): (context, what) = (found, "missing member \"\(key.stringValue)\"")
  case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found):
    (context, what) = (found, nil)
  @unknown default: return "\(error)"
  }
  let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  return (path.isEmpty ? "" : "\(path): ") + (what ?? context.debugDescription)
}
