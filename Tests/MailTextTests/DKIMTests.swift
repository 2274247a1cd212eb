import Foundation
import MailText
import Testing

/// What a signature is made over; that others can check it is shown with dkimpy in the end-to-end test 29.
@Suite struct DKIMTests {
  /// The "hash" of a text is the text, so that what was hashed and signed can be read.
  private func signed(_ mail: String, _ algorithm: DKIMSignature.Algorithm = .rsa) -> DKIMSignature {
    DKIMSignature(
      of: Array(mail.utf8), domain: "example.org", selector: "s", algorithm: algorithm, now: 1_000, sha256: { $0 })
  }

  private func fields(_ mail: String) -> [String] {
    String(decoding: signed(mail).signed, as: UTF8.self).lines.filter { !$0.hasPrefix("dkim-signature") }
  }

  /// RFC 6376 section 3.4.5.
  @Test func relaxedHeaders() {
    #expect(fields("Subject: X \r\nFrom : Y\t\r\n\tZ  \r\n\r\n") == ["from:Y Z", "subject:X"])
  }

  @Test(
    arguments: [
      (" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"), ("", ""), ("\r\n\r\n", ""), ("a", "a\r\n"),
      (" \r\n\t\r\nb", "\r\n\r\nb\r\n"),
      ("a\r\n \r\n\r\n", "a\r\n"), ("..\r\n.\r\n", "..\r\n.\r\n"), ("é\r\n", "é\r\n"), ("a\0b\r\n", "ab\r\n"),
    ] as [(String, String)]) func relaxedBodies(_ body: String, _ canonical: String)
  {
    let text = String(decoding: signed("From: a@b.c\r\n\r\n" + body).signed, as: UTF8.self)
    let expected = canonical.isEmpty ? "bh=;" : "bh=\(base64(canonical));"
    #expect(text.contains(expected))
  }

  /// Named once more than they are there, so that nobody adds another.
  @Test func fieldsAreOversigned() {
    let text = String(decoding: signed("From: a@b.c\r\nTo: x@y.z\r\nTo: second@y.z\r\n\r\n").signed, as: UTF8.self)
    #expect(
      text.contains(
        "h=from:from:reply-to:subject:date:to:to:to:cc:mime-version:content-type:content-transfer-encoding;"))
    // The last of several is the first to be signed.
    #expect(
      text.hasPrefix("from:a@b.c\r\nto:second@y.z\r\nto:x@y.z\r\ndkim-signature:v=1; a=rsa-sha256; c=relaxed/relaxed;"))
    #expect(text.hasSuffix("b="))
  }

  /// The field that leaves is, without its signature and folds, the one that was signed.
  @Test func theFieldIsTheOneThatWasSigned() {
    let signature = signed("From: a@b.c\r\n\r\nbody\r\n", .ed25519)
    let field = String(decoding: signature.field([UInt8](repeating: 7, count: 300)), as: UTF8.self)
    #expect(field.hasSuffix("\r\n") && field.hasPrefix("DKIM-Signature: v=1; a=ed25519-sha256;"))
    #expect(field.lines.allSatisfy { $0.utf8.count <= 998 })
    let unfolded = field.replacing("\r\n ", with: " ").replacing("\r\n", with: "")
    let own = String(decoding: signature.signed, as: UTF8.self).lines.last ?? ""
    let start = unfolded.range(of: "; b=").map { unfolded[..<$0.upperBound] } ?? ""
    #expect(own == start.replacing("DKIM-Signature: ", with: "dkim-signature:"))
  }

  private func base64(_ text: String) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var out = ""
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let three = bytes[start..<min(start + 3, bytes.count)]
      let bits = three.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - three.count))
      for place in 0..<4 { out.append(place <= three.count ? digits[Int(bits >> UInt32(18 - 6 * place) & 63)] : "=") }
    }
    return out
  }
}

extension String {
  fileprivate var lines: [String] { split(separator: "\r\n", omittingEmptySubsequences: true).map(String.init) }
}
