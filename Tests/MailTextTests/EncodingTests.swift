import MailText
import Testing

@Suite struct EncodingTests {
  @Test(arguments: [
    ("plain", "plain"), ("=?ISO-8859-1?Q?a?= b", "a b"), ("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
    ("=?ISO-8859-1?Q?a?=\r\n  =?ISO-8859-1?Q?b?=", "ab"), ("=?ISO-8859-1?Q?a_b?=", "a b"),
    ("=?utf-8?B?w6Q=?==?utf-8?Q?=C3=B6?=", "äö"), ("=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "ä"),
    ("(=?ISO-8859-1?Q?a?=)", "(a)"), ("=?x", "=?x"), ("=?utf-8?Q?unended", "=?utf-8?Q?unended"),
    ("=?utf-8?X?a?=", "=?utf-8?X?a?="), ("a=?utf-8?q?b?=c", "abc"), ("=?iso-8859-1*en?q?=E4?=", "ä"),
    ("=?koi8-r?B?79TXxdQ=?=", "Ответ"), ("=?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
    ("=?utf-8?Q?a b?=", "a b"), ("=?nonsense?Q?=E4?=", "ä"), ("1 =?= 2 ?= 3", "1 =?= 2 ?= 3"), ("", ""),
  ])
  func decodesWords(_ value: String, _ text: String) {
    #expect(EncodedWord.decode(Array(value.utf8.filter { $0 != 13 && $0 != 10 })) == text)
  }

  @Test(arguments: ["plain", "Grüße", "日本語の件名がここにあり、とても長いので何度も折り返されるはずです。それでも戻ります。", "a =?x?= b", "🙂", "a\r\nb: ü"])
  func encodesWords(_ text: String) {
    let written = EncodedWord.encode(text)
    #expect(written.utf8.allSatisfy { $0 >= 32 && $0 < 127 })
    #expect(written.split(separator: " ").allSatisfy { $0.utf8.count <= 75 })
    // A line end cannot stand in a field: each of its octets becomes a space.
    let expected = String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\r" || $0 == "\n" ? " " : $0 }))
    #expect(EncodedWord.decode(written) == expected)
  }

  @Test(
    arguments: [
      ("utf-8", [0xC3, 0xA4], "ä"), ("utf-8", [0xE4], "ä"), ("iso-8859-1", [0xE4, 0x80], "ä€"),
      ("iso-8859-1", [0xC3, 0xA4], "ä"), ("windows-1252", [0xE2, 0x82, 0xAC], "€"), ("cp-850", [0x84], "ä"),
      ("windows1251", [0xCF, 0xF0], "Пр"),
      ("\"UTF8\"", [0xC3, 0xA4], "ä"),
      ("windows-1251", [0xCF, 0xF0], "Пр"), ("iso-8859-15", [0xA4], "€"), ("gb2312", [0xC4, 0xE3], "你"),
      ("ks_c_5601-1987", [0xC7, 0xD1], "한"), ("shift_jis", [0x93, 0xFA], "日"), ("euc-jp", [0xC6, 0xFC], "日"),
      ("big5", [0xA4, 0xE9], "日"), ("utf-7", [0x2B, 0x41, 0x4F, 0x51, 0x2D], "ä"), ("unheard-of", [0x61], "a"),
      ("", [0xE4], "ä"), ("shift_jis", [0x93], "\u{fffd}"), ("gb2312", [0xFF, 0x61], "\u{fffd}a"),
      ("utf-16be", [0x00, 0x61], "a"),
    ] as [(String, [UInt8], String)])
  func charsets(_ label: String, _ bytes: [UInt8], _ text: String) {
    #expect(Charset.decode(bytes, label: label) == text)
  }

  @Test(arguments: [
    ("base64", "YWJj", "abc"), ("BASE64", "YW\r\nJj\r\n", "abc"), ("base64", "YWI=", "ab"),
    ("base64", "YQ==YWJj", "aabc"),
    ("base64", "Y W?J*j", "abc"), ("base64", "Y", ""), ("base64", "", ""), ("quoted-printable", "a=3Db=\r\nc", "a=bc"),
    ("quoted-printable", "a  \r\nb", "a\r\nb"), ("quoted-printable", "a=  \r\nb", "ab"),
    ("quoted-printable", "=ZZ=", "=ZZ"),
    ("quoted-printable", "a=3", "a=3"), ("quoted-printable", "x \n\ny", "x\n\ny"), ("7bit", "a=3D", "a=3D"),
    ("", "x", "x"),
    ("x-uuencode", "begin 644 f\n#86)C\n`\nend\n", "abc"), ("quoted-printable", "  \r\n", "\r\n"),
  ])
  func transferEncodings(_ name: String, _ text: String, _ decoded: String) {
    #expect(String(decoding: TransferEncoding(name).decode(Array(text.utf8)[...]), as: UTF8.self) == decoded)
  }

  @Test(arguments: [
    ("text/plain; charset=utf-8", "text/plain", ["charset": "utf-8"]),
    ("TEXT/HTML (comment) ; Charset=\"a;b\" ; x=y", "text/html", ["charset": "a;b", "x": "y"]),
    ("multipart/mixed;\tboundary=a=b", "multipart/mixed", ["boundary": "a=b"]),
    ("a/b; name*=utf-8'en'%C3%A4", "a/b", ["name": "ä"]),
    ("a/b; name*0=\"one \"; name*1*=t%77o; name*2=!", "a/b", ["name": "one two!"]),
    ("a/b; name*1=b; name*0=a", "a/b", ["name": "ab"]), ("a/b; name=\"=?utf-8?q?=C3=A4?=\"", "a/b", ["name": "ä"]),
    ("a/b; name=\"c:\\dir\\file\"", "a/b", ["name": "c:\\dir\\file"]), ("text", "text/", [:]), ("", "/", [:]),
    ("a/b; =x; y", "a/b", ["": "x"]), ("a/b; name=\"unended", "a/b", ["name": "unended"]),
    ("a/b; name*99999999999999999999=x", "a/b", ["name": "x"]), ("a/b; name*=%", "a/b", ["name": "%"]),
  ])
  func contentTypes(_ value: String, _ mediaType: String, _ parameters: [String: String]) {
    let type = ContentType(Array(value.utf8))
    #expect(type.mediaType == mediaType)
    #expect(type.parameters == parameters)
  }

  private static let line = "SGVsbG8sIHRoaXMgaXMgYSBsaW5lIG9mIGJhc2U2NCB0aGF0IGlz"

  /// What a list's server puts behind a body that it does not read, and what is only a broken body.
  @Test(
    arguments: [
      (
        "\(line)\r\nIGxvbmcu\r\n\r\n_______\r\nList: unsubscribe at https://x.example/\r\n", " long.",
        "_______\r\nList: unsubscribe"
      ),
      ("\(line)\r\nIGxvbmcuIQ==\r\nUnsubscribe\r\nhere: https://x.example/\r\n", " long.!", "Unsubscribe\r\nhere:"),
      ("\(line)\r\n\(line)\r\n-- \r\nbye, now!", "that is", "-- \r\nbye, now!"),
    ]) func wordsBehindBase64AreKept(_ body: String, _ decoded: String, _ words: String)
  {
    let text = String(decoding: TransferEncoding("base64").decode(Array(body.utf8)[...]), as: UTF8.self)
    #expect(text.hasPrefix("Hello, this is a line") && text.contains(decoded) && text.contains(words), "\(text)")
  }

  @Test(arguments: [
    "\(line)\r\n!?\r\n\(line)\r\n", "\(line)\r\n!\r\n\(line)\r\n.,-\r\n", "no base64: at all.\r\n", "", "=", "!",
  ])
  func brokenBase64IsReadAsFarAsItCanBe(_ body: String) {
    let bytes = Array(body.utf8)
    #expect(TransferEncoding("base64").decode(bytes[...]) == TransferEncoding.decodeBase64(bytes))
  }

  @Test(
    arguments: [
      ("Yes.\n\nbegin 644 note.txt\n#86)C\n`\nend\nKim\n", "Yes.\n\nKim\n"),
      ("begin 0755 a b\r\n#86)C\r\n \r\nend", ""),
      ("begin 644 f\n#86)C\nno end, and words that are no file's\n", nil), ("begin 644 f\n#86)C\n", nil),
      ("We begin 644 people strong\nend\n", nil), ("begin with the end in mind\nend\n", nil),
      (String(repeating: "begin 644 f\n#86)C\n", count: 20_000), nil),
    ] as [(String, String?)]) func filesInTheTextAreNoneOfItsWords(_ text: String, _ left: String?)
  {
    #expect(UUEncoding.removingFiles(from: text) == left ?? text)
  }
}
