/// The rest of ``StopPhrases``: what is a wish only by its place, and what is none though the words are there.
extension StopPhrases {
  /// A wish at the beginning of a sentence or after a comma.
  static let opening: [String] = [
    // English
    "stop sending", "please stop sending", "pls stop sending", "stop mailing", "please stop mailing",
    "stop with the mails", "stop with the emails", "please stop these", "please stop this", "please stop all",
    // German
    "stoppen sie", "bitte stoppen sie", "unterlassen sie", "bitte unterlassen sie", "keine mails mehr bitte",
    "keine e-mails mehr bitte", "keine emails mehr bitte",
    // French
    "stop aux", "stop à ces", "stop les mails",
    // Spanish
    "paren de", "pare de",
    // Dutch
    "geen mails meer", "geen e-mails meer", "geen emails meer", "graag geen mails meer", "graag geen e-mails meer",
  ]

  /// A wish when a sentence, or what stands between its commas, is nothing else.
  static let whole: [String] = [
    // English
    "stop", "please stop", "stop please", "pls stop", "please just stop", "just stop", "stop it", "stop this",
    "stop that", "stop now", "stop emails", "stop mails", "stop email", "stop mail", "stop all", "stop already",
    "unsubscribe", "unsubscribe please", "unsubscribed", "unsub", "please remove", "remove please",
    "please delete me", "delete me", "opt out", "opt-out", "optout", "take me off", "remove", "desist",
    "please desist", "i said stop", "no more please", "take us off", "remove us", "delete it", "remove from list",
    "remove from mailing list", "unsubscribe from list", "unsubscribe from this list", "leave me out",
    // German
    "stopp", "stop", "bitte stoppen", "abmelden", "bitte abmelden", "abmelden bitte", "ich möchte mich abmelden",
    "abbestellen", "bitte abbestellen", "abbestellen bitte", "austragen", "bitte austragen", "bitte löschen",
    "abmeldung", "bitte aufhören", "aufhören", "keine mails mehr", "bitte keine mails mehr", "keine e-mails mehr",
    "bitte keine e-mails mehr", "keine emails mehr", "bitte keine emails mehr", "keine werbung", "stoppt das",
    "keine mails", "hören sie auf", "hör auf", "hört auf", "keine weiteren anfragen", "bitte keine weiteren anfragen",
    // French
    "arrêtez", "arrêtez svp", "arrêtez s'il vous plaît", "arrêt", "désabonnement", "désinscription", "désabonner",
    "se désabonner", "désinscrire", "désabonnez", "désinscrivez", "stop pub", "d'arrêter", "arrêter", "stop svp",
    // Spanish
    "de baja", "dar de baja", "dar de baja por favor", "darse de baja", "cancelar suscripción", "parar", "paren",
    "no más", "no insista", "no insistan", "no me escriba", "no me escriban", "no me escribas", "no me envíe",
    "no me mande correos", "no me envíen correos", "eliminar de la lista", "eliminarme",
    // Italian
    "disiscrizione", "disiscrivi", "disiscrivere", "cancellazione", "annulla iscrizione", "non mi scriva",
    "vorrei cancellarmi", "cancellarmi",
    // Portuguese
    "descadastrar", "descadastro", "remover", "cancelar inscrição", "parem", "sair da lista",
    // Dutch
    "uitschrijven", "uitschrijven aub", "uitschrijven graag", "afmelden", "graag afmelden", "afmelden graag",
    "ik wil me afmelden", "ik wil me graag afmelden", "ik wil mij afmelden", "stoppen", "graag stoppen",
    // Swedish
    "ta bort mig", "avregistrera", "avprenumerera", "sluta", "stoppa", "avsluta prenumeration", "snälla sluta",
    // Danish, Norwegian
    "afmeld", "avmeld", "afmelding", "avmelding", "slutt", "fjern mig", "fjern meg", "stop nu", "stopp nå",
    // Finnish
    "peruuta tilaus", "peru tilaus", "lopeta", "lopettakaa", "poista minut",
    // Polish
    "wypisz", "wypisać", "rezygnuję", "proszę o usunięcie", "usunąć",
    // Czech, Slovak
    "odhlásit", "odhlásiť", "odhlášení", "odhlásenie",
    // Russian
    "стоп", "отписаться", "отписка", "отпишите", "отписать", "прекратите", "перестаньте",
    // Ukrainian
    "відписатися", "відписатись", "припиніть",
    // Bulgarian, Serbian, Croatian, Slovene
    "odjava", "одјава", "отписване",
    // Japanese
    "配信停止", "配信解除", "登録解除", "メール停止", "停止", "送信停止",
    // Chinese
    "退订", "退訂", "取消订阅", "取消訂閱", "td", "停止", "拒收",
    // Korean
    "수신거부", "수신 거부", "구독 취소", "구독취소", "구독 해지", "구독해지", "그만",
    // Turkish
    "abonelikten çık", "dur", "durdur", "yeter",
    // Hungarian
    "leiratkozás", "leiratkozás kérem", "leiratkozni",
    // Romanian
    "dezabonare", "dezabonează", "dezabonați",
    // Greek
    "διαγραφή", "σταματήστε",
    // Arabic
    "إلغاء الاشتراك", "الغاء الاشتراك", "توقف", "توقفوا", "الرجاء إلغاء الاشتراك",
    // Hebrew
    "הסר", "הסרה", "הסירו", "תפסיקו", "די",
    // Vietnamese, Indonesian
    "hủy đăng ký", "berhenti berlangganan", "berhenti",
  ]
  /// The whole answer is nothing but this: alone it is a wish, in a sentence it would be anything.
  static let alone: [String] = [
    "basta", "baja", "enough", "no more", "delete", "quit", "end", "cancel", "alto", "fin", "no mail", "no mails",
    "no emails",
    "sair", "解除", "不要", "不要です",
  ]

