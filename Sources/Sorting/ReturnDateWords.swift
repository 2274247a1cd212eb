/// Names of months and days, and the words around a date that say when somebody is back, by language; data for ``ReturnDate``.
enum ReturnDateWords {
  /// Names and usual short forms of each month, in small letters, as they stand after a day (so with their case endings).
  static let months: [String: Int] = {
    var names: [String: Int] = [:]
    for (index, words) in monthRows.enumerated() {
      for word in words.split(separator: " ") { names[String(word)] = index + 1 }
    }
    return names
  }()

  // English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian, Finnish, Polish, Czech, Slovak,
  // Hungarian, Romanian, Russian, Ukrainian, Turkish, Greek.
  private static let monthRows = [
    "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari tammikuuta tammikuu stycznia styczeń ledna januára január ianuarie ian января янв січня ocak ιανουαρίου",
    "february feb februar feber février févr fevrier febrero febbraio fevereiro fev februari helmikuuta helmikuu lutego luty února februára február februarie февраля фев лютого şubat φεβρουαρίου",
    "march mar märz mrz mars marzo março marco maart mrt maaliskuuta maaliskuu marca marzec března marca március martie марта мар березня mart μαρτίου",
    "april apr avril avr abril abr aprile huhtikuuta huhtikuu kwietnia kwiecień dubna apríla április aprilie апреля апр квітня nisan απριλίου",
    "may mai mayo maggio mag maio mei maj toukokuuta toukokuu maja května mája május мая травня mayıs μαΐου",
    "june jun juni juin junio giugno giu junho kesäkuuta kesäkuu czerwca czerwiec června júna június iunie июня июн червня haziran ιουνίου",
    "july jul juli juillet juil julio luglio lug julho heinäkuuta heinäkuu lipca lipiec července júla július iulie июля июл липня temmuz ιουλίου",
    "august aug août aout agosto ago augustus augusti elokuuta elokuu sierpnia sierpień srpna augusta augusztus августа авг серпня ağustos αυγούστου",
    "september sep sept septembre septiembre settembre set setembro syyskuuta syyskuu września wrzesień září septembra szeptember septembrie сентября сен вересня eylül σεπτεμβρίου",
    "october oct oktober okt octobre octubre ottobre ott outubro out lokakuuta lokakuu października październik října októbra október octombrie октября окт жовтня ekim οκτωβρίου",
    "november nov novembre noviembre novembro marraskuuta marraskuu listopada listopad listopadu novembra noiembrie ноября ноя листопада kasım νοεμβρίου",
    "december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro desember joulukuuta joulukuu grudnia grudzień prosince decembra decembrie декабря дек грудня aralık δεκεμβρίου",
  ]

  /// Days of the week from Monday, 1 to 7.
  static let weekdays: [String: Int] = {
    var names: [String: Int] = [:]
    for (index, words) in weekdayRows.enumerated() {
      for word in words.split(separator: " ") { names[String(word)] = index + 1 }
    }
    return names
  }()

  private static let weekdayRows = [
    "monday montag lundi lunes lunedì segunda maandag måndag mandag maanantaina maanantai poniedziałek poniedziałku pondělí hétfő luni понедельник понедельника pazartesi δευτέρα",
    "tuesday dienstag mardi martes martedì terça dinsdag tisdag tirsdag tiistaina tiistai wtorek úterý kedd marți вторник salı τρίτη",
    "wednesday mittwoch mercredi miércoles mercoledì quarta woensdag onsdag keskiviikkona środa środę středa szerda miercuri среду среда çarşamba τετάρτη",
    "thursday donnerstag jeudi jueves giovedì quinta donderdag torsdag torstaina czwartek čtvrtek csütörtök joi четверг perşembe πέμπτη",
    "friday freitag vendredi viernes venerdì sexta vrijdag fredag perjantaina piątek pátek péntek vineri пятницу пятница cuma παρασκευή",
    "saturday samstag samedi sábado sabato zaterdag lördag lørdag lauantaina sobota sobotę sobotu szombat sâmbătă субботу cumartesi σάββατο",
    "sunday sonntag dimanche domingo domenica zondag söndag søndag sunnuntaina niedziela niedzielę neděle vasárnap duminică воскресенье pazar κυριακή",
  ]

