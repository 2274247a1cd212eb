import Foundation

extension API {
  /// `POST submissions` with `{"sender":…,"recipients":[…],"mail":BASE64}`, and perhaps `name`, `return`, `envelope_id`,
  /// `smtputf8` and `requests`.
  static let submissionRoutes: [Route] = [
    Route("POST", "submissions") { api, request, _ in
      let body = try request.decoded(SubmissionBody.self, as: "submission")
      guard let mail = Data(base64Encoded: body.mail), !mail.isEmpty else {
        throw Problem.invalid("\"mail\" must be the mail in base64")
      }
      guard !body.recipients.isEmpty else { throw Problem.invalid("\"recipients\" must name somebody") }
      let submitted = SubmittedMail(
        sender: body.sender, recipients: body.recipients, mail: Array(mail), name: body.name,
        returnContent: body.returnContent, envelopeID: body.envelopeID, allowsUTF8: body.allowsUTF8 ?? false,
        requests: body.requests ?? [:])
      return try Response(await api.hooks.submit(submitted))
    }
  ]

  private struct SubmissionBody: StrictBody {
    static let members = CodingKeys.allCases.map(\.rawValue)

    var sender: String
    var recipients: [String]
    var mail: String
    var name: String?
    var returnContent: String?
    var envelopeID: String?
    var allowsUTF8: Bool?
    var requests: [String: SubmittedMail.Request]?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case sender, recipients, mail, name, requests
      case returnContent = "return"
      case envelopeID = "envelope_id"
      case allowsUTF8 = "smtputf8"
    }
  }
}

extension Response {
  fileprivate init(_ reply: SubmittedReply) throws(Problem) {
    switch reply {
    case .queued(let ids):
      self.init(
        .object([("result", .text("queued")), ("ids", .list(ids.map(JSON.integer)))]), status: 201)
    case .repeated(let id):
      self.init(.object([("result", .text("repeated")), ("ids", .list([.integer(id)]))]))
    case .cancelled(let count):
      self.init(.object([("result", .text("cancelled")), ("count", .number(count))]))
    case .refused(let reason): throw Problem(status: 422, code: "refused", message: reason)
    case .later(let reason): throw Problem(status: 503, code: "later", message: reason)
    }
  }
}
