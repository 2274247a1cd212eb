import Foundation
import Host
import Store
import Testing

@testable import Relay

/// Whose mail is signed.
@Suite struct SigningTests {
  @Test func aDomainWithItsOwnLettersIsSignedByItsNameInDNS() async throws {
    let bench = try Bench()
    let server = try ScriptedServer(on: bench.serverLoop, offers: ["PIPELINING", "8BITMIME", "SMTPUTF8"])
    try await bench.addAccount("ann@bücher.test", server)
    let key = try SigningKey.make(.ed25519)
    let record = DKIMKeyRecord(
      domain: "Bücher.test", selector: "postern", kind: "ed25519",
      secret: Array(Data(key.privateBytes).base64EncodedString().utf8),
      publicKey: Data(key.publicBytes).base64EncodedString(), createdAt: Clock.now())
    try await bench.store.write { try $0.addDKIMKey(record) }
    #expect(try await bench.store.read { try $0.dkimKeys(of: "xn--bcher-kva.test") }.count == 1)
    let id = try await bench.submit()
    bench.start()
    _ = try await bench.settled(id, as: .sent)
    let mail = try #require(server.mails.first?.text)
    #expect(mail.contains("From: ann@bücher.test"))
    #expect(mail.contains("d=xn--bcher-kva.test;"))
    #expect(try await bench.store.write { try $0.removeDKIMKeys(of: "bücher.test") } == 1)
  }
}
