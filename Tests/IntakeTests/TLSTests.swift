import Configuration
import Glibc
import Host
import SMTP
import Store
import Testing

@testable import Intake

/// Makes a certificate that is its own authority, for 127.0.0.1.
private func makeCertificate(in folder: String) throws -> (certificate: String, key: String) {
  let (certificate, key) = ("\(folder)/server.pem", "\(folder)/server-key.pem")
  let status = system(
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
      + "-addext subjectAltName=IP:127.0.0.1 -keyout \(key) -out \(certificate) 2>/dev/null")
  try #require(status == 0)
  return (certificate, key)
}

private func on<T: Sendable>(_ loop: EventLoop, _ body: @escaping @Sendable () async -> T) async -> T {
  await withUnsafeContinuation { continuation in loop.spawn { continuation.resume(returning: await body()) } }
}

/// Sends mails with our own client on a connection curl made and logged in.
private func send(_ count: Int, _ options: RemoteOptions, on loop: EventLoop) async -> [ClientResult] {
  let connection: RemoteConnection
  switch await RemoteConnection.open(options, on: loop) {
  case .success(let opened): connection = opened
  case .failure(let failure): return [.protocolFailure("\(failure)", .beforeDot)]
  }
  defer { connection.close() }
  var session = ClientSession(transcript: connection.transcript)
  var results: [ClientResult] = []
  for number in 0..<count {
    session.begin(
      reversePath: "ann@a.test", recipient: "bob@b.test", message: Array("Subject: \(number)\n\n.\nHällo\n".utf8))
    var isDone = false
    while !isDone {
      guard let action = session.next() else {
        var bytes: [UInt8] = []
        let deadline = Clock.deadline(in: 10_000)
        if case .bytes = await connection.read(into: &bytes, atMost: 4096, deadline: deadline) {
          session.receive(bytes)
        } else {
          session.connectionEnded()
        }
        continue
      }
      switch action {
      case .write(let bytes): _ = await connection.write(bytes, deadline: Clock.deadline(in: 10_000))
      case .readyForFinalDot: session.sendFinalDot()
      case .finished(let result):
        results.append(result)
        isDone = true
      case .close: isDone = true
      }
    }
  }
  return results
}

@Suite("Intake over TLS")
struct TLSTests {
  @Test("curl logs in, our client sends, our server stores", arguments: [ListenerTLS.starttls, .implicit])
  func endToEnd(_ tls: ListenerTLS) async throws {
    var file = ""
    try await withServer { configuration, folder in
      let made = try makeCertificate(in: folder)
      file = made.certificate
      configuration.listeners[0].tls = tls
      configuration.listeners[0].certificate = made.certificate
      configuration.listeners[0].key = made.key
      configuration.listeners[0].trustedNetworks = []
    } _: { world in
      try await world.store.write { transaction in
        try transaction.putSubmitter(
          SubmitterEntry(login: "app"), passwordHash: try PasswordHash.make("secret"), now: 0)
      }
      let options = RemoteOptions(
        scheme: .smtp, host: "127.0.0.1", port: world.server.ports[0], tls: tls == .implicit ? .implicit : .starttls,
        user: "app", secret: .password("secret"), caFile: file)
      let loop = world.loops.next()
      let results = await on(loop) { await send(3, options, on: loop) }
      #expect(
        results
          == (1...3).map { .accepted(Reply(code: 250, enhanced: .init(2, 0, 0), lines: ["Ok: queued as \($0)"])) })
      let body = try await world.store.read { try $0.body(3) }
      #expect(body.map { String(decoding: $0, as: UTF8.self).hasSuffix("\r\n\r\n.\r\nHällo\r\n") } == true)
    }
  }

  @Test("a certificate that is not there is named")
  func missingCertificate() throws {
    var configuration = Configuration()
    configuration.listeners[0].port = 0
    configuration.listeners[0].tls = .starttls
    configuration.listeners[0].certificate = "/nowhere/server.pem"
    configuration.listeners[0].key = "/nowhere/key.pem"
    let error = #expect(throws: HostError.self) { _ = try ListenerOffer(configuration.listeners[0], configuration) }
    #expect(error?.message.contains("/nowhere/server.pem") == true)
  }
}
