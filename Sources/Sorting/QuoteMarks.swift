/// How mail programs introduce the mail they quote, by language; data for ``ReplyText``.
enum QuoteMarks {
  /// Verbs of "On … X wrote:"; the line must also end in a colon and hold a digit or an address.
  static let wrote = PhraseMatcher([
    "wrote", "writes:", "sent:", "said:",  // English
    "schrieb", "hat geschrieben", "geschrieben:",  // German
    "a \u{e9}crit", "a ecrit", "\u{e9}crivait",  // French
    "escribi\u{f3}", "escribio", "escribe:",  // Spanish
    "ha scritto", "scrive:", "scritto:",  // Italian
    "escreveu", "escreva:",  // Portuguese
    "schreef", "heeft geschreven", "geschreven:",  // Dutch
    "skrev", "skriver:",  // Swedish, Danish, Norwegian
    "kirjoitti",  // Finnish
    "napisa\u{142}", "pisze:", "napisa\u{142}a", "napisal",  // Polish, Czech, Slovak, Slovene, Croatian
    "\u{ed}rta", "irta:",  // Hungarian
    "a scris", "scris:",  // Romanian
    "\u{43f}\u{438}\u{448}\u{435}\u{442}", "\u{43d}\u{430}\u{43f}\u{438}\u{441}\u{430}",
    "\u{43f}\u{438}\u{448}\u{435}",  // Russian, Bulgarian, Ukrainian
    "yazd\u{131}", "yazm\u{131}\u{15f}",  // Turkish
    "\u{3ad}\u{3b3}\u{3c1}\u{3b1}\u{3c8}",  // Greek
    "\u{66f8}\u{304d}\u{307e}\u{3057}\u{305f}", "\u{306e}\u{30e1}\u{30fc}\u{30eb}",  // Japanese
    "\u{5199}\u{9053}", "\u{5beb}\u{9053}",  // Chinese
    "\u{c791}\u{c131}",  // Korean
    "\u{111}\u{e3} vi\u{1ebf}t",  // Vietnamese
    "\u{5db}\u{5ea}\u{5d1}", "\u{643}\u{62a}\u{628}",  // Hebrew, Arabic
    "ra\u{161}\u{117}", "rakst\u{12b}ja", "kirjutas", "je napisa",  // Lithuanian, Latvian, Estonian, Slovene
    "napsal", "\u{43f}\u{438}\u{441}\u{430}\u{43b}", "je pisal",  // Czech, Russian, Slovene
    "va escriure", "escribiu",  // Catalan, Galician
    "skrifa\u{f0}i", "ysgrifennodd", "scr\u{ed}obh", "\u{646}\u{648}\u{634}\u{62a}", "\u{5de}\u{5d0}\u{5ea}",
    "\u{928}\u{947} \u{932}\u{93f}\u{916}\u{93e}",  // Icelandic, Welsh, Irish, Persian, Hebrew, Hindi
    "del dia", "كتابة", "napisao", "je napisala",  // Catalan, Arabic, Croatian
    "menulis", "\u{e40}\u{e02}\u{e35}\u{e22}\u{e19}",  // Indonesian, Thai
  ])

