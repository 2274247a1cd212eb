import CZlib

/// Compresses what is sent on a connection: raw DEFLATE, flushed after each piece (RFC 4978 section 3).
public final class Deflater {
  /// In a place of its own: zlib's state points back at it.
  private let stream: UnsafeMutablePointer<z_stream>

  /// nil without memory.
  public init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Commands are a few dozen bytes: the smallest window and hash that zlib has (2 KB and 4 KB) find as much in them.
    guard postern_deflate_init(stream, Z_DEFAULT_COMPRESSION, -9, 1) == Z_OK else { return nil }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// The bytes to send for these, complete.
  public func deflate(_ bytes: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    var result: [UInt8] = []
    var input = bytes
    input.withUnsafeMutableBufferPointer { source in
      stream.pointee.next_in = source.baseAddress
      stream.pointee.avail_in = UInt32(source.count)
      repeat {
        result.append(
          contentsOf: [UInt8](unsafeUninitializedCapacity: 1_024) { space, count in
            stream.pointee.next_out = space.baseAddress
            stream.pointee.avail_out = UInt32(space.count)
            CZlib.deflate(stream, Z_SYNC_FLUSH)
            count = space.count - Int(stream.pointee.avail_out)
          })
      } while stream.pointee.avail_out == 0
      stream.pointee.next_in = nil
    }
    return result
  }
}

/// Decompresses what comes on a connection, in bounded pieces: a small input can hold a thousand times as much (a "zip bomb"),
/// so the caller takes at most so many bytes at a time, and what it has not asked for yet stays compressed.
public final class Inflater {
  /// How one step ended.
  public enum Step: Equatable {
    /// So many bytes were appended, at least one.
    case bytes(Int)
    /// All input is used up.
    case needsInput
    /// The bytes are no DEFLATE stream, or it ended.
    case failed(String)
  }

  /// In a place of its own: zlib's state points back at it.
  private let stream: UnsafeMutablePointer<z_stream>
  private var input: [UInt8] = []
  private var position = 0
  private var failure: String?

  /// nil without memory.
  public init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard postern_inflate_init(stream, -MAX_WBITS) == Z_OK else { return nil }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Compressed bytes as they came; they are kept until `inflate` has used them.
  public func feed(_ bytes: [UInt8]) {
    if position == input.count {
      input = bytes
      position = 0
    } else {
      input.append(contentsOf: bytes)
    }
  }

  /// Appends at most `atMost` bytes of what was fed.
  public func inflate(into output: inout [UInt8], atMost: Int) -> Step {
    if let failure { return .failed(failure) }
    var code = Z_OK
    let piece = input.withUnsafeMutableBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: max(1, atMost)) { space, count in
        stream.pointee.next_in = source.baseAddress.map { $0 + position }
        stream.pointee.avail_in = UInt32(source.count - position)
        stream.pointee.next_out = space.baseAddress
        stream.pointee.avail_out = UInt32(space.count)
        code = CZlib.inflate(stream, Z_SYNC_FLUSH)
        position = source.count - Int(stream.pointee.avail_in)
        count = space.count - Int(stream.pointee.avail_out)
        stream.pointee.next_in = nil
      }
    }
    if position == input.count {
      input = []
      position = 0
    }
    if !piece.isEmpty {
      output.append(contentsOf: piece)
      return .bytes(piece.count)
    }
    switch code {
    // Z_BUF_ERROR is no error: there was nothing to do.
    case Z_OK, Z_BUF_ERROR: return .needsInput
    case Z_STREAM_END: failure = "the compressed stream ended"
    case Z_MEM_ERROR: failure = "no memory to decompress"
    default: failure = "what the server sent is not compressed as it should be"
    }
    return .failed(failure ?? "")
  }
}
