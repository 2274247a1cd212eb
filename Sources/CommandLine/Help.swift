// What `--help` prints, made from the verb table.

extension Verb {
  var synopsis: String {
    var parts = ["postern", name]
    for parameter in parameters {
      let repeated = parameter.name + (parameter.repeats ? "…" : "")
      parts.append(parameter.isRequired ? repeated : "[\(repeated)]")
    }
    if !options.isEmpty || asksDaemon { parts.append("[options]") }
    return parts.joined(separator: " ")
  }

  var help: String {
    let rows = allOptions.map { [$0.spelled, $0.help] }
    return """
      \(synopsis)

      \(summary.prefix(1).uppercased() + summary.dropFirst()).

      Options:
      \(alignedLines(rows))\(notes.isEmpty ? "" : "\n\(notes)\n")
      """
  }
}

extension Option {
  /// `-c, --config FILE`.
  var spelled: String {
    (short.map { "-\($0), " } ?? "    ") + "--\(long)" + (value.map { " \($0)" } ?? "") + (repeats ? " …" : "")
  }
}

/// The list of verbs that begin with some words.
func overview(of verbs: [Verb], beginningWith words: [String]) -> String {
  let rows = verbs.filter { $0.words.starts(with: words) }.map { [$0.name, $0.summary] }
  let head =
    words.isEmpty ? "postern VERB [options]: a mail gateway that sends follow-ups from your own mailboxes\n\n" : ""
  return head + alignedLines(rows) + "\n`postern VERB --help` says more about each.\n"
}

/// Two columns, indented.
private func alignedLines(_ rows: [[String]]) -> String {
  let width = rows.map { displayWidth($0[0]) }.max() ?? 0
  return rows.map { "  " + padded($0[0], to: width) + "  " + $0[1] + "\n" }.joined()
}
