import Testing

@testable import Configuration

@Suite struct TextPlacesTests {
  static let file = #"""
    [[sequence]]
    key = "hello"
    [[sequence.step]]
    id = "intro"
    subject = "For {{ contact.frist_name }}"
    text = """
    one
      two"""
    html = """<p>
    two</p>"""
    [[sequence.step]]
    id = "more"
    text_file = "texts/more.txt"
    [[sequence.step.variant]]
    [[sequence.step.variant]]
    text = '''one
    two'''
    [[template]]
    key = "intro"
    subject = "x"
    text = "a\nb"
    [[snippet]]
    key = "bye"
    text = "x"
    [[segment]]
    name = "vip"
    filter = "tag ="
    """#

  @Test(arguments: [
    ("sequence hello: step intro (subject):1:8: no", "f.toml:5:19: sequence hello: step intro (subject):1:8: no"),
    ("sequence hello: step intro (text):2:3: no", "f.toml:8:3: sequence hello: step intro (text):2:3: no"),
    ("sequence hello: step intro (html):1:2: no", "f.toml:9:12: sequence hello: step intro (html):1:2: no"),
    ("sequence hello: step intro (html):2:2: no", "f.toml:10:2: sequence hello: step intro (html):2:2: no"),
    ("sequence hello: step more (text):7:2: no", "texts/more.txt:7:2: sequence hello: step more (text):7:2: no"),
    // A variant has the step's text where it has none of its own.
    (
      "sequence hello: step more, variant a (text):7:2: no",
      "texts/more.txt:7:2: sequence hello: step more, variant a (text):7:2: no"
    ),
    (
      "sequence hello: step more, variant b (text):2:1: no",
      "f.toml:17:1: sequence hello: step more, variant b (text):2:1: no"
    ),
    // Which line of the file that is depends on how it is written.
    ("template intro (text):2:1: no", "f.toml:21:9: template intro (text):2:1: no"),
    ("snippet bye (text):1:1: no", "f.toml:24:9: snippet bye (text):1:1: no"),
    ("segment vip: filter:1:6: no", "f.toml:27:16: segment vip: filter:1:6: no"),
    ("sequence hello: step more: filter at 5: no", "f.toml:11:1: sequence hello: step more: filter at 5: no"),
    ("sequence hello: there is no pool", "f.toml:1:1: sequence hello: there is no pool"),
    ("sequence other: no", "sequence other: no"), ("", ""),
  ])
  func aComplaintIsFoundInItsFile(complaint: String, located: String) throws {
    let provision = try Provision.parse(toml: Self.file, file: "f.toml").get()
    #expect(provision.places.located(complaint) == located)
    #expect(provision.places.located("\(complaint)\nmore") == "\(located)\nmore")
  }
}
