import Host
import SMTP
import Store

extension IntakeServer {
  /// Tells who sent a mail of the spool folder that it will never go: the program that left it was told that it is safe.
  /// `batch` is the file, or how it begins. Says what is to become of the file: refused, or later when it could not be told.
  func tellSender(of batch: [UInt8], name: String, refused reason: String) async -> HandInReply {
    guard let offer = localOffer else { return .later("421 4.3.2 Shutting down") }
    guard let mail = BatchMail.opened(batch) else { return .refused(reason) }
    let refused = RefusedMail(
      name: name, sender: mail.envelope.reversePath, recipients: mail.envelope.recipients,
      requests: mail.envelope.deliveryRequests, allowsUTF8: mail.envelope.allowsUTF8, content: mail.content,
      reason: reason)
    do throws(StoreError) {
      try await store.write { transaction in
        try transaction.tellSender(of: refused, offer.notices, now: Clock.now())
      }
      return .refused(reason)
    } catch {
      return .later("the notice of its refusal cannot be stored: \(error)")
    }
  }
}
