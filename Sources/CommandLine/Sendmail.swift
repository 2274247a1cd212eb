import Foundation

// `sendmail`, as programs know it since 1983: the flags of Postfix's sendmail(1).

/// What a sendmail command line asks for.
struct SendmailRequest: Equatable {
  enum Mode: Equatable {
    case deliver, listQueue, runQueue, nothing
    /// `-bs`: SMTP on stdin and stdout.
    case smtp
    /// `-qI`: one message, now.
    case runMessage(String)
    /// `-qR`: all for a domain, now.
    case runSite(String)
  }

  var mode = Mode.deliver
  /// `-t`: recipients are also read from To, Cc and Bcc.
  var recipientsFromHeader = false
  /// `-i`, `-oi`: a line with a single dot does not end the mail.
  var ignoresDots = false
  /// `-f`, `-r`: the reverse-path as it was written.
  var sender: String?
  /// `-F`: the name beside the address when the mail has no From.
  var fullName: String?
  /// `-N`, `-R`, `-V`: NOTIFY, RET and ENVID of RFC 3461.
  var notify: String?
  var returnContent: String?
  var envelopeID: String?
  /// `-v`: say what became of the mail.
  var isVerbose = false
  /// The words behind the flags; each may be a list of addresses.
  var recipients: [String] = []
  var socket: String?
  var configuration: String?
}

extension SendmailRequest {
  private enum Flag: Sendable {
    case alone(@Sendable (inout SendmailRequest) -> Void)
    case value(@Sendable (inout SendmailRequest, String) throws(Failure) -> Void)
  }

  private static let ignored = Flag.alone { _ in }
  private static let ignoredValue = Flag.value { _, _ throws(Failure) in }

  /// One row a letter, as sendmail(1) of Postfix lists them. `-c` is Postern's own, and every other verb's.
  private static let flags: [Character: Flag] = [
    "A": ignoredValue, "G": ignored, "h": ignoredValue, "L": ignoredValue, "m": ignored, "n": ignored,
    "O": ignoredValue, "U": ignored, "e": ignoredValue, "p": ignoredValue, "x": ignored,
    "B": .value { _, value throws(Failure) in
      // A mail is stored as it is; what its octets are is seen when it leaves.
      guard ["7BIT", "8BITMIME"].contains(value.uppercased()) else {
        throw Failure(ExitCode.usage, "sendmail: -B needs 7BIT or 8BITMIME")
      }
    },
    "b": .value { request, value throws(Failure) in request.mode = try mode(value) },
    "C": .value { request, value throws(Failure) in request.configuration = value },
    "c": .value { request, value throws(Failure) in request.configuration = value },
    "F": .value { request, value throws(Failure) in request.fullName = value },
    "f": .value { request, value throws(Failure) in request.sender = value },
    "I": .alone { $0.mode = .nothing },
    "i": .alone { $0.ignoresDots = true },
    "N": .value { request, value throws(Failure) in
      // Wrong words ask for nothing, as in Postfix: a mail is not held back for the report about it.
      request.notify = notify(value)
    },
    // All options of the original sendmail but -oi mean nothing here, as in Postfix.
    "o": .value { request, value throws(Failure) in if value == "i" { request.ignoresDots = true } },
    "q": .value { request, value throws(Failure) in try request.queue(value) },
    "R": .value { request, value throws(Failure) in
      request.returnContent = ["full": "FULL", "hdrs": "HDRS"][value.lowercased()]
    },
    "r": .value { request, value throws(Failure) in request.sender = value },
    "t": .alone { $0.recipientsFromHeader = true },
    "V": .value { request, value throws(Failure) in request.envelopeID = envelopeID(value) },
    "v": .alone { $0.isVerbose = true },
    "X": .value { _, value throws(Failure) in
      throw Failure(ExitCode.usage, "sendmail: -X\(value) is not supported")
    },
  ]

