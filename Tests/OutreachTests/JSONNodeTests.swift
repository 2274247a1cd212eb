import Testing

@testable import Outreach

@Suite struct JSONNodeTests {
  private static func read(_ text: String) throws(JSONTextError) -> JSONNode { try JSONNode(Array(text.utf8)) }

  @Test(
    arguments: [
      (#" {"a":[1,-2.5e+3,true,false,null,"x"]} "#, #"{"a":[1,-2.5e+3,true,false,null,"x"]}"#),
      (#"12345678901234567890123"#, #"12345678901234567890123"#),
      (#""\u00e9\n\ud83d\ude00\/\"""#, "\"é\\u000a😀/\\\"\""),
      (#""\ud83d\u0041""#, "\"\u{fffd}A\""), ("[]", "[]"), ("{}", "{}"), ("\u{feff}0", "0"),
    ])
  func whatIsJSONIsRead(text: String, written: String) throws {
    #expect(try String(decoding: Self.read(text).bytes, as: UTF8.self) == written)
  }

  @Test(
    arguments: [
      "", " ", "{", "[1", "[1,]", #"{"a"}"#, #"{"a":1,}"#, #"{a:1}"#, "01", "1.", "-", "+1", "1e", "nul", #""a"#,
      "\"\n\"",
      #""\x""#, #""\u12""#, #""\u+123""#, "1 2", "{}}", "'a'", "NaN", "<html>",
    ])
  func whatIsNoJSONIsRefused(text: String) {
    #expect(throws: JSONTextError.self) { try Self.read(text) }
  }

  /// No beginning of a text is a text, and none brings the reader down.
  @Test func whatIsCutOffIsRefused() throws {
    let whole = Array(#"{"a":[1,-2.5e+3,{"b":"\u00e9\ud83d\ude00"},true,null]}"#.utf8)
    for length in 0..<whole.count { #expect(throws: JSONTextError.self) { try JSONNode(Array(whole[..<length])) } }
    for index in whole.indices {
      for byte: UInt8 in [0, 0x22, 0x5c, 0x7b, 0xff] {
        var broken = whole
        broken[index] = byte
        _ = try? JSONNode(broken)
      }
    }
  }

  @Test func depthIsBounded() throws {
    #expect(throws: JSONTextError.self) { try JSONNode([UInt8](repeating: 0x5b, count: 1_000_000)) }
    let good = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    _ = try Self.read(good)
  }

  /// The cases of RFC 6901 section 5, and what leads nowhere.
  @Test(
    arguments: [
      ("/foo", #"["bar","baz"]"#), ("/foo/0", #""bar""#), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"), ("/e^f", "3"),
      ("/g|h", "4"), (#"/i\j"#, "5"), (#"/k"l"#, "6"), ("/ ", "7"), ("/m~0n", "8"), ("/~01", "9"), ("/foo/2", nil),
      ("/foo/-", nil), ("/foo/00", nil), ("/foo/+1", nil), ("/nobody", nil), ("/foo/0/x", nil), ("/ /x", nil),
    ])
  func pointers(pointer: String, value: String?) throws {
    let tree = try Self.read(
      #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8,"~1":9}"#)
    #expect(tree[pointer: pointer].map { String(decoding: $0.bytes, as: UTF8.self) } == value)
    #expect(tree[pointer: ""] == tree)
  }

  /// Names are compared as they are written (RFC 6901 section 6), also behind letters that join what stands before them.
  @Test func namesAreBytes() throws {
    let tree = try Self.read("{\"e\u{301}\":1,\"\u{e9}\":2,\"\u{301}\":{\"~1\u{301}\":3},\"/\u{301}\":4}")
    let found = ["/e\u{301}", "/\u{e9}", "/\u{301}/~01\u{301}", "/~1\u{301}"].map { tree[pointer: $0] }
    #expect(found == [.number("1"), .number("2"), .number("3"), .number("4")])
  }

  /// Values stay values, and no value can be more than one.
  @Test func placeholders() throws {
    let values = CallValues([
      "page": .number("2"), "name": .text(#"O"Hara & Söhne"#), "people": .list([.object([.init("id", .text("7"))])]),
    ])
    let body = try Self.read(
      #"{"p":"{{ page }}","q":"x {{name}} y","list":"{{people}}","none":"{{ nobody }}","k{{page}}":1}"#)
    #expect(
      String(decoding: values.body(body).bytes, as: UTF8.self)
        == #"{"p":2,"q":"x O\"Hara & Söhne y","list":[{"id":"7"}],"none":null,"k{{page}}":1}"#)
    #expect(
      values.url("https://h/{{name}}?p={{ page }}&x={{nobody}}")
        == "https://h/O%22Hara%20%26%20S%C3%B6hne?p=2&x=")
    #expect(values.url("https://h/{{name") == "https://h/{{name")
  }
}
