// `sendmail`, as programs know it since 1983: the flags of sendmail(1) as Postfix takes them.

/// What a sendmail command line asks for.
struct SendmailRequest: Equatable {
  enum Mode: Equatable {
    case deliver, listQueue, runQueue, nothing
  }

  var mode = Mode.deliver
  /// `-t`: recipients are also read from To, Cc and Bcc.
  var recipientsFromHeader = false
  /// `-i`, `-oi`: a line with a single dot does not end the mail.
  var ignoresDots = false
  /// `-f`, `-r`: the reverse-path; `<>` is empty.
  var sender: String?
  /// `-F`: the name beside the address when the mail has no From.
  var fullName: String?
  var recipients: [String] = []
  var socket: String?
  var configuration: String?
}

extension SendmailRequest {
  private enum Flag: Sendable {
    case alone(@Sendable (inout SendmailRequest) -> Void)
    case value(@Sendable (inout SendmailRequest, String) throws(Failure) -> Void)
  }

  /// One row a flag; longer names first, so that `-oi` is not `-o` with `i`.
  private static let flags: [(name: String, flag: Flag)] = [
    ("--socket", .value { request, value throws(Failure) in request.socket = value }),
    ("--config", .value { request, value throws(Failure) in request.configuration = value }),
    ("-oi", .alone { $0.ignoresDots = true }),
    ("-bp", .alone { $0.mode = .listQueue }),
    ("-bm", .alone { $0.mode = .deliver }),
    // newaliases: there are no aliases to make new.
    ("-bi", .alone { $0.mode = .nothing }),
    ("-t", .alone { $0.recipientsFromHeader = true }),
    ("-i", .alone { $0.ignoresDots = true }),
    ("-G", .alone { _ in }), ("-n", .alone { _ in }), ("-m", .alone { _ in }), ("-U", .alone { _ in }),
    ("-v", .alone { _ in }),
    ("-f", .value { request, value throws(Failure) in request.sender = bare(value) }),
    ("-r", .value { request, value throws(Failure) in request.sender = bare(value) }),
    ("-F", .value { request, value throws(Failure) in request.fullName = value }),
    // Body type, notifications, envelope id, hop count, log tag: accepted and without effect here, as in Postfix.
    ("-B", .value { _, _ throws(Failure) in }), ("-N", .value { _, _ throws(Failure) in }),
    ("-R", .value { _, _ throws(Failure) in }), ("-V", .value { _, _ throws(Failure) in }),
    ("-h", .value { _, _ throws(Failure) in }), ("-L", .value { _, _ throws(Failure) in }),
    ("-X", .value { _, _ throws(Failure) in }),
  ]

  /// Reads the words after `sendmail`.
  static func parse(_ arguments: [String]) throws(Failure) -> SendmailRequest {
    var request = SendmailRequest()
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-"), argument != "-" else {
        request.recipients.append(bare(argument))
        continue
      }
      if argument == "--" {
        request.recipients += rest.map(bare)
        break
      }
      try request.take(argument, &rest)
    }
    return request
  }

  private mutating func take(_ argument: String, _ rest: inout ArraySlice<String>) throws(Failure) {
    if argument == "-q" || argument.hasPrefix("-q") {
      mode = .runQueue
      return
    }
    let found = Self.flags.first { name, flag in
      if case .value = flag { return argument.hasPrefix(name) }
      return argument == name
    }
    guard let (name, flag) = found else {
      // `-oX…` sets an option of the original sendmail; all but -oi mean nothing here, as in Postfix.
      if argument.hasPrefix("-o") { return }
      if argument.count > 2, let clustered = Self.clustered(argument) {
        for single in clustered { try take(single, &rest) }
        return
      }
      throw Failure(ExitCode.usage, "sendmail: unknown flag \(argument)\nSee `postern sendmail --help`.")
    }
    switch flag {
    case .alone(let set): set(&self)
    case .value(let set):
      var attached = String(argument.dropFirst(name.count))
      if name.hasPrefix("--"), attached.hasPrefix("=") { attached.removeFirst() }
      guard let value = attached.isEmpty ? rest.popFirst() : attached else {
        throw Failure(ExitCode.usage, "sendmail: \(name) needs a value")
      }
      try set(&self, value)
    }
  }

  /// `-ti` is `-t -i`, as getopt(3) reads it.
  private static func clustered(_ argument: String) -> [String]? {
    let singles = argument.dropFirst().map { "-\($0)" }
    let known = singles.allSatisfy { single in
      flags.contains { name, flag in
        if case .alone = flag { return name == single }
        return false
      }
    }
    return known ? singles : nil
  }

  private static func bare(_ address: String) -> String {
    address.hasPrefix("<") && address.hasSuffix(">") ? String(address.dropFirst().dropLast()) : address
  }
}

/// The mail as it stands on stdin, up to a line with a single dot unless dots are ignored, with CRLF line ends.
func mailFromInput(_ input: [UInt8], ignoresDots: Bool) -> [UInt8] {
  var mail: [UInt8] = []
  mail.reserveCapacity(input.count + input.count / 32)
  var start = 0
  while start < input.count {
    let end = input[start...].firstIndex(of: UInt8(ascii: "\n")) ?? input.count
    var line = input[start..<end]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    if !ignoresDots, line.elementsEqual([UInt8(ascii: ".")]) { break }
    // A CR elsewhere would be refused as a bare one; programs that write it mean a line break.
    for byte in line {
      if byte == UInt8(ascii: "\r") { mail += [0x0d, 0x0a] } else { mail.append(byte) }
    }
    mail += [0x0d, 0x0a]
    start = end + 1
  }
  return mail
}
