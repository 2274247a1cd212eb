import Testing

@testable import Host

/// The example of RFC 7677 §3: user `user`, password `pencil`.
private enum Example {
  static let salt = decodeBase64("W22ZaJ0SNY7soEsUEjb6gQ==".utf8) ?? []
  static let proof = decodeBase64("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=".utf8) ?? []
  static let signature = decodeBase64("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8) ?? []
  static let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
  static let dialogue = Array(
    ("n=user,r=rOprNGfwEbeRWgbNEkqO,r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=\(nonce)").utf8)
}

@Suite struct ScramVerifierTests {
  @Test func theExampleOfTheStandardFits() {
    let verifier = ScramVerifier.make("pencil", salt: Example.salt, iterations: 4096)
    #expect(verifier.accepts(proof: Example.proof, of: Example.dialogue))
    #expect(verifier.serverSignature(of: Example.dialogue) == Example.signature)
    #expect(!verifier.accepts(proof: Example.proof, of: Example.dialogue + [0]))
    #expect(!verifier.accepts(proof: Array(Example.proof.dropLast()), of: Example.dialogue))
    #expect(!verifier.accepts(proof: Example.proof + [0], of: Example.dialogue))
    for index in Example.proof.indices {
      var wrong = Example.proof
      wrong[index] ^= 1
      #expect(!verifier.accepts(proof: wrong, of: Example.dialogue))
    }
    let other = ScramVerifier.make("Pencil", salt: Example.salt, iterations: 4096)
    #expect(!other.accepts(proof: Example.proof, of: Example.dialogue))
  }

  @Test func itsTextGivesItBack() {
    let verifier = ScramVerifier.make("pencil")
    #expect(verifier.salt.count == 16 && verifier.iterations >= 4096)
    #expect(ScramVerifier(text: verifier.text) == verifier)
    #expect(!verifier.text.contains("pencil"))
    #expect(ScramVerifier.make("pencil") != verifier)
  }

  @Test(arguments: [
    "", "scram-sha-256", "scram-sha-256$4096$$aa$bb", "scram-sha-1$4096$00$aa$bb", "scram-sha-256$0$00$aa$bb",
    "scram-sha-256$4096$00$\(String(repeating: "a", count: 63))$\(String(repeating: "b", count: 64))",
    "scram-sha-256$4096$0g$\(String(repeating: "a", count: 64))$\(String(repeating: "b", count: 64))",
    "scram-sha-256$99999999999$00$\(String(repeating: "a", count: 64))$\(String(repeating: "b", count: 64))",
    "scram-sha-256$4096$00$\(String(repeating: "a", count: 64))$\(String(repeating: "b", count: 64))$",
  ])
  func whatIsNoVerifierIsNone(_ text: String) { #expect(ScramVerifier(text: text) == nil) }

  @Test func anUnknownNameHasAlwaysTheSameSaltAndNoProof() {
    let first = ScramVerifier.imaginary(for: "nobody")
    #expect(first.salt == ScramVerifier.imaginary(for: "nobody").salt)
    #expect(first.salt != ScramVerifier.imaginary(for: "somebody").salt)
    #expect(first.salt.count == 16 && first.iterations == ScramVerifier.make("x").iterations)
    #expect(!first.accepts(proof: Example.proof, of: Example.dialogue))
  }
}
