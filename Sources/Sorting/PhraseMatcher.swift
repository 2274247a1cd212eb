import MailText

/// Finds all of many phrases in one pass over a text, however many rows a table has.
///
/// Phrases and texts are in the form that ``normalize(_:)`` gives. A `*` in a phrase stands for any text between its pieces.
///
/// Each phrase is looked for by the four octets of its longest piece that are rarest among all phrases; a bitmap of 8 KB, which
/// stays in the core's nearest cache, says of nearly every place in a text that no phrase is there. (An automaton of Aho and
/// Corasick needs one look a place too, but into megabytes.)
struct PhraseMatcher: Sendable {
  /// Octets by which a phrase is looked for.
  private static let gram = 4

  /// One phrase: where its pieces stand in `octets`, the one it is looked for by, and that one's place in it.
  private struct Phrase {
    var pieces: [Range<Int>]
    var key: Range<Int>
    /// Where the rare octets stand in the key.
    var anchor: Int
  }

  /// The phrases as they were given.
  let texts: [String]
  private var octets: [UInt8] = []
  private var phrases: [Phrase] = []
  /// One bit for each hash of rare octets.
  private var bitmap = [UInt64](repeating: 0, count: 1 << 10)
  /// For each slot of a hash, 1 + the first phrase, or 0; `following` leads to the next with that slot.
  private var slots: [Int32] = []
  private var following: [Int32] = []
  private var slotShift: UInt32 = 32
  /// Phrases too short for rare octets: each is searched by itself, so a table has few.
  private var short: [Int] = []

  init(_ texts: [String]) {
    self.texts = texts
    var counts: [UInt32: Int] = [:]
    for text in texts {
      let pieces = text.utf8.split(separator: Octet.asterisk).map { piece in
        let start = octets.count
        octets += piece
        return start..<octets.count
      }
      let key = pieces.max { $0.count < $1.count } ?? 0..<0
      phrases.append(Phrase(pieces: pieces, key: key, anchor: 0))
      for place in Self.grams(of: key) { counts[Self.word(octets, place), default: 0] += 1 }
    }
    var size = 16
    while size < phrases.count * 4 { size *= 2 }
    slots = [Int32](repeating: 0, count: size)
    following = [Int32](repeating: 0, count: phrases.count)
    slotShift = UInt32(32 - size.trailingZeroBitCount)
    for index in phrases.indices {
      let key = phrases[index].key
      guard
        let anchor = Self.grams(of: key).min(by: {
          counts[Self.word(octets, $0), default: 0] < counts[Self.word(octets, $1), default: 0]
        })
      else {
        short.append(index)
        continue
      }
      phrases[index].anchor = anchor - key.lowerBound
      let hash = Self.hash(Self.word(octets, anchor))
      bitmap[Int(hash >> 22)] |= 1 << UInt64(hash >> 16 & 63)
      let slot = Int(hash >> slotShift)
      following[index] = slots[slot]
      slots[slot] = Int32(index + 1)
    }
  }

  /// The places in a key at which four octets begin.
  private static func grams(of key: Range<Int>) -> Range<Int> {
    key.lowerBound..<max(key.lowerBound, key.upperBound - gram + 1)
  }

