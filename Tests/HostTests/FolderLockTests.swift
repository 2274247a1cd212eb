import Foundation
import Host
import Testing

@Suite struct FolderLockTests {
  @Test func aFolderIsHeldOnceAndFreeAgain() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let held = try FolderLock(folder: folder)
      // flock is of the open file, so a second opening in the same process is refused too.
      let refused = #expect(throws: HostError.self) { try FolderLock(folder: folder) }
      #expect(refused?.kind == .addressInUse)
      #expect(refused?.message.contains(folder) == true)
      withExtendedLifetime(held) {}
    }
    _ = try FolderLock(folder: folder)
  }

  @Test func aFolderThatIsMissingIsAnError() {
    let refused = #expect(throws: HostError.self) { try FolderLock(folder: "/no/such/folder") }
    #expect(refused?.message.contains("/no/such/folder") == true)
  }
}
