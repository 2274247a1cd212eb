/// Exit codes of sysexits.h.
enum ExitCode {
  static let usage: Int32 = 64
  static let data: Int32 = 65
  static let noInput: Int32 = 66
  static let unavailable: Int32 = 69
  static let software: Int32 = 70
  static let cannotCreate: Int32 = 73
  static let inputOutput: Int32 = 74
  static let temporary: Int32 = 75
  static let permission: Int32 = 77
  static let configuration: Int32 = 78
}

/// Why a verb ended early: what to say on stderr and what to exit with.
struct Failure: Error, Equatable {
  var code: Int32
  /// One or more lines without the last line break; empty says nothing.
  var text: String
  /// The word by which the daemon's answer calls its error; nil when it did not answer.
  var reason: String?

  init(_ code: Int32, _ text: String) {
    self.code = code
    self.text = text
  }
}