  /// Words before the first day back.
  static let back = PhraseMatcher([
    "back on", "back in the office on", "back at work on", "back at my desk on", "be back", "return on", "returning on",
    "return to the office", "returning to the office", "returning", "will return", "available again", "back from",
    "resume",
    "wieder am", "wieder ab", "wieder erreichbar", "wieder im b\u{fc}ro", "wieder im hause", "zur\u{fc}ck am",
    "zur\u{fc}ck ab", "bin ab", "ab dem", "ab ", "zur\u{fc}ck", "wieder f\u{fc}r sie",
    "de retour le", "de retour", "retour le", "reprendrai", "\u{e0} partir du", "\u{e0} compter du", "mon retour",
    "de vuelta el", "regreso el", "regresar\u{e9}", "vuelvo el", "volver\u{e9}", "a partir del", "reincorporar\u{e9}",
    "de volta", "retorno", "regresso", "voltarei", "a partir de", "retornarei",
    "torner\u{f2}", "sar\u{f2} di nuovo", "rientro", "rientrer\u{f2}", "dal giorno", "a partire dal", "di ritorno",
    "terug op", "weer aanwezig", "weer bereikbaar", "terug", "vanaf", "weer op",
    "tillbaka", "\u{e5}ter", "tilbage", "tilbake", "takaisin", "palaan", "tavoitettavissa",
    "wracam", "wr\u{f3}c\u{119}", "powr\u{f3}t", "b\u{119}d\u{119} dost\u{119}pn", "ponownie od",
    "vr\u{e1}t\u{ed}m", "zp\u{11b}t", "budu op\u{11b}t", "vr\u{e1}tim", "sp\u{e4}\u{165}",
    "vissza", "\u{fa}jra el\u{e9}rhet\u{151}", "revin", "revenire", "m\u{103} \u{ee}ntorc",
    "вернусь", "выйду", "возвращаюсь", "буду в офисе", "буду с", "повернусь", "d\u{f6}nece\u{11f}im", "επιστρέφω",
    "επιστροφή",
  ])

  /// Words before the last day away.
  static let away = PhraseMatcher([
    "until", "till ", "through", "thru", "up to", "and including", "ending", "bis zum", "bis einschlie\u{df}lich",
    "jusqu'au", "jusqu'", "hasta", "fino al", "fino a", "at\u{e9}", "tot en met", "t/m", "t.o.m", "till och med",
    "til og med", "frem til", "do dnia", "p\u{e2}n\u{103}", "pana la", "μέχρι", "έως",
  ])

  /// Short ones, which mean it only right before the date.
  static let awayShort = PhraseMatcher([
    "til ", "to ", "-", "\u{2013}", "\u{2014}", "~", "\u{ff5e}", "\u{301c}", "bis ", "au ", "al ", "ao ", "tot ", "do ",
    "по ", "до ", "to:",
  ])

  /// Words after the last day away, in languages that put them there.
  static let awayAfter = PhraseMatcher([
    "まで", "迄", "까지", "-ig", "ig ", "saakka", "asti", "'a kadar", "'e kadar", "a kadar", "e kadar", " kadar",
    "tarihine kadar", "为止", "為止",
    "止", "前", "inclusive", "inclus",
  ])

  /// Words after the first day back.
  static let backAfter = PhraseMatcher([
    "より", "から", "以降", "に戻", "に復帰", "復帰", "返回", "回来", "回來", "恢复", "부터", "복귀", "döneceğim", "tarihinde dön", "itibaren",
    "-án",
    "-én", "-jén", "alkaen", "lähtien",
  ])
}
