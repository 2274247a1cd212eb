import MailText

/// Mails that do nothing but unsubscribe: to the address of List-Unsubscribe, or a lone word (RFC 2369 §3.2).
struct UnsubscribeRules {
  let facts: MailFacts

  func verdict() -> Verdict? {
    let subject = facts.subjectWords.drop { !$0.isLetter && $0 < 128 }.trimmedSpaces()
    let to = (facts.header.all("to") + facts.header.all("delivered-to")).flatMap { Address.list(in: $0.value) }
    for address in to where address.localPart.asciiLowercased.hasPrefix("unsubscribe") {
      return Verdict(
        mailClass: .unsubscribe, confidence: 0.95, rule: "unsubscribe.address", evidence: ["To: \(address.address)"])
    }
    guard Self.subjects.contains(where: { subject.elementsEqual($0) }), !ReplyRules.isList(facts.header) else {
      return nil
    }
    return Verdict(
      mailClass: .unsubscribe, confidence: 0.9, rule: "unsubscribe.subject", evidence: ["Subject: \(facts.subject)"])
  }

  /// Subjects that mail programs write when a person follows a List-Unsubscribe of the form mailto.
  private static let subjects: [[UInt8]] = [
    "unsubscribe", "unsubscribe me", "stop", "abmelden", "abbestellen", "d\u{e9}sabonner", "d\u{e9}sinscription",
    "desinscription", "darse de baja", "baja",
    "cancellami", "disiscrivimi", "cancelar inscri\u{e7}\u{e3}o", "descadastrar", "uitschrijven", "afmelden",
    "avregistrera", "afmeld", "avmeld", "wypisz", "odhl\u{e1}sit",
    "\u{43e}\u{442}\u{43f}\u{438}\u{441}\u{430}\u{442}\u{44c}\u{441}\u{44f}", "\u{9000}\u{8ba2}",
    "\u{914d}\u{4fe1}\u{505c}\u{6b62}",
  ].map { PhraseMatcher.normalize($0) }
}

/// Plain words by which people ask for no more mail; only short answers are looked at, long ones speak of other things too.
enum StopWords {
  /// Letters of an answer that may be nothing but such a wish.
  private static let longest = 400

  static func areIn(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count <= longest else { return false }
    let words = PhraseMatcher.normalize(text)
    if lone.contains(where: {
      words.trimmedSpaces().elementsEqual($0) || words.trimmedSpaces().elementsEqual($0 + [Octet.dot])
    }) {
      return true
    }
    return phrases.hasMatch(in: words)
  }

  private static let lone: [[UInt8]] = [
    "stop", "unsubscribe", "remove", "remove me", "stopp", "basta", "arr\u{ea}tez", "no more",
  ].map { Array($0.utf8) }

  private static let phrases = PhraseMatcher([
    // English
    "unsubscribe", "remove me", "take me off", "stop emailing", "stop e-mailing", "stop contacting", "stop sending me",
    "do not contact me",
    "don't contact me", "do not email me", "don't email me", "no more emails", "opt out", "opt-out", "delete my data",
    "please stop", "not contact me again",
    // German
    "abmelden", "abbestellen", "keine weiteren mails", "keine mails mehr", "keine e-mails mehr",
    "keine weiteren e-mails", "bitte streichen sie mich", "aus ihrem verteiler",
    "aus dem verteiler", "nicht mehr anschreiben", "nicht mehr kontaktieren", "keine werbung",
    "l\u{f6}schen sie meine daten",
    // French
    "d\u{e9}sabonne", "d\u{e9}sinscri", "ne plus recevoir", "ne plus me contacter", "retirez-moi",
    "ne me contactez plus", "supprimez mes donn\u{e9}es", "ne m'envoyez plus",
    // Spanish
    "darme de baja", "dame de baja", "denme de baja", "no me env\u{ed}e", "no me envie", "no deseo recibir",
    "no quiero recibir", "no me escriba", "eliminar mis datos", "deje de enviar",
    // Italian
    "cancellami", "cancellatemi", "disiscriv", "non desidero ricevere", "non voglio ricevere", "non scrivetemi",
    "rimuovetemi", "non contattatemi",
    // Portuguese
    "descadastr", "n\u{e3}o quero receber", "n\u{e3}o desejo receber", "pare de enviar", "remova meu",
    "n\u{e3}o me envie", "cancelar a inscri\u{e7}\u{e3}o",
    // Dutch
    "uitschrijven", "afmelden", "geen mails meer", "geen e-mails meer", "verwijder mij", "niet meer mailen",
    // Swedish, Danish, Norwegian
    "avregistrera", "avprenumerera", "inga fler mejl", "ta bort mig", "sluta skicka", "afmeld mig", "ikke flere mails",
    "slet mig", "fjern mig", "meld meg av",
    // Polish, Czech
    "wypisz mnie", "prosz\u{119} o usuni\u{119}cie", "nie chc\u{119} otrzymywa\u{107}",
    "prosz\u{119} nie wysy\u{142}a\u{107}", "odhl\u{e1}sit", "nep\u{159}eji si", "ji\u{17e} mi nepi\u{161}te",
    // Russian, Ukrainian
    "\u{43e}\u{442}\u{43f}\u{438}\u{448}\u{438}\u{442}\u{435}",
    "\u{43e}\u{442}\u{43f}\u{438}\u{441}\u{430}\u{442}\u{44c}",
    "\u{43d}\u{435} \u{43f}\u{438}\u{448}\u{438}\u{442}\u{435} \u{43c}\u{43d}\u{435}",
    "\u{431}\u{43e}\u{43b}\u{44c}\u{448}\u{435} \u{43d}\u{435} \u{43f}\u{438}\u{448}\u{438}\u{442}\u{435}",
    "\u{43d}\u{435} \u{43f}\u{440}\u{438}\u{441}\u{44b}\u{43b}\u{430}\u{439}\u{442}\u{435}",
    // Japanese, Chinese
    "\u{914d}\u{4fe1}\u{505c}\u{6b62}", "\u{914d}\u{4fe1}\u{3092}\u{505c}\u{6b62}",
    "\u{9001}\u{3089}\u{306a}\u{3044}\u{3067}", "\u{9000}\u{8ba2}", "\u{4e0d}\u{8981}\u{518d}\u{53d1}",
    "\u{53d6}\u{6d88}\u{8ba2}\u{9605}",
    // Turkish, Hungarian, Finnish
    "abonelikten \u{e7}\u{131}k", "mail g\u{f6}ndermeyin", "leiratkoz", "ne k\u{fc}ldj\u{f6}n", "poista minut",
    "\u{e4}lk\u{e4}\u{e4} l\u{e4}hett\u{e4}k\u{f6}",
  ])
}
