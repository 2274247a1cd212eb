/// How people ask for no more mail, by language: rows of ``WishPattern``, written with or without accents.
///
/// Written by us, from what people answer to cold mail and what the unsubscribe forms of mail programs and providers say in each
/// language; every row has an answer in `StopWishTests` that it alone finds, and the opposites stand beside it.
enum StopWishTable {
  /// All there is in a sentence, a subject, or a clause with a plea.
  static let wholes = [
    "stop ?stop ?stop", "desist", "cease", "remove/unsubscribe from ?your/the/this ?mailing/email list/database",
    "stop it/this/that/these/emails/mails/mail/email/spam/spamming/emailing/mailing",
    "stop these/the/this emails/mails/spam",
    "unsubscribe", "unsubscribe me/us", "go away", "remove", "remove me/us", "delete me/us", "delete", "removal",
    "opt out",
    "no more",
    "no more emails/mails/mail/email", "unsub", "take me/us off",
    "stopp/stoppt ?das", "stoppen", "sluta", "eliminar de la lista", "stop pub", "abmelden", "abmeldung", "abbestellen",
    "abbestellung", "austragen", "loschen", "streichen",
    "newsletter/mails/emails abbestellen/abmelden", "mich abmelden/austragen",
    "keine werbung/mails/emails/newsletter ?mehr",
    "arretez", "arret", "plus de/aucun mails/mail/emails/courriels/messages", "desabonner", "me desabonner",
    "se desabonner", "desabonnement", "desinscription",
    "desinscrire",
    "me desinscrire", "desinscrivez moi", "stop svp",
    "baja", "dar de baja", "darme de baja", "darse de baja", "de baja", "cancelar suscripcion", "desuscribir~", "basta",
    "cancellatemi", "disiscrizione", "disiscriv~", "annulla iscrizione", "rimuovi", "rimuovere",
    "descadastr~", "cancelar inscricao/subscricao/assinatura", "remover", "sair da lista", "anular subscricao",
    "uitschrijven", "uitschrijving", "afmelden", "afmelding", "avregistrera", "avregistrering", "avprenumerera",
    "avanmalan",
    "afmeld", "afmelding", "avmeld", "avmelding", "frameld~",
    "wypisz", "wypisac", "wypisz mnie", "rezygnuje", "odhlasit", "odhlaseni", "odhlasenie", "odhlasit odber",
    "отписаться", "отписка", "отпишите", "отписать", "стоп", "отпишитесь", "відписатися", "відписка", "отписване",
    "leiratkozas", "leiratkozom", "leiratkozas hirlevel~", "peruuta tilaus", "lopettakaa ?tama/jo/heti",
    "lopeta ?tama/jo/heti", "poista tilaus",
    "dezabonare",
    "dezaboneaza ma",
    "abonelikten cik", "abonelik iptali", "listeden cik", "διαγραφη", "απεγγραφη", "odjava", "odjavi me", "ispis",
    "berhenti", "berhenti berlangganan", "huy dang ky", "td",
  ]

