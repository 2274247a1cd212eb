import CLinux

/// epoll's flags by what they mean, for files that import another C module.
enum PollEvents {
  static let readable = POSTERN_IN
  static let writable = POSTERN_OUT
  static let broken = POSTERN_BROKEN
}
