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

  /// Names as `postern sendmail` gives them; in this order.
  private static let names = (1...3).map { "00000000-0000-7000-8000-00000000000\($0)" }

  @Test func aMailIsLeftReadAndRemoved() throws {
    let place = Place()
    let (a, b) = (Self.names[0], Self.names[1])
    try place.folder.leaveMakingFolder(Array("one".utf8), name: b)
    try place.folder.leaveMakingFolder(Array("two".utf8), name: a)
    #expect(try place.folder.listing().mails == [a, b])
    #expect(place.folder.read(a, atMost: 3) == .mail(Array("two".utf8)))
    #expect(
      place.folder.read(a, atMost: 2) == .tooLarge(head: Array("tw".utf8), "it has 3 bytes, more than 2"))
    try place.folder.remove(a)
    #expect(place.folder.read(a, atMost: 3) == .gone)
    try place.folder.remove(a)
    #expect(try place.folder.listing().mails == [b])
  }

  @Test func onlyPlainFilesAreRead() throws {
    let place = Place()
    try place.folder.prepare(access: 0)
    let things = ["symbolic", "hard", "pipe", "folder"]
    try Data("secret".utf8).write(to: URL(filePath: place.path + "/secret"))
    #expect(symlink(place.path + "/secret", place.path + "/new/symbolic") == 0)
    #expect(link(place.path + "/secret", place.path + "/new/hard") == 0)
    #expect(mkfifo(place.path + "/new/pipe", 0o600) == 0)
    #expect(mkdir(place.path + "/new/folder", 0o700) == 0)
    for name in things {
      guard case .bad = place.folder.read(name, atMost: 100) else {
        Issue.record("\(name) was read")
        continue
      }
    }
    let before = try place.folder.listing()
    #expect(before.mails.isEmpty && before.others == ["hard"] && before.foreign == 3)
    let aside = try place.folder.setAside("hard", reason: "not a mail")
    #expect(aside == "hard")
    #expect(
      try String(contentsOfFile: "\(place.path)/bad/hard.reason", encoding: .utf8).hasSuffix("Z not a mail\n"))
    let after = try place.folder.listing()
    #expect(after.others.isEmpty && after.foreign == 3)
  }

  /// What others put there, and what has to wait, does not use up the count of those that can go.
  @Test func whatIsNoMailKeepsNoneFromBeingSeen() throws {
    let place = Place()
    try place.folder.prepare(access: 0)
    for number in 0..<2000 {
      #expect(mkdir("\(place.path)/new/0000000a-0000-7000-8000-\(100_000_000_000 + number)", 0o500) == 0)
    }
    for number in 0..<150 { try Data().write(to: URL(filePath: "\(place.path)/new/what is this \(number)")) }
    for name in Self.names { try place.folder.leave([], name: name) }
    let all = try place.folder.listing(atMost: 3)
    #expect(all.mails == Self.names && all.foreign == 2000 && all.isWhole)
    #expect(all.others.count == 100, "a part at a time, so that they hold no mail up")
    let rest = try place.folder.listing(leavingOut: [Self.names[0], Self.names[2]], atMost: 1)
    #expect(rest.mails == [Self.names[1]] && rest.leftOut == [Self.names[0], Self.names[2]])
    #expect(try !place.folder.listing(atMost: 2).isWhole)
  }

  /// A reason is not left beside nothing.
  @Test func whatCannotBeMovedLeavesNoReason() throws {
    let place = Place()
    try place.folder.prepare(access: 0)
    #expect(throws: HostError.self) { try place.folder.setAside("gone", reason: "x") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path + "/bad").isEmpty)
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
