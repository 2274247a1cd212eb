import MailText
import SMTP

/// Reads one input as an address of the envelope and as a list of a header; traps when a rule that must hold is broken.
func check(_ input: [UInt8]) {
  let text = String(decoding: input, as: UTF8.self)
  if let path = Envelope.address(text) {
    precondition(Envelope.address(path) == path, "the shortest form stays: \(path)")
    precondition(path.utf8.count <= 256 && path.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "\(path)")
  }
  let key = Address.comparisonKey(text)
  precondition(Address.domain(of: text) == Address.domain(of: key) || text.utf8.contains { $0 >= 0x80 }, "\(key)")
  for address in Address.list(in: text).prefix(100) {
    precondition(!address.address.utf8.contains { $0 == 10 || $0 == 13 || $0 == 0 }, "nothing in it ends a line")
    guard !address.domain.isEmpty, let again = Address(address.formatted) else { continue }
    precondition(
      (again.localPart, again.domain) == (address.localPart, address.domain),
      "what is written is read again: \(address.formatted)")
  }
}
