// `account dkim`: the keys that sign a domain's mail, and their DNS records.
extension Verb {
  static let accountDKIM = Verb(
    words: ["account", "dkim"], summary: "make the keys that sign a domain's mail, and print their DNS records",
    parameters: [Parameter(name: "DOMAIN", isRequired: false)],
    options: [
      Option(long: "selector", value: "NAME", help: "the name of a new key's record (default postern)"),
      Option(long: "remove", help: "forget the domain's keys; its mail is no longer signed"),
    ],
    notes: "Without DOMAIN it lists all keys. Mail is signed at once: publish the records first, or be quick."
  ) { (call: Invocation) throws(Failure) in
    guard let domain = call.parameter(0) else {
      return try call.printList(
        try call.lines("/dkim"),
        [
          Column("DOMAIN", "domain"), Column("SELECTOR", "selector"), Column("KIND", "kind"),
          Column("SINCE", "created_at", .time),
        ], empty: "no DKIM keys")
    }
    if call.has("remove") {
      _ = try call.object("DELETE", "/dkim/\(domain)")
      return call.say("DKIM keys of \(domain) removed")
    }
    let answer = try call.object("POST", "/dkim/\(domain)", query: [("selector", call.value("selector"))])
    for key in answer["keys"].items { call.say(zoneLine(key)) }
  }

  /// As a zone file has it. A character string of a TXT record holds 255 octets (RFC 1035 section 3.3); resolvers join them.
  private static func zoneLine(_ key: JSONValue) -> String {
    var parts: [String] = []
    var rest = (key["record"].string ?? "")[...]
    while !rest.isEmpty {
      parts.append("\"\(rest.prefix(255))\"")
      rest = rest.dropFirst(255)
    }
    return "\(key["name"].plain). IN TXT ( \(parts.joined(separator: " ")) )"
  }
}
