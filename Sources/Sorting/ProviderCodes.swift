import MailText

/// Codes that providers put into their refusals and explain on a page; a code says more than the words around it.
enum ProviderCodes {
  /// The meaning of the first known code in the words.
  static func finding(_ words: [UInt8]) -> Diagnosis.Finding? {
    for family in families {
      var from = words.startIndex
      while let place = words[from...].range(of: family.mark) {
        let rest = words[place...].prefix(24)
        if let reason = family.meaning(rest) {
          return .init(
            reason: reason, rule: "reason.code",
            words: String(decoding: rest.prefix { !$0.isSpace && $0 != UInt8(ascii: ")") }, as: UTF8.self))
        }
        from = place + 1
      }
    }
    return nil
  }

  private struct Family: Sendable {
    /// How a code of the family begins.
    let mark: StaticString
    let meaning: @Sendable (ArraySlice<UInt8>) -> Reason?
  }

  /// All families' marks: most refusals hold none.
  static let marks = families.map { $0.mark.description }

  private static let families: [Family] = [
    // Orange, La Poste, Wanadoo: letters, perhaps digits, and after "_" or "-" three digits
    // (postmastery.com/orange-postmaster-smtp-error-codes-ofr).
    Family(mark: "ofr", meaning: { french[digits($0, last: 3)] }),
    Family(mark: "lpn", meaning: { french[digits($0, last: 3)] }),
    Family(mark: "ouk_", meaning: { french[digits($0, last: 3)] }),
    // GoDaddy, help article 40685.
    Family(mark: " ib", meaning: { goDaddy[digits($0, last: 3)] }),
    // Cox, "Postmaster: error codes", and Spectrum, "Understanding email error codes": both begin with AUP#.
    Family(mark: "aup#", meaning: { cox($0.dropFirst(4)) ?? spectrum(Int(digits($0, last: 4)) ?? 0) }),
    // Facebook, postmaster page "response codes".
    Family(mark: "pol-", meaning: { facebook($0) }), Family(mark: "rcp-", meaning: { facebook($0) }),
    Family(mark: "msg-", meaning: { facebook($0) }), Family(mark: "int-p", meaning: { facebook($0) }),
    Family(mark: "dns-p", meaning: { facebook($0) }), Family(mark: "dns-t", meaning: { facebook($0) }),
    Family(mark: "con-t", meaning: { facebook($0) }),
    // I.UA, mail.i.ua/err/N/.
    Family(mark: "i.ua/err/", meaning: { iua[String(decoding: $0.dropFirst(9).prefix { $0.isDigit }, as: UTF8.self)] }),
    // Exchange Server 5.5: the X.400 diagnostic behind MSEXCH.
    Family(mark: "(000c05a6)", meaning: { _ in .userunknown }), Family(mark: "(000c0595)", meaning: { _ in .filtered }),
    Family(mark: "(00010256)", meaning: { _ in .systemerror }),
    Family(mark: "(000d06b5)", meaning: { _ in .systemerror }),
    Family(mark: "(00120270)", meaning: { _ in .networkerror }),
    Family(mark: "(00050311)", meaning: { _ in .contenterror }),
    Family(mark: "(000502cc)", meaning: { _ in .contenterror }),
    Family(mark: "(000b0981)", meaning: { _ in .securityerror }),
  ]

