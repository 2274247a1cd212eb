import Configuration
import Delivery
import Host
import Store

/// Looks for the servers of an address: in the table of providers, by the domain and by where its mail goes, in the domain's
/// autoconfig, then in its SRV records.
struct ServerSearch {
  let dns: DNSSettings
  let settings: DiscoverySettings

  func find(_ address: String) async -> Result<MailboxServers, AccessRefusal> {
    guard let at = address.lastIndex(of: "@"), let loop = EventLoop.current else {
      return .failure(AccessRefusal("\(address) is no mail address"))
    }
    let domain = address[address.index(after: at)...].lowercased()
    guard Self.isHostName(domain) else {
      return .failure(
        AccessRefusal("the domain \(domain) is not written in ASCII; name the servers with --smtp and --imap"))
    }
    if let provider = MailProvider.of(domain: domain) {
      return .success(
        MailboxServers(of: provider, domain: domain, found: .table, evidence: "\(domain) is of \(provider.name)"))
    }
    do {
      let resolver = try DNSResolver(
        nameservers: dns.nameservers, timeoutMilliseconds: dns.timeoutMilliseconds, on: loop)
      defer { resolver.close() }
      return await find(address, at: domain, resolver, loop)
    } catch {
      return .failure(AccessRefusal("\(error)"))
    }
  }

  private func find(_ address: String, at domain: String, _ resolver: DNSResolver, _ loop: EventLoop) async
    -> Result<MailboxServers, AccessRefusal>
  {
    var troubles: [String] = []
    switch await resolver.mx(domain) {
    case .failure(let failure): troubles.append("MX of \(domain): \(failure)")
    case .success(let exchangers):
      for exchanger in exchangers {
        guard let provider = MailProvider.of(exchanger: exchanger.host) else { continue }
        let evidence = "the mail of \(domain) goes to \(exchanger.host), which is of \(provider.name)"
        return .success(MailboxServers(of: provider, domain: domain, found: .mx, evidence: evidence))
      }
    }
    // The two places of https://www.bucksch.org/1/projects/thunderbird/autoconfiguration/, over https only: what comes in the clear
    // could be anybody's.
    let places = [
      ("autoconfig.\(domain)", "/mail/config-v1.1.xml?emailaddress=\(percentEncoded(address))"),
      (domain, "/.well-known/autoconfig/mail/config-v1.1.xml"),
    ]
    for (host, path) in places {
      switch await autoconfig(host, path, address, resolver, loop) {
      case .success(let servers?): return .success(servers)
      case .success(nil): continue
      case .failure(let refusal): troubles.append("\(refusal)")
      }
    }
    switch await services(domain, resolver) {
    case .success(let servers?): return .success(servers)
    case .success(nil): break
    case .failure(let refusal): troubles.append("\(refusal)")
    }
    let why = troubles.isEmpty ? "" : " (\(troubles.joined(separator: "; ")))"
    return .failure(
      AccessRefusal(
        "nothing tells the servers of \(domain): no provider of the table, no autoconfig, no SRV records\(why); name them with --smtp and --imap"
      ))
  }

  /// nil when there is none.
  private func autoconfig(
    _ host: String, _ path: String, _ address: String, _ resolver: DNSResolver, _ loop: EventLoop
  ) async -> Result<MailboxServers?, AccessRefusal> {
    // Looked up by the same name servers as all the rest.
    let addresses: [String]
    switch await resolver.addresses(of: host) {
    case .failure(let failure): return .failure(AccessRefusal("\(host): \(failure)"))
    case .success(let found): addresses = found
    }
    guard let first = addresses.first else { return .success(nil) }
    let url = "https://\(host)\(path)"
    let answer = await HTTPClient.send(
      HTTPRequest(
        url: url, headers: ["Accept: text/xml, application/xml"], timeoutMilliseconds: settings.timeoutMilliseconds,
        mostBytes: 256 << 10, mostRedirects: 3, caFile: settings.caFile, address: first,
        allowsPrivate: settings.allowPrivateAddresses), on: loop)
    switch answer {
    case .failure(let failure): return .failure(AccessRefusal("\(url): \(failure)"))
    case .success(let response) where response.status != 200: return .success(nil)
    case .success(let response):
      switch Autoconfig.read(response.body, address: address) {
      case .failure(let refusal): return .failure(AccessRefusal("\(url): \(refusal)"))
      case .success(let config):
        return .success(MailboxServers(config, evidence: url))
      }
    }
  }

  /// RFC 6186, and RFC 8314 section 5.1 for submission with TLS from the first byte, which comes first.
  private func services(_ domain: String, _ resolver: DNSResolver) async -> Result<MailboxServers?, AccessRefusal> {
    var records: [MailService: [SRVRecord]] = [:]
    for service in MailService.allCases {
      switch await resolver.srv("\(service.label)._tcp.\(domain)") {
      case .failure(let failure): return .failure(AccessRefusal("SRV of \(domain): \(failure)"))
      case .success(let found): records[service] = found
      }
    }
    return .success(MailboxServers(records, domain: domain))
  }

  private static func isHostName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 253
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && $0.utf8.count <= 63
          && $0.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x2d || byte == 0x5f
          }
      }
  }
}

/// The services of RFC 6186 and RFC 8314 that are of use here; in the order in which they are preferred.
enum MailService: CaseIterable {
  case submissions, submission, imaps, imap

  var label: String {
    switch self {
    case .submissions: "_submissions"
    case .submission: "_submission"
    case .imaps: "_imaps"
    case .imap: "_imap"
    }
  }

  var security: ServerPlace.Security {
    switch self {
    case .submissions, .imaps: .implicit
    case .submission, .imap: .starttls
    }
  }
}

extension MailboxServers {
  /// nil when the records name no way to send.
  init?(_ records: [MailService: [SRVRecord]], domain: String) {
    func place(_ services: [MailService]) -> (ServerPlace, String)? {
      for service in services {
        // A target of "." says: not here (RFC 2782).
        guard let record = records[service]?.first(where: { !$0.host.isEmpty && $0.port > 0 }) else { continue }
        let place = ServerPlace(host: record.host, port: record.port, security: service.security)
        return (place, "\(service.label)._tcp.\(domain) is \(record.host) port \(record.port)")
      }
      return nil
    }
    guard let (smtp, said) = place([.submissions, .submission]) else { return nil }
    let imap = place([.imaps, .imap])
    self.init(
      found: .srv, smtp: smtp, imap: imap?.0, evidence: [said, imap?.1].compactMap(\.self).joined(separator: ", "))
    // RFC 6186 section 6: whoever forges DNS would be sent the password, so a person has to agree to a foreign host.
    foreignHosts = [smtp.host, imap?.0.host].compactMap(\.self).filter { $0 != domain && !$0.hasSuffix("." + domain) }
  }

  init(_ config: Autoconfig, evidence: String) {
    self.init(found: .autoconfig, smtp: config.smtp, imap: config.imap, evidence: evidence)
    user = config.user
    provider = MailProvider.of(host: config.smtp.host)
  }
}