  private static func word(_ octets: [UInt8], _ place: Int) -> UInt32 {
    octets[place..<place + gram].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  @inline(__always) private static func hash(_ word: UInt32) -> UInt32 { word &* 0x9E37_79B1 }

  /// The indices of the phrases that are in the text, in the order of the table.
  func matches(in text: [UInt8]) -> [Int] {
    var found: [Int] = []
    search(text[...]) { index in
      found.append(index)
      return true
    }
    return found.sorted()
  }

  /// Whether any phrase is in the text.
  func hasMatch(in text: [UInt8]) -> Bool { hasMatch(in: text[...]) }

  /// Whether any phrase is in this piece of a text.
  func hasMatch(in text: ArraySlice<UInt8>) -> Bool {
    var found = false
    search(text) { _ in
      found = true
      return false
    }
    return found
  }

  /// Calls `hit` once with each phrase that is in the text, until it says no.
  private func search(_ text: ArraySlice<UInt8>, _ hit: (Int) -> Bool) {
    for index in short where holds(phrases[index], text) {
      if !hit(index) { return }
    }
    // Each phrase is judged once: its pieces are searched in the whole text.
    var judged: [UInt64] = []
    text.withUnsafeBytes { bytes in
      bitmap.withUnsafeBufferPointer { bitmap in
        var place = 0
        let last = bytes.count - Self.gram
        while place <= last {
          let word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
          let hash = Self.hash(word)
          if bitmap[Int(hash >> 22)] >> UInt64(hash >> 16 & 63) & 1 != 0 {
            var next = slots[Int(hash >> slotShift)]
            while next > 0 {
              let index = Int(next - 1)
              next = following[index]
              let bit = UInt64(1) << UInt64(index & 63)
              guard judged.isEmpty || judged[index >> 6] & bit == 0, isKey(of: index, in: bytes, at: place) else {
                continue
              }
              if judged.isEmpty { judged = [UInt64](repeating: 0, count: (phrases.count + 63) >> 6) }
              judged[index >> 6] |= bit
              if phrases[index].pieces.count == 1 || holds(phrases[index], text), !hit(index) { return }
            }
          }
          place += 1
        }
      }
    }
  }

  /// Whether the phrase's key stands where its rare octets are at `place`.
  private func isKey(of index: Int, in text: UnsafeRawBufferPointer, at place: Int) -> Bool {
    octets.withUnsafeBufferPointer { octets in
      let (key, start) = (phrases[index].key, place - phrases[index].anchor)
      guard start >= 0, start + key.count <= text.count else { return false }
      for i in 0..<key.count where octets[key.lowerBound + i] != text[start + i] { return false }
      return true
    }
  }

  /// Whether the phrase's pieces stand in the text in their order; the leftmost place of each leaves most for the next.
  private func holds(_ phrase: Phrase, _ text: ArraySlice<UInt8>) -> Bool {
    var from = text.startIndex
    for piece in phrase.pieces {
      guard let place = text[from...].firstPlace(of: octets[piece]) else { return false }
      from = place + piece.count
    }
    return true
  }

  /// ASCII, Latin-1, Greek and Cyrillic letters made small, runs of white space made one space, typographic apostrophes and no-break spaces made plain.
  static func normalize(_ text: some Collection<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    normalize(text, onto: &out)
    return out
  }

  /// The same, written behind what was read before.
  static func normalize(_ text: some Collection<UInt8>, onto out: inout [UInt8]) {
    if text.withContiguousStorageIfAvailable({ normalize($0, onto: &out) }) == nil {
      Array(text).withUnsafeBufferPointer { normalize($0, onto: &out) }
    }
  }

  private static func normalize(_ text: UnsafeBufferPointer<UInt8>, onto out: inout [UInt8]) {
    var count = out.count
    // What is written is never longer than what was read.
    out += repeatElement(0, count: text.count)
    out.withUnsafeMutableBufferPointer { out in
      for octet in text {
        if octet <= 32 {
          if count > 0, out[count - 1] != 32 {
            out[count] = 32
            count += 1
          }
        } else if octet < 0x80 {
          out[count] = octet.lowered
          count += 1
        } else if octet == 0x99, count >= 2, out[count - 1] == 0x80, out[count - 2] == 0xE2 {
          // U+2019 is E2 80 99, U+00A0 is C2 A0.
          count -= 1
          out[count - 1] = Octet.apostrophe
        } else if octet == 0xA0, count >= 1, out[count - 1] == 0xC2 {
          count -= 1
          if count > 0, out[count - 1] != 32 {
            out[count] = 32
            count += 1
          }
        } else if octet < 0xC0, count >= 1, let small = small(out[count - 1], octet) {
          (out[count - 1], out[count]) = small
          count += 1
        } else {
          out[count] = octet
          count += 1
        }
      }
    }
    out.removeLast(out.count - count)
  }

  /// The small letter of a capital in two octets: Latin-1, Greek and Cyrillic ones; notices shout, and sentences begin with them.
  private static func small(_ lead: UInt8, _ octet: UInt8) -> (UInt8, UInt8)? {
    switch (lead, octet) {
    case (0xC3, 0x80...0x96), (0xC3, 0x98...0x9E), (0xD0, 0x90...0x9F): (lead, octet + 0x20)
    case (0xCE, 0x91...0x9F): (lead, octet + 0x20)
    case (0xCE, 0xA0...0xA9): (0xCF, octet - 0x20)
    case (0xD0, 0xA0...0xAF): (0xD1, octet - 0x20)
    case (0xD0, 0x80...0x8F): (0xD1, octet + 0x10)
    default: nil
    }
  }

  /// The same for text with letters beyond ASCII, which are made small too: for subjects and table rows.
  static func normalize(_ text: String) -> [UInt8] { normalize(text.lowercased().utf8) }
}
