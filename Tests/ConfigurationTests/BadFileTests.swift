import Configuration
import Foundation
import Testing

/// Each file of `Bad` is refused with exactly the errors of its neighbour `.expected`, one a line.
struct BadFileTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Bad")
  static let files: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    return names.filter { $0.hasSuffix(".toml") }.sorted()
  }()

  @Test func thereAreFiles() {
    #expect(Self.files.count >= 25)
  }

  @Test(arguments: files)
  func isRefused(name: String) throws {
    let toml = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    let expected = try String(
      contentsOf: Self.folder.appending(path: name.replacing(".toml", with: ".expected")), encoding: .utf8)
    #expect(Self.complaints(toml, name) + "\n" == expected)
  }

  private static func complaints(_ toml: String, _ name: String) -> String {
    let exists: (String) -> Bool = { !$0.hasPrefix("missing/") }
    if name.hasPrefix("provision-") {
      switch Provision.parse(toml: toml, file: name, fileExists: exists) {
      case .success: return "accepted"
      case .failure(let errors): return errors.description
      }
    }
    switch Configuration.parse(toml: toml, file: name, fileExists: exists) {
    case .success: return "accepted"
    case .failure(let errors): return errors.description
    }
  }
}
