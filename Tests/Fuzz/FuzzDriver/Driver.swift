import Synchronization

/// libFuzzer's driver, with the test as an argument.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// In an object, because a closure that is read through `Mutex` is wrapped anew each time, until the stack is too small for it.
private final class Test: Sendable {
  let check: @Sendable ([UInt8]) -> Void
  init(_ check: @escaping @Sendable ([UInt8]) -> Void) { self.check = check }
}

private let test = Mutex<Test?>(nil)

/// The name libFuzzer's own main refers to; it is linked whole, so the name must exist.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  test.withLock { $0 }?.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}

/// Feeds `check` with inputs until libFuzzer has done what its arguments say. Whatever is broken must trap.
public func fuzz(_ check: @escaping @Sendable ([UInt8]) -> Void) {
  test.withLock { $0 = Test(check) }
  var count = CommandLine.argc
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
  _ = runDriver(&count, &arguments) { testOneInput($0, $1) }
}
