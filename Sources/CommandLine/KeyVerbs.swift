// `key`: what apps log in with instead of a password.
extension Verb {
  static let reseal = Verb(
    words: ["reseal"], summary: "seal every secret anew under the key file, and begin a new key of unsubscribe tokens",
    notes:
      "After it no key file of previous_key_files is needed any more. Tokens of older keys stay good. The exit code is 65 "
      + "when a secret does not open: it stays as it is."
  ) { (call: Invocation) throws(Failure) in
    let answer = try call.object("POST", "/reseal")
    let unreadable = answer["unreadable"].items.compactMap(\.string)
    if !call.wantsJSON {
      for what in unreadable { call.shell.err("postern: \(what) does not open and stays as it is\n") }
      call.shell.out(
        "\(answer["resealed"].int ?? 0) secrets are sealed under the key file; unsubscribe tokens are of version \(answer["token_version"].int ?? 0)\n"
      )
    }
    if !unreadable.isEmpty { throw Failure(ExitCode.data, "") }
  }

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