  /// The last digits of the first word, when there are so many.
  private static func digits(_ text: ArraySlice<UInt8>, last count: Int) -> String {
    let word = text.drop(while: \.isSpace).prefix {
      $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "#") || $0 == Octet.dash
    }
    let tail = word.reversed().prefix { $0.isDigit }.reversed()
    return tail.count >= count ? String(decoding: tail.suffix(count), as: UTF8.self) : ""
  }

  private static let french: [String: Reason] = [
    "101": .blocked, "102": .blocked, "103": .blocked, "104": .toomanyconn, "305": .securityerror,
    "401": .authfailure, "402": .securityerror, "403": .rejected, "405": .rejected, "415": .rejected,
    "416": .userunknown, "417": .mailboxfull, "418": .suspend, "420": .suspend, "421": .rejected, "426": .suspend,
    "505": .systemerror, "506": .spamdetected, "510": .blocked, "514": .mesgtoobig, "517": .authfailure,
    "630": .policyviolation, "999": .blocked,
  ]

  private static let goDaddy: [String: Reason] = [
    "007": .toomanyconn, "101": .speeding, "103": .badreputation, "104": .blocked, "105": .blocked, "106": .blocked,
    "108": .requireptr, "110": .blocked, "111": .blocked, "112": .blocked, "113": .blocked, "212": .spamdetected,
    "401": .securityerror, "501": .notcompliantrfc, "502": .notcompliantrfc, "504": .speeding, "506": .rejected,
    "508": .authfailure, "510": .speeding, "605": .toomanyconn, "607": .speeding, "705": .virusdetected,
  ]

  private static func cox(_ code: ArraySlice<UInt8>) -> Reason? {
    if code.starts(with: "ipbl".utf8) { return .blocked }
    if code.starts(with: "urlbl".utf8) { return .spamdetected }
    return coxWords[String(decoding: code.prefix { $0.isLetter }, as: UTF8.self)]
  }

  private static let coxWords: [String: Reason] = [
    "cxbl": .blocked, "cdrbl": .blocked, "cxdns": .requireptr, "cxsndr": .authfailure, "cxsmtp": .rejected,
    "cxcnct": .toomanyconn, "cxmxrt": .toomanyconn, "cxthrt": .securityerror, "cxmj": .securityerror,
  ]

  /// Codes by their ranges as the page gives them.
  private static func spectrum(_ code: Int) -> Reason? {
    switch code {
    case 1000, 1200...1250: .blocked
    case 1010...1080, 1500...1520: .rejected
    case 1090: .systemerror
    case 1100...1150: .requireptr
    case 1160...1190, 1560: .policyviolation
    case 1260: .networkerror
    case 1300...1340: .toomanyconn
    case 1350...1490, 1540, 1550, 1580: .speeding
    case 1530: .mesgtoobig
    default: nil
    }
  }

  private static func facebook(_ code: ArraySlice<UInt8>) -> Reason? {
    facebookCodes[String(decoding: code.prefix(6), as: UTF8.self)]
  }

  private static let facebookCodes: [String: Reason] = [
    "pol-p1": .blocked, "pol-p2": .blocked, "pol-p3": .blocked, "pol-p4": .blocked, "pol-p5": .virusdetected,
    "pol-p6": .spamdetected, "pol-p7": .authfailure, "pol-t1": .blocked, "pol-t2": .blocked, "pol-t3": .blocked,
    "msg-p1": .mesgtoobig, "msg-p2": .contenterror, "msg-p3": .notcompliantrfc, "msg-t1": .toomanyconn,
    "rcp-p1": .userunknown, "rcp-p2": .filtered, "rcp-p3": .filtered, "rcp-t1": .systemerror, "rcp-t4": .suspend,
    "int-p1": .userunknown, "int-p2": .mesgtoobig, "int-p3": .userunknown, "int-p4": .userunknown,
    "dns-p1": .rejected, "dns-p2": .rejected, "dns-p3": .requireptr, "dns-t1": .rejected, "dns-t2": .requireptr,
    "con-t1": .toomanyconn, "con-t2": .toomanyconn, "con-t3": .toomanyconn, "con-t4": .toomanyconn,
  ]

  private static let iua: [String: Reason] = [
    "1": .norelaying, "2": .userunknown, "3": .suspend, "4": .mailboxfull, "5": .toomanyconn, "6": .norelaying,
    "7": .blocked, "8": .rejected, "9": .blocked, "10": .filtered,
  ]
}
