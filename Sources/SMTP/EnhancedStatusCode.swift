/// An enhanced status code, `class.subject.detail` (RFC 3463).
public struct EnhancedStatusCode: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// 2 success, 4 temporary, 5 permanent.
  public let group: Int
  /// What it is about: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
  public let subject: Int
  /// The detail within the subject.
  public let detail: Int

  /// A code of its three numbers.
  public init(_ group: Int, _ subject: Int, _ detail: Int) {
    self.group = group
    self.subject = subject
    self.detail = detail
  }

  /// As it is written, e.g. `5.1.1`.
  public var description: String { "\(group).\(subject).\(detail)" }

  /// Puts it and a space at the end of a reply.
  func append(to wire: inout [UInt8]) {
    guard group < 10, subject < 10, detail < 10 else { return wire += "\(self) ".utf8 }
    wire.append(UInt8(truncatingIfNeeded: 48 + group))
    wire.append(Octet.dot)
    wire.append(UInt8(truncatingIfNeeded: 48 + subject))
    wire.append(Octet.dot)
    wire.append(UInt8(truncatingIfNeeded: 48 + detail))
    wire.append(Octet.space)
  }

  /// Reads a code at the start of `text`, ended by a space or the end; nil when there is none.
  ///
  /// RFC 2034 §4: the class must be 2, 4 or 5; each number has at most three digits (RFC 3463 §2).
  public init?(startOf text: some Sequence<UInt8>) {
    var numbers: [Int] = []
    var current: Int?
    var digits = 0
    for byte in text {
      if byte.isASCIIDigit, digits < 3 {
        current = (current ?? 0) * 10 + Int(byte - 0x30)
        digits += 1
      } else if byte == Octet.dot, let number = current, numbers.count < 2 {
        numbers.append(number)
        current = nil
        digits = 0
      } else if byte == Octet.space {
        break
      } else {
        return nil
      }
    }
    guard let last = current, numbers.count == 2, [2, 4, 5].contains(numbers[0]) else { return nil }
    self.init(numbers[0], numbers[1], last)
  }
}
