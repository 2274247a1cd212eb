import CLinux
import Glibc
import Testing

@testable import Host

/// Runs a body as a session of a loop and waits for its result.
func on<T: Sendable>(_ loop: EventLoop, _ body: @escaping @Sendable () async -> T) async -> T {
  await withUnsafeContinuation { continuation in
    loop.spawn { continuation.resume(returning: await body()) }
  }
}

/// A running loop for one test, stopped and joined at its end.
func withLoop<T: Sendable>(_ body: @escaping @Sendable (EventLoop) async throws -> T) async throws -> T {
  let loop = try EventLoop(name: "test")
  loop.start()
  defer {
    loop.stop()
    loop.join()
  }
  return try await body(loop)
}

/// A folder for one test, removed at its end.
func withFolder<T>(_ body: (String) async throws -> T) async throws -> T {
  var template = Array("/tmp/postern-host-XXXXXX".utf8CString)
  let folder = String(cString: try #require(mkdtemp(&template)))
  defer { run("rm -rf \(folder)") }
  return try await body(folder)
}

@discardableResult func run(_ command: String) -> Bool { system("( \(command) ) >/dev/null 2>&1") == 0 }

/// A value that one loop's tasks share.
final class Box<Value>: @unchecked Sendable {
  var value: Value
  init(_ value: Value) { self.value = value }
}

/// A connection to a port of this machine, as a stream of a loop.
func connect(to port: Int, on loop: EventLoop) throws -> Stream {
  let address = try #require(PeerAddress(numeric: "127.0.0.1", port: port))
  let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  try #require(address.withSocketAddress { Glibc.connect(number, $0, $1) } == 0)
  _ = fcntl(number, F_SETFL, O_NONBLOCK)
  return Stream(descriptor: number, peer: address, loop: loop)
}

/// A test authority and a certificate of it for 127.0.0.1 and localhost.
struct TestCertificates {
  let authority: String
  let certificate: String
  let key: String

  init(in folder: String) throws {
    authority = "\(folder)/ca.pem"
    certificate = "\(folder)/server.pem"
    key = "\(folder)/server.key"
    let ec = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    let made = run(
      """
      openssl req -x509 \(ec) -subj '/CN=Test CA' -keyout \(folder)/ca.key -out \(authority) &&
      openssl req \(ec) -subj '/CN=localhost' -addext 'subjectAltName=IP:127.0.0.1,DNS:localhost' \
        -keyout \(key) -out \(folder)/server.csr &&
      openssl x509 -req -in \(folder)/server.csr -CA \(authority) -CAkey \(folder)/ca.key -CAcreateserial \
        -days 2 -copy_extensions copy -out \(certificate)
      """)
    try #require(made)
  }
}

/// A port of this machine that nobody listens on and nobody else can take while the descriptor is open.
func heldPort() throws -> (descriptor: Int32, port: Int) {
  let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  let address = try #require(PeerAddress(numeric: "127.0.0.1"))
  try #require(address.withSocketAddress { bind(number, $0, $1) } == 0)
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  _ = withUnsafeMutablePointer(to: &storage) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
  }
  return (number, PeerAddress(storage: &storage).port)
}

/// Leaves a listening socket as a daemon that died does. Closing alone is not enough while another test's child is
/// between fork and exec and holds a copy.
func abandon(_ descriptor: Int32) {
  shutdown(descriptor, Int32(SHUT_RDWR))
  close(descriptor)
}
