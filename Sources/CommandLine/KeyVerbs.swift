// `key`: what apps log in with instead of a password.
extension Verb {
  static let keyVerbs: [Verb] = [
    Verb(
      words: ["key", "list"], summary: "list the keys that apps log in with",
      options: [Option(long: "revoked", help: "also those that were removed")]
    ) { (call: Invocation) throws(Failure) in
      try call.printList(
        try call.lines("/keys", query: [("revoked", call.has("revoked") ? "true" : nil)]),
        [
          Column("ID", "id", .number), Column("NAME", "name"), Column("SUBMITTER", "submitter"),
          Column("WORKSPACE", "workspace"), Column("BEGINS", "begins"), Column("MADE", "created_at", .time),
          Column("USED", "used_at", .time), Column("REMOVED", "revoked_at", .time),
        ], empty: "no keys")
    },
    Verb(
      words: ["key", "add"], summary: "make a key for an app; it is shown once", parameters: [Parameter(name: "NAME")],
      options: [Option(long: "submitter", value: "LOGIN", help: "the login it stands for (required)")],
      notes: "The app logs in with AUTH OAUTHBEARER (RFC 7628) and the key as its token."
    ) { (call: Invocation) throws(Failure) in
      guard let login = call.value("submitter") else { throw call.usage("\"key add\" needs --submitter") }
      let made = try call.object(
        "POST", "/keys", body: encoded(["name": call.positional[0], "submitter": login]))
      call.say(made["key"].string ?? "")
    },
    Verb(
      words: ["key", "remove"], summary: "revoke keys: they let nobody in any more",
      parameters: [Parameter(name: "ID", repeats: true)]
    ) { (call: Invocation) throws(Failure) in
      try call.each(call.positional) { id throws(Failure) in
        _ = try call.object("DELETE", "/keys/\(id)")
        call.say("key \(id) removed")
      }
    },
  ]
}
