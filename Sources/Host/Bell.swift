import CLinux
import Glibc

/// What wakes a sleeping loop from another thread: an eventfd in its epoll set.
struct Bell: Sendable {
  let descriptor: Int32

  init() throws(HostError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    if descriptor < 0 { throw HostError("cannot make an eventfd: \(errorText(errno)); is ulimit -n too low?") }
  }

  func ring() {
    var one: UInt64 = 1
    // EAGAIN means that it has been rung very often already.
    _ = write(descriptor, &one, 8)
  }

  func silence() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, 8)
  }

  func close() { _ = Glibc.close(descriptor) }
}