  /// Headings between an answer and what it answers.
  static let headings = PhraseMatcher([
    "original message", "forwarded message", "urspr\u{fc}ngliche nachricht", "original-nachricht",
    "weitergeleitete nachricht",
    "message d'origine", "message original", "message initial", "message transf\u{e9}r\u{e9}", "mensaje original",
    "mensaje reenviado",
    "messaggio originale", "messaggio inoltrato", "mensagem original", "mensagem encaminhada", "oorspronkelijk bericht",
    "oorspronkelijke bericht", "doorgestuurd bericht", "originalmeddelande", "ursprungligt meddelande",
    "vidarebefordrat",
    "oprindelig meddelelse", "oprindelig besked", "original besked", "opprinnelig melding", "videresendt",
    "alkuper\u{e4}inen viesti",
    "oryginalna wiadomo\u{15b}\u{107}", "wiadomo\u{15b}\u{107} oryginalna", "p\u{16f}vodn\u{ed} zpr\u{e1}va",
    "eredeti \u{fc}zenet",
    "mesaj original", "original mesaj",
    "\u{438}\u{441}\u{445}\u{43e}\u{434}\u{43d}\u{43e}\u{435} \u{441}\u{43e}\u{43e}\u{431}\u{449}\u{435}\u{43d}\u{438}\u{435}",
    "\u{43f}\u{435}\u{440}\u{435}\u{441}\u{43b}\u{430}\u{43d}\u{43d}", "orijinal ileti",
    "\u{539f}\u{59cb}\u{90ae}\u{4ef6}", "\u{539f}\u{59cb}\u{90f5}\u{4ef6}",
    "original email", "original mail", "reply message",
    "replied message", "quoted message", "vorige bericht", "\u{5143}\u{306e}\u{30e1}\u{30c3}\u{30bb}\u{30fc}\u{30b8}",
    "begin forwarded message",
    "missatge original", "mensaxe orixinal", "originalnachricht", "ursprungliche nachricht", "urspr\u{fc}ngliche mail",
    "upphaflegt skeyti",
    "\u{43e}\u{440}\u{438}\u{433}\u{438}\u{43d}\u{430}\u{43b}\u{44c}\u{43d}\u{43e}\u{435} \u{441}\u{43e}\u{43e}\u{431}\u{449}\u{435}\u{43d}\u{438}\u{435}",
    "\u{43f}\u{435}\u{440}\u{435}\u{441}\u{44b}\u{43b}\u{430}\u{435}\u{43c}\u{43e}\u{435} \u{441}\u{43e}\u{43e}\u{431}\u{449}\u{435}\u{43d}\u{438}\u{435}",
    "\u{43e}\u{440}\u{438}\u{433}\u{456}\u{43d}\u{430}\u{43b}\u{44c}\u{43d}\u{435} \u{43f}\u{43e}\u{432}\u{456}\u{434}\u{43e}\u{43c}\u{43b}\u{435}\u{43d}\u{43d}\u{44f}",
    "\u{43e}\u{440}\u{438}\u{433}\u{438}\u{43d}\u{430}\u{43b}\u{43d}\u{43e} \u{441}\u{44a}\u{43e}\u{431}\u{449}\u{435}\u{43d}\u{438}\u{435}",
    "\u{3b1}\u{3c1}\u{3c7}\u{3b9}\u{3ba}\u{3cc} \u{3bc}\u{3ae}\u{3bd}\u{3c5}\u{3bc}\u{3b1}", "originalna poruka",
    "izvorno sporo\u{10d}ilo", "p\u{f4}vodn\u{e1} spr\u{e1}va",
    "\u{c6d0}\u{bcf8} \u{ba54}\u{c2dc}\u{c9c0}",
    "\u{5d4}\u{5d5}\u{5d3}\u{5e2}\u{5d4} \u{5de}\u{5e7}\u{5d5}\u{5e8}\u{5d9}\u{5ea}",
    "\u{627}\u{644}\u{631}\u{633}\u{627}\u{644}\u{629} \u{627}\u{644}\u{623}\u{635}\u{644}\u{64a}\u{629}",
    "\u{43f}\u{435}\u{440}\u{435}\u{441}\u{44b}\u{43b}\u{430}\u{435}\u{43c}\u{43e}\u{435} \u{43f}\u{438}\u{441}\u{44c}\u{43c}\u{43e}",
    "th\u{1b0} g\u{1ed1}c", "algne kiri", "s\u{101}kotn\u{113}jais zi\u{146}ojums", "pesan asli",
    "anfang der weitergeleiteten", "d\u{e9}but du message", "inicio del mensaje",
    // Seznam, Zimbra, Daum and Naver, Sapo, Volny, Gmail's forwards in further languages
    "p\u{16f}vodn\u{ed} e-mail", "mail original", "\u{c6d0}\u{bcf8} \u{ba54}\u{c77c}",
    "\u{c6d0}\u{bcf8} \u{c774}\u{ba54}\u{c77c}", "\u{c804}\u{b2ec}\u{b41c} \u{ba54}\u{c77c}", "mensagem reencaminhada",
    "forward terusan", "pesan diteruskan", "\u{8f6c}\u{53d1}\u{7684}\u{90ae}\u{4ef6}",
    "\u{8f49}\u{5bc4}\u{7684}\u{90f5}\u{4ef6}",
    "\u{8ee2}\u{9001}\u{3055}\u{308c}\u{305f}\u{30e1}\u{30c3}\u{30bb}\u{30fc}\u{30b8}",
    "\u{111}\u{e3} chuy\u{1ec3}n ti\u{1ebf}p th\u{1b0}",
    "\u{5d4}\u{5d5}\u{5d3}\u{5e2}\u{5d4} \u{5e9}\u{5d4}\u{5d5}\u{5e2}\u{5d1}\u{5e8}\u{5d4}",
    "\u{631}\u{633}\u{627}\u{644}\u{629} \u{645}\u{64f}\u{62d}\u{648}\u{651}\u{644}\u{629}",
    "\u{3c0}\u{3c1}\u{3bf}\u{3c9}\u{3b8}\u{3b7}\u{3bc}\u{3ad}\u{3bd}\u{3bf} \u{3bc}\u{3ae}\u{3bd}\u{3c5}\u{3bc}\u{3b1}",
    "iletilen ileti", "tov\u{e1}bb\u{ed}tott \u{fc}zenet", "v\u{e4}litetty viesti", "videresendt besked",
    "p\u{159}eposlan\u{e1} zpr\u{e1}va", "preposlan\u{e1} spr\u{e1}va", "mesaj redirec\u{21b}ionat",
    "\u{43f}\u{440}\u{435}\u{43f}\u{440}\u{430}\u{442}\u{435}\u{43d}\u{43e} \u{441}\u{44a}\u{43e}\u{431}\u{449}\u{435}\u{43d}\u{438}\u{435}",
    "proslije\u{111}ena poruka", "posredovano sporo\u{10d}ilo", "edastatud kiri",
    "p\u{101}rs\u{16b}t\u{12b}ts zi\u{146}ojums", "persi\u{173}stas lai\u{161}kas",
  ])

