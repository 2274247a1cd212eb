import Foundation
import Testing

@testable import Configuration

/// The files in `conf/` are documents: they must say what the code does.
struct ReferenceFileTests {
  static let conf = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../conf").standardized

  static func text(_ name: String) throws -> String {
    try String(contentsOf: conf.appending(path: name), encoding: .utf8)
  }

  /// What is commented out in the reference because it has no default: the keys a person may uncomment.
  static let withoutDefault: Set = [
    "listener.certificate", "listener.key", "sequences.window", "oauth.ca_file", "discovery.ca_file",
    "oauth_google.client_secret_file", "oauth_microsoft.client_secret_file",
  ]

  @Test func postern() throws {
    let configuration = try Configuration.parse(toml: Self.text("postern.toml"), file: "postern.toml").get()
    #expect(configuration == Configuration())
  }

  @Test func posternHasEveryKey() throws {
    let toml = try Self.text("postern.toml")
    let keys = Configuration.read(toml: "", file: "").keys
    let root = try TOMLDocument.parse(toml, file: "postern.toml").get()
    for (section, names) in keys where section != "" {
      let node = try #require(root.entries?.first { $0.key == section }?.value)
      let present = (node.items?.first ?? node).entries?.map(\.key) ?? []
      let expected = names.filter { !Self.withoutDefault.contains("\(section).\($0)") }
      #expect(Set(present) == Set(expected), "[\(section)]")
    }
    #expect(Set(root.entries?.map(\.key) ?? []) == Set(keys[""] ?? []))
    for name in Self.withoutDefault {
      let last = name.split(separator: ".").last ?? ""
      #expect(toml.contains("# \(last) = ") || toml.contains("# [\(name)]"), "\(name) is not mentioned")
    }
  }

  /// Every stored property of a section has a key of the same name, so nothing is configurable in the type only.
  @Test func everyPropertyIsAKey() {
    let configuration = Configuration()
    let sections: [(String, Any)] = [
      ("server", configuration.server), ("listener", configuration.listeners[0]), ("intake", configuration.intake),
      ("store", configuration.store), ("relay", configuration.relay), ("outgoing", configuration.outgoing),
      ("poller", configuration.poller),
      ("workspace", configuration.workspace), ("sequences", configuration.sequences),
      ("campaigns", configuration.campaigns),
      ("oauth", configuration.oauth), ("oauth_google", configuration.oauthGoogle),
      ("oauth_microsoft", configuration.oauthMicrosoft), ("dns", configuration.dns),
      ("discovery", configuration.discovery),
    ]
    let keys = Configuration.read(toml: "", file: "").keys
    #expect(Set(sections.map(\.0)) == Set(keys[""] ?? []))
    #expect(sections.count == Mirror(reflecting: configuration).children.count)
    for (name, section) in sections {
      let properties = Mirror(reflecting: section).children.compactMap { $0.label.map(Self.key(of:)) }
      #expect(Set(properties) == Set(keys[name] ?? []), "[\(name)]")
    }
  }

  /// `commandTimeoutMilliseconds` is `command_timeout`.
  private static func key(of property: String) -> String {
    var key = ""
    for character in property.replacing("Milliseconds", with: "").replacing("TLS", with: "Tls") {
      key += character.isUppercase ? "_" + character.lowercased() : String(character)
    }
    return key
  }

  @Test func minimal() throws {
    let configuration = try Configuration.parse(toml: Self.text("minimal.toml"), file: "minimal.toml").get()
    var expected = Configuration()
    expected.server.hostname = "mail.example.org"
    #expect(configuration == expected)
  }

  @Test func demo() throws {
    let provision = try Provision.parse(toml: Self.text("demo.toml"), file: "demo.toml").get()
    #expect(provision.accounts.count == 3)
    #expect(provision.pools.count == 1)
    #expect(provision.submitters.count == 1)
    #expect(provision.accounts.allSatisfy { $0.settings.imap != nil && $0.secret != nil })
  }
}
