/// BDAT (RFC 3030): what its arguments say, when it may come, and what happens when a chunk is whole.
extension ServerSession {
  /// What waits for the octets of a chunk.
  enum ChunkFate: Equatable {
    /// They belong to the mail under way; `isLast` ends it.
    case kept(isLast: Bool)
    /// They are thrown away and then answered: RFC 3030 §2 lets a client send them with its command.
    case refused(ServerReply)
  }

  /// BDAT size [LAST].
  mutating func chunk(_ text: [UInt8]) -> ServerAction? {
    let words = text.split(whereSeparator: { $0 == Octet.space || $0 == 0x09 })
    // Without a length nobody knows where the next command starts, and text would be read as commands.
    guard (1...2).contains(words.count), let size = Self.chunkSize(words[0]),
      words.count == 1 || matches(words[1], "LAST")
    else { return end(.badChunk) }
    let isLast = words.count == 2
    if let refusal = chunkRefusal {
      abandonMail()
      return discard(size, refusal)
    }
    if size == 0, !isLast {
      idleCommands += 1
      if idleCommands > settings.maximumIdleCommands { return end(.tooManyCommands) }
    }
    var reader =
      chunks
      ?? ChunkReader(
        bareNewlines: settings.bareNewlines, maximumBytes: settings.maximumMessageBytes,
        maximumLine: settings.maximumTextLine, isBinary: envelope?.body == .binaryMIME,
        expectedBytes: max(envelope?.declaredSize ?? 0, size))
    reader.begin(chunk: size)
    chunks = reader
    return size > 0 ? awaitChunk(.kept(isLast: isLast)) : endChunk(isLast: isLast)
  }

  /// Reads what `input` has of the chunk; nil when more is needed.
  mutating func readChunk(_ fate: ChunkFate) -> ServerAction? {
    let from = position
    switch fate {
    case .refused(let refusal):
      let used = min(missingChunkBytes, input.count - from)
      missingChunkBytes -= used
      consume(used, ended: missingChunkBytes == 0)
      guard missingChunkBytes == 0 else { return nil }
      mode = .command
      return reply(refusal)
    case .kept(let isLast):
      // Taken out while it is read: two owners of the content would make each append a copy.
      guard var reader = chunks else { return end(.needsMail) }
      chunks = nil
      let (used, ended) = input.withUnsafeBufferPointer { bytes in
        reader.read(UnsafeBufferPointer(rebasing: bytes[from...]))
      }
      consume(used, ended: ended)
      chunks = reader
      return ended ? endChunk(isLast: isLast) : nil
    }
  }

  /// Why a chunk may not come now; what is begun is over then (RFC 3030 §2: a failed BDAT fails the mail).
  private var chunkRefusal: ServerReply? {
    guard let envelope else { return .needsMail }
    return envelope.recipients.isEmpty ? .noRecipients : nil
  }

  private mutating func discard(_ bytes: Int, _ refusal: ServerReply) -> ServerAction? {
    missingChunkBytes = bytes
    return awaitChunk(.refused(refusal))
  }

  private mutating func awaitChunk(_ fate: ChunkFate) -> ServerAction? {
    mode = .chunk(fate)
    return readChunk(fate)
  }

  private mutating func endChunk(isLast: Bool) -> ServerAction {
    mode = .command
    guard var reader = chunks, let finished = envelope else { return reply(.needsMail) }
    chunks = nil
    let content = isLast ? reader.finish() : []
    if let refusal = refusal(of: reader.fault) {
      abandonMail()
      return refusal
    }
    guard isLast else {
      chunks = reader
      return reply(.chunkOk)
    }
    abandonMail()
    mode = .awaitingStore
    return .message(finished, content)
  }

  /// Up to 20 digits are RFC 3030's; what does not fit an Int could not be read to its end in a life.
  private static func chunkSize(_ word: ArraySlice<UInt8>) -> Int? {
    word.allSatisfy(\.isASCIIDigit) ? Int(String(decoding: word, as: UTF8.self)) : nil
  }
}
