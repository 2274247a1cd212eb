import Configuration
import Glibc
import Host
import SMTP
import Store
import Testing

@testable import Intake

/// The example of RFC 7677 §3.
private let first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
private let serverNonce = Array("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0".utf8)
private let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
private let final = "c=biws,r=\(nonce),p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
private let verifier = ScramVerifier.make(
  "pencil", salt: Base64.decode(Array("W22ZaJ0SNY7soEsUEjb6gQ==".utf8)), iterations: 4096)

private func exchange(_ verifier: ScramVerifier?) throws -> ScramExchange {
  ScramExchange(try #require(ScramExchange.Opening(Array(first.utf8))), verifier: verifier, serverNonce: serverNonce)
}

/// A client of its own making: Python's hashlib does what RFC 5802 says.
private let client = """
  import base64, hashlib, hmac, os, socket, sys
  port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3].encode()
  lines = socket.create_connection(("127.0.0.1", port)).makefile("rw", newline="")
  def say(text):
    if text is not None: lines.write(text + "\\r\\n"); lines.flush()
    line = lines.readline().strip()
    while line[3:4] == "-": line = lines.readline().strip()
    return line
  b64 = lambda octets: base64.b64encode(octets).decode()
  mac = lambda key, text: hmac.new(key, text, hashlib.sha256).digest()
  say(None); say("EHLO c")
  bare = "n=" + user + ",r=" + b64(os.urandom(9))
  challenge = base64.b64decode(say("AUTH SCRAM-SHA-256 " + b64(("n,," + bare).encode())).split()[1]).decode()
  parts = dict(part.split("=", 1) for part in challenge.split(","))
  salted = hashlib.pbkdf2_hmac("sha256", password, base64.b64decode(parts["s"]), int(parts["i"]))
  key = mac(salted, b"Client Key")
  without = "c=biws,r=" + parts["r"]
  dialogue = ",".join([bare, challenge, without]).encode()
  signature = mac(hashlib.sha256(key).digest(), dialogue)
  answer = say(b64((without + ",p=" + b64(bytes(a ^ b for a, b in zip(key, signature)))).encode()))
  if answer.startswith("334"):
    ours = "v=" + b64(mac(mac(salted, b"Server Key"), dialogue))
    assert base64.b64decode(answer.split()[1]).decode() == ours, "the server is not who it should be"
    answer = say("")
  sys.exit({"235": 0, "535": 3}.get(answer.split()[0], 2))
  """

@Suite("SCRAM-SHA-256")
struct ScramTests {
  @Test("the example of RFC 7677")
  func example() throws {
    let exchange = try exchange(verifier)
    #expect(exchange.name == "user")
    #expect(String(decoding: exchange.challenge, as: UTF8.self) == "r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
    let answer = exchange.finish(Array(final.utf8)).map { String(decoding: $0, as: UTF8.self) }
    #expect(answer == "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
  }

  @Test("an unknown name is asked the same, and fails")
  func unknown() throws {
    let exchange = try exchange(nil)
    #expect(exchange.challenge.count > nonce.count + 30)
    #expect(exchange.finish(Array(final.utf8)) == nil)
  }

  @Test(
    "openings that are taken",
    arguments: [
      (first, "user"), ("y,,n=user,r=x", "user"), ("n,a=user,n=user,r=x", "user"), ("n,,n=a=2Cb=3Dc,r=x", "a,b=c"),
      ("n,,n=jörg,r=x", "jörg"), ("n,,n=user,r=x,future=1", "user"),
    ])
  func openings(_ message: String, _ name: String) {
    #expect(ScramExchange.Opening(Array(message.utf8))?.name == name)
  }

  @Test(
    "openings that are none",
    arguments: [
      "", "n", "n,,", "n,,n=user", "n,,r=x,n=user", "n,,n=,r=x", "n,,n=user,r=", "p=tls-unique,,n=user,r=x",
      "x,,n=user,r=x", "n,a=other,n=user,r=x", "n,user,n=user,r=x", "n,,m=ext,n=user,r=x", "n,,n=us=er,r=x",
      "n,,n=user=2,r=x", "n,,n=us\0er,r=x", "n,,n=user,r=x y", "n,,n=user,r=\(String(repeating: "x", count: 257))",
    ])
  func badOpenings(_ message: String) { #expect(ScramExchange.Opening(Array(message.utf8)) == nil) }

  @Test("every octet of the proof's message counts")
  func finals() throws {
    let exchange = try exchange(verifier)
    let good = Array(final.utf8)
    for index in good.indices {
      var wrong = good
      wrong[index] ^= 1
      #expect(exchange.finish(wrong) == nil, "octet \(index)")
      #expect(exchange.finish(Array(good[..<index])) == nil, "cut at \(index)")
    }
    #expect(exchange.finish(good + good) == nil)
  }

  @Test("a client of another make logs in, with the right password only")
  func otherClient() async throws {
    try await withServer { world in
      try await world.store.write { transaction in
        try transaction.putSubmitter(
          SubmitterEntry(login: "app"), passwordHash: "x", scramVerifier: ScramVerifier.make("sécret,=").text, now: 0)
        try transaction.putSubmitter(SubmitterEntry(login: "old"), passwordHash: "x", now: 0)
      }
      let script = "\(world.folder)/client.py"
      try write(client, to: script)
      let port = world.server.ports[0]
      /// 0 for 235, 3 for 535.
      func login(_ name: String, _ password: String) -> Int32 {
        system("python3 \(script) \(port) \(name) '\(password)'") >> 8
      }
      #expect(login("app", "sécret,=") == 0)
      #expect(login("app", "secret") == 3)
      #expect(login("old", "x") == 3)
      #expect(login("nobody", "x") == 3)
    }
  }

  private func write(_ text: String, to path: String) throws {
    let file = try #require(fopen(path, "w"))
    fputs(text, file)
    fclose(file)
  }
}
