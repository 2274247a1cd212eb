/// Names as SCRAM and OAUTHBEARER write them (RFC 5801 §4, RFC 5802 §5.1).
enum SASLName {
  /// `=2C` and `=3D` stand for comma and equals sign; another `=` is an error, and so are NUL and broken UTF-8.
  static func read(_ text: ArraySlice<UInt8>) -> String? {
    var out: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "=") else {
        out.append(byte)
        continue
      }
      let code = rest.prefix(2)
      rest = rest.dropFirst(2)
      if code.elementsEqual("2C".utf8) {
        out.append(UInt8(ascii: ","))
      } else if code.elementsEqual("3D".utf8) {
        out.append(UInt8(ascii: "="))
      } else {
        return nil
      }
    }
    return out.contains(0) ? nil : String(validating: out, as: UTF8.self)
  }
}
