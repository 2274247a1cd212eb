import Configuration

/// What a command line asks for.
enum Command {
  case run(Invocation)
  /// `--help` of a verb.
  case help(Verb)
  /// `--help` of all verbs, or of those that begin with some words.
  case overview([String])
}

/// Reads a command line against the verb table.
struct ArgumentParser {
  var verbs: [Verb]
  var shell: Shell

  func parse(_ arguments: [String]) throws(Failure) -> Command {
    let words = Array(arguments.prefix { !$0.hasPrefix("-") })
    guard let first = words.first else {
      if let flag = arguments.first, flag != "--help", flag != "-h" {
        throw .usage("a verb comes first, not \"\(flag)\"", verb: nil)
      }
      return .overview([])
    }
    if first == "help" { return try help(on: Array(words.dropFirst())) }
    guard let verb = verb(of: words) else {
      if arguments.contains("--help") || arguments.contains("-h") || isGroup(words) { return try help(on: words) }
      throw unknownVerb(words)
    }
    return try parse(Array(arguments.dropFirst(verb.words.count)), for: verb)
  }

  /// The verb with the most words that begin the line.
  private func verb(of words: [String]) -> Verb? {
    verbs.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
  }

  private func isGroup(_ words: [String]) -> Bool {
    words.count == 1 && verbs.contains { $0.words.starts(with: words) }
  }

  private func help(on words: [String]) throws(Failure) -> Command {
    if let verb = verb(of: words) { return .help(verb) }
    guard verbs.contains(where: { $0.words.starts(with: words) }) else { throw unknownVerb(words) }
    return .overview(words)
  }

  private func unknownVerb(_ words: [String]) -> Failure {
    let group = verbs.filter { $0.words.count > 1 && $0.words.first == words.first }
    let complaint: String
    let nearest: String?
    if let typed = words.dropFirst().first, !group.isEmpty {
      complaint = "\"\(words[0])\" has no verb \"\(typed)\""
      nearest = nearestName(to: typed, in: group.map { $0.words[1] }).map { "\(words[0]) \($0)" }
    } else {
      complaint = "there is no verb \"\(words.first ?? "")\""
      nearest = nearestName(to: words.first ?? "", in: Set(verbs.map { $0.words[0] }).sorted())
    }
    return .usage(complaint + (nearest.map { "; did you mean \"\($0)\"?" } ?? ""), verb: nil)
  }

  private func parse(_ arguments: [String], for verb: Verb) throws(Failure) -> Command {
    var invocation = Invocation(verb: verb, shell: shell)
    var rest = arguments[...]
    var flagsEnded = false
    while let argument = rest.popFirst() {
      if flagsEnded || argument == "-" || !argument.hasPrefix("-") {
        invocation.positional.append(argument)
      } else if argument == "--" {
        flagsEnded = true
      } else {
        try take(argument, &rest, &invocation)
        if invocation.has("help") { return .help(verb) }
      }
    }
    try checkParameters(invocation)
    return .run(invocation)
  }

  private func take(_ argument: String, _ rest: inout ArraySlice<String>, _ invocation: inout Invocation)
    throws(Failure)
  {
    let isLong = argument.hasPrefix("--")
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = isLong ? String(parts[0].dropFirst(2)) : String(argument.dropFirst().prefix(1))
    let known = invocation.verb.allOptions
    let found = known.first { isLong ? $0.long == name : $0.short.map(String.init) == name }
    guard let option = found else {
      let nearest = isLong ? nearestName(to: name, in: known.map(\.long)) : nil
      let flag = isLong ? "--\(name)" : "-\(name)"
      throw invocation.usage(
        "\"\(invocation.verb.name)\" has no flag \(flag)" + (nearest.map { "; did you mean --\($0)?" } ?? ""))
    }
    // What hangs on the flag itself: `--limit=5`, `-n5`.
    let attached = isLong ? parts.dropFirst().first : (argument.count > 2 ? String(argument.dropFirst(2)) : nil)
    if let metavariable = option.value {
      guard let value = attached ?? rest.popFirst() else {
        throw invocation.usage("--\(option.long) needs a \(metavariable)")
      }
      if invocation.has(option.long), !option.repeats { throw invocation.usage("--\(option.long) is given twice") }
      invocation.values[option.long, default: []].append(value)
    } else {
      guard attached == nil else { throw invocation.usage("--\(option.long) takes no value") }
      invocation.values[option.long] = [""]
    }
  }

  private func checkParameters(_ invocation: Invocation) throws(Failure) {
    let parameters = invocation.verb.parameters
    let required = parameters.count { $0.isRequired }
    if invocation.positional.count < required {
      throw invocation.usage("\"\(invocation.verb.name)\" needs \(parameters[invocation.positional.count].name)")
    }
    if invocation.positional.count > parameters.count, parameters.last?.repeats != true {
      throw invocation.usage(
        "\"\(invocation.verb.name)\" does not know what to do with \"\(invocation.positional[parameters.count])\"")
    }
  }
}
