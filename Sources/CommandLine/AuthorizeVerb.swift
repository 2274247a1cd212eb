// `account authorize`: a person agrees, in a browser, that Postern uses a mailbox.
import Configuration
import Foundation
import Host

extension Verb {
  static let authorizeVerb = Verb(
    words: ["account", "authorize"], summary: "let the owner of a mailbox agree that Postern uses it (OAuth 2.0)",
    parameters: [Parameter(name: "ADDRESS")],
    options: [
      Option(long: "device", help: "with a code to type in on any device (default for microsoft)"),
      Option(long: "browser", help: "with a browser on this machine, or its address pasted here (default for google)"),
      Option(long: "port", value: "N", help: "the port of this machine the browser is led back to (default: any)"),
    ],
    notes: """
      With --browser and the browser on another machine: it ends at a page that does not open. Paste the address of that page
      here, or forward the port: ssh -L N:127.0.0.1:N HOST, and --port N.
      """,
    run: authorize)

  private static func authorize(_ call: Invocation) throws(Failure) {
    let address = call.positional[0]
    let account = try call.read("GET", "/accounts/\(address)")
    guard let provider = account["settings.oauth"].string.flatMap(OAuthProvider.init(rawValue:)) else {
      throw Failure(
        ExitCode.data,
        "postern: \(address) logs in with a password; tokens are for accounts with oauth = \"google\" or \"microsoft\" (postern account add \(address) --oauth …)"
      )
    }
    if call.has("device"), call.has("browser") { throw call.usage("give only one of --device and --browser") }
    if call.has("device") || (provider == .microsoft && !call.has("browser")) {
      try byDevice(address, call)
    } else {
      try byBrowser(address, provider, call)
    }
    if !call.wantsJSON { call.say("\(address) is authorized; trying it:") }
    try testAccount(call)
  }

  private static func byDevice(_ address: String, _ call: Invocation) throws(Failure) {
    let start = try call.read("POST", "/accounts/\(address)/authorize", body: #"{"flow":"device"}"#)
    call.tell(
      start,
      "Open \(start["url"].plain) in any browser, sign in as \(address), and type in this code: \(start["user_code"].plain)"
    )
    // The daemon waits between its questions as long as the provider wants.
    while try call.read("POST", "/authorizations/\(start["authorization"].plain)/poll")["status"].string == "pending" {}
  }

  private static func byBrowser(_ address: String, _ provider: OAuthProvider, _ call: Invocation) throws(Failure) {
    let inbox = try call.shell.redirects(try call.number("port", in: 1...65535) ?? 0)
    // RFC 8252 section 7.3 prefers the number; Microsoft takes any port only for the name
    // (https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions).
    let host = provider == .microsoft ? "localhost" : "127.0.0.1"
    let back = "http://\(host):\(inbox.port)"
    let start = try call.read(
      "POST", "/accounts/\(address)/authorize", body: #"{"flow":"loopback","redirect_uri":"\#(back)"}"#)
    call.tell(
      start,
      """
      Open this address in a browser and sign in as \(address):

      \(start["url"].plain)

      It leads back to \(back). If the browser runs on another machine, paste the address it ends at here.
      """)
    let redirected = try inbox.next()
    let body = Array(#"{"redirected":\#(jsonText(redirected))}"#.utf8)
    do {
      _ = try call.ask("POST", "/authorizations/\(start["authorization"].plain)/finish", body: body)
    } catch {
      inbox.answer("Postern did not get access: \(error.text)")
      throw error
    }
    inbox.answer("Postern may use \(address) now. You can close this page.")
  }

  /// A JSON string literal.
  private static func jsonText(_ text: String) -> String {
    let encoded = (try? JSONEncoder().encode(text)) ?? Data("\"\"".utf8)
    return String(decoding: encoded, as: UTF8.self)
  }
}

extension Invocation {
  /// As `object`, for a step on the way: printed by nobody.
  func read(_ method: String, _ path: String, body: String = "") throws(Failure) -> JSONValue {
    guard let value = JSONValue.read(try ask(method, path, body: Array(body.utf8))) else {
      throw Failure(ExitCode.software, "postern: the daemon's answer is no JSON")
    }
    return value
  }

  /// Tells a person what to do, or a program what it needs for that.
  fileprivate func tell(_ start: JSONValue, _ text: String) {
    guard wantsJSON else { return shell.out(text + "\n\n") }
    let told = [("url", start["url"].string), ("user_code", start["user_code"].string)].compactMap { name, value in
      value.map { (name, $0) }
    }
    let members = Dictionary(uniqueKeysWithValues: told)
    if let line = try? JSONEncoder().encode(members) { printLine(Array(line)) }
  }
}

/// Where the browser of an authorization comes back to.
protocol RedirectInbox {
  var port: Int { get }
  /// The target the browser asks for, or the address a person pasted.
  func next() throws(Failure) -> String
  /// Shows the waiting browser a sentence.
  func answer(_ sentence: String)
}

/// On this machine, with the terminal beside it.
struct SystemRedirectInbox: RedirectInbox {
  private let receiver: LoopbackReceiver
  var port: Int { receiver.port }

  /// As long as the daemon keeps an authorization open.
  private static let patience: Int64 = 900_000

  init(port: Int) throws(Failure) {
    do {
      receiver = try LoopbackReceiver(port: port)
    } catch {
      throw Failure(ExitCode.unavailable, "postern: \(error)")
    }
  }

  func next() throws(Failure) -> String {
    let deadline = Clock.deadline(in: Self.patience)
    while true {
      switch receiver.wait(readingLinesOf: 0, timeoutMilliseconds: deadline - Clock.monotonic()) {
      case .redirected(let target): return target
      case .line(let line):
        let pasted = line.trimmingCharacters(in: .whitespaces)
        if !pasted.isEmpty { return pasted }
      case .timedOut: throw Failure(ExitCode.temporary, "postern: nobody came back from the browser; begin anew")
      }
    }
  }

  func answer(_ sentence: String) { receiver.answer(sentence) }
}
