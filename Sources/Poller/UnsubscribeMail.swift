import Sorting
import Store

extension SortedInbound {
  /// The same for a mail whose subject carries the unsubscribe token of one of our messages, from whatever address it comes: who
  /// has the token got the message. What a server says of a mail it could not deliver stays that.
  func asking(toStopBecauseOf message: Int64) -> NewInbound {
    guard !["bounce", "delay", "complaint"].contains(inbound.kind) else { return inbound }
    let verdict = Verdict(
      mailClass: .unsubscribe, confidence: 1, rule: "unsubscribe.token",
      evidence: ["Subject: \(inbound.subject ?? "")"], from: inbound.sender, subject: inbound.subject)
    var asking = inbound
    asking.kind = verdict.mailClass.rawValue
    asking.rule = verdict.rule
    asking.verdict = String(decoding: verdict.jsonLine(), as: UTF8.self)
    asking.answers = []
    asking.asksToStop = true
    asking.unsubscribes = message
    return asking
  }
}
