import CLinux
import Glibc

/// A socket that takes connections for one loop.
public final class Listener: @unchecked Sendable {
  /// The address and port it stands on, with the port the system chose when 0 was asked for.
  public let local: PeerAddress
  private let descriptor: Descriptor
  private let loop: EventLoop
  private var taken = 0

  /// Listens on a numeric address, a name such as `localhost`, or `*` for all; port 0 lets the system choose.
  /// Errors name address and port and what to do.
  public init(address: String, port: Int, loop: EventLoop) throws(HostError) {
    let target = try Self.resolve(address, port)
    let place = "\(address):\(port)"
    let number = postern_socket(target.bytes.count == 16 ? AF_INET6 : AF_INET)
    guard number >= 0 else { throw HostError("cannot listen on \(place): \(errorText(errno))") }
    var on: Int32 = 1
    // Without it a restart would have to wait for the connections of the last run to be forgotten.
    setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    // `*` is one IPv6 socket that takes IPv4 too; a named IPv6 address is only itself.
    var only: Int32 = address == "*" ? 0 : 1
    if target.bytes.count == 16 {
      setsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, socklen_t(MemoryLayout<Int32>.size))
    }
    guard target.withSocketAddress({ bind(number, $0, $1) }) == 0, listen(number, 4096) == 0 else {
      let code = errno
      _ = Glibc.close(number)
      throw Self.refusal(place, code)
    }
    local = Self.localAddress(of: number)
    descriptor = Descriptor(number, loop: loop)
    self.loop = loop
  }

  /// Takes over a listening, non-blocking Unix socket.
  init(unix number: Int32, loop: EventLoop) {
    local = PeerAddress(bytes: [], port: 0)
    descriptor = Descriptor(number, loop: loop)
    self.loop = loop
  }

  deinit { close() }

  /// The port it stands on.
  public var boundPort: Int { local.port }

  /// The next connection, to be used on the listener's loop or on the one given; nil once the listener is closed or the task cancelled.
  ///
  /// When the process has run out of descriptors it rests for 100 ms at a time, so that sessions can end, instead of spinning.
  public func accept(for owner: EventLoop? = nil) async -> Stream? {
    while descriptor.isOpen, !Task.isCancelled {
      descriptor.reader.reset()
      var storage = sockaddr_storage()
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let number = withUnsafeMutablePointer(to: &storage) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { postern_accept(descriptor.number, $0, &length) }
      }
      if number >= 0 {
        let peer = PeerAddress(storage: &storage)
        var on: Int32 = 1
        if !peer.bytes.isEmpty {
          setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        taken += 1
        if taken % 16 == 0 { await loop.pause() }
        return Stream(descriptor: number, peer: peer, loop: owner ?? loop)
      }
      switch errno {
      case EAGAIN:
        if await descriptor.wait(.reading, deadline: nil) != nil { return nil }
      case EMFILE, ENFILE, ENOBUFS, ENOMEM:
        await loop.sleep(milliseconds: 100)
      default:
        // The connection died in the queue, or the network reported an old error on it (accept(2)): on to the next.
        await loop.pause()
      }
    }
    return nil
  }

  /// Stops listening; a task waiting in `accept` gets nil.
  public func close() {
    let descriptor = descriptor
    loop.perform {
      // A child process between fork and exec still holds the socket; this ends the listening for it too.
      if descriptor.isOpen { shutdown(descriptor.number, Int32(SHUT_RDWR)) }
      descriptor.close()
    }
  }

  private static func resolve(_ address: String, _ port: Int) throws(HostError) -> PeerAddress {
    guard (0...65535).contains(port) else {
      throw HostError("cannot listen on \(address):\(port): a port is a number from 0 to 65535", kind: .data)
    }
    if address == "*" { return PeerAddress(bytes: [UInt8](repeating: 0, count: 16), port: port) }
    if let numeric = PeerAddress(numeric: address, port: port) { return numeric }
    var hints = addrinfo()
    hints.ai_socktype = postern_stream_socket
    var list: UnsafeMutablePointer<addrinfo>?
    let failure = getaddrinfo(address, nil, &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard failure == 0, let found = list?.pointee, let pointer = found.ai_addr else {
      throw HostError(
        "cannot listen on \(address):\(port): no address for that name (\(String(cString: gai_strerror(failure))))",
        kind: .data)
    }
    var storage = sockaddr_storage()
    let size = min(Int(found.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
    withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: size)) }
    return PeerAddress(bytes: PeerAddress(storage: &storage).bytes, port: port)
  }

  private static func refusal(_ place: String, _ code: Int32) -> HostError {
    switch code {
    case EADDRINUSE:
      HostError(
        "cannot listen on \(place): it is already in use; stop the other server (`ss -ltnp` shows it) or choose another port",
        kind: .addressInUse)
    case EACCES:
      HostError(
        "cannot listen on \(place): not permitted; ports below 1024 need root or CAP_NET_BIND_SERVICE",
        kind: .permission)
    case EADDRNOTAVAIL:
      HostError("cannot listen on \(place): this machine does not have that address", kind: .data)
    default: HostError("cannot listen on \(place): \(errorText(code))")
    }
  }

  private static func localAddress(of number: Int32) -> PeerAddress {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    _ = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
    }
    return PeerAddress(storage: &storage)
  }
}