  /// What ticket systems put above their mail, on a line of its own, decorated or not.
  static let replyAbove = PhraseMatcher([
    "reply above this line", "replies above this line", "text above this line", "type your reply above",
    "write your reply above", "reply between these lines", "antwort oberhalb", "antworten sie oberhalb",
    "antwort \u{fc}ber dieser zeile", "r\u{e9}ponse au-dessus de cette ligne", "r\u{e9}pondez au-dessus",
    "r\u{e9}pondre au-dessus de cette ligne", "respuesta por encima de esta l\u{ed}nea",
    "responda por encima de esta l\u{ed}nea", "responder por encima de esta l\u{ed}nea", "risposta sopra questa",
    "rispondi sopra questa", "rispondere sopra questa", "antwoord boven deze", "antwoorden boven deze",
    "resposta acima desta linha", "responda acima desta linha", "svar ovanf\u{f6}r denna", "svar over denne linje",
    "odpowied\u{17a} powy\u{17c}ej tej linii", "odpov\u{11b}\u{10f} nad tento \u{159}\u{e1}dek",
    "\u{43e}\u{442}\u{432}\u{435}\u{442} \u{432}\u{44b}\u{448}\u{435} \u{44d}\u{442}\u{43e}\u{439}",
    "yan\u{131}t\u{131}n\u{131}z\u{131} bu sat\u{131}r\u{131}n \u{fc}st\u{fc}ne",
  ])

  /// What a field of a pasted header is.
  enum Field: Int { case from, date, to, subject, copy }

