// `template`, `snippet`: the texts that sequences send; they are made by `apply`.

extension Verb {
  static let templateVerbs: [Verb] = [
    Verb(words: ["template", "list"], summary: "list templates") { (call: Invocation) throws(Failure) in
      try call.printList(
        try call.lines("/templates"),
        [
          Column("KEY", "key"), Column("SUBJECT", "subject", .shortened(60)), Column("CATEGORY", "category"),
          Column("TAGS", "tags"), Column("HTML", "has_html"), Column("USES", "use_count", .number),
          Column("CHANGED", "changed_at", .time),
        ], empty: "no templates")
    },
    Verb(
      words: ["template", "show"], summary: "show a template as it was written", parameters: [Parameter(name: "KEY")]
    ) { (call: Invocation) throws(Failure) in
      let template = try call.object("GET", "/templates/\(call.positional[0])")
      guard !call.wantsJSON else { return }
      let facts = [
        Column("key", "key"), Column("subject", "subject"), Column("preheader", "preheader"),
        Column("category", "category"), Column("tags", "tags"), Column("changed", "changed_at", .time),
      ]
      call.shell.out(renderFacts(facts, of: template, zone: call.shell.zone))
      call.print(texts: template)
    },
    Verb(
      words: ["template", "check"], summary: "look for names, filters and snippets that do not exist",
      parameters: [Parameter(name: "KEY")],
      notes:
        "Exit code 65 when there are errors. What is needed and has no default keeps the mail from a contact without it."
    ) { (call: Invocation) throws(Failure) in
      let found = try call.object("GET", "/templates/\(call.positional[0])/check")
      let errors = found["errors"].items
      for error in errors { call.shell.err(error.plain + "\n") }
      if !found["needed"].items.isEmpty { call.say("needed of each contact: \(found["needed"].plain)") }
      guard errors.isEmpty else { throw Failure(ExitCode.data, "") }
      call.say("\(call.positional[0]): good")
    },
    Verb(
      words: ["template", "preview"], summary: "show the mail as a contact would get it",
      parameters: [Parameter(name: "KEY")],
      options: [
        Option(long: "contact", value: "ADDRESS", help: "whose values"),
        Option(long: "account", value: "ADDRESS", help: "who sends it"),
        Option(long: "html", help: "print the HTML instead of the text"),
      ], notes: "What is missing stands in brackets, like [contact.first_name]."
    ) { (call: Invocation) throws(Failure) in
      let query = [("contact", call.value("contact")), ("account", call.value("account"))]
      let mail = try call.object("GET", "/templates/\(call.positional[0])/preview", query: query)
      guard !call.wantsJSON else { return }
      if call.has("html") {
        call.shell.out((mail["html"].string ?? "") + "\n")
      } else {
        call.shell.out("Subject: \(mail["subject"].plain)\n\n\(mail["text"].plain)\n")
      }
    },
    removal("template"),
    Verb(words: ["snippet", "list"], summary: "list snippets") { (call: Invocation) throws(Failure) in
      try call.printList(
        try call.lines("/snippets"),
        [
          Column("KEY", "key"), Column("TEXT", "text", .shortened(40)), Column("HTML", "html", .shortened(40)),
          Column("CHANGED", "changed_at", .time),
        ], empty: "no snippets")
    },
    removal("snippet"),
  ]

  private static func removal(_ kind: String) -> Verb {
    Verb(words: [kind, "remove"], summary: "remove a \(kind)", parameters: [Parameter(name: "KEY")]) {
      (call: Invocation) throws(Failure) in
      _ = try call.object("DELETE", "/\(kind)s/\(call.positional[0])")
      call.say("\(kind) \(call.positional[0]) removed")
    }
  }
}

extension Invocation {
  fileprivate func print(texts mail: JSONValue) {
    for part in ["text", "html"] {
      if let text = mail[part].string { shell.out("\n--- \(part)\n\(text)\n") }
    }
  }
}
