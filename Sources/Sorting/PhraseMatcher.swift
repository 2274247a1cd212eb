/// Finds all of many phrases in one pass over a text (Aho and Corasick, 1975), however many rows a table has.
///
/// Phrases and texts are in the form that ``normalize(_:)`` gives. A `*` in a phrase stands for any text between its pieces.
struct PhraseMatcher: Sendable {
  /// For each node and octet class, the next node.
  private var next: [Int32] = []
  /// For each node, the piece that ends there, or -1, and the nearest shorter suffix with one.
  private var pieceAt: [Int32] = []
  /// For each node, the longest suffix of it (itself too) that is a piece, or -1.
  private var output: [Int32] = []
  private var hasGaps = false
  private var shorter: [Int32] = []
  private var classOf = [UInt8](repeating: 0, count: 256)
  private var classes = 1
  /// For each phrase its pieces in order.
  private var phrases: [[Int]] = []
  /// For each piece the phrases that begin with it.
  private var beginning: [[Int]] = []
  private var pieceCount = 0
  private var pieceLength: [Int] = []

  init(_ texts: [String]) {
    var pieceIndex: [[UInt8]: Int] = [:]
    var pieces: [[UInt8]] = []
    for text in texts {
      let parts = text.utf8.split(separator: UInt8(ascii: "*")).map { Array($0) }
      phrases.append(
        parts.map { part in
          if let known = pieceIndex[part] { return known }
          pieceIndex[part] = pieces.count
          pieces.append(part)
          return pieces.count - 1
        })
    }
    pieceCount = pieces.count
    beginning = [[Int]](repeating: [], count: pieceCount)
    for (index, phrase) in phrases.enumerated() {
      if let piece = phrase.first { beginning[piece].append(index) }
    }
    hasGaps = phrases.contains { $0.count > 1 }
    pieceLength = pieces.map(\.count)
    for octet in pieces.joined() where classOf[Int(octet)] == 0 {
      classOf[Int(octet)] = UInt8(classes)
      classes += 1
    }
    build(pieces)
  }

  private mutating func build(_ pieces: [[UInt8]]) {
    func addNode(_ matcher: inout PhraseMatcher) -> Int32 {
      matcher.next += [Int32](repeating: -1, count: matcher.classes)
      matcher.pieceAt.append(-1)
      matcher.shorter.append(-1)
      return Int32(matcher.pieceAt.count - 1)
    }
    _ = addNode(&self)
    for (index, piece) in pieces.enumerated() {
      var node: Int32 = 0
      for octet in piece {
        let slot = Int(node) * classes + Int(classOf[Int(octet)])
        if next[slot] < 0 {
          let added = addNode(&self)
          next[slot] = added
        }
        node = next[slot]
      }
      pieceAt[Int(node)] = Int32(index)
    }
    // Breadth first: a missing edge goes where the longest proper suffix would go.
    var suffix = [Int32](repeating: 0, count: pieceAt.count)
    var queue: [Int32] = [0]
    var head = 0
    while head < queue.count {
      let node = queue[head]
      head += 1
      for edge in 0..<classes {
        let slot = Int(node) * classes + edge
        let viaSuffix = node == 0 ? 0 : next[Int(suffix[Int(node)]) * classes + edge]
        let child = next[slot]
        guard child >= 0 else {
          next[slot] = viaSuffix
          continue
        }
        suffix[Int(child)] = viaSuffix
        shorter[Int(child)] = pieceAt[Int(viaSuffix)] >= 0 ? viaSuffix : shorter[Int(viaSuffix)]
        queue.append(child)
      }
    }
    output = pieceAt.indices.map { pieceAt[$0] >= 0 ? Int32($0) : shorter[$0] }
  }

  /// The indices of the phrases that are in the text, in the order of the table.
  func matches(in text: [UInt8]) -> [Int] {
    // Most texts have no hit: nothing is set up before the first one.
    var hits: [(piece: Int, first: Int, last: Int)] = []
    var place: [Int32] = []
    scan(text) { piece, end in
      if place.isEmpty { place = [Int32](repeating: -1, count: pieceCount) }
      if place[piece] >= 0 {
        hits[Int(place[piece])].last = end
      } else {
        place[piece] = Int32(hits.count)
        hits.append((piece, end, end))
      }
      return true
    }
    var found: [Int] = []
    for hit in hits {
      for phrase in beginning[hit.piece] {
        var end = -1
        let isThere = phrases[phrase].allSatisfy { piece in
          guard place[piece] >= 0 else { return false }
          let (_, first, last) = hits[Int(place[piece])]
          guard last - pieceLength[piece] >= end else { return false }
          end = first - pieceLength[piece] >= end ? first : last
          return true
        }
        if isThere { found.append(phrase) }
      }
    }
    return found.sorted()
  }

  /// Whether any phrase is in the text.
  func hasMatch(in text: [UInt8]) -> Bool {
    if hasGaps { return !matches(in: text).isEmpty }
    var found = false
    scan(text) { _, _ in
      found = true
      return false
    }
    return found
  }

  /// Calls `hit` with each piece that ends at a place, until it says no.
  private func scan(_ text: [UInt8], _ hit: (_ piece: Int, _ place: Int) -> Bool) {
    text.withUnsafeBufferPointer { text in
      next.withUnsafeBufferPointer { next in
        classOf.withUnsafeBufferPointer { classOf in
          output.withUnsafeBufferPointer { output in
            var node = 0
            for place in 0..<text.count {
              node = Int(next[node &* classes &+ Int(classOf[Int(text[place])])])
              var ending = output[node]
              while ending >= 0 {
                if !hit(Int(pieceAt[Int(ending)]), place) { return }
                ending = shorter[Int(ending)]
              }
            }
          }
        }
      }
    }
  }

  /// ASCII letters made small, runs of white space made one space, typographic apostrophes and no-break spaces made plain.
  static func normalize(_ text: some Sequence<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.underestimatedCount)
    for octet in text {
      var octet = octet
      if octet >= 65, octet <= 90 { octet |= 32 }
      if octet <= 32 { octet = 32 }
      // U+2019 is E2 80 99, U+00A0 is C2 A0.
      if octet == 0x99, out.count >= 2, out[out.count - 1] == 0x80, out[out.count - 2] == 0xE2 {
        out.removeLast(2)
        octet = UInt8(ascii: "'")
      } else if octet == 0xA0, out.last == 0xC2 {
        out.removeLast()
        octet = 32
      }
      if octet == 32, out.last == 32 || out.isEmpty { continue }
      out.append(octet)
    }
    return out
  }

  /// The same for text with letters beyond ASCII, which are made small too: for subjects and table rows.
  static func normalize(_ text: String) -> [UInt8] { normalize(text.lowercased().utf8) }
}
