import Foundation
import Host
import Testing

@Suite struct FileLockTests {
  @Test func aFileIsHeldOnceWhateverPathLeadsToIt() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (file, symbolic, hard) = (
      folder.appending(path: "postern.db"), folder.appending(path: "symbolic"), folder.appending(path: "hard")
    )
    do {
      let held = try FileLock(file: file.path)
      try FileManager.default.createSymbolicLink(at: symbolic, withDestinationURL: file)
      try FileManager.default.linkItem(at: file, to: hard)
      for other in [file, symbolic, hard] {
        let refused = #expect(throws: HostError.self) { try FileLock(file: other.path) }
        #expect(refused?.kind == .addressInUse)
        #expect(refused?.message.contains(other.path) == true)
      }
      withExtendedLifetime(held) {}
    }
    _ = try FileLock(file: hard.path)
  }

  @Test func aNewFileIsForItsOwnerOnly() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: file) }
    _ = try FileLock(file: file)
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }
}
