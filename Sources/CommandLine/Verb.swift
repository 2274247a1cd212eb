/// A verb as a row of the table: what it takes, what it says about itself, what it does.
struct Verb: Sendable {
  /// Such as `["queue", "list"]`.
  var words: [String]
  /// One line without a full stop.
  var summary: String
  var parameters: [Parameter] = []
  var options: [Option] = []
  /// Whether it asks the daemon, and so takes `--socket` and `--json`.
  var asksDaemon = true
  /// More to know, below the options of `--help`.
  var notes = ""
  var run: @Sendable (Invocation) throws(Failure) -> Void

  var name: String { words.joined(separator: " ") }

  /// Its own options and those that it shares with others.
  var allOptions: [Option] {
    options + (asksDaemon ? [Option.json, .socket, .configuration, .help] : [.help])
  }
}

/// A word without a dash.
struct Parameter: Equatable, Sendable {
  var name: String
  var isRequired = true
  /// Takes all that follow.
  var repeats = false
}

/// A flag, or a flag with a value.
struct Option: Equatable, Sendable {
  var long: String
  var short: Character?
  /// The value's name in the help; nil is a flag alone.
  var value: String?
  var help: String
  var repeats = false

  static let json = Option(long: "json", help: "print JSON; lists as one object a line")
  static let socket = Option(
    long: "socket", value: "PATH", help: "the daemon's control socket (or POSTERN_SOCKET, or -c)")
  static let configuration = Option(
    long: "config", short: "c", value: "FILE", help: "the daemon's configuration, to find its socket")
  static let help = Option(long: "help", short: "h", help: "say this")
}

/// A verb with what was given to it.
struct Invocation {
  var verb: Verb
  var positional: [String] = []
  /// By long name; a flag has one empty value.
  var values: [String: [String]] = [:]
  var shell: Shell

  func has(_ option: String) -> Bool { values[option] != nil }

  func value(_ option: String) -> String? { values[option]?.last }

  /// The positional value of a parameter; nil when it was left out.
  func parameter(_ index: Int) -> String? { index < positional.count ? positional[index] : nil }

  var wantsJSON: Bool { has("json") }

  /// A whole number of an option.
  func number(_ option: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
    guard let text = value(option) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw usage("--\(option) needs a number between \(range.lowerBound) and \(range.upperBound), not \"\(text)\"")
    }
    return number
  }

  func usage(_ complaint: String) -> Failure { Failure.usage(complaint, verb: verb) }
}

extension Failure {
  static func usage(_ complaint: String, verb: Verb?) -> Failure {
    let hint = verb.map { "postern \($0.name) --help" } ?? "postern --help"
    return Failure(ExitCode.usage, "postern: \(complaint)\nSee `\(hint)`.")
  }
}
