/// The form of one group in the mail log: everything that one sync made durable, valid as a whole or not at all.
///
/// A group is a header of 64 octets and a payload of mails, and fills whole blocks, so that writing the next never
/// touches a block that holds an earlier one. All numbers are little endian.
enum MailLogGroup {
  /// What a group begins with, and what its checksum covers besides the payload.
  struct Header: Equatable {
    /// Which store the log belongs to.
    var store: UInt64
    /// Rises by one from group to group, for ever: what was left of an earlier round never has the expected number.
    var number: UInt64
    /// Octets behind the header.
    var payload: Int
    /// How many mails the payload holds.
    var mails: Int
  }

  /// The unit of a group's place and size: the page of the system and the block of nearly every disk.
  static let block = 4096
  static let headerSize = 64
  private static let magic: UInt64 = 0x3130_474f_4c4d_5350  // "PSMLOG01"
  private static let checksumPlace = 40

  /// The size of a group in the file.
  static func size(payload: Int) -> Int { (headerSize + payload + block - 1) / block * block }

  /// Writes the header in front of the payload that already stands in `bytes`, and zeros behind it.
  ///
  /// `bytes` has at least `size(payload:)` octets. Returns that size.
  static func seal(_ header: Header, in bytes: UnsafeMutableRawBufferPointer) -> Int {
    let end = headerSize + header.payload
    let size = size(payload: header.payload)
    bytes[..<headerSize].initializeMemory(as: UInt8.self, repeating: 0)
    bytes[end..<size].initializeMemory(as: UInt8.self, repeating: 0)
    bytes.storeBytes(of: magic.littleEndian, toByteOffset: 0, as: UInt64.self)
    bytes.storeBytes(of: header.store.littleEndian, toByteOffset: 8, as: UInt64.self)
    bytes.storeBytes(of: header.number.littleEndian, toByteOffset: 16, as: UInt64.self)
    bytes.storeBytes(of: UInt32(header.payload).littleEndian, toByteOffset: 24, as: UInt32.self)
    bytes.storeBytes(of: UInt32(header.mails).littleEndian, toByteOffset: 28, as: UInt32.self)
    let sum = checksum(UnsafeRawBufferPointer(bytes), header)
    bytes.storeBytes(of: sum.littleEndian, toByteOffset: checksumPlace, as: UInt64.self)
    return size
  }

  /// The header that `bytes` begin with, whatever stands behind it; nil when it can't be one.
  static func header(of bytes: UnsafeRawBufferPointer) -> Header? {
    guard bytes.count >= headerSize, number(bytes, 0) == magic else { return nil }
    let header = Header(
      store: number(bytes, 8), number: number(bytes, 16), payload: Int(number(bytes, 24) & 0xffff_ffff),
      mails: Int(number(bytes, 24) >> 32))
    return header
  }

  /// Whether `bytes`, a whole group, are what was sealed.
  static func isWhole(_ header: Header, _ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= headerSize + header.payload && number(bytes, checksumPlace) == checksum(bytes, header)
  }

  private static func number(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }

  private static func checksum(_ bytes: UnsafeRawBufferPointer, _ header: Header) -> UInt64 {
    let payload = UnsafeRawBufferPointer(rebasing: bytes[headerSize..<headerSize + header.payload])
    return Checksum.of(payload, seed: Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<checksumPlace]), seed: 0))
  }
}

/// A sum that tells a torn or foreign block from a written one. No defence against an attacker: who can write the log
/// can write the store.
enum Checksum {
  private static let first: UInt64 = 0x9e37_79b9_7f4a_7c15
  private static let second: UInt64 = 0xd6e8_feb8_6659_fd93

  /// Four sums beside each other, so that one multiplication does not wait for the one before it.
  static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    var lanes = SIMD4<UInt64>(seed ^ first, seed ^ second, seed &+ first, seed &+ second)
    var at = 0
    while at + 32 <= bytes.count {
      let words = SIMD4<UInt64>(word(bytes, at), word(bytes, at + 8), word(bytes, at + 16), word(bytes, at + 24))
      lanes = (lanes ^ words) &* SIMD4(repeating: first)
      lanes = lanes &<< 31 | lanes &>> 33
      at += 32
    }
    var sum = UInt64(bytes.count) &* second
    for lane in 0..<4 { sum = mixed(sum ^ lanes[lane]) }
    while at < bytes.count {
      sum = mixed(sum ^ UInt64(bytes[at]))
      at += 1
    }
    return mixed(sum)
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }

  private static func mixed(_ sum: UInt64) -> UInt64 {
    var sum = (sum ^ sum &>> 32) &* second
    sum = (sum ^ sum &>> 29) &* first
    return sum ^ sum &>> 32
  }
}
