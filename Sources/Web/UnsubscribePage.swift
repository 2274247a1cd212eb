import Foundation
public import Store

/// The page behind List-Unsubscribe and `{{ unsubscribe_url }}`: a request in, a response out, whoever carries it.
///
/// A GET changes nothing, because mail scanners follow every link: it shows a button. A POST, by the button or by a mail program
/// (RFC 8058, section 3.2), takes the recipient off the list without any further question, cookie or login.
public struct UnsubscribePage: Sendable {
  private let store: Store
  /// The message whose genuine token stands in a text.
  private let messageOfToken: @Sendable (String) -> Int64?
  /// UTC epoch milliseconds.
  private let now: @Sendable () -> Int64

  /// A page over a store.
  public init(
    store: Store, messageOfToken: @escaping @Sendable (String) -> Int64?, now: @escaping @Sendable () -> Int64
  ) {
    self.store = store
    self.messageOfToken = messageOfToken
    self.now = now
  }

  /// Answers; never throws. 404 for a token that is none: it says nothing of what there is.
  public func respond(_ request: Request) async -> Response {
    let token = request.path.split(separator: "/").last.map(String.init) ?? ""
    guard let message = messageOfToken(token) else { return page(404, "This link is not valid.") }
    switch request.method {
    case "GET", "HEAD":
      return page(200, "Do you want no more mail?", form: "<form method=\"post\"><button>Unsubscribe</button></form>")
    case "POST":
      let now = now()
      do {
        let isDone = try await store.write { try $0.unsubscribe(byLinkOf: message, now: now) }
        return isDone ? page(200, "You will get no more mail.") : page(404, "This link is not valid.")
      } catch {
        // Mail programs and people try again.
        return page(503, "This does not work right now. Please try again in a minute.")
      }
    default: return Response(status: 405, type: "text/plain", fields: ["Allow": "GET, HEAD, POST"], body: [])
    }
  }

  private func page(_ status: Int, _ text: String, form: String = "") -> Response {
    let html =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
      + "<meta name=\"robots\" content=\"noindex\"><title>Unsubscribe</title><p>\(text)</p>\(form)</html>\n"
    // The address holds the token: nobody it links to may learn it.
    return Response(
      status: status, type: "text/html; charset=utf-8",
      fields: ["Cache-Control": "no-store", "Referrer-Policy": "no-referrer"], body: Array(html.utf8))
  }
}
