import Host
import SMTP

/// One login with SCRAM-SHA-256 from the server's side (RFC 5802 §5 to §7, RFC 7677): the client's messages in, the
/// server's out. Without channel binding.
struct ScramExchange: Equatable {
  /// Who the client says it is.
  let name: String
  private let verifier: ScramVerifier
  /// `n,,` or `y,,` as the client wrote it.
  private let header: [UInt8]
  private let clientFirstBare: [UInt8]
  private let nonce: [UInt8]

  /// What a client opens with.
  struct Opening: Equatable {
    let name: String
    fileprivate let header: [UInt8]
    fileprivate let bare: [UInt8]
    fileprivate let nonce: [UInt8]

    /// Reads `client-first-message`; nil when it is none, or asks for what is not offered: channel binding, extensions, to
    /// act for somebody else.
    init?(_ message: [UInt8]) {
      let parts = message.split(separator: Self.comma, maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0].elementsEqual("n".utf8) || parts[0].elementsEqual("y".utf8) else { return nil }
      let attributes = parts[2].split(separator: Self.comma, omittingEmptySubsequences: false)
      guard attributes.count >= 2, let user = ScramExchange.value(attributes[0], "n"),
        let name = SASLName.read(user), !name.isEmpty,
        let nonce = ScramExchange.value(attributes[1], "r"), !nonce.isEmpty, nonce.count <= 256,
        nonce.allSatisfy({ (0x21...0x7E).contains($0) })
      else { return nil }
      if !parts[1].isEmpty {
        // Nobody acts for another here.
        guard let identity = ScramExchange.value(parts[1], "a"), SASLName.read(identity) == name else { return nil }
      }
      self.name = name
      header = Array(message.prefix(message.count - parts[2].count))
      bare = Array(parts[2])
      self.nonce = Array(nonce)
    }

    private static let comma = UInt8(ascii: ",")
  }

  /// An exchange with the verifier of its name; nil, for a name without one, runs the same way and fails at its end.
  init(_ opening: Opening, verifier: ScramVerifier?, serverNonce: [UInt8] = Base64.encode(randomBytes(18))) {
    name = opening.name
    self.verifier = verifier ?? .imaginary(for: opening.name)
    header = opening.header
    clientFirstBare = opening.bare
    nonce = opening.nonce + serverNonce
  }

  /// `server-first-message`.
  var challenge: [UInt8] {
    Array("r=".utf8) + nonce + Array(",s=".utf8) + Base64.encode(verifier.salt)
      + Array(",i=\(verifier.iterations)".utf8)
  }

  /// Checks `client-final-message`; gives `server-final-message`, or nil when the proof or anything else is wrong.
  func finish(_ message: [UInt8]) -> [UInt8]? {
    guard let proofComma = message.lastIndex(of: UInt8(ascii: ",")) else { return nil }
    let bare = message[..<proofComma]
    let attributes = bare.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard attributes.count >= 2, let binding = Self.value(attributes[0], "c"), Base64.decode(binding) == header,
      let echoed = Self.value(attributes[1], "r"), echoed.elementsEqual(nonce),
      let proof = Self.value(message[(proofComma + 1)...], "p").flatMap({ Base64.decode($0) })
    else { return nil }
    let comma = [UInt8(ascii: ",")]
    let dialogue = clientFirstBare + comma + challenge + comma + Array(bare)
    guard verifier.accepts(proof: proof, of: dialogue) else { return nil }
    return Array("v=".utf8) + Base64.encode(verifier.serverSignature(of: dialogue))
  }

  private static func value(_ attribute: ArraySlice<UInt8>, _ name: Unicode.Scalar) -> ArraySlice<UInt8>? {
    guard attribute.count > 2, attribute.first == UInt8(ascii: name), attribute.dropFirst().first == UInt8(ascii: "=")
    else { return nil }
    return attribute.dropFirst(2)
  }
}
