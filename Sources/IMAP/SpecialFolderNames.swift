/// Names of special folders where a server does not say what a folder is for; compared without case.
enum SpecialFolderNames {
  typealias Row = (use: SpecialUse, source: String, names: [String])

  /// What mail programs and servers make when nobody translates comes first, so that it wins over a translation.
  ///
  /// Sources: Gmail and Outlook.com web pages by language; Exchange's default folder names by the mailbox's language; Apple
  /// Mail ("Sent Messages"), Dovecot's 15-mailboxes.conf ("Sent", "Junk"), Cyrus and Roundcube; ImapFlow lib/special-use.js and
  /// WildDuck lib/translations.js, which collected names met in the field.
  static let rows: [Row] = [
    (.sent, "Dovecot, Roundcube, Thunderbird", ["Sent"]),
    (.sent, "Exchange, Outlook", ["Sent Items"]),
    (.sent, "Apple Mail, iCloud", ["Sent Messages"]),
    (.sent, "Gmail, Courier, KMail, mutt", ["Sent Mail", "sent-mail", "Sent-Items"]),
    (.sent, "German", ["Gesendet", "Gesendete Elemente", "Gesendete Objekte", "Gesendete Nachrichten"]),
    (.sent, "French", ["Messages envoyés", "Éléments envoyés", "Envoyés", "Envoyé"]),
    (.sent, "Spanish", ["Enviados", "Elementos enviados", "Correo enviado", "Mensajes enviados"]),
    (.sent, "Portuguese", ["E-mails enviados", "Itens enviados", "Enviadas", "Enviado", "Correio enviado"]),
    (.sent, "Italian", ["Posta inviata", "Inviati", "Inviata", "Elementi inviati"]),
    (.sent, "Dutch", ["Verzonden items", "Verzonden berichten", "Verzonden", "Verstuurd"]),
    (.sent, "Catalan, Basque, Galician", ["Enviats", "Elements enviats", "Bidalita", "Bidaliak", "Correo enviado"]),
    (.sent, "Danish, Norwegian", ["Sendt", "Sendt post", "Sendte elementer", "Sendte", "Sendte beskeder"]),
    (.sent, "Swedish", ["Skickat", "Skickade objekt", "Skickade", "Skickade mail"]),
    (
      .sent, "Finnish, Estonian", ["Lähetetyt", "Lähetetyt viestit", "Saadetud", "Saadetud kirjad", "Saadetud üksused"]
    ),
    (.sent, "Icelandic", ["Sent skilaboð", "Sendur póstur", "Sendir hlutir"]),
    (.sent, "Polish", ["Wysłane", "Elementy wysłane"]),
    (.sent, "Czech, Slovak", ["Odeslané", "Odeslaná pošta", "Odeslané zprávy", "Odoslané", "Odoslaná pošta"]),
    (.sent, "Hungarian", ["Elküldött", "Elküldött elemek", "Elküldött levelek", "Elküldöttek"]),
    (.sent, "Romanian", ["Trimise", "Mesaje trimise", "Elemente trimise", "Expediate"]),
    (
      .sent, "Slovene, Croatian, Bosnian, Serbian",
      ["Poslano", "Poslane stavke", "Poslana pošta", "Poslato", "Послато"]
    ),
    (.sent, "Lithuanian, Latvian", ["Išsiųsti", "Išsiųsti laiškai", "Išsiųstieji", "Nosūtītās", "Nosūtītie vienumi"]),
    (.sent, "Albanian, Maltese", ["Të dërguara", "Mibgħuta"]),
    (.sent, "Greek", ["Απεσταλμένα", "Σταλθέντα", "Στοιχεία απεσταλμένων"]),
    (.sent, "Turkish, Azerbaijani", ["Gönderilmiş Öğeler", "Gönderilmiş Postalar", "Gönderilenler", "Göndərilənlər"]),
    (.sent, "Russian", ["Отправленные", "Отправленное"]),
    (.sent, "Ukrainian, Belarusian", ["Надіслані", "Відправлені", "Надіслані елементи", "Адпраўленыя", "Дасланыя"]),
    (.sent, "Bulgarian, Macedonian", ["Изпратени", "Изпратени елементи", "Испратени", "Испратено"]),
    (.sent, "Kazakh, Kyrgyz, Uzbek, Mongolian", ["Жіберілгендер", "Жиберилген", "Юборилган", "Илгээсэн"]),
    (.sent, "Armenian, Georgian", ["Ուղարկված", "გაგზავნილი"]),
    (.sent, "Hebrew", ["דואר יוצא", "פריטים שנשלחו", "נשלחו", "דואר שנשלח"]),
    (.sent, "Arabic", ["البريد المرسل", "العناصر المرسلة", "المرسلة", "الرسائل المرسلة"]),
    (.sent, "Persian, Urdu", ["فرستاده‌شده", "موارد ارسال شده", "پیام‌های ارسالی", "بھیجے گئے"]),
    (.sent, "Hindi, Marathi, Bengali", ["भेजा गया", "भेजे गए", "पाठविलेले", "প্রেরিত"]),
    (.sent, "Tamil, Telugu, Kannada, Malayalam", ["அனுப்பியவை", "పంపించబడింది", "ಕಳುಹಿಸಲಾದ", "അയച്ചു"]),
    (.sent, "Thai, Vietnamese", ["จดหมายที่ส่งแล้ว", "ส่งแล้ว", "รายการที่ส่ง", "Thư đã gửi", "Đã gửi", "Mục đã gửi"]),
    (.sent, "Indonesian, Malay, Filipino", ["Terkirim", "Item Terkirim", "Surat Terkirim", "Dihantar", "Naipadala"]),
    (.sent, "Japanese", ["送信済みメール", "送信済みアイテム", "送信済み", "送信メール"]),
    (.sent, "Korean", ["보낸편지함", "보낸 편지함", "보낸메일함"]),
    (.sent, "Chinese", ["已发送", "已发送邮件", "已发邮件", "已传送邮件", "寄件備份", "寄件備份匣", "已傳送的郵件"]),
    (.junk, "Dovecot, Thunderbird, Apple Mail", ["Junk"]),
    (.junk, "Gmail, Roundcube, and most languages", ["Spam"]),
    (.junk, "Exchange, Outlook, Yahoo", ["Junk Email", "Junk E-mail", "Junk Mail", "Bulk Mail", "Bulk"]),
    (.junk, "German", ["Junk-E-Mail", "Spamverdacht", "Spam-Verdacht", "Unerwünscht"]),
    (.junk, "French", ["Courrier indésirable", "Pourriel", "Indésirables", "Indésirable"]),
    (.junk, "Spanish", ["Correo no deseado", "No deseado", "Correo basura"]),
    (.junk, "Portuguese", ["Lixo eletrônico", "Lixo electrónico", "Correio não solicitado"]),
    (.junk, "Italian", ["Posta indesiderata", "Indesiderata"]),
    (.junk, "Dutch", ["Ongewenste e-mail", "Ongewenst", "Ongewenste reclame"]),
    (.junk, "Danish, Norwegian", ["Uønsket e-mail", "Uønsket mail", "Uønsket", "Søppelpost", "Søppel-e-post"]),
    (.junk, "Swedish, Finnish", ["Skräppost", "Roskaposti", "Roskapostit"]),
    (.junk, "Polish", ["Wiadomości-śmieci", "Wiadomości śmieci", "Niechciane"]),
    (.junk, "Czech, Slovak", ["Nevyžádaná pošta", "Nevyžádané", "Nevyžiadaná pošta", "Nevyžiadané"]),
    (.junk, "Hungarian, Romanian", ["Levélszemét", "Spam és levélszemét", "E-mail nedorit", "Nedorite"]),
    (.junk, "Slovene, Croatian", ["Neželena e-pošta", "Neželena pošta", "Neželjena pošta", "Bezvrijedna pošta"]),
    (.junk, "Baltic", ["Rämpspost", "Šlamštas", "Mēstules", "Nepageidaujami"]),
    (
      .junk, "Greek, Turkish",
      ["Ανεπιθύμητα", "Ανεπιθύμητη αλληλογραφία", "İstenmeyen", "Gereksiz E-posta", "Gereksiz"]
    ),
    (.junk, "Russian, Ukrainian, Bulgarian", ["Спам", "Нежелательная почта", "Небажана пошта", "Нежелана поща"]),
    (.junk, "Hebrew, Arabic, Persian", ["דואר זבל", "ספאם", "البريد العشوائي", "الرسائل غير المرغوب فيها", "هرزنامه"]),
    (.junk, "Thai, Vietnamese", ["สแปม", "จดหมายขยะ", "Thư rác", "Email rác"]),
    (.junk, "Japanese, Korean", ["迷惑メール", "迷惑メールフォルダ", "スパム", "스팸함", "스팸편지함", "스팸메일함", "정크 메일"]),
    (.junk, "Chinese", ["垃圾邮件", "垃圾箱", "垃圾郵件", "垃圾電郵"]),
    (.all, "Gmail, English", ["All Mail"]),
    (
      .all, "Gmail, Germanic",
      ["Alle Nachrichten", "Alle berichten", "All e-post", "Alle e-mails", "Alle mails", "Alla mail"]
    ),
    (.all, "Gmail, Romance", ["Tous les messages", "Todos", "Todos os e-mails", "Todo o correio", "Tutti i messaggi"]),
    (.all, "Gmail, Catalan and Romanian", ["Tots els missatges", "Toate mesajele", "Toate e-mailurile"]),
    (
      .all, "Gmail, Slavic",
      ["Wszystkie", "Všechny zprávy", "Všetky správy", "Vsa pošta", "Sva pošta", "Вся почта", "Уся пошта"]
    ),
    (
      .all, "Gmail, others in Europe",
      ["Kaikki viestit", "Összes levél", "Όλα τα μηνύματα", "Tüm Postalar", "Visi laiškai"]
    ),
    (.all, "Gmail, elsewhere", ["כל הדואר", "كل البريد", "すべてのメール", "전체보관함", "所有邮件", "所有郵件", "全部郵件"]),
  ]
}
