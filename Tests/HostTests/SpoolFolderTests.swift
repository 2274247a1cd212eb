import Foundation
import Glibc
import Host
import Testing

@Suite struct SpoolFolderTests {
  /// A prepared folder that goes with the test.
  private final class Place {
    let path = FileManager.default.temporaryDirectory.appending(path: "spool-" + UUID().uuidString).path(
      percentEncoded: false)
    var folder: SpoolFolder { SpoolFolder(path: path) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func mode(_ part: String) -> mode_t {
      var status = stat()
      return lstat(path + part, &status) == 0 ? status.st_mode & 0o7777 : 0
    }
  }

  @Test func modesKeepUsersApart() throws {
    let place = Place()
    try place.folder.prepare(access: 0o033)
    #expect(
      [place.mode(""), place.mode("/new"), place.mode("/tmp"), place.mode("/bad")] == [0o711, 0o3733, 0o3733, 0o700])
    try place.folder.prepare(access: 0)
    #expect(place.mode("/new") == 0o3700)
    try place.folder.leave(Array("x".utf8), name: "a")
    #expect(place.mode("/new/a") == 0o640)
    #expect(throws: HostError.self) { try place.folder.leave([], name: "no/such") }
  }

  @Test func aMailIsLeftReadAndRemoved() throws {
    let place = Place()
    try place.folder.leaveMakingFolder(Array("one".utf8), name: "b")
    try place.folder.leaveMakingFolder(Array("two".utf8), name: "a")
    #expect(try place.folder.names() == ["a", "b"])
    #expect(place.folder.read("a", atMost: 3) == .mail(Array("two".utf8)))
    #expect(place.folder.read("a", atMost: 2) == .bad("it has 3 bytes, more than 2"))
    try place.folder.remove("a")
    #expect(place.folder.read("a", atMost: 3) == .gone)
    try place.folder.remove("a")
    #expect(try place.folder.names() == ["b"])
  }

  @Test func onlyPlainFilesAreRead() throws {
    let place = Place()
    try place.folder.prepare(access: 0)
    try Data("secret".utf8).write(to: URL(filePath: place.path + "/secret"))
    #expect(symlink(place.path + "/secret", place.path + "/new/symbolic") == 0)
    #expect(link(place.path + "/secret", place.path + "/new/hard") == 0)
    #expect(mkfifo(place.path + "/new/pipe", 0o600) == 0)
    #expect(mkdir(place.path + "/new/folder", 0o700) == 0)
    for name in try place.folder.names() {
      guard case .bad = place.folder.read(name, atMost: 100) else {
        Issue.record("\(name) was read")
        continue
      }
      let aside = try place.folder.setAside(name, reason: "not a mail")
      #expect(aside == name)
      #expect(
        try String(contentsOfFile: "\(place.path)/bad/\(name).reason", encoding: .utf8).hasSuffix("Z not a mail\n"))
    }
    #expect(try place.folder.names().isEmpty)
  }

  @Test func nothingAsideIsOverwritten() throws {
    let place = Place()
    for text in ["one", "two"] {
      try place.folder.leaveMakingFolder(Array(text.utf8), name: "same")
      _ = try place.folder.setAside("same", reason: text)
    }
    let aside = try FileManager.default.contentsOfDirectory(atPath: place.path + "/bad")
    let mails = try aside.filter { !$0.hasSuffix(".reason") }
      .map { try String(contentsOfFile: place.path + "/bad/" + $0, encoding: .utf8) }
    #expect(mails.sorted() == ["one", "two"])
    #expect(aside.count == 4)
  }

  @Test func whatWasAbandonedIsSwept() throws {
    let place = Place()
    try place.folder.prepare(access: 0)
    let file = place.path + "/tmp/half"
    try Data("half".utf8).write(to: URL(filePath: file))
    place.folder.sweep(now: Clock.now() + 35 * 3_600_000)
    #expect(access(file, F_OK) == 0)
    place.folder.sweep(now: Clock.now() + 37 * 3_600_000)
    #expect(access(file, F_OK) != 0)
  }
}