  /// The names of fields in pasted headers, in small letters.
  static let fields: [String: Field] = {
    var names: [String: Field] = [:]
    let rows: [(Field, [String])] = [
      (
        .from,
        [
          "\u{161}alje", "saatja", "nuo", "dari", "\u{e08}\u{e32}\u{e01}", "fr\u{e1}", "\u{627}\u{632}",
          "\u{bcf4}\u{b0b8}\u{c0ac}\u{b78c}", "\u{53d1}\u{9001}\u{8005}", "\u{767c}\u{4ef6}\u{4eba}",
          "\u{9001}\u{4fe1}\u{8005}", "\u{9001}\u{4fe1}\u{5143}", "sender", "absender", "afzender", "avs\u{e4}ndare",
          "mittente", "\u{448}\u{430}\u{459}\u{435}",
          "from", "de", "von", "da", "van", "fr\u{e5}n", "fra", "od", "l\u{e4}hett\u{e4}j\u{e4}", "felad\u{f3}",
          "exp\u{e9}diteur", "remitente",
          "\u{43e}\u{442}", "kimden", "g\u{f6}nderen", "\u{3b1}\u{3c0}\u{3cc}", "\u{53d1}\u{4ef6}\u{4eba}",
          "\u{5bc4}\u{4ef6}\u{8005}", "\u{5dee}\u{51fa}\u{4eba}",
          "\u{bcf4}\u{b0b8} \u{c0ac}\u{b78c}", "\u{5de}\u{5d0}\u{5ea}", "\u{645}\u{646}", "de la", "expeditor",
          "t\u{1eeb}", "reply-to", "\u{432}\u{456}\u{434}", "feladó",
        ]
      ),
      (
        .date,
        [
          "\u{62a}\u{645} \u{627}\u{644}\u{625}\u{631}\u{633}\u{627}\u{644}",
          "\u{623}\u{64f}\u{631}\u{633}\u{644}\u{62a}", "\u{627}\u{644}\u{62a}\u{627}\u{631}\u{64a}\u{62e}",
          "\u{438}\u{437}\u{43f}\u{440}\u{430}\u{442}\u{435}\u{43d}\u{43e}", "poslano", "poslato", "saadetud",
          "nos\u{16b}t\u{12b}ts", "i\u{161}si\u{173}sta", "dikirim", "\u{e2a}\u{e48}\u{e07}",
          "\u{62a}\u{627}\u{631}\u{6cc}\u{62e}", "\u{627}\u{631}\u{633}\u{627}\u{644}",
          "\u{bcf4}\u{b0b8}\u{b0a0}\u{c9dc}", "\u{b0a0}\u{c9dc}", "\u{bcf4}\u{b0b8} \u{c2dc}\u{ac01}",
          "\u{767c}\u{9001}\u{6642}\u{9593}", "\u{53d1}\u{4ef6}\u{65f6}\u{95f4}", "g\u{f6}nderildi", "odoslan\u{e9}",
          "\u{3c3}\u{3c4}\u{3ac}\u{3bb}\u{3b8}\u{3b7}\u{3ba}\u{3b5}", "p\u{e4}iv\u{e4}m\u{e4}\u{e4}r\u{e4}",
          "odesl\u{e1}no dne", "kuup\u{e4}ev", "datums", "\u{111}\u{e3} g\u{1eed}i",
          "\u{43f}\u{43e}\u{441}\u{43b}\u{430}\u{442}\u{43e}", "datum verzonden",
          "sent", "date", "gesendet", "datum", "envoy\u{e9}", "enviado", "enviado el", "enviada", "enviada em", "fecha",
          "data", "inviato",
          "verzonden", "skickat", "sendt", "dato", "l\u{e4}hetetty", "p\u{e4}iv\u{e4}ys", "wys\u{142}ano",
          "wys\u{142}ane", "odesl\u{e1}no", "k\u{fc}ldve", "d\u{e1}tum", "trimis",
          "\u{43e}\u{442}\u{43f}\u{440}\u{430}\u{432}\u{43b}\u{435}\u{43d}\u{43e}", "\u{434}\u{430}\u{442}\u{430}",
          "g\u{f6}nderme tarihi", "tarih", "\u{53d1}\u{9001}\u{65f6}\u{95f4}", "\u{65e5}\u{671f}",
          "\u{9001}\u{4fe1}\u{65e5}\u{6642}", "\u{65e5}\u{6642}", "\u{bcf4}\u{b0b8} \u{b0a0}\u{c9dc}", "ng\u{e0}y",
          "sent on", "envoye", "enviat", "\u{43d}\u{430}\u{434}\u{456}\u{441}\u{43b}\u{430}\u{43d}\u{43e}",
          "\u{43f}\u{43e}\u{441}\u{43b}\u{430}\u{43d}\u{43e}", "\u{9001}\u{4fe1}\u{65e5}",
          "\u{53d1}\u{9001}\u{65e5}\u{671f}", "\u{5bc4}\u{4ef6}\u{65e5}\u{671f}", "\u{c1a1}\u{c2e0}\u{c77c}",
          "\u{e0} la date", "date envoi", "enviado a las", "elk\u{fc}ldve",
          "\u{3b7}\u{3bc}\u{3b5}\u{3c1}\u{3bf}\u{3bc}\u{3b7}\u{3bd}\u{3af}\u{3b1}", "\u{5e0}\u{5e9}\u{5dc}\u{5d7}",
          "posted at", "am", "sendt den",
        ]
      ),
      (
        .to,
        [
          "\u{625}\u{644}\u{649}", "\u{434}\u{43e}", "prima", "za", "saaja", "kam", "kepada", "\u{e16}\u{e36}\u{e07}",
          "\u{628}\u{647}", "\u{bc1b}\u{b294}\u{c0ac}\u{b78c}", "\u{bc1b}\u{b294} \u{c774}", "\u{c218}\u{c2e0}",
          "\u{6536}\u{4ef6}\u{8005}", "\u{767c}\u{9001}\u{81f3}", "\u{5b9b}\u{3066}", "mottagare", "modtager",
          "odbiorca", "destinatario", "p\u{159}\u{ed}jemce", "\u{43a}\u{43e}\u{43c}\u{435}", "per a",
          "to", "an", "\u{e0}", "a", "para", "aan", "till", "til", "do", "vastaanottaja", "c\u{ed}mzett", "komu",
          "\u{43a}\u{43e}\u{43c}\u{443}", "kime",
          "\u{6536}\u{4ef6}\u{4eba}", "\u{5b9b}\u{5148}", "\u{bc1b}\u{b294} \u{c0ac}\u{b78c}", "pour", "destinataire",
          "c\u{103}tre", "\u{3c0}\u{3c1}\u{3bf}\u{3c2}", "\u{5d0}\u{5dc}", "\u{111}\u{1ebf}n", "al", "empf\u{e4}nger",
          "p\u{e5}",
        ]
      ),
      (
        .subject,
        [
          "\u{627}\u{644}\u{645}\u{648}\u{636}\u{648}\u{639}", "\u{43e}\u{442}\u{43d}\u{43e}\u{441}\u{43d}\u{43e}",
          "t\u{113}ma", "temats", "perihal", "subjek", "\u{e40}\u{e23}\u{e37}\u{e48}\u{e2d}\u{e07}",
          "\u{645}\u{648}\u{636}\u{648}\u{639}", "\u{c81c} \u{baa9}", "\u{4e3b}\u{984c}", "naslov",
          "\u{43d}\u{430}\u{441}\u{43b}\u{43e}\u{432}", "t\u{ed}tulo", "titre",
          "subject", "betreff", "objet", "sujet", "asunto", "assunto", "oggetto", "onderwerp", "\u{e4}mne", "emne",
          "aihe", "temat", "p\u{159}edm\u{11b}t",
          "t\u{e1}rgy", "subiect", "\u{442}\u{435}\u{43c}\u{430}", "konu", "\u{4e3b}\u{9898}", "\u{4e3b}\u{65e8}",
          "\u{4ef6}\u{540d}", "\u{c81c}\u{baa9}", "\u{3b8}\u{3ad}\u{3bc}\u{3b1}", "\u{5e0}\u{5d5}\u{5e9}\u{5d0}",
          "ti\u{ea}u \u{111}\u{1ec1}", "assumpte", "predmet", "zadeva", "predmet zpr\u{e1}vy",
          "\u{4e3b}\u{65e8}\u{6a19}\u{984c}", "\u{6a19}\u{984c}", "efni", "teema", "pavadinimas",
          "ch\u{1ee7} \u{111}\u{1ec1}",
        ]
      ),
      (
        .copy,
        [
          "k\u{f3}pia", "kopija", "skryt\u{e1} kopie", "\u{43a}\u{43e}\u{43f}\u{456}\u{44f}", "copia",
          "\u{cc38}\u{c870}", "\u{526f}\u{672c}", "c\u{f3}pia", "kopio",
          "cc", "bcc", "kopie", "kopia", "copie", "cc:", "\u{43a}\u{43e}\u{43f}\u{438}\u{44f}", "\u{6284}\u{9001}",
          "m\u{e1}solat", "importance", "priority", "organization",
        ]
      ),
    ]
    for (field, texts) in rows { for text in texts { names[text] = field } }
    return names
  }()

