import Configuration
import Delivery
import Outreach
import Store

extension API {
  static let templateRoutes: [Route] = [
    Route("GET", "templates") { api, request, _ in
      let (items, uses) = try await api.store.read { db in
        (try db.templates(workspaceID: defaultWorkspace), try db.templateUses(workspaceID: defaultWorkspace))
      }
      return Response(
        list: items.map { item in
          .object([
            ("id", .integer(item.id)), ("key", .text(item.entry.key)), ("subject", .text(item.entry.subject)),
            ("category", .optional(item.entry.category)), ("tags", .texts(item.entry.tags)),
            ("has_html", .boolean(item.entry.sendsHTML)), ("changed_at", .time(item.changedAt)),
            ("use_count", .number(uses[item.entry.key]?.count ?? 0)), ("used_by", .texts(uses[item.entry.key] ?? [])),
          ])
        }, for: request)
    },
    Route("GET", "templates/*/check") { api, _, key in
      let item = try await api.template(key)
      let findings = try await api.store.read { db in
        let snippets = SnippetBook(db, workspaceID: defaultWorkspace)
        let names = try db.mailFieldNames(workspaceID: defaultWorkspace)
        return try MailTemplate(item.entry).check(.ofMails(customFields: names)) { snippets[$0, $1] }
      }
      return Response(
        .object([
          ("key", .text(key)), ("errors", .texts(findings.errors.map(\.description))),
          ("needed", .texts(findings.needed)), ("snippets", .texts(findings.snippets.sorted())),
        ]))
    },
    Route("GET", "templates/*/preview") { api, request, key in
      let item = try await api.template(key)
      let (contact, account) = (request.query["contact"], request.query["account"])
      let now = api.now()
      return try await api.store.read { db in try preview(item.entry, contact: contact, account: account, now: now, db)
      }
    },
    Route("GET", "templates/*") { api, _, key in
      let item = try await api.template(key)
      return Response(
        .object([
          ("id", .integer(item.id)), ("key", .text(item.entry.key)), ("workspace", .text(item.entry.workspace)),
          ("subject", .text(item.entry.subject)), ("preheader", .optional(item.entry.preheader)),
          ("text", .optional(item.entry.text?.text)), ("html", .optional(item.entry.html?.text)),
          ("html_from_text", item.entry.htmlFromText.map(JSON.boolean) ?? .null),
          ("category", .optional(item.entry.category)), ("tags", .texts(item.entry.tags)),
          ("created_at", .time(item.createdAt)), ("changed_at", .time(item.changedAt)),
        ]))
    },
    Route("DELETE", "templates/*") { api, _, key in try await api.remove(.template, key) },
    Route("GET", "snippets") { api, request, _ in
      let items = try await api.store.read { try $0.snippets(workspaceID: defaultWorkspace) }
      return Response(
        list: items.map { item in
          .object([
            ("id", .integer(item.id)), ("key", .text(item.entry.key)), ("text", .optional(item.entry.text?.text)),
            ("html", .optional(item.entry.html?.text)), ("changed_at", .time(item.changedAt)),
          ])
        }, for: request)
    },
    Route("DELETE", "snippets/*") { api, _, key in try await api.remove(.snippet, key) },
  ]

  private func template(_ key: String) async throws -> TemplateRecord<TemplateEntry> {
    let found = try await store.read { try $0.template(keyed: key, workspaceID: defaultWorkspace) }
    guard let found else { throw try await missing(.template, key) }
    return found
  }

  private func remove(_ kind: NamedThing, _ key: String) async throws -> Response {
    guard try await store.write({ try $0.removeTemplate(kind.rawValue, keyed: key, workspaceID: defaultWorkspace) })
    else {
      throw try await missing(kind, key)
    }
    return Response(.object([("name", .text(key)), ("removed", .boolean(true))]))
  }
}

/// A mail as this contact would get it from this account; what is missing is shown in brackets.
private func preview(_ entry: TemplateEntry, contact address: String?, account: String?, now: Int64, _ db: Reader)
  throws
  -> Response
{
  var contact = ContactDraft(address: "someone@example.org")
  if let address {
    guard let known = try db.contact(at: address, workspaceID: defaultWorkspace) else {
      return Response(Problem.notFound("contact \(address)"))
    }
    contact = known.facts
  }
  var sender: MailSender?
  if let account {
    guard let known = try db.account(at: account) else {
      return Response(
        Problem.notFound("account \(account)" + (try db.hint(.account, near: account, workspaceID: defaultWorkspace))))
    }
    sender = MailSender(address: known.address, displayName: known.settings.displayName)
  }
  let snippets = SnippetBook(db, workspaceID: defaultWorkspace)
  let zone = try contact.zone ?? db.workspace(defaultWorkspace).zone
  do throws(TemplateError) {
    let texts = try MailTemplate(entry).render(
      mailValues(contact: contact, sender: sender), gaps: .shown, now: now, zone: Zone.named(zone) ?? .utc
    ) { snippets[$0, $1] }
    return Response(
      .object([
        ("key", .text(entry.key)), ("contact", .text(contact.address)), ("subject", .text(texts.subject)),
        ("preheader", .optional(texts.preheader)), ("text", .optional(texts.text)), ("html", .optional(texts.html)),
      ]))
  } catch {
    return Response(Problem(status: 422, code: "template", message: error.description))
  }
}
