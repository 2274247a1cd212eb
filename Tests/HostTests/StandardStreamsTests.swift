import Glibc
import Host
import Testing

@Suite struct StandardStreamsTests {
  @Test func whatCannotBeWrittenIsSaid() throws {
    Signals.ignoreBrokenPipes()
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    #expect(StandardStreams.write(Array("hello".utf8), to: ends[1]) == .all)
    #expect(try StandardStreams.read(ends[0]) == Array("hello".utf8))
    close(ends[0])
    #expect(StandardStreams.write(Array("hello".utf8), to: ends[1]) == .readerGone)
    close(ends[1])
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    #expect(StandardStreams.write(Array("x".utf8), to: full) == .failed("No space left on device"))
    #expect(StandardStreams.write([], to: full) == .all)
    close(full)
  }

  /// A reader that is slow behind a descriptor that does not wait still gets everything.
  @Test func slowReaderGetsAll() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    for end in ends { #expect(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
    let (reading, writing) = (ends[0], ends[1])
    let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        let job = Unmanaged<Job>.fromOpaque(context!).takeRetainedValue()
        _ = StandardStreams.write(job.bytes, to: job.descriptor)
        close(job.descriptor)
        return nil
      }, Unmanaged.passRetained(Job(bytes, writing)).toOpaque())
    #expect(try StandardStreams.readToEnd(reading) == bytes)
    pthread_join(thread, nil)
    close(reading)
  }

  @Test func folderIsNoInput() throws {
    let folder = open("/tmp", O_RDONLY | O_CLOEXEC)
    #expect(throws: HostError("Is a directory")) { try StandardStreams.readToEnd(folder) }
    close(folder)
  }
}

private final class Job {
  let bytes: [UInt8]
  let descriptor: Int32

  init(_ bytes: [UInt8], _ descriptor: Int32) {
    self.bytes = bytes
    self.descriptor = descriptor
  }
}
