/// Joins the lines of `format=flowed` text (RFC 3676) to the paragraphs that were written; never fails, linear in size.
package enum FlowedText {
  /// The text with one line a paragraph; quoted ones keep their marks. `deletingSpace` is the type's `delsp=yes` (§4.1): the
  /// space that marks a line as flowed is then no part of the text.
  package static func join(_ text: String, deletingSpace: Bool) -> String {
    let bytes = text.octets()
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var position = 0
    var open: Int?  // the quote depth of the paragraph that the next line may continue
    while position < bytes.count {
      let (end, next) = bytes.line(from: position, limit: bytes.count)
      var line = bytes[position..<end]
      position = next
      // §4.5: the depth is the number of marks; §4.4: then one space that only guards the line's first octet.
      let depth = line.prefix { $0 == Octet.greaterThan }.count
      line = line.dropFirst(depth)
      if line.first == Octet.space { line = line.dropFirst() }
      // §4.3: a signature's mark ends in a space, and neither flows on nor is flowed into.
      let isMark = line.elementsEqual("-- ".utf8)
      // §4.5: a line of another depth begins anew, whatever the one before it said.
      let continues = open == depth && !isMark
      if !continues {
        if open != nil { out.append(Octet.lf) }
        out.append(contentsOf: repeatElement(Octet.greaterThan, count: depth))
        if depth > 0, !line.isEmpty { out.append(Octet.space) }
      }
      let flows = line.last == Octet.space && !isMark
      if flows, deletingSpace { line = line.dropLast() }
      out += line
      if !flows { out.append(Octet.lf) }
      open = flows ? depth : nil
    }
    if open != nil { out.append(Octet.lf) }
    return String(decoding: out, as: UTF8.self)
  }
}

extension ContentType {
  /// Whether the lines of the text flow (RFC 3676 §4).
  package var isFlowed: Bool {
    isType("text", "plain") && parameters["format"]?.asciiLowercased == "flowed"
  }
}
