// `apply FILE…`: the file is read, checked and its secrets fetched here; the daemon gets JSON with everything in it.
import Configuration
import Foundation

extension Verb {
  static let applyVerb = Verb(
    words: ["apply"],
    summary:
      "make accounts, pools, submitters, sequences, templates, segments, campaigns and suppressions be as files say; print the difference",
    parameters: [Parameter(name: "FILE|-", repeats: true)],
    options: [Option(long: "dry-run", help: "print the difference and change nothing")],
    notes: "What the files do not mention stays as it is. Relative paths in a file start at the working folder."
  ) { (call: Invocation) throws(Failure) in
    var whole = Provision()
    for file in call.positional {
      let bytes = file == "-" ? try call.shell.input() : try call.shell.readFile(file)
      let toml = String(decoding: bytes, as: UTF8.self)
      whole.add(try call.provision(toml, file: file))
    }
    let dryRun = call.has("dry-run")
    let answer: JSONValue
    do throws(Failure) {
      answer = try call.send(whole, dryRun: dryRun)
    } catch {
      throw error.located(by: whole.places)
    }
    guard !call.wantsJSON else { return }
    let changes = answer["changes"].items
    if changes.isEmpty {
      call.shell.out("nothing to change\n")
    } else {
      let columns = [
        Column("CHANGE", "change"), Column("KIND", "kind"), Column("NAME", "name"), Column("WHAT", "what"),
      ]
      call.shell.out(renderTable(columns, changes, zone: call.shell.zone))
      if dryRun { call.shell.out("\nnothing was changed (--dry-run)\n") }
    }
  }
}

extension Failure {
  /// With file and line where the daemon complains of a text of the files.
  fileprivate func located(by places: TextPlaces) -> Failure {
    let name = "postern: "
    guard text.hasPrefix(name) else { return self }
    let located = places.located(String(text.dropFirst(name.utf8.count)))
    var failure = Failure(code, located == text.dropFirst(name.utf8.count) ? text : located)
    failure.reason = reason
    return failure
  }
}

extension Provision {
  mutating func add(_ other: Provision) {
    accounts += other.accounts
    pools += other.pools
    submitters += other.submitters
    sequences += other.sequences
    suppressions += other.suppressions
    templates += other.templates
    snippets += other.snippets
    segments += other.segments
    places.add(other.places)
    campaigns += other.campaigns
  }
}

extension Invocation {
  /// Applies what a verb of its own wrote as an apply file; errors are about the verb's flags then.
  func apply(_ toml: String) throws(Failure) { try apply(try parsed(toml)) }

  func apply(_ provision: Provision) throws(Failure) { _ = try send(try resolved(provision), dryRun: false) }

  /// Reads what a verb of its own wrote as an apply file.
  func parsed(_ toml: String) throws(Failure) -> Provision {
    switch Provision.parse(toml: toml, file: "") {
    case .failure(let errors): throw usage(errors.errors.map(\.what).joined(separator: "\npostern: "))
    case .success(let provision): return provision
    }
  }

  /// Reads an apply file's text, with its secrets and absolute paths.
  func provision(_ toml: String, file: String) throws(Failure) -> Provision {
    switch Provision.parse(toml: toml, file: file, fileExists: shell.isReadable) {
    case .failure(let errors): throw Failure(ExitCode.configuration, errors.description)
    case .success(let provision): return try resolved(provision)
    }
  }

  func send(_ provision: Provision, dryRun: Bool) throws(Failure) -> JSONValue {
    guard let body = try? JSONEncoder().encode(provision) else {
      throw Failure(ExitCode.software, "postern: the provision cannot be written as JSON")
    }
    return try object("POST", "/apply", query: [("dry_run", dryRun ? "true" : nil)], body: Array(body))
  }

  private func resolved(_ provision: Provision) throws(Failure) -> Provision {
    var provision = provision
    for index in provision.accounts.indices {
      provision.accounts[index].secret = try provision.accounts[index].secret.map(literal)
      provision.accounts[index].settings.caFile = provision.accounts[index].settings.caFile.map(shell.absolute)
    }
    for index in provision.submitters.indices {
      guard case .password(let source) = provision.submitters[index].secret else { continue }
      provision.submitters[index].secret = .password(try literal(source))
    }
    for index in provision.campaigns.indices {
      if var http = provision.campaigns[index].source.http {
        try resolve(&http)
        provision.campaigns[index].source.http = http
      }
      if var http = provision.campaigns[index].enrichment?.http {
        try resolve(&http)
        provision.campaigns[index].enrichment?.http = http
      }
    }
    for index in provision.templates.indices {
      provision.templates[index].text = try provision.templates[index].text.map(literal)
      provision.templates[index].html = try provision.templates[index].html.map(literal)
    }
    for index in provision.sequences.indices { try resolve(&provision.sequences[index]) }
    for index in provision.snippets.indices {
      provision.snippets[index].text = try provision.snippets[index].text.map(literal)
      provision.snippets[index].html = try provision.snippets[index].html.map(literal)
    }
    return provision
  }

  private func resolve(_ sequence: inout SequenceEntry) throws(Failure) {
    for step in sequence.steps.indices {
      try resolve(&sequence.steps[step].texts)
      for variant in sequence.steps[step].variants.indices {
        try resolve(&sequence.steps[step].variants[variant].texts)
      }
    }
  }

  private func resolve(_ texts: inout StepTexts) throws(Failure) {
    texts.text = try texts.text.map(literal)
    texts.html = try texts.html.map(literal)
  }

  private func resolve(_ call: inout HTTPCall) throws(Failure) {
    let secret = try call.auth?.secret.map(literal)
    call.auth?.secret = secret
    call.caFile = call.caFile.map(shell.absolute)
  }

  private func literal(_ source: TextSource) throws(Failure) -> TextSource {
    guard case .file(let path) = source else { return source }
    let bytes = try shell.readFile(shell.absolute(path))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(ExitCode.data, "postern: \(path) is not UTF-8")
    }
    return .literal(text)
  }

  private func literal(_ source: SecretSource) throws(Failure) -> SecretSource {
    let secret: String
    switch source {
    case .literal: return source
    case .environment(let name):
      guard let value = shell.environment[name], !value.isEmpty else {
        throw Failure(ExitCode.configuration, "postern: the environment variable \(name) with a password is not set")
      }
      secret = value
    case .file(let path):
      let bytes = path == "-" ? try shell.input() : try shell.readFile(path)
      let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
      guard !line.isEmpty else { throw Failure(ExitCode.configuration, "postern: \(path) holds no password") }
      secret = String(decoding: line, as: UTF8.self)
    }
    return .literal(secret)
  }
}

/// A TOML basic string.
func tomlText(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": literal += "\\" + String(scalar)
    case _ where scalar.value < 0x20 || scalar.value == 0x7f: literal += "\\u" + String(format: "%04X", scalar.value)
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "\""
}
