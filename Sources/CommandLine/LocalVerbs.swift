// Verbs that need no running daemon: `serve`, `check-config`, `version`.
import Configuration

/// The version of this build; what `version`, the API and the log say.
public let posternVersion = "0.1.0"

extension Verb {
  static func serve(run: @escaping @Sendable (String) -> Int32) -> Verb {
    Verb(
      words: ["serve"], summary: "run the daemon in the foreground",
      options: [configurationFile], asksDaemon: false,
      notes: "TERM drains and stops, HUP reads the configuration again. The log goes to stderr."
    ) { (call: Invocation) throws(Failure) in
      guard let file = call.value("config") else { throw call.usage("\"serve\" needs -c FILE") }
      let code = run(file)
      if code != 0 { throw Failure(code, "") }
    }
  }

  static let checkConfig = Verb(
    words: ["check-config"], summary: "read a configuration and say everything that is wrong with it",
    options: [configurationFile, .json], asksDaemon: false,
    notes: "With --json one object a line for each error: file, line, column, what, nearest; nothing when all is good."
  ) { (call: Invocation) throws(Failure) in
    guard let file = call.value("config") else { throw call.usage("\"check-config\" needs -c FILE") }
    let toml = String(decoding: try call.shell.readFile(file), as: UTF8.self)
    let result = Configuration.parse(toml: toml, file: file, fileExists: call.shell.isReadable)
    switch result {
    case .success:
      // With --json a line is an error, so that nothing printed means nothing wrong.
      call.say("\(file): good")
    case .failure(let errors):
      guard call.wantsJSON else { throw Failure(ExitCode.configuration, errors.description) }
      for error in errors.errors { call.printLine(encoded(error)) }
      throw Failure(ExitCode.configuration, "")
    }
  }

  static let version = Verb(
    words: ["version"], summary: "print the version", options: [.json], asksDaemon: false
  ) { (call: Invocation) throws(Failure) in
    call.shell.out(call.wantsJSON ? "{\"version\":\"\(posternVersion)\"}\n" : "postern \(posternVersion)\n")
  }

  private static let configurationFile = Option(
    long: "config", short: "c", value: "FILE", help: "the configuration; conf/postern.toml explains every key")
}
