/// Makes text of a mail that came with BODY=BINARYMIME (RFC 3030 §3), so that it can leave with DATA, as most servers want it.
public enum BinaryMail {
  private static let encodedLine = 76

  private struct Edit {
    let place: Range<Int>
    let text: [UInt8]
  }

  /// The mail with each part of the encoding `binary` in base64, and what holds such parts called `8bit` (RFC 2045 §6.4 allows
  /// nothing else there). Everything else stays as it is, also octets that are no text and say they are: whoever takes the
  /// mail looks at that.
  public static func textual(_ mail: [UInt8]) -> [UInt8] {
    var edits: [Edit] = []
    for part in Message(mail).parts {
      guard let field = part.header.first("content-transfer-encoding"), isBinary(field) else { continue }
      let isLeaf = part.children.isEmpty && part.contentType.type != "multipart" && !part.isMessage
      let word = isLeaf ? "base64" : "8bit"
      edits.append(
        Edit(
          place: field.raw.startIndex..<field.raw.endIndex,
          text: Array(HeaderField(name: "Content-Transfer-Encoding", value: word).raw)))
      if isLeaf { edits.append(Edit(place: part.body, text: encoded(mail[part.body]))) }
    }
    var out: [UInt8] = []
    out.reserveCapacity(mail.count + mail.count / 2)
    var at = 0
    for edit in edits.sorted(by: { $0.place.lowerBound < $1.place.lowerBound }) {
      out += mail[at..<edit.place.lowerBound]
      out += edit.text
      at = edit.place.upperBound
    }
    return out + mail[at...]
  }

  private static func isBinary(_ field: HeaderField) -> Bool {
    field.valueBytes.prefix { !$0.isSpace && $0 != Octet.semicolon && $0 != Octet.openParenthesis }.equalsASCII(
      "binary")
  }

  /// Base64 in lines; the last one without its end, which belongs to the boundary behind it.
  private static func encoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let text = TransferEncoding.encodeBase64(bytes)
    var out: [UInt8] = []
    out.reserveCapacity(text.count + text.count / encodedLine * 2)
    for start in stride(from: 0, to: text.count, by: encodedLine) {
      if start > 0 { out += [Octet.cr, Octet.lf] }
      out += text[start..<min(start + encodedLine, text.count)]
    }
    return out
  }
}
