import Foundation
import Testing

@testable import CommandLine

@Test func csvGoesToTheDaemonInBatchesAndRefusedRowsAreNamed() {
  let shell = TestShell()
  shell.files["people.csv"] =
    "Email,First name,Job\r\nrosa@example.org,Rosa,CTO\r\n\"open\r\nann@example.org,Ann,,x\r\nb@example.org,,\r\n"
  shell.answer(
    #"{"added":1,"updated":0,"unchanged":1,"refused":[{"line":5,"address":"b@example.org","reason":"no"}]}"#)
  #expect(shell.run("contact", "import", "people.csv", "--tag", "vip", "--consent", "fair 2026") == 65)
  #expect(shell.out == "1 added, 0 updated, 1 unchanged, 3 refused\n")
  #expect(
    shell.err == """
      people.csv:3: a quote is never closed
      people.csv:4: the row has 4 fields, the header 3
      people.csv:5: no

      """)
  let sent = JSONValue.read(shell.requests[0].body) ?? .null
  #expect(shell.requests[0].path == "/api/v1/contacts/import")
  #expect(sent["contacts"].items.count == 2)
  #expect(sent["contacts"].items[0]["address"] == .text("rosa@example.org"))
  #expect(sent["contacts"].items[0]["fields.job"] == .text("CTO"))
  #expect(sent["contacts"].items[0]["tags"] == .list([.text("vip")]))
  #expect(sent["contacts"].items[0]["consent"] == .text("fair 2026"))
  #expect(sent["contacts"].items[1]["line"] == .integer(5))
}

@Test func jsonLinesAreImportedAsExported() {
  let shell = TestShell()
  shell.input = """
    {"id":3,"address":"rosa@example.org","first_name":"Rosa","tags":["a","b"],"fields":{"plan":"pro"},"created_at":"x"}
    nonsense

    """
  shell.answer(#"{"added":1,"updated":0,"unchanged":0,"refused":[]}"#)
  #expect(shell.run("contact", "import", "-") == 65)
  #expect(shell.err == "-:2: the line is no JSON object\n")
  let sent = JSONValue.read(shell.requests[0].body) ?? .null
  #expect(sent["contacts"].items[0]["fields"] == .object(["plan": .text("pro")]))
  #expect(sent["contacts"].items[0]["tags"] == .list([.text("a"), .text("b")]))
}

@Test func aFileWithoutAddressesIsRefusedAsAWhole() {
  let shell = TestShell()
  shell.files["x.csv"] = "a,b\n1,2\n"
  #expect(shell.run("contact", "import", "x.csv") == 65)
  #expect(shell.err.contains("no column holds addresses; the file has \"a\", \"b\""))
  #expect(shell.requests.isEmpty)
}

@Test func theExportIsCSVThatTheImportReads() {
  let shell = TestShell()
  shell.answer(
    #"{"id":7,"address":"rosa@example.org","first_name":"Ro, \"sa\"","last_name":null,"company":null,"zone":null,"consent":null,"tags":["a"],"fields":{"plan":"pro"}}"#
      + "\n")
  #expect(shell.run("contact", "export") == 0)
  #expect(
    shell.out
      == "email,first_name,last_name,company,zone,consent,tags,plan\r\nrosa@example.org,\"Ro, \"\"sa\"\"\",,,,,a,pro\r\n"
  )
}

@Test func whoLooksSeesABarAndRefusedRowsBesideIt() {
  let shell = TestShell()
  shell.isWatched = true
  shell.files["p.csv"] = "email\n" + (0..<1_500).map { "p\($0)@example.org\n" }.joined()
  shell.answer(#"{"added":999,"updated":0,"unchanged":0,"refused":[{"line":7,"reason":"no"}]}"#)
  shell.answer(#"{"added":500,"updated":0,"unchanged":0,"refused":[]}"#)
  #expect(shell.run("contact", "import", "p.csv") == 65)
  let clear = "\r\u{1B}[K"
  let bars = shell.err.components(separatedBy: "\r").filter { $0.hasPrefix("[") }.map { $0.count { $0 == "#" } }
  #expect(bars == [26, 40])
  #expect(shell.err.contains("\(clear)p.csv:7: no\n"))
  #expect(shell.err.hasSuffix(clear))
}

/// The daemon changes nothing in a dry run, so it cannot see who came with an earlier request.
@Test func aDryRunSaysWhoCameBefore() {
  let shell = TestShell()
  shell.files["p.csv"] =
    "email\n" + (0..<1_000).map { "p\($0)@example.org\n" }.joined() + "P3@Example.org\nnew@example.org\n"
  for words in [["contact", "import", "p.csv", "--dry-run"], ["contact", "import", "p.csv"]] {
    _ = words.count == 4 ? shell.run(words[0], words[1], words[2], words[3]) : shell.run(words[0], words[1], words[2])
  }
  let second = shell.requests.map { (JSONValue.read($0.body) ?? .null)["contacts"].items.map { $0["again"] } }
  #expect(second[1] == [.boolean(true), .null])
  #expect(second[3] == [.null, .null])
}