  /// Beginnings of "Quoting X <x@y>:", in small letters; the line ends with the address and a colon.
  static let quoting = Beginnings([
    "quoting ", "quote from ", "zitat von ", "citando ", "citation de ", "citat fr\u{e5}n ", "citat fra ", "citazione ",
    "citeren ", "cytowanie ", "quotation from ", "cita de ",
  ])

  /// Beginnings of lines that a phone or program adds by itself, in small letters.
  static let deviceStarts = Beginnings([
    "sent from ", "sent via ", "sent with ", "sent on the go", "sent by ", "sent using ", "get outlook for",
    "get [outlook", "from my iphone",
    "von meinem ", "von meiner ", "gesendet von ", "gesendet mit ", "gesendet vom ", "diese nachricht wurde von meinem",
    "holen sie sich outlook",
    "envoy\u{e9} de", "envoye de", "envoy\u{e9} \u{e0} partir", "envoy\u{e9} avec", "envoy\u{e9} via",
    "t\u{e9}l\u{e9}chargez outlook", "obtenez outlook", "t\u{e9}l\u{e9}charger outlook",
    "enviado desde", "enviado de mi", "enviado con", "obtener outlook", "obtenga outlook", "enviado do meu",
    "enviado a partir", "enviado via", "enviado do ", "obter o outlook",
    "inviato da", "scarica outlook", "ottieni outlook", "verzonden va", "verzonden met", "verstuurd va",
    "verstuurd met", "outlook voor", "download outlook",
    "skickat fr\u{e5}n", "h\u{e4}mta outlook", "sendt fra", "hent outlook", "f\u{e5} outlook", "l\u{e4}hetetty ",
    "hanki outlook", "wys\u{142}ane z", "wys\u{142}ano z", "pobierz outlook", "odesl\u{e1}no z", "odoslan\u{e9} z",
    "trimis de pe", "trimis din", "descarc\u{103} outlook", "elk\u{fc}ldve",
    "\u{43e}\u{442}\u{43f}\u{440}\u{430}\u{432}\u{43b}\u{435}\u{43d}\u{43e} ",
    "\u{43d}\u{430}\u{434}\u{456}\u{441}\u{43b}\u{430}\u{43d}\u{43e} ",
    "\u{3c3}\u{3c4}\u{3ac}\u{3bb}\u{3b8}\u{3b7}\u{3ba}\u{3b5}", "\u{53d1}\u{81ea}\u{6211}\u{7684}",
    "\u{5f9e}\u{6211}\u{7684}", "g\u{1eed}i t\u{1eeb}", "\u{5e0}\u{5e9}\u{5dc}\u{5d7} \u{5de}",
    "\u{623}\u{64f}\u{631}\u{633}\u{644}\u{62a}", "poslano s", "poslano iz", "saadetud ", "nos\u{16b}t\u{12b}ts no",
    "i\u{161}si\u{173}sta i\u{161}",
    "outlook f\u{fc}r ", "obtenir outlook", "outlook pour ",
    "\u{43f}\u{43e}\u{43b}\u{443}\u{447}\u{438}\u{442}\u{44c} outlook",
    "\u{441}\u{43a}\u{430}\u{447}\u{430}\u{442}\u{44c} outlook",
    "\u{43e}\u{442}\u{440}\u{438}\u{43c}\u{430}\u{442}\u{438} outlook", "z\u{ed}skat outlook",
    "z\u{ed}ska\u{165} outlook", "az outlook ", "nabavite outlook", "outlook'u ", "\u{5f9e} outlook",
    "\u{83b7}\u{53d6} outlook", "\u{53d6}\u{5f97} outlook", "\u{4e0b}\u{8f7d} outlook", "dikirim dari",
    "\u{e2a}\u{e48}\u{e07}\u{e08}\u{e32}\u{e01}",
    "\u{627}\u{631}\u{633}\u{627}\u{644} \u{634}\u{62f}\u{647} \u{627}\u{632}", "enviat des", "enviado dende",
    "bidalia", "\u{438}\u{437}\u{43f}\u{440}\u{430}\u{442}\u{435}\u{43d}\u{43e} \u{43e}\u{442}",
    "\u{43f}\u{43e}\u{441}\u{43b}\u{430}\u{442}\u{43e} \u{441}\u{430}", "verschickt mit", "verschickt von",
    "von unterwegs", "odesl\u{e1}no ze", "wys\u{142}ane za pomoc\u{105}", "wys\u{142}ano z ", "enviado por ",
    "enviado com ", "envoy\u{e9} par ", "inviato con ", "skickat med ", "sendt med ",
  ])

  /// The same in languages that put the verb at the end.
  static let deviceEnds = PhraseMatcher([
    "\u{304b}\u{3089}\u{9001}\u{4fe1}", "\u{c5d0}\u{c11c} \u{bcf4}\u{b0c4}", "dan g\u{f6}nderildi",
    "den g\u{f6}nderildi", "mr\u{f3}l k\u{fc}ldve", "omr\u{f3}l k\u{fc}ldve", "r\u{151}l k\u{fc}ldve",
    "r\u{f3}l k\u{fc}ldve", " gesendet", "iphone-ont",
  ])
}
