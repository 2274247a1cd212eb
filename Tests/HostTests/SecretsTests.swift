import Glibc
import Testing

@testable import Host

@Suite struct SecretsTests {
  @Test func aKeyIsMadeOnceAndOpensWhatItSealed() async throws {
    try await withFolder { folder in
      let path = "\(folder)/key"
      let first = try SealingKey.loadOrCreate(path: path)
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o400)
      let second = try SealingKey.loadOrCreate(path: path)
      for plain in ["", "x", "correct horse battery staple", String(repeating: "long", count: 5000)] {
        let sealed = first.seal(Array(plain.utf8), context: "account 7")
        #expect(sealed.count == plain.utf8.count + 29)
        #expect(try second.open(sealed, context: "account 7") == Array(plain.utf8))
        #expect(sealed != first.seal(Array(plain.utf8), context: "account 7"))
      }
    }
  }

  @Test func everyChangedByteIsNoticed() throws {
    let key = try SealingKey(bytes: [UInt8](repeating: 9, count: 32))
    let sealed = key.seal(Array("secret".utf8))
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 1
      #expect(throws: HostError.self) { try key.open(changed) }
    }
    for length in 0..<sealed.count { #expect(throws: HostError.self) { try key.open(Array(sealed[..<length])) } }
  }

  @Test func anotherKeyOrContextDoesNotOpen() throws {
    let key = try SealingKey(bytes: [UInt8](repeating: 1, count: 32))
    let other = try SealingKey(bytes: [UInt8](repeating: 2, count: 32))
    let sealed = key.seal([1, 2, 3], context: "account 1")
    #expect(try key.open(sealed, context: "account 1") == [1, 2, 3])
    #expect(throws: HostError.self) { try key.open(sealed, context: "account 2") }
    let error = #expect(throws: HostError.self) { try other.open(sealed, context: "account 1") }
    #expect(error?.message.contains("another key file") == true)
  }

  @Test func whoHoldsAKeyGoesOnWithTheNextOne() throws {
    let key = try SealingKey(bytes: [UInt8](repeating: 1, count: 32))
    let old = key.seal([7])
    let next = try SealingKey(bytes: [UInt8](repeating: 2, count: 32))
    #expect(!next.opens(sealedBy: key))
    key.become(next.opening(alsoWith: [try SealingKey(bytes: [UInt8](repeating: 1, count: 32))]))
    #expect(key.opens(sealedBy: next))
    #expect(try key.open(old) == [7] && next.open(key.seal([8])) == [8])
    #expect(throws: HostError.self) { try next.open(old) }
  }

  @Test func aKeyHas32Bytes() { #expect(throws: HostError.self) { try SealingKey(bytes: [1, 2, 3]) } }

  @Test(arguments: [
    ("0440", HostError.Kind.permission, true), ("0404", .permission, true), ("0644", .permission, true),
    ("0400", .data, false), ("0600", .data, false),
  ])
  func aKeyFileMustBeOursAloneAndWhole(mode: String, kind: HostError.Kind, whole: Bool) async throws {
    try await withFolder { folder in
      let path = "\(folder)/key"
      _ = try SealingKey.loadOrCreate(path: path)
      if !whole { run("chmod 600 \(path); echo 0123 > \(path)") }
      run("chmod \(mode) \(path)")
      let error = #expect(throws: HostError.self) { try SealingKey.loadOrCreate(path: path) }
      #expect(error?.kind == kind)
      #expect(error?.message.contains(path) == true)
    }
  }

  @Test func aKeyFileThatIsThereIsNeverReplaced() async throws {
    try await withFolder { folder in
      let path = "\(folder)/key"
      let first = try KeyFile.create(path, key: [UInt8](repeating: 1, count: 32))
      let second = try KeyFile.create(path, key: [UInt8](repeating: 2, count: 32))
      let kept = try KeyFile.read(path)
      #expect(first && !second)
      #expect(kept == [UInt8](repeating: 1, count: 32))
      #expect(throws: HostError.self) { try SealingKey.loadOrCreate(path: "\(folder)/none/key") }
      #expect(throws: HostError.self) { try SealingKey.load(path: "\(folder)/missing") }
    }
  }

  @Test func passwordsVerify() async throws {
    let hash = try PasswordHash.make("p\u{e4}ssword")
    #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    let again = try PasswordHash.make("p\u{e4}ssword")
    #expect(hash != again)
    let answers = await offLoop {
      [
        PasswordHash.verify("p\u{e4}ssword", against: hash), PasswordHash.verify("password", against: hash),
        PasswordHash.verify("", against: hash), PasswordHash.verify("", against: nil),
      ]
    }
    #expect(answers == [true, false, false, false])
  }

  /// A case of the reference implementation's own tests (phc-winner-argon2, src/test.c).
  @Test func aHashOfTheReferenceVerifies() {
    let hash = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
    #expect(PasswordHash.verify("password", against: hash))
    #expect(!PasswordHash.verify("passwort", against: hash))
  }

  @Test(arguments: [
    "", "plain", "$argon2i$v=19$m=64,t=2,p=1$c29tZXNhbHQ$aGFzaA",
    "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$aGFzaA",
    "$argon2id$v=19$m=64,t=99,p=1$c29tZXNhbHQ$aGFzaA", "$argon2id$v=19$m=64,t=2$c29tZXNhbHQ$aGFzaA", "$2b$12$abc",
    "$argon2id$v=19$m=64,t=2,p=1$!!$??",
  ])
  func hashesThatAreNoneNeverMatch(hash: String) { #expect(!PasswordHash.verify("secret", against: hash)) }

  @Test func uuidsCarryTheirTime() {
    // RFC 9562 appendix A.6.
    let random: [UInt8] = [0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]
    #expect(UUIDv7.text(at: 0x017F_22E2_79B0, random: random) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    #expect(randomBytes(300).count == 300)
    #expect(randomBytes(16) != randomBytes(16))
  }

  @Test(arguments: [
    ("", ""), ("Zg==", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar"), ("+/8=", "\u{fb}\u{ff}"),
    ("Zm9v!", nil), ("Zm 9v", nil),
  ])
  func base64Decodes(text: String, plain: String?) {
    #expect(decodeBase64(text.utf8) == plain.map { $0.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } })
  }
}