  /// Parts of texts in scripts that do not part words, without white space: Japanese, Chinese, Korean, Thai, Arabic, Persian, Hebrew, Hindi.
  static let runOn = [
    "送らないよう", "送信しないよう", "連絡しないよう", "送ってこないよう", "送信をやめ", "送信を中止", "送付を中止", "発送を中止", "登録を削除", "登録を消", "登録情報を削除",
    "送るのをやめ", "送付をやめ", "二度と送", "二度とメール",
    "迷惑なのでやめ", "もうやめてくだ", "もうやめてほし", "アドレスを消してくだ", "アドレスを消してほし", "連絡先を削除", "名簿から削除", "名簿から外", "リストから消", "リストから除",
    "配信先から",
    "案内は不要", "案内はご遠慮", "営業はお断り", "営業はご遠慮", "配信停止", "配信を停止", "配信の停止", "配信解除", "配信不要", "配信は不要", "配信を希望しません", "配信を希望しない",
    "配信を止め", "配信をやめ", "配信を中止", "配信拒否",
    "送らないで", "送信しないで", "送付しないで", "送ってこないで", "送信を停止", "送信を止め", "送信停止", "配信しないで", "連絡しないで", "連絡してこないで",
    "連絡は不要", "連絡は控え", "連絡はお控え", "メールはお控え", "メールは控え", "連絡不要", "メールは不要", "メール不要", "メールは結構", "メールはお断り", "メールはご遠慮",
    "メールを止め", "メールをやめ", "メールを停止", "メール停止", "メールしないで",
    "登録解除", "登録を解除", "購読解除", "購読を解除", "購読停止", "メルマガ解除", "リストから削除", "リストから外", "アドレスを削除", "アドレスの削除", "退会希望",
    "取消我的订阅", "取消我的訂閱", "停止订阅", "停止訂閱", "别发了", "別發了", "不要发邮件", "不要再联络", "不要再打扰", "不要再打擾", "不要再來信", "不要再来信",
    "停止来信", "停止來信", "把我删", "將我刪", "将我删", "从名单中删", "從名單中刪", "移出名单", "移出名單", "移出列表", "不需要再发邮件", "无需再发邮件", "不用再发邮件",
    "退订", "退訂", "取消订阅", "取消訂閱", "不要再联系", "不要再聯絡", "不要再聯繫", "别再联系", "別再聯絡", "不要再给我", "不要再給我", "不要再发", "不要再發",
    "不要再寄", "别再发", "别再给我", "別再寄", "別再發", "勿再寄", "勿再发", "勿再發", "勿再联系", "勿再打扰", "请勿发送", "請勿寄送", "不要给我发", "不要給我寄",
    "停止发送", "停止發送", "停止寄送", "停止给我", "不想再收到", "不希望再收到", "不愿再收到", "不再接收", "将我移除", "將我移除", "把我移除", "把我从", "把我從",
    "将我从", "將我從", "删除我的", "把我的邮箱", "把我的郵箱", "刪除我的", "取消邮件", "别再骚扰", "不要打扰", "不要骚扰",
    "발송을중단", "발송중단", "발송을중지", "발송중지", "전송을중단", "메일을중단", "주소를지워", "주소를삭제해주", "제정보를삭제", "연락처를삭제해주", "그만연락", "연락그만",
    "연락을중단", "수신거부", "수신을거부", "수신거절", "수신취소", "수신을원하지않", "보내지마", "보내지말", "그만보내", "구독취소", "구독해지", "구독을취소", "연락하지마",
    "연락하지말",
    "받고싶지않", "받지않겠", "받기를원하지않", "메일그만", "목록에서삭제", "목록에서제거", "명단에서삭제",
    "ยกเลิกการรับ", "ยกเลิกการสมัคร", "หยุดส่ง", "อย่าส่ง", "ไม่ต้องส่ง",
    "الغاء الاشتراك", "إلغاء الاشتراك", "إلغاء اشتراكي", "الغاء اشتراكي", "التوقف عن مراسلتي", "توقف عن مراسلتي",
    "توقفوا عن مراسلتي",
    "التوقف عن إرسال", "توقف عن إرسال", "توقفوا عن إرسال", "لا تراسلني", "لا تراسلوني", "لا ترسل لي", "لا ترسلوا لي",
    "عدم مراسلتي", "عدم إرسال",
    "احذفوني", "احذفني", "حذف بريدي", "إزالة بريدي", "أزيلوني", "إزالتي من", "حذفي من", "لا أرغب في تلقي",
    "لا أريد تلقي", "لا اريد استلام",
    "لغو اشتراک", "ایمیل نفرستید", "ایمیل ارسال نکنید", "پیام نفرستید",
    "הסירו אותי", "הסר אותי", "תסירו אותי", "להסיר אותי", "תסיר אותי", "הסירי אותי", "להסרה מרשימת", "תפסיקו לשלוח",
    "להפסיק לשלוח",
    "הפסיקו לשלוח", "תפסיק לשלוח", "אל תשלחו לי", "לא לשלוח לי", "לא לפנות אליי", "מבקש הסרה", "מבקשת הסרה",
    "לא מעוניין לקבל", "לא מעוניינת לקבל",
    "सदस्यता समाप्त", "ईमेल मत भेज", "ईमेल न भेज", "मुझे ईमेल भेजना बंद",
  ]