  /// Reads the words after `sendmail`, as getopt(3) does: flags may stand together, end with the first other word, and a
  /// value may stand in the next word.
  static func parse(_ arguments: [String]) throws(Failure) -> SendmailRequest {
    var request = SendmailRequest()
    var rest = arguments[...]
    while let word = rest.first, word.hasPrefix("-"), word != "-" {
      rest.removeFirst()
      if word == "--" { break }
      if try request.takeLong(word, &rest) { continue }
      // Not as getopt: alone it is the whole queue.
      if word == "-q" {
        request.mode = .runQueue
        continue
      }
      var letters = word.dropFirst()
      while let letter = letters.popFirst() {
        switch flags[letter] {
        case .alone(let set): set(&request)
        case .value(let set):
          guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
            throw Failure(ExitCode.usage, "sendmail: -\(letter) needs a value")
          }
          letters = ""
          try set(&request, value)
        case nil:
          throw Failure(ExitCode.usage, "sendmail: unknown flag -\(letter)\nSee `postern sendmail --help`.")
        }
      }
    }
    request.recipients = Array(rest)
    if request.mode != .deliver, request.recipientsFromHeader {
      throw Failure(ExitCode.usage, "sendmail: -t is for mail that is read from stdin")
    }
    return request
  }

  private mutating func takeLong(_ word: String, _ rest: inout ArraySlice<String>) throws(Failure) -> Bool {
    guard word.hasPrefix("--") else { return false }
    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
    guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
      throw Failure(ExitCode.usage, "sendmail: \(word) needs a value")
    }
    switch parts[0] {
    case "--socket": socket = value
    case "--config": configuration = value
    default: throw Failure(ExitCode.usage, "sendmail: unknown flag \(parts[0])\nSee `postern sendmail --help`.")
    }
    return true
  }

  private static func mode(_ value: String) throws(Failure) -> Mode {
    switch value {
    case "m": return .deliver
    case "p": return .listQueue
    case "s": return .smtp
    // newaliases and the host status: there are none.
    case "i", "h", "H": return .nothing
    case "d", "l": throw Failure(ExitCode.usage, "sendmail: the daemon is started with `postern serve`")
    default: throw Failure(ExitCode.usage, "sendmail: -b\(value) is not supported")
    }
  }

  private mutating func queue(_ value: String) throws(Failure) {
    switch value.first {
    // The time between two runs is the relay's business.
    case let digit? where digit.isNumber: break
    case "I": mode = .runMessage(String(value.dropFirst()))
    // A host in brackets is one without MX records to Postfix; it names the same mails.
    case "R" where value.count > 1:
      mode = .runSite(value.dropFirst().trimmingCharacters(in: CharacterSet(charactersIn: "@[]")))
    default: throw Failure(ExitCode.usage, "sendmail: -q\(value) is not supported")
    }
  }

  /// NOTIFY of RFC 3461 §4.1 from `never`, or some of `failure,delay,success`; nil for anything else.
  private static func notify(_ value: String) -> String? {
    let words = value.uppercased().split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.drop { $0 == " " } }
    if words == ["NEVER"] { return "NEVER" }
    let known = ["SUCCESS", "FAILURE", "DELAY"]
    guard words.allSatisfy({ known.contains(String($0)) }) else { return nil }
    return known.filter { words.contains(Substring($0)) }.joined(separator: ",")
  }

  /// ENVID of printable ASCII in xtext, at most 100 octets (RFC 3461 §4.4); nil for anything else: a mail is not held back
  /// for the name of the report about it, and half a name would be another one.
  private static func envelopeID(_ value: String) -> String? {
    guard !value.isEmpty, value.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) else { return nil }
    let text = String(
      value.flatMap { character -> [Character] in
        guard let byte = character.asciiValue, " +=".contains(character) else { return [character] }
        return Array("+" + String(byte, radix: 16, uppercase: true))
      })
    return text.utf8.count <= 100 ? text : nil
  }
}

/// The mail as it stands on stdin, up to a line with a single dot unless dots are ignored, with CRLF line ends; without the
/// line `From …` that mailbox files have before a mail.
func mailFromInput(_ input: [UInt8], ignoresDots: Bool) -> [UInt8] {
  var mail: [UInt8] = []
  mail.reserveCapacity(input.count + input.count / 32)
  var start = 0
  if input.starts(with: Array("From ".utf8)) {
    start = (input.firstIndex(of: UInt8(ascii: "\n")) ?? input.count - 1) + 1
  }
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
