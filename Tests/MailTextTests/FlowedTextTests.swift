import Testing

@testable import MailText

/// RFC 3676 §4, line by line.
@Suite struct FlowedTextTests {
  @Test(arguments: [
    ("", ""), ("a\r\n", "a\n"), ("a \r\nb\r\n", "a b\n"), ("a \nb \nc", "a b c\n"), ("a ", "a \n"),
    (" >not a quote\n", ">not a quote\n"), ("> a \n> b\n", "> a b\n"), (">> a \n> b\n", ">> a \n> b\n"),
    ("a \n-- \nKim", "a \n-- \nKim\n"), ("> -- \n> Kim", "> -- \n> Kim\n"), ("a\n\nb\n", "a\n\nb\n"), (">\n", ">\n"),
  ])
  func joins(_ text: String, _ joined: String) { #expect(FlowedText.join(text, deletingSpace: false) == joined) }

  @Test func deletesTheSpace() {
    #expect(FlowedText.join("は \nい", deletingSpace: true) == "はい\n")
    #expect(FlowedText.join("a  \nb", deletingSpace: true) == "a b\n")
    #expect(FlowedText.join("-- \nb", deletingSpace: true) == "-- \nb\n")
  }
}