  static let runOnWholes = [
    "退订", "退訂", "配信停止", "停止", "取消", "解除", "中止", "拒收", "수신거부", "취소", "거부", "הסר", "הסירו", "הסרה", "إلغاء", "الغاء",
    "توقف",
  ]
  /// What makes the row before it its opposite.
  static let runOnOpposites = ["停止しない", "解除しない", "不要退订", "不要取消", "别取消", "취소하지", "거부하지"]
  /// A question with one of these asks us to do it.
  static let runOnRequests = [
    "いただけ", "もらえ", "頂け", "くれません", "我", "저를", "제이메일", "저에게", "주시겠", "주실수", "אותי", "אלי", "مراسلتي", "بريدي", "اشتراكي",
    "ฉัน", "ผม",
  ]
  static let runOnQuestionEnds = ["か", "吗", "嗎", "么", "呢", "나요", "까요", "습니까"]

  /// Words by which somebody speaks of himself: a question with one is a request.
  static let singularFirstPersons = [
    "i", "me", "my", "ich", "mich", "mir", "meine", "meinen", "meiner", "je", "moi", "mon", "mes", "m", "mi", "mis",
    "yo", "io", "mio",
    "miei", "eu", "meu", "minha", "ik", "mij", "mijn", "mig", "meg", "min", "mitt", "mnie", "moj", "moje", "mne", "muj",
    "ma",
    "меня", "мне", "мой", "мои", "мене", "мені", "beni", "bana", "adresimi", "bilgilerimi", "minut", "μου", "με",
    "engem", "nekem",
  ]
  /// How a question begins that asks us to do something.
  static let requests = [
    "can/could/would/will/may please/you/i/we", "please can/could/would/will", "konnen/konnten/wurden sie/ihr",
    "kannst/konntest/wurdest du",
    "pouvez/pourriez/pouvais/peux vous/tu", "puede~/podria~/podeis", "puo/potreste/potrebbe/potete/puoi",
    "pode/poderia~/podem/podes",
    "kunt/kun/kan/wilt/wil/zou/zoudt u/je/jij/jullie", "kan/kunne/kunna/vil/skulle du/ni/de/i/dere",
    "czy mozecie/moze/moglby/mogliby~/mozna",
    "mozete/muzete/mohl~/mohli", "можете/могли/можно", "μπορειτε/μπορεισ/θα", "voitteko/voisitteko/voitko",
    "puteti/poti/ati",
  ]
  static let pluralFirstPersons = [
    "us", "our", "we", "wir", "uns", "unsere", "nous", "notre", "nos", "nuestro", "nuestra", "ci", "noi", "nosso",
    "ons", "onze", "oss",
    "os", "nas", "nam", "нас", "нам", "bizi", "bize", "meidat", "μασ", "ne",
  ]
  /// How the sentences of footers begin.
  static let conditions = [
    "if", "to", "wenn", "falls", "um", "si vous/tu/usted/ya/no/desea~", "pour ne/vous/se", "se non/nao/voce/desider~",
    "per non",
    "als u/je", "om du/ni", "hvis du/de/i", "jesli", "aby", "pokud", "если вы/вам", "чтобы", "якщо", "ha nem/on",
  ]
  /// Beginnings of words that a footer leads to its page by.
  static let links = ["http", "www", "click", "klick", "clic", "cliqu", "haga", "klik"]
  /// What may stand before a lone word.
  static let openers = [
    "please", "hi", "hello", "hey", "dear", "no", "thanks", "thank", "you", "ok", "okay", "just", "and", "so", "bitte",
    "nein", "hallo", "merci", "non",
    "bonjour", "svp", "por", "favor", "hola", "no", "gracias", "grazie", "ciao", "per", "ola", "nao", "obrigado",
    "graag", "gelieve", "hej", "hei",
    "tack", "takk", "tak", "prosze", "prosim", "о", "прошу", "пожалуйста", "lutfen", "kerem", "kiitos", "va", "rog",
    "παρακαλω", "veuillez",
    "quiero", "mochte", "ich", "je", "souhaite",
  ]
  /// A clause with one of these is a request of its own.
  static let pleas = [
    "please", "bitte", "svp", "merci", "favor", "graag", "prosze", "prosim", "пожалуйста", "прошу", "lutfen", "kerem",
    "παρακαλω", "venligst",
  ]
}