  /// Sentences that hold one of these speak of something else: of an offer to everybody, of one way to be reached, of a place.
  static let innocent: [String] = [
    "http", "www", "|", "click here", "click below", "please click", "cliquez", "klicken sie", "haga clic",
    "clicca qui", "clique aqui",
    "klik hier", "klik her", "klicka här", "kliknij", "klikněte", "privacy policy", "don't unsubscribe",
    "not unsubscribe",
    "please don't stop", "please do not stop", "from cc", "from the cc", "from copy", "me by phone", "us by phone",
    "me by telephone",
    "me until", "us until", "me before", "us before", "from the call", "from the meeting", "from the invit",
    "from monday", "up until", "out until", "than needed", "than necessary", "per telefon", "telefonisch",
    "par téléphone", "por teléfono", "per telefono", "telefonicamente", "customers can", "users can",
  ]

  /// Beginnings of footers and of questions about what is for sale.
  static let conditions: [String] = [
    "if you ", "to unsubscribe", "to opt out", "to stop receiving", "how do you ", "how does ", "how do your ", "does ",
    "do you ",
    "is it ", "wenn sie ", "falls sie ", "sollten sie ", "möchten sie ", "um keine ", "um sich ", "si vous ",
    "pour ne plus ",
    "si desea ", "si no ", "si ya no ", "para dar", "para cancelar", "se desidera ", "se non desidera ", "se non vuoi ",
    "per cancell",
    "per disiscriv", "se não dese", "se não quis", "caso não ", "caso deseje ", "para não ", "para descad", "als u ",
    "indien u ",
    "wilt u ", "om u ", "om du ", "hvis du ", "jeśli nie chce", "aby ", "pokud ", "если вы не хотите ",
    "если вы больше не хотите ",
    "чтобы ", "якщо ви не ", "щоб ", "eğer ", "dacă nu ", "jos et ",
  ]
}

extension StopPhrases {
  /// What stands around a wish and changes nothing.
  static let courtesies: [String] = [
    "please", "pls", "plz", "kindly", "just", "now", "ok", "thanks", "thank", "you", "bitte", "danke", "sofort",
    "merci",
    "svp", "stp", "favor", "por", "gracias", "per", "favore", "grazie", "obrigado", "obrigada", "graag", "aub",
    "bedankt", "snälla",
    "tack", "tak", "takk", "venligst", "vennligst", "kiitos", "proszę", "dziękuję", "prosím", "děkuji", "пожалуйста",
    "спасибо",
    "lütfen", "kérem", "köszönöm", "vă", "rog", "παρακαλώ", "请", "請", "谢谢", "お願いします", "immediately", "asap",
  ]

  /// How "unsubscribe" is written in haste.
  static let misspelt: [String] = [
    "unsuscribe", "unsubcribe", "unsubscibe", "unsubsribe", "unsubscrib", "unsubsrcibe", "unsubscribed",
    "unsubscribing",
    "un-subscribe", "unsuscribed", "unsubscirbe", "unsub",
  ]
}
