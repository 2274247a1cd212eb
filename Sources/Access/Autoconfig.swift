import Delivery

/// What a file in Mozilla's autoconfig format 1.1 says of an address (https://wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat).
struct Autoconfig: Equatable {
  var smtp: ServerPlace
  var imap: ServerPlace?
  /// The login, when it is not the address.
  var user: String?

  struct Refusal: Error, Equatable, CustomStringConvertible { var description: String }

  /// Reads a file; the first server of each kind that talks TLS counts, as the format asks.
  static func read(_ bytes: [UInt8], address: String) -> Result<Autoconfig, Refusal> {
    let root: XMLElement
    switch XMLElement.read(bytes) {
    case .failure(let error): return .failure(Refusal(description: "\(error)"))
    case .success(let element): root = element
    }
    guard root.name == "clientConfig", let provider = root.first("emailProvider") else {
      return .failure(Refusal(description: "it is no clientConfig with an emailProvider"))
    }
    guard let smtp = server(in: provider, "outgoingServer", "smtp", address) else {
      return .failure(Refusal(description: "it names no SMTP server with TLS"))
    }
    let imap = server(in: provider, "incomingServer", "imap", address)
    // One login for both sides is all an account has; where they differ, the reading side is right more often.
    let user = imap?.user ?? smtp.user
    return .success(Autoconfig(smtp: smtp.place, imap: imap?.place, user: user == address ? nil : user))
  }

  private static func server(in provider: XMLElement, _ element: String, _ type: String, _ address: String)
    -> (place: ServerPlace, user: String?)?
  {
    for server in provider.children where server.name == element && server.attributes["type"] == type {
      let security: ServerPlace.Security
      switch server.first("socketType")?.text {
      case "SSL": security = .implicit
      case "STARTTLS": security = .starttls
      // A password never goes in the clear, whatever the file says.
      default: continue
      }
      let host = filled(server.first("hostname")?.text ?? "", address).lowercased()
      guard !host.isEmpty, host.utf8.allSatisfy(isNameByte), let port = server.first("port").flatMap({ Int($0.text) }),
        (1...65535).contains(port)
      else { continue }
      let user = server.first("username").map { filled($0.text, address) }.flatMap { $0.isEmpty ? nil : $0 }
      return (ServerPlace(host: host, port: port, security: security), user)
    }
    return nil
  }

  private static func filled(_ text: String, _ address: String) -> String {
    let at = address.lastIndex(of: "@") ?? address.endIndex
    return text.replacing("%EMAILADDRESS%", with: address)
      .replacing("%EMAILLOCALPART%", with: String(address[..<at]))
      .replacing("%EMAILDOMAIN%", with: String(address[at...].dropFirst()))
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d || byte == 0x2e
  }
}
