/// What a DKIM signature says and what it is made over (RFC 6376), with relaxed header and body, which survive the folding and
/// the spaces that servers on the way change.
///
/// Pure: hash and signature come from the caller.
public struct DKIMSignature: Sendable {
  /// How it is signed.
  public enum Algorithm: String, Sendable, CaseIterable {
    /// RFC 6376 section 3.3.2.
    case rsa = "rsa-sha256"
    /// RFC 8463 section 3: the signature is over the hash of what RSA would sign.
    case ed25519 = "ed25519-sha256"
  }

  /// Fields that are signed when they are there. RFC 6376 section 5.4.1, without Message-ID: Exchange and Amazon SES replace it, and
  /// the signature would not survive; with those of RFC 8058 section 4, which must be covered.
  static let signedFields = [
    "from", "reply-to", "subject", "date", "to", "cc", "in-reply-to", "references", "mime-version", "content-type",
    "content-transfer-encoding", "list-unsubscribe", "list-unsubscribe-post", "feedback-id",
  ]

  /// Fields of which nobody may add another that would be shown in place of the signed one (RFC 6376 section 8.15): they are
  /// named once more than they are there.
  static let oversignedFields: Set<String> = [
    "from", "reply-to", "subject", "date", "to", "cc", "mime-version", "content-type", "content-transfer-encoding",
  ]

  private let algorithm: Algorithm
  private let names: [String]
  private let header: [UInt8]
  private let unsigned: String

  /// The signature to be made for a mail with CRLF line ends; `now` in UTC epoch milliseconds.
  public init(
    of mail: [UInt8], domain: String, selector: String, algorithm: Algorithm, now: Int64,
    sha256: ([UInt8]) -> [UInt8]
  ) {
    self.algorithm = algorithm
    var bodyStart = 0
    let block = HeaderBlock(parsing: mail, from: 0, limit: mail.count, bodyStart: &bodyStart)
    let bodyHash = sha256(DKIMCanonical.body(mail[min(bodyStart, mail.count)...]))
    var names: [String] = []
    var header: [UInt8] = []
    for name in Self.signedFields {
      // Several of one name are signed from the last one up (RFC 6376 section 5.4.2).
      for field in block.all(name).reversed() {
        names.append(name)
        header += DKIMCanonical.field(field)
      }
      if Self.oversignedFields.contains(name) { names.append(name) }
    }
    self.names = names
    self.header = header
    unsigned =
      "v=1; a=\(algorithm.rawValue); c=relaxed/relaxed; d=\(domain); s=\(selector); t=\(now / 1000); "
      + "h=\(names.joined(separator: ":")); bh=\(Self.base64(bodyHash)); b="
  }

  /// What the key signs with SHA-256: the fields, and this one without its signature (RFC 6376 section 3.7).
  public var signed: [UInt8] {
    var own = DKIMCanonical.field(Self.folded(unsigned))
    own.removeLast(2)
    return header + own
  }

  /// The field with its signature and CRLF, to be put before all others.
  public func field(_ signature: [UInt8]) -> [UInt8] {
    Array(Self.folded(unsigned, signature: Self.base64(signature)).raw)
  }

  /// `b=` is taken out before it is checked, so white space may stand anywhere in it; all else is folded where it has a space.
  private static func folded(_ value: String, signature: String = "") -> HeaderField {
    var text = value
    var rest = signature[...]
    while !rest.isEmpty {
      text += rest.prefix(72)
      rest = rest.dropFirst(72)
      if !rest.isEmpty { text += " " }
    }
    return HeaderField(name: "DKIM-Signature", value: text)
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    String(decoding: TransferEncoding.encodeBase64(bytes).filter { $0 != Octet.cr && $0 != Octet.lf }, as: UTF8.self)
  }
}

/// The relaxed forms of RFC 6376 section 3.4.
enum DKIMCanonical {
  /// `name:value` CRLF: the name in lower case, unfolded, runs of white space one space, none at the ends (section 3.4.2).
  static func field(_ field: HeaderField) -> [UInt8] {
    var out = field.nameBytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    out.append(Octet.colon)
    let start = out.count
    for octet in field.rawValue where octet != Octet.cr && octet != Octet.lf && octet != 0 {
      if octet.isBlank {
        if out.count > start, out.last != Octet.space { out.append(Octet.space) }
      } else {
        out.append(octet)
      }
    }
    if out.count > start, out.last == Octet.space { out.removeLast() }
    return out + [Octet.cr, Octet.lf]
  }

  /// Lines without white space at their ends, runs of it one space, no empty lines at the end; a body that is not empty ends
  /// with CRLF (section 3.4.4). NUL is left out, as it does not leave (RFC 5321 section 4.5.2).
  static func body(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + 2)
    var pendingLines = 0
    var hasSpace = false
    for octet in bytes {
      switch octet {
      case Octet.cr, 0: break
      case Octet.lf:
        pendingLines += 1
        hasSpace = false
      case Octet.space, Octet.tab: hasSpace = true
      default:
        for _ in 0..<pendingLines { out += [Octet.cr, Octet.lf] }
        pendingLines = 0
        if hasSpace { out.append(Octet.space) }
        hasSpace = false
        out.append(octet)
      }
    }
    if !out.isEmpty { out += [Octet.cr, Octet.lf] }
    return out
  }
}
