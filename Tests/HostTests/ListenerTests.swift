import Glibc
import Testing

@testable import Host

@Suite struct ListenerTests {
  @Test func aPortInUseIsNamed() async throws {
    try await withLoop { loop in
      let first = try Listener(address: "127.0.0.1", port: 0, loop: loop)
      let error = #expect(throws: HostError.self) {
        _ = try Listener(address: "127.0.0.1", port: first.boundPort, loop: loop)
      }
      #expect(error?.kind == .addressInUse)
      #expect(error?.message.hasPrefix("cannot listen on 127.0.0.1:\(first.boundPort): it is already in use") == true)
    }
  }

  @Test(arguments: [
    ("no.such.host.invalid", 2525, HostError.Kind.data), ("127.0.0.1", 70_000, .data), ("192.0.2.1", 2525, .data),
  ])
  func badPlacesAreRefused(address: String, port: Int, kind: HostError.Kind) async throws {
    try await withLoop { loop in
      let error = #expect(throws: HostError.self) { _ = try Listener(address: address, port: port, loop: loop) }
      #expect(error?.kind == kind)
      #expect(error?.message.contains("\(address):\(port)") == true)
    }
  }

  @Test(arguments: ["127.0.0.1", "localhost", "::1", "*"])
  func listensOn(address: String) async throws {
    try await withLoop { loop in
      let listener = try Listener(address: address, port: 0, loop: loop)
      #expect(listener.boundPort > 0)
    }
  }

  @Test func closingEndsAcceptAndFreesThePort() async throws {
    try await withLoop { loop in
      let listener = try Listener(address: "127.0.0.1", port: 0, loop: loop)
      let port = listener.boundPort
      let accepting = loop.spawn { _ = await listener.accept() }
      await on(loop) { await loop.pause() }
      listener.close()
      await accepting.value
      let again = try Listener(address: "127.0.0.1", port: port, loop: loop)
      #expect(again.boundPort == port)
    }
  }

  @Test func aStaleSocketIsReplacedALiveOneIsNot() async throws {
    try await withFolder { folder in
      try await withLoop { loop in
        let path = "\(folder)/control.sock"
        let first = try ControlSocket(path: path)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o660)
        let error = #expect(throws: HostError.self) { _ = try ControlSocket(path: path) }
        #expect(error?.kind == .addressInUse)
        abandon(first.descriptor)
        let second = try ControlSocket(path: path)
        let listener = second.listener(on: loop)
        listener.close()
        second.remove()
        #expect(access(path, F_OK) != 0)
      }
    }
  }

  @Test func aFileInTheSocketsPlaceStays() async throws {
    try await withFolder { folder in
      run("echo precious > \(folder)/file")
      let error = #expect(throws: HostError.self) { _ = try ControlSocket(path: "\(folder)/file") }
      #expect(error?.kind == .data)
      #expect(access("\(folder)/file", F_OK) == 0)
      #expect(throws: HostError.self) { _ = try ControlSocket(path: "/tmp/" + String(repeating: "x", count: 200)) }
    }
  }
}
