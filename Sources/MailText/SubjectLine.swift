// What mail programs put before a subject when they answer or forward, and what is left without it.

/// A subject as a thread has it.
public enum SubjectLine {
  /// The marks of answers of the mail programs in use: English, German, Scandinavian, Dutch, French, Portuguese, Polish,
  /// Finnish. RFC 5322, section 3.6.5, knows only the first.
  private static let answerMarks = ["re", "aw", "sv", "antw", "ref", "res", "odp", "vs"]
  /// Those of further languages, which some of our own subjects begin with too: only dropped where subjects are compared.
  private static let furtherMarks = [
    "r", "rif", "ynt", "v\u{e1}", "atb", "bls", "antwort", "vast", "回复", "回覆", "答复", "отв", "απ", "σχετ", "השב",
  ]
  /// Those of what was forwarded.
  private static let forwardMarks = ["fw", "fwd", "wg", "vb", "tr", "enc"]

  /// The subject of an answer to a mail: its own when that is an answer's already ("only one instance of the literal string
  /// \"Re: \" ought to be used", RFC 5322, section 3.6.5), else with `Re: ` before it.
  public static func answer(to subject: String) -> String {
    rest(of: Substring(subject), after: answerMarks) == nil ? "Re: \(subject)" : subject
  }

  /// A subject without its marks, folded for comparison.
  public static func stem(of subject: String) -> String {
    var left = Substring(subject.lowercased())
    while let next = rest(of: left, after: answerMarks + forwardMarks + furtherMarks) { left = next }
    return trimmed(left)
  }

  /// What follows a mark that a subject begins with; nil when it begins with none.
  private static func rest(of subject: Substring, after marks: [String]) -> Substring? {
    let text = subject.drop { $0 == " " || $0 == "\t" }
    guard let colon = text.prefix(8).firstIndex(where: { $0 == ":" || $0 == "\u{FF1A}" }) else { return nil }
    // "Re[2]:" and "Re(2):" count the answers.
    let mark = text[..<colon].prefix { $0 != "[" && $0 != "(" }
    return marks.contains(trimmed(mark).lowercased()) ? text[text.index(after: colon)...] : nil
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while text.last == " " || text.last == "\t" { text = text.dropLast() }
    return String(text)
  }
}
