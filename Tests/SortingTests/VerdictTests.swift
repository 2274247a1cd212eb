import Foundation
import Sorting
import Testing

@Suite struct VerdictTests {
  static let full = Verdict(
    mailClass: .autoReply, confidence: 0.98, rule: "r", evidence: ["a\"b", "c\\d\n\u{1}"],
    bounces: [Bounce(recipient: nil, smtpCode: 550, permanence: .soft, reason: "mailboxfull")], from: "ä@x")

  @Test func theLineHasEveryKeyInOrder() {
    #expect(
      String(decoding: Self.full.jsonLine(file: "f"), as: UTF8.self)
        == #"{"file":"f","class":"auto_reply","confidence":0.98,"rule":"r","evidence":["a\"b","c\\d\n\u0001"],"#
        + #""bounces":[{"recipient":null,"original_recipient":null,"action":"failed","status":null,"smtp_code":550,"#
        + #""permanence":"soft","reason":"mailboxfull","diagnostic":null,"remote_mta":null}],"original_message_id":null,"#
        + #""feedback_type":null,"from":"ä@x","subject":null,"reply_text":null,"until":null,"new_address":null}"#)
  }

  @Test func theLineAndTheCoderAgree() throws {
    #expect(try JSONDecoder().decode(Verdict.self, from: Data(Self.full.jsonLine())) == Self.full)
    let coded = try JSONEncoder().encode(Self.full)
    #expect(try JSONDecoder().decode(Verdict.self, from: coded) == Self.full)
    let object = try #require(try JSONSerialization.jsonObject(with: coded) as? [String: Any])
    #expect(object.count == 12)
    #expect(object["reply_text"] is NSNull)
  }
}
