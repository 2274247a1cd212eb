// `segment`: filters with a name.

extension Verb {
  static let segmentVerbs: [Verb] = [
    Verb(words: ["segment", "list"], summary: "list segments: filters with a name") {
      (call: Invocation) throws(Failure) in
      try call.printList(
        try call.lines("/segments"),
        [Column("NAME", "name"), Column("FILTER", "filter"), Column("CHANGED", "changed_at", .time)],
        empty: "no segments")
    },
    Verb(
      words: ["segment", "show"], summary: "show a segment and how many people it holds for",
      parameters: [Parameter(name: "NAME")]
    ) { (call: Invocation) throws(Failure) in
      let segment = try call.object("GET", "/segments/\(call.positional[0])")
      guard !call.wantsJSON else { return }
      let facts = [
        Column("name", "name"), Column("filter", "filter"), Column("contacts", "contacts"),
        Column("since", "created_at", .time), Column("changed", "changed_at", .time),
      ]
      call.shell.out(renderFacts(facts, of: segment, zone: call.shell.zone))
    },
    Verb(
      words: ["segment", "set"], summary: "make a segment, or give one another filter",
      parameters: [Parameter(name: "NAME"), Parameter(name: "FILTER")],
      notes: "`segment = NAME` in any filter stands for it. `contact list --filter 'segment = NAME'` lists its people."
    ) { (call: Invocation) throws(Failure) in
      let body = encoded(["filter": call.positional[1]])
      _ = try call.object("PUT", "/segments/\(call.positional[0])", body: body)
      call.say("segment \(call.positional[0]) is set")
    },
    Verb(words: ["segment", "remove"], summary: "remove a segment", parameters: [Parameter(name: "NAME")]) {
      (call: Invocation) throws(Failure) in
      _ = try call.object("DELETE", "/segments/\(call.positional[0])")
      call.say("segment \(call.positional[0]) removed")
    },
  ]
}
