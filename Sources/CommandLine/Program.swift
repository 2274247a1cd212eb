import Host

/// The program: reads the command line, runs the verb, returns the exit code (sysexits).
///
/// `serve` runs the daemon with the configuration's file name and returns its exit code.
public func runPostern(_ arguments: [String], serve: @escaping @Sendable (String) -> Int32) -> Int32 {
  StandardStreams.prepare()
  let shell = Shell.system(send: sendToDaemon)
  return runCommand(arguments, verbs: Verb.table(serve: serve), shell: shell)
}

extension Verb {
  /// Every verb, in the order `--help` shows them.
  static func table(serve: @escaping @Sendable (String) -> Int32) -> [Verb] {
    [.serve(run: serve), checkConfig, applyVerb] + accountVerbs + [accountDKIM] + poolVerbs + submitterVerbs + keyVerbs
      + queueVerbs + sequenceVerbs + enrollmentVerbs + taskVerbs + statisticsVerbs + campaignVerbs + contactVerbs
      + segmentVerbs
      + templateVerbs
      + creditVerbs + suppressVerbs + inboxVerbs + [
        eventVerb, classify, sendmail, reseal, version,
      ]
  }
}

func runCommand(_ arguments: [String], verbs: [Verb], shell: Shell) -> Int32 {
  do throws(Failure) {
    try dispatch(arguments, verbs: verbs, shell: shell)
    switch shell.outputTrouble() {
    // Who had enough of a list is not told that there is more.
    case nil, .readerGone: return 0
    case .failed(let reason): throw Failure(ExitCode.inputOutput, "postern: error writing standard output: \(reason)")
    }
  } catch {
    if !error.text.isEmpty { shell.err(error.text + "\n") }
    return error.code
  }
}

private func dispatch(_ arguments: [String], verbs: [Verb], shell: Shell) throws(Failure) {
  let called = arguments.first?.split(separator: "/").last ?? ""
  var words = Array(arguments.dropFirst())
  if called == "mailq" { words.insert("mailq", at: 0) }
  if called == "newaliases" { words = ["sendmail", "-bi"] }
  if called == "sendmail" { words.insert("sendmail", at: 0) }
  if words == ["--version"] { words = ["version"] }
  if words.first == "sendmail", words.dropFirst().first != "--help" {
    let call = Invocation(verb: .sendmail, positional: Array(words.dropFirst()), shell: shell)
    return try call.verb.run(call)
  }
  switch try ArgumentParser(verbs: verbs, shell: shell).parse(words) {
  case .run(let invocation): try invocation.verb.run(invocation)
  case .help(let verb): shell.out(verb.help)
  case .overview(let words): shell.out(overview(of: verbs, beginningWith: words))
  }
}
