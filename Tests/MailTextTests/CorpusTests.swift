import Foundation
import MailText
import Testing

/// The mail corpus beside the checkout; it is not part of the repository.
enum Corpus {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/corpora/mail")
  static let exists = FileManager.default.fileExists(atPath: folder.appending(path: "mime.jsonl").path)

  static func files(_ folders: [String], suffix: String) -> [String] {
    folders.flatMap { name in
      ((try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path)) ?? [])
        .filter { $0.hasSuffix(suffix) }.map { name + "/" + $0 }
    }.sorted()
  }

  static func bytes(_ file: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: file))) }
}

@Suite(.enabled(if: Corpus.exists, "the mail corpus is not beside the checkout (../shared/corpora/mail)"))
struct CorpusTests {
  @Test func everyMailIsRead() throws {
    let files = Corpus.files(["eml", "mime", "unlabelled"], suffix: ".eml")
    #expect(files.count > 700)
    for file in files {
      let bytes = try Corpus.bytes(file)
      let message = Message(bytes)
      #expect(!message.parts.isEmpty, "\(file)")
      for part in message.parts {
        #expect(part.body.upperBound <= bytes.count, "\(file)")
        _ = message.text(of: part)
        if part.isDeliveryStatus { _ = DeliveryStatus(message.content(of: part)) }
      }
      let again = HeaderBlock(parsing: message.header.serialized())
      #expect(again.serialized() == message.header.serialized(), "\(file)")
    }
  }

  /// Mails that are read otherwise than the corpus' reader does, and why that is meant.
  static let differences: [String: String] = [
    "mime/dovecot-via-stalwart__001_e218a3.eml": "--ab is the outer boundary, not the inner a with something after it",
    "mime/dovecot-via-stalwart__007.eml": "--ab is the inner boundary, not the outer a with something after it",
    "mime/dovecot-via-stalwart__008.eml": "--ab is the outer boundary, not the inner a with something after it",
    "mime/dovecot-via-stalwart__012_6f6d5f.eml":
      "a boundary of the outer multipart ends the inner ones (RFC 2046 5.1.2)",
  ]

  @Test(arguments: Corpus.files(["mime"], suffix: ".stalwart.json"))
  func agreesWithStalwart(_ expected: String) throws {
    let mail = expected.replacingOccurrences(of: ".stalwart.json", with: ".eml")
    let object = try JSONSerialization.jsonObject(with: Data(try Corpus.bytes(expected)))
    let shape = try Shape.ofStalwart(#require(object as? [String: Any]))
    let ours = Shape.of(Message(try Corpus.bytes(mail)))
    guard Self.differences[mail] == nil else {
      #expect(ours != shape, "\(mail) agrees now: take it out of the list")
      return
    }
    #expect(ours == shape)
  }

  @Test(arguments: Corpus.files(["mime"], suffix: ".structure.xml"))
  func agreesWithMime4j(_ expected: String) throws {
    let mail = expected.replacingOccurrences(of: ".structure.xml", with: ".eml")
    let text = String(decoding: try Corpus.bytes(expected), as: UTF8.self)
    let ours = Shape.of(Message(try Corpus.bytes(mail)), onlyContainers: true)
    let shape = Shape.ofMime4j(text)
    guard Self.differences[mail] == nil else {
      #expect(ours != shape, "\(mail) agrees now: take it out of the list")
      return
    }
    #expect(ours == shape)
  }
}

/// A mail's tree as a line: `multipart(text html message(text))`.
enum Shape {
  static func of(_ message: Message, onlyContainers: Bool = false) -> String {
    func describe(_ index: Int) -> String {
      let part = message.parts[index]
      let inner = part.children.map(describe).joined(separator: " ")
      if part.isMessage, part.children.isEmpty, let enclosed = message.enclosed(in: part) {
        return "message(" + of(enclosed, onlyContainers: onlyContainers) + ")"
      }
      if part.isMessage { return "message(" + inner + ")" }
      if part.contentType.type == "multipart", !part.children.isEmpty || onlyContainers {
        return "multipart(" + inner + ")"
      }
      if onlyContainers { return "leaf" }
      if part.contentType.type == "multipart" { return "text" }
      return part.contentType.type == "text" ? (part.contentType.subtype == "html" ? "html" : "text") : "binary"
    }
    return describe(0)
  }

  static func ofStalwart(_ message: [String: Any]) throws -> String {
    let parts = try #require(message["parts"] as? [[String: Any]])
    func describe(_ index: Int) throws -> String {
      let body = try #require(parts[index]["body"] as? [String: Any])
      if let children = body["Multipart"] as? [Int] {
        return children.isEmpty ? "text" : "multipart(" + (try children.map(describe)).joined(separator: " ") + ")"
      }
      if let inner = body["Message"] as? [String: Any] { return "message(" + (try ofStalwart(inner)) + ")" }
      return body["Text"] != nil ? "text" : body["Html"] != nil ? "html" : "binary"
    }
    return try describe(0)
  }

  static func ofMime4j(_ xml: String) -> String {
    var shape = ""
    var depth = 0
    for line in xml.split(whereSeparator: \.isNewline) {
      switch line.trimmingCharacters(in: .whitespaces) {
      case "<message>":
        if depth > 0 { shape += "message(" }
        depth += 1
      case "</message>":
        depth -= 1
        if depth > 0 { shape += ") " }
      case "<multipart>": shape += "multipart("
      case "</multipart>": shape += ") "
      case "<body>": shape += "leaf "
      default: break
      }
    }
    return shape.replacingOccurrences(of: " )", with: ")").trimmingCharacters(in: .whitespaces)
  }
}
