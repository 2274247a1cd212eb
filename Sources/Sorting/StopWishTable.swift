/// How people ask for no more mail, by language: rows of ``WishPattern``, written with or without accents.
///
/// Written by us, from what people answer to cold mail and what the unsubscribe forms of mail programs and providers say in each
/// language; every row has an answer in `StopWishTests` that it alone finds, and the opposites stand beside it.
enum StopWishTable {
  /// Found anywhere in a sentence.
  static let phrases =
    english + german + french + spanish + italian + portuguese + dutch + northern + eastern + cyrillic + southern
    + others

  private static let english = [
    "not send/write ?me/us a/another third/fourth/fifth/sixth/seventh",
    "not send ?me/us another email/mail/message !until/before/unless/if/with/about/to",
    "appreciate/grateful/prefer/glad/nice … if you stopped/quit/ceased !by/in/over/at",
    "appreciate/grateful/prefer/glad/nice … if you would/d/could stop/quit/cease contacting/emailing/mailing/writing/messaging/sending/reaching",
    "<to/can/could/not stop/quit/cease reaching out",
    "enough with the/your/these/this/all emails/mails/messages/spam/follow/outreach/mailings",
    "not want/need/like/care ?for ?any/your/these/those/such/further/more ?more/further ?of ?your/these/those/such/spam "
      + "emails/mails/messages/newsletters/mailings/communication~/solicitation~/spam",
    "not send ?me/us any more of",
    "mind removing/unsubscribing/deleting/taking me/us/my",
    "not send again $",
    "do/not not contact/email/mail/call list~",
    "not contact/email/mail list~",
    "no longer contact/email/mail/message/write",
    "have unsubscribed/asked … twice/already/before/times",
    "delete/erase all … data",
    "erasure/deletion of my/our … data",
    "stop bugging/annoying/stalking me/us",
    "prefer not to receive/get/be/have/hear",
    "not send … any/further … correspondence/communication~",
    "not send ?me/us this/these/such/that crap/junk/stuff/spam/garbage/rubbish/emails/mails",
    "ask/asked/asking/tell/told you … to stop $",
    "said ?please stop $",
    "<to stop it/this/that $",
    "discontinue sending",
    "not have … permission/consent to email/mail/contact/write/message/use",
    "want/get off ?of this/your/the … list~",
    "remove/delete my/our data/info/information",
    "not send ?me/us any ?more/further emails/mails/messages/stuff/newsletters/communication~/offers/info~/mailings/$",
    "if you not stop writing/mailing/emailing/contacting/sending",
    "not stop writing/mailing/emailing/spamming/contacting … spam",
    "to be taken/removed/deleted off/from … list~/database/mailing~",
    "scrub/purge/suppress/blacklist my/our/me/us",
    "stop with the/your/these emails/mails/messages",
    "no more/further follow ups/up",
    "not want follow ups",
    "take/get/leave me/us off/out ?of/from … thread/chain/crm/outreach/sequence/cadence/campaign",
    "not get/receive … more … emails/mails/messages",
    "remove … addresses/domain/company/team … list~/database/mailing~/system",
    "rather not receive/get/be/have",
    "take/get me/us out of … crm/system/list~/database",
    "no longer interested in hearing/receiving/getting",
    "be/am/get/being removed/deleted/taken/unsubscribed/dropped … list~/database/mailing~/system/emails/$",
    "please remove from … list~/mailing~/database/system",
    "refrain/abstain/desist from … contacting/sending/emailing/mailing/messaging/communication~/emails",
    "discontinue/halt/end these/your/all/any/this/further emails/mails/messages/mailings/communication~/correspondence",
    "cross/strike/scratch/get/leave me/us/my/our … off/from/out … list~/database/mailing~",
    "exclude/omit/withdraw/deregister me/us/my … from",
    "take our/my … off … list~/mailing~/database",
    "not authorised/authorized/permitted to contact/email/mail/message/use",
    "revoke/withdraw my consent",
    "<to/can/could stop/quit/cease/halt/discontinue contacting/emailing/mailing/writing/messaging/spamming/bothering/harassing/pestering",
    "stop/quit/cease/halt contacting/emailing/mailing/writing/messaging/spamming/bothering/harassing … me/us/here",
    "stop/quit/cease sending me/us", "stop/quit/cease sending … me/us",
    "<to/can/could stop/quit/cease sending/with ?all/any these/this/such/those/your/any/emails/email/mails/messages/spam",
    "<to/can/could stop/cease all/any/further contact/emails/email/mails/communication~/messages/correspondence",
    "stop/cease your emails/mails/messages/spam~/mailings", "cease and desist", "please stop $",
    "unsubscribe me/us/this/my/our", "<to/ll/will/can/did unsubscribe from this/your/these/all/the", "opt me/us out",
    "like/want/wish/prefer/choose to opt out $", "like/want/wish to unsubscribe", "how do/can i unsubscribe",
    "let me unsubscribe", "how can/do i opt out $", "please opt out",
    "remove/delete/drop/strike/erase/scratch me/us $",
    "remove/delete/drop/strike/erase/scratch me/us from this/these $",
    "remove/delete/drop/strike/erase/scratch me/us … list~/database/mailing~/mailinglist/records/system~/crm/sequence~/campaign~/"
      + "outreach/contacts/newsletter~/emails/mails/distribution",
    "remove/delete/drop/strike/erase/take … address/email/name/contact/number/company/domain … list~/database/mailing~/records/"
      + "system~/crm/sequence~/campaign~/contacts/newsletter~",
    "remove/delete/erase/lose/forget my/our/this/all … address~/email/emails/details",
    "take/get me/us off $", "take/get me/us off/from/out … list~/database/mailing~/system~/sequence~/newsletter~",
    "not contact/email/mail/message/write/text/approach/solicit ?to ?me/us again/anymore/further/ever/more",
    "not contact/email/mail/message/bother/spam/solicit ?to me/us "
      + "!by/via/on/before/until/till/during/this/next/today/tomorrow/through/after/over/unless/if/the/a/an",
    "not write to me/us $", "not contact/email/mail/message any more",
    "not send ?me/us anymore/these/such/emails/mails/messages/anything/stuff/newsletters/spam",
    "not want/wish/like/care/need/desire to be/receive/get/have … emails/mails/messages/newsletters/mailings/communication~/"
      + "solicitation~ !that",
    "not want/wish/like/care ?to be contacted/emailed/messaged/mailed/bothered/solicited",
    "not want/wish/like/care to hear … from", "not want any/more/these/further … from you",
    "no longer wish/want/like/care/need ?to receive/get/hear/be/have/these/your",
    "no more/further emails/mails/email/mail/messages/newsletters/spam/communication~/contact/solicitation~ !than/needed/issues",
    "leave me/us alone", "not reach out ?to ?me/us again/anymore/further/$", "not reach out ?to ?me/us $",
    "not follow up $", "not follow up with me/us $", "not follow up again/anymore/further", "not bother me/us $",
    "lose my/our email/address/number",
  ]

  private static let german = [
    "mochte/mochten/will/wollen/wunsch~ keine/keinerlei … angebote/anfragen/informationen/infos … erhalten/bekommen/empfangen",
    "hor~ ?sie/endlich/damit ?endlich/damit auf $",
    "mochte/mochten/will/wollen … von ihnen/euch/dir nichts/nie mehr/wieder … horen",
    "mochte/mochten/will/wollen … nichts/nie mehr/wieder von ihnen/euch/dir … horen",
    "schluss/genug mit/von den/der/diesen/dieser/euren/eurer/ihren/ihrer/deinen mails/emails/werbung/nachrichten/werbemails/spam~",
    "verbitte~ mir/uns … mail~/email~/werb~/kontakt~/zusendung~/nachricht~",
    "stell~ ?sie … versand/zusendung/zustellung/mail~/email~ … ein $",
    "verschon~ ?sie mich/uns",
    "losch~ ?sie meinen/unseren kontakt/eintrag",
    "nicht/nie mehr melden $",
    "bitte nicht mehr melden",
    "um loschung … daten/adresse/mailadresse/verteiler/liste/kontaktdaten",
    "keine mails/emails/nachrichten dieser/der/solcher/solche/von … mehr $",
    "von … mail~/email~/kontakt~/nachricht~/werb~/zusendung~ … abzusehen/absehen",
    "seh~ … von … mail~/email~/kontakt~/nachricht~/werb~/zusendung~ … ab $",
    "widersprech~ … nutzung/verarbeitung/verwendung/speicherung/zusendung … daten/werb~",
    "nehmt/nehmen/nimm ?sie mich/uns … raus/heraus/runter $",
    "melden sie sich … nicht/nie mehr/wieder $",
    "nehmen/nimm/nehmt/trag~/werf~/wirf … mich/uns/meine/unsere … aus/von/vom … "
      + "verteiler~/liste/listen/mailingliste/adressliste/kontaktliste/datenbank/system/kartei/newsletter/mailverteiler/emailverteiler",
    "keine/keinerlei weitere~ mail~/email~/nachricht~/newsletter/werb~/kontakt~/schreiben/anfragen/post/angebote/zusendung~",
    "keine/kein mail/mails/email/emails/nachricht~/newsletter/werb~/kontakt~/post/anfragen mehr "
      + "$",
    "keine/kein mail/mails/email/emails/nachricht~/newsletter/werb~/kontakt~/post mehr … "
      + "erhalten/bekommen/empfangen/schicken/senden/zusenden/haben/kriegen/wunsch~",
    "keine/kein mail/mails/email/emails/nachricht~/newsletter/werb~ mehr von/an/zu",
    "nicht/nie/niemals mehr/wieder/weiter/langer … anschreiben/kontaktieren/schreiben/belastigen/behelligen/anmailen $",
    "nicht/nie mehr/wieder/weiter … angeschrieben/kontaktiert/belastigt",
    "schreib~/kontaktier~/mail/mailen/belastig~/behellig~ ?sie/ihr mir/mich/uns … nicht/nie/nichts mehr/wieder/weiter~",
    "schick~/send~ ?sie/ihr mir/uns … nichts/nie/keine mehr/wieder/weiter~",
    "schick~/send~ ?sie/ihr mir/uns keine … mehr",
    "entfern~/streich~/losch~ … mich/uns/meine/unsere … "
      + "verteiler~/liste/listen/mailingliste/adressliste/kontaktliste/datenbank/datenbestand/system/kartei/newsletter/mailverteiler/"
      + "emailverteiler/emailliste/mailliste/adressverteiler",
    "mich/uns/meine/unsere … aus/von ?dem/der/den/ihrem/ihrer/eurem/eurer/deinem … verteiler~/liste/mailingliste/datenbank/newsletter … "
      + "streichen/nehmen/entfernen/loschen/austragen/abmelden/herausnehmen/rausnehmen/heraus/raus",
    "aus/von dem/ihrem/eurem/deinem/ihrer/eurer/der verteiler/liste/mailingliste/newsletter/datenbank "
      + "streichen/nehmen/entfernen/loschen/austragen/abmelden",
    "streich~/losch~/entfern~ ?sie mich/uns $", "streich~/losch~ ?sie mich/uns aus/von",
    "losch~/entfern~ … meine/unsere/alle … daten/adresse/mailadresse/emailadresse/kontaktdaten/adressdaten/adressen",
    "meine/unsere … daten/adresse/mailadresse/emailadresse/kontaktdaten !im/selbst/selber/online … loschen/entfernen $",
    "meld~ … mich/uns … ab $", "meld~ mich/uns von/vom … ab", "trag~ … mich/uns … aus $",
    "mochte/will/wurde/mochten/wollen mich/uns ?gern~/hiermit abmelden $",
    "mich/uns vom/von/aus … newsletter/verteiler/liste/mails/emails … abmelden",
    "mochte/will/wurde/mochten/wollen … newsletter/mails/emails/werbung … abbestellen",
    "hor~ ?sie auf … schreiben/schicken/senden/kontaktieren/mailen/anzuschreiben/mails/emails/zuzuschicken",
    "stopp~ sie/diese/die/ihre/eure … mail~/email~/nachricht~/werb~/zusendung~",
    "lass~ ?sie/ihr mich/uns … ruhe/frieden",
    "unterlass~ sie … mail~/email~/kontakt~/werb~/zusend~/schreiben/nachricht~",
    "wunsch~/mocht~ keine/keinerlei/keinen … mail~/email~/nachricht~/newsletter/werb~/kontakt~/post/zusendung~",
    "will/wollen keine … mail/mails/email/emails/nachrichten/newsletter/werb~ … erhalten/bekommen/haben/empfangen/kriegen",
  ]

  private static let french = [
    "cess~/arret~ tout/toute/tous/toutes … envoi~/communication~/sollicitation~/relance~/prospection/demarchage",
    "merci/prie/priere d/de arreter/cesser $",
    "inutile de me/nous relancer/recontacter/ecrire/contacter",
    "etre retire~/supprime~/desinscrit~/desabonne~/raye~ de … liste~/base/fichier~/$",
    "abstenir de … envoi~/envoyer/contact~/message~/ecrire",
    "ne/n plus … etre sollicite~/contacte~/demarche~/derange~",
    "ne/n plus … contacter/ecrire/envoyer/recevoir/solliciter/deranger/demarcher/relancer/importuner/contacte/sollicite/adresser",
    "ne/n souhait~/veu~/desir~/voul~ plus/pas … recevoir/vos/mails/courriels/emails/messages/entendre/contacte~/sollicite~/publicite~",
    "ne/n me/nous/m contact~/ecriv~/envoy~/sollicit~/relanc~/derang~/adress~ plus/pas",
    "me/nous/moi/m desabonn~/desinscri~/desinscr~", "desabonn~/desinscri~ moi/nous/mon/notre/cette/mes",
    "veuillez/merci/prie/souhaite/voudrais/veux … me/nous … desabonn~/desinscri~",
    "me/nous … retirer/supprimer/enlever/rayer/radier/effacer/oter/sortir … liste~/base/fichier~/diffusion/contacts",
    "retir~/supprim~/enlev~/ray~/radi~/effac~/ot~/sort~ moi/nous … liste~/base/fichier~/diffusion/contacts",
    "retir~/supprim~/enlev~/ray~/radi~/effac~ moi/nous $",
    "retir~/supprim~/enlev~/ray~/effac~ mon/ma/mes/notre/nos … adresse~/mail/email/courriel/donnees/coordonnees/contact~/nom",
    "<n arret~/cess~ de/d ?me/nous/m … ecrire/envoyer/contacter/spammer/harceler/solliciter/relancer/deranger/importuner",
    "arret~/cess~ vos/ces/les/cet/votre … mails/emails/courriels/messages/envois/spam~/relances/publicites",
    "stop aux/a/vos/les … mails/mail/emails/messages/pub~/spam~/envois", "laiss~ moi/nous tranquille~/en",
  ]

  private static let spanish = [
    "dej~ de recibir … correos/emails/mails/sus/mensajes",
    "no me/nos enviar~/mandar~/escribier~/contactar~ mas",
    "cancel~ mi/nuestra suscripcion",
    "no dese~/quier~ que me/nos contact~/escrib~/envi~/llam~/mand~",
    "no … vuelva~/volvais a escrib~/contact~/enviar~/mandar~/molestar~",
    "solicito/pido/quiero/deseo/ruego … baja de/$",
    "solicito/pido … la/mi baja",
    "no envi~/manden mas correos/emails/mails/mensajes",
    "darme/darnos/dame/deme/denme/denos/dennos/dadme/darles de baja",
    "me/nos/mi/nuestro den/de/da/dan/dar/correo … baja",
    "dar/den/de de baja … mi/este/nuestro/mis",
    "no me/nos envie~/mande~/escriba~/contacte~/moleste~/remita~ … nuevamente/mas/nunca/nada/correos/emails/mails/mensajes/publicidad",
    "no me/nos escriba~/contacte~/moleste~ $", "no … volver a contactar~/escrib~/enviar~",
    "no quier~/quer~/dese~ … recibir/recibiendo/sus/correos/emails/mensajes",
    "<no dej~/pare/paren/cese/cesen/basta de enviar~/escrib~/mandar~/contactar~/molestar~/correos/emails/mails/spam/mensajes",
    "eliminenme/elimineme/eliminame/eliminadme/borreme/borrenme/borrame/saqueme/saquenme/sacame/quiteme/quitenme/quitame/retireme/"
      + "retirenme/remuevame/remuevanme/borrarme/sacarme/quitarme/eliminarme … lista~/base/registros/sistema/datos/$",
    "elimin~/borr~/quit~/retir~ mi/mis/nuestro/nuestros/nuestra … correo~/email~/mail/direccion/datos/contacto~/nombre",
    "dejenme/dejeme/dejadme/dejame en paz",
  ]

  private static let italian = [
    "non vogl~/desider~ piu … email/mail/messaggi",
    "non mandat~/inviat~ altre/altri/piu",
    "essere rimoss~/cancellat~/tolt~ … lista/elenco",
    "essere rimoss~/cancellat~/tolt~/eliminat~ … lista/liste/mailing/database/elenco/newsletter/$",
    "smett~ con ?queste/le/vostre/queste email/mail/emails/messaggi",
    "non … inviate/mandate/spedite … piu",
    "cancellatemi/cancellami/cancellarmi/rimuovetemi/rimuovimi/rimuovermi/toglietemi/toglimi/togliermi/eliminatemi/eliminami/"
      + "eliminarmi/disiscrivetemi/disiscrivimi/disiscrivermi/cancellateci/rimuoveteci",
    "mi/ci cancell~/rimuov~/tolg~/elimin~/disiscriv~ … lista/liste/mailing/database/elenco/rubrica/newsletter/$",
    "cancell~/elimin~/rimuov~/togli~ … mio/miei/mia/nostro/nostri … indirizzo/mail/email/dati/contatto/contatti/nominativo",
    "non … scriv~/contatt~/invi~/mand~/disturb~ … piu/ulteriori",
    "non scrivetemi/contattatemi/inviatemi/mandatemi/disturbatemi !il/la/lo/i/gli/le/l/un/una/ancora/prima",
    "non voglio/vogliamo/desider~/vorre~ … ricevere/contattat~",
    "<non smett~ di ?inviar~/scriver~/mandar~/contattar~/disturbar~",
    "basta ?con/di/le/queste/vostre email/mail/emails/messaggi/spam/pubblicita/scrivermi",
    "lasciatemi/lasciami in pace",
    "mi lasc~ in pace",
  ]

  private static let portuguese = [
    "ser/sermos remov~/retir~/exclu~/descadastr~/tirad~ … lista~/mailing/base/cadastro/sistema/$",
    "nao me/nos contact~/contat~/escrev~/envi~/mand~/incomod~/procur~ … novamente/nunca",
    "nao volt~ a ?me/nos contact~/contat~/escrev~/envi~/mand~/incomod~",
    "par~/deix~ de receber",
    "parem/pare/chega com/de os/estes/esses/tantos emails/mails/mensagens",
    "nao envi~/mand~ mais … emails/email/mensagens/nada",
    "sair da/desta/dessa/de lista~/mailing",
    "exclusao/remocao do/da/de/dos meu/minha/meus/email/dados/contato",
    "nao me/nos contact~/contat~/escrev~/envi~/mand~ mais",
    "remov~/retir~/exclu~/tir~/apag~ … me/meu/minha/meus/nosso/nossa … lista~/mailing/base/cadastro/sistema",
    "me/nos remov~/retir~/exclu~/tir~/descadastr~ … lista~/mailing/base/cadastro/sistema/$",
    "remov~/retir~/exclu~/apag~ ?o/os meu/minha/meus/nosso … email~/mail/endereco/dados/contato/contacto/correio",
    "descadastr~ me/meu/minha", "me descadastr~", "cancel~ … minha/a inscricao/subscricao/assinatura $",
    "nao me/nos envi~/mand~/contact~/contat~/escrev~ … mais/nada/emails/mensagens/$",
    "nao … quer~/desej~/gostaria … receber", "nao quer~ mais … emails/mensagens/contacto~/contato~",
    "par~/deix~/cess~ de ?me/nos enviar/mandar/escrever/contactar/contatar/spam/incomodar", "me deix~ em paz",
    "deixe~ me em paz",
  ]

  private static let dutch = [
    "hou/houd ?hier ?eens ?er op met ?het mailen/sturen/schrijven/mails/spammen/deze/die",
    "mijn/onze adres/gegevens/emailadres/mailadres !zelf … verwijderen/wissen/schrappen $",
    "niet meer gemaild/gecontacteerd/benaderd/aangeschreven ?te worden",
    "van/uit de/uw/jullie/het/deze lijst/mailinglijst/bestand halen/verwijderen/schrappen",
    "schrap/verwijder mijn/onze adres/gegevens/emailadres",
    "haal me/mij/ons ?alsjeblieft/alstublieft van … lijst",
    "mij/me/ons … uit/af te schrijven/melden $",
    "stuur/mail … niets/niks meer",
    "mij/me/ons/mijn/onze … uit/van … bestand/lijst/mailinglijst/mailinglist/database/verzendlijst … verwijderen/halen/schrappen/afhalen/uithalen/weghalen/afvoeren",
    "mij/me/ons uit/van … lijst/mailinglijst/bestand/database $",
    "schrijf/schrijft/meld/meldt … mij/me/ons … uit/af $", "mij/me/ons ?graag … uitschrijven $",
    "wil/willen/wens … afmelden $",
    "wil/willen/wens … uitschrijven",
    "verwijder~/haal/halen/schrap~ … mij/me/ons/mijn/onze … "
      + "lijst/mailinglijst/mailinglist/bestand/database/verzendlijst/systeem/adressenbestand/nieuwsbrief",
    "verwijder~ mij/me/ons $", "verwijder~ … mijn/onze … adres/emailadres/mailadres/gegevens/email",
    "<heb/hebben/had/kreeg/krijg/krijgen/ontvang/ontvangen/kwam/kwamen/komen/tijd/dagen/weken/maanden geen "
      + "mail/mails/email/emails/berichten/nieuwsbrieven/reclame/contact/spam … meer !missen/verliezen",
    "geen verdere/nieuwe mails/emails/berichten/contact",
    "niet meer … mailen/schrijven/contacteren/benaderen/sturen/lastigvallen/aanschrijven/lastig/benaderd/gemaild $",
    "stop met … mailen/sturen/schrijven/mails/emails/berichten/spammen/contacteren", "laat me/mij/ons met rust",
  ]

  /// Swedish, Danish, Norwegian, Finnish.
  private static let northern = [
    "slutt/sluta/stop/hold … mase/masa/tjata/plage/genere/forstyrre/stora … meg/mig/oss/os/$",
    "fjern~/slet~/slett~/ta/tag … mig/meg/os/oss … epostlist~/postlist~/sendelist~/adresselist~/mailinglist~",
    "haluan/haluamme/haluaisin … pois … list~/postituslist~/uutiskirje~/rekister~",
    "undanber~ mig/oss",
    "frabe~ mig/meg/os/oss",
    "ikke at/a skriv~/kontakt~/mail~ … igen/igjen/mere/mer",
    "ikke at/a send~ … flere/mere mail~/email~/epost~/beskeder/meldinger",
    "jatta~/jata minut/meidat … rauhaan",
    "sluta … skicka/mejla/maila … mejl~/mail~/epost~/utskick",
    "avsluta ?min/mitt prenumeration~",
    "avregistrera denna/detta/den adress~/epostadress~",
    "meldes av … list~",
    "stopp/stop med de/disse/jeres/deres mail~/mails/epost~",
    "inga/inte fler/mer mejl~/mail~/epost~/meddelande~/utskick/brev/reklam",
    "skicka/vill/onskar … inte/inga … fler/mer … mejl~/mail~/epost~/utskick/reklam",
    "ikke flere/mere/mer mail~/email~/epost~/meldinger/beskeder/henvendelser/reklame/nyhedsbreve",
    "onsker/vil … ikke … flere/mere/mer mail~/email~/epost~/meldinger/beskeder/henvendelser/reklame/nyhedsbreve",
    "ikke send~ … flere/mere/mer mail~/email~/epost~/meldinger/beskeder/reklame",
    "ikke send~/kontakt~/skriv~ … mig/meg/os/oss … flere/igen/igjen/mer/mere/mail~/epost~",
    "sluta … mejla/maila/skicka/kontakta/skriva/spamma/hora $",
    "sluta … mejla/maila/skicka/kontakta/skriva/spamma … mig/oss",
    "ta/tag/plocka bort mig/oss/min/var … lista~/listan/listor/register~/utskick~/databas~/adress/epostadress/mejlista/mejllista~/"
      + "sandlista~/mail/mejl/uppgifter/$",
    "vill inte … mejl~/mail~/epost~/utskick/meddelande~/reklam/kontaktas/kontaktad~",
    "onskar inte … mejl~/mail~/epost~/kontakt~",
    "avregistrera/avprenumerera/avanmal~ mig/oss/min", "kontakta/mejla/maila/skriv … mig/oss inte … igen/mer/langre/$",
    "inte kontakta/mejla/maila/skriv~ … mig/oss igen/mer/langre/$", "lamna mig/oss i fred",
    "stop/stopp/slut/slutt/hold/hor ?op/opp med/a/at … skriv~/send~/mail~/kontakt~/spam~/epost",
    "fjern~/slet~/slett~/ta/tag … mig/meg/os/oss/min/mitt … liste~/listen/listene/maillist~/mailingliste~/register~/database~/"
      + "nyhedsbrev~/nyhetsbrev~",
    "fjern~/slet~/slett~ mig/meg/os/oss $", "afmeld/avmeld mig/meg/os/oss", "meld mig/meg/os/oss av/af/ut $",
    "fjern~/slet~/slett~ … min/mitt/mine/vores/var … adresse/mail~/email~/epost~/data/oplysninger/opplysninger",
    "onsker ikke … modtage/motta/fa/kontakt~/bli/blive/hore",
    "vil ikke … modtage/motta/kontaktes/have/ha mail~/email~/epost~/flere",
    "ikke skriv/kontakt/send/mail ?til mig/meg/os/oss … igen/igjen/mer/mere/$", "la/lad mig/meg/os/oss … fred/vare",
    "poista~ … minut/meidat/osoitteeni/sahkopostini/tietoni/yhteystietoni",
    "alkaa/ala/alka … lahet~/ottako/ottaka/kirjoit~/hairit~",
    "en/emme halua … sahkoposti~/viestej~/posteja/postia/enaa/mainoksia",
    "lopetta~ … lahet~/viesti~/sahkoposti~/roskaposti~",
    "lopeta … lahet~/viesti~/sahkoposti~",
  ]

  /// Polish, Czech, Slovak, Hungarian, Romanian, Turkish.
  private static let eastern = [
    "opriti/opreste … trimiter~/email~/mail~/mesaj~",
    "nechte/nech/nechajte me/mne/ma/nas byt/pokoji/pokoj/tak",
    "odczep~ sie",
    "beni/bizi rahat birak~",
    "szalljanak/szalljon/szallj le rolam/rolunk",
    "dajcie/daj/dac mi/nam … spokoj",
    "dejte/dej/dajte/daj mi/nam … pokoj $",
    "vymazani/vyrazeni/odstraneni/smazani/vyskrtnuti meho/me/mych/naseho/nasich … kontakt~/email~/adres~/udaj~",
    "hagyj~ … beken/bekeben",
    "inceta~/incetez~ sa ?mi/ne/ma trimit~/scri~/contact~/deranj~",
    "lasa/lasati ma/ne in pace",
    "iletisime gecmeyin/gecmeyiniz/gecme",
    "adresimi/mailimi/epostami/bilgilerimi … siler/silebilir/cikarir/cikarabilir/silin/siliniz",
    "mnie/nas … usun~/skresl~/wykresl~ … list~/baz~",
    "vymazani/vyrazeni/odstraneni … seznam~/databaz~/evidence",
    "nezasilejte/nezasilajte mi/nam",
    "tavolits~ … listarol/adatbazis~/listajukrol",
    "nie wyrazam~ zgody na … przesylanie/wysylanie/kontakt/otrzymywanie/ofert",
    "bana/bize/mail~ … atmayi/gondermeyi/yazmayi birak~/kesin",
    "sters/scos/eliminat/sterse din … list~/baza",
    "wykresl~/usunieci~ z … baz~/list~",
    "wiecej/juz … nie pisa~/pisz~/wysyla~/kontakt~",
    "niewysyla~/nieprzysyla~/nieprzesyla~ … maili/wiadomosci/ofert/mi/do",
    "uz/jiz/vice/dale/viac … nepis~/neposil~/neposiel~/nekontakt~",
    "ma/ne scoat~/sterg~/elimin~ … list~/baza/$",
    "wypis~ mnie/nas", "mnie/nas ?prosze wypis~",
    "usun~/usuniec~/skresl~/wykresl~ … mnie/nas/moj~/nasz~ … list~/baz~/adres~/dan~/mailing~/subskrypc~/newsletter~",
    "usuniecie mojego/moich/naszego/mnie … adres~/danych/z/maila", "usuniecie z list~/baz~",
    "nie chce/chcemy/zycze/zyczymy … otrzymywac/dostawac/maili/wiadomosci/mailow/korespondencji/kontaktu/ofert",
    "nie wysyla~/pisa~/pisz~/kontaktowa~/przesyla~ … wiecej/juz/mnie/mi/nas",
    "prosze/prosimy nie pisac/wysylac/kontaktowac/przesylac",
    "prosze/prosimy … niekontaktowanie/niewysylanie/nieprzesylanie/niepisanie",
    "przesta~ … pisac/wysylac/kontaktowac/spamowac/mailowac",
    "uz/jiz/vice/dale/viac nepis~/neposil~/neposiel~/nekontakt~",
    "neposilejte/nekontaktujte/neposilej/neposielajte mi/nam/me/ma/mne/nas",
    "nepiste/nepis mi/nam … uz/jiz/vice/dale/viac/znovu/zadne/maily/emaily/zpravy/spravy/$",
    "nepreji/nepreju/neprejeme/nechci/nechceme/nezelam/neprajem/nechcem … email~/maily/mailu/maily/zprav~/sprav~/dostavat/dostavat/"
      + "posilat/kontaktovan~/nabidk~",
    "odhlas~ me/mne/nas/ma", "odhlaseni/odhlasenie $", "odhlaseni/odhlasenie z/ze … seznam~/zoznam~/odber~/newsletter~",
    "vyrad~/vymaz~/smaz~/odstran~/vyskrtn~/odstran~ … me/mne/nas/ma/muj/moj~/nasi … seznam~/zoznam~/databaz~/adres~/email~/udaj~/"
      + "evidenc~/rozesil~",
    "prestan~ … psat/posilat/kontaktovat/otravovat/pisat/posielat",
    "ne kuldj~/irj~/keress~/zavarj~/kuldozg~ … tobb~/tobbet/tovabbi/nekem/level~/email~/ide/uzenet~",
    "ne irj~ … tobbet",
    "leiratkoz~",
    "torol~/vegyen/vegyek/vegyenek … listarol/listajukrol/adatbazis~/cimemet/adataimat/cimunket/cimlista~",
    "nem kerek/kerem/kerunk/szeretnek/kivanok … tobb/tovabbi/level~/email~/ertesit~/hirlevel~/uzenet~",
    "nu … mai scrie~/scri~/trimit~/contact~/deranj~",
    "nu mai doresc/vreau/dorim/vrem … email~/mail~/mesaj~/primi~/primesc/sa",
    "ma/ne dezabon~", "dezabon~ ma/ne",
    "sterge~/sterget~/scoate~/elimin~ ma/ne/adresa/datele/emailul … lista~/baza/date/mea/$",
    "mail~/eposta~/email~/mesaj~/iletisi … gondermeyin/gonderme/atmayin/atma/yollamayin/istemiyor~",
    "bana/bize … gondermeyin/yazmayin/atmayin/yollamayin/ulasmayin/yazma",
    "bir daha/artik … yazmayin/gondermeyin/rahatsiz/ulasmayin", "artik … yazmayin/gondermeyin/ulasmayin",
    "rahatsiz etmeyin",
    "beni/bizi/adresimi/mailimi/epostami … liste~/listeden/abonelik~/cikar~/silin/sil",
    "abonelikten/uyelikten … cik~/ayril~/iptal", "listeden/listenizden … cikar~/silin/sil",
  ]

  /// Russian, Ukrainian, Bulgarian.
  private static let cyrillic = [
    "отстаньте/отвяжитесь/отвалите ?от ?меня/нас $",
    "дайте мені/нам … спокій",
    "відчепіться ?від ?мене/нас $",
    "больше мне/нам … не пишите/присылайте/беспокойте/отправляйте/шлите/высылайте/звоните/пиши/присылай",
    "більше мені/нам … не пишіть/надсилайте/турбуйте/присилайте",
    "не надо/нужно … писать/присылать/отправлять",
    "уберите/удалите мой/мою … email/почту/адрес/имейл",
    "удалите/уберите/исключите/вычеркните меня/нас $",
    "меня/нас … удалить/исключить/убрать … рассылк~/списк~/баз~",
    "отпишите/отпиши/отписать/отпишете меня/нас/мой/ме/ни", "хочу/хотим/прошу/прошу отписать~",
    "не пишите/присылайте/шлите/отправляйте/беспокойте/высылайте/пиши/присылай … мне/нам/меня/нас/больше/писем/письма/рассылк~/почту",
    "больше не пишите/присылайте/беспокойте/беспокоить/присылать/писать/отправляйте/отправлять/шлите/хочу/хотим/желаю/высылайте",
    "больше … не беспокоить/присылать/писать/отправлять",
    "прекратите/перестаньте/хватит/прекращайте/прекратить … писать/присылать/слать/рассылк~/спам~/отправлять/беспокоить/письма",
    "удалите/уберите/исключите/вычеркните/удалить/исключить … меня/нас/мой/мою/мои/наш~ … рассылк~/списк~/баз~/адрес~/почт~/данные/контакт~",
    "не хочу/хотим/желаю/желаем … получать",
    "просьба/прошу/просим … не писать/присылать/беспокоить/отправлять/слать/рассылать",
    "оставьте меня/нас … покое",
    "відпишіть мене/нас", "не пишіть/надсилайте/турбуйте/присилайте … мені/нам/мене/нас/більше/листів",
    "більше не пишіть/надсилайте/турбуйте/присилайте/хочу",
    "припиніть/перестаньте/досить … писати/надсилати/присилати/розсилк~/спам~/турбувати",
    "видаліть/приберіть/виключіть … мене/нас/мою/мій/наш~ … розсилк~/списк~/баз~/адрес~/пошт~/дані",
    "не хочу/бажаю … отримувати", "не ми/ни пишете/изпращайте/пращайте … повече/вече/имейл~/$",
    "спрете … ми/да/изпращ~/имейл~", "премахнете ме/ни/адреса … списък~/списъка/базата/$",
  ]

  /// Greek, Croatian and Serbian in Latin letters, Slovenian, Lithuanian, Latvian, Estonian, Catalan.
  private static let southern = [
    "αφηστε/αφησε/ασε/αστε με/μασ … ησυχ~",
    "μη/μην ?μου/με/μασ ?ξανα ξαναστειλ~/στελν~/στειλ~/ξαναγραψ~/γραψ~/γραφ~/επικοινων~/ενοχλ~/ξαναστελν~/ξαναενοχλ~",
    "μη/μην … ξαναστειλ~/ξαναγραψ~/ξαναενοχλ~/επικοινωνησ~",
    "διαγραψτε/διαγραψε/αφαιρεστε/βγαλτε/σβηστε με/μασ/το/τα … λιστα~/λιστασ/email/διευθυνση/στοιχεια/βαση/$",
    "σταματ~ … στελν~/στειλ~/ενοχλ~/γραφ~",
    "δεν θελω/επιθυμω/θελουμε/επιθυμουμε … λαμβαν~/email~/μηνυμα~/παραλαμβ~/αλλα/ενημερ~",
    "odjavite/odjavi/ispisite me/nas", "nemojte/nemoj … vise slati/pisati/kontaktirati", "nemojte mi/nam slati/pisati",
    "ne zelim/zelimo … primati/prejemati/dobivati/dobijati/mailov~/mailove",
    "uklonite/izbrisite/maknite/odstranite me/nas … popis~/list~/seznam~/$",
    "nerasykite/nesiuskite man/mums/daugiau", "daugiau ne~ rasy~/siusk~", "lugge mind … nimekirjast/listist",
    "arge saatke/kirjutage … enam/mulle/meile", "lugege/eemaldage mind … nimekirjast/listist",
    "palun eemaldage mind/mind",
    "no m envi~/escrig~ … mes", "doneu/dona/donar m de baixa",
  ]

  /// Indonesian, Malay, Vietnamese, Tagalog.
  private static let others = [
    "jangan kirim~/hubungi/email/mengirim … lagi/saya/kami", "berhenti berlangganan/mengirim/mengirimi/menghubungi",
    "hapus/keluarkan saya/kami/email/alamat … daftar/milis/saya/list", "huy dang ky $",
    "dung/ngung gui … email/thu/cho/nua/toi",
    "huwag … mag email/padalhan/magpadala",
  ]

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
    "leiratkozas", "leiratkozom", "leiratkozas hirlevel~", "peruuta tilaus", "lopettakaa", "lopeta", "poista tilaus",
    "dezabonare",
    "dezaboneaza ma",
    "abonelikten cik", "abonelik iptali", "listeden cik", "διαγραφη", "απεγγραφη", "odjava", "odjavi me", "ispis",
    "berhenti", "berhenti berlangganan", "huy dang ky", "td",
  ]

  /// Parts of texts in scripts that do not part words, without white space: Japanese, Chinese, Korean, Thai, Arabic, Persian, Hebrew, Hindi.
  static let runOn = [
    "送らないよう", "送信しないよう", "連絡しないよう", "送ってこないよう", "送信をやめ", "送るのをやめ", "送付をやめ", "二度と送", "二度とメール", "一切送",
    "迷惑なのでやめ", "もうやめて", "アドレスを消", "連絡先を削除", "名簿から削除", "名簿から外", "リストから消", "リストから除", "配信先から",
    "案内は不要", "案内はご遠慮", "営業はお断り", "営業はご遠慮", "配信停止", "配信を停止", "配信の停止", "配信解除", "配信不要", "配信は不要", "配信を希望しません", "配信を希望しない",
    "配信を止め", "配信をやめ", "配信を中止", "配信拒否",
    "送らないで", "送信しないで", "送付しないで", "送ってこないで", "送信を停止", "送信を止め", "送信停止", "配信しないで", "連絡しないで", "連絡してこないで",
    "連絡は不要", "連絡は控え", "連絡はお控え", "メールはお控え", "メールは控え", "連絡不要", "メールは不要", "メール不要", "メールは結構", "メールはお断り", "メールはご遠慮",
    "メールを止め", "メールをやめ", "メールを停止", "メール停止", "メールしないで",
    "登録解除", "登録を解除", "購読解除", "購読を解除", "購読停止", "メルマガ解除", "リストから削除", "リストから外", "アドレスを削除", "アドレスの削除", "退会希望",
    "取消我的订阅", "取消我的訂閱", "停止订阅", "停止訂閱", "别发了", "別發了", "不要发邮件", "不要再联络", "不要再打扰", "不要再打擾", "不要再來信", "不要再来信",
    "停止来信", "停止來信", "把我删", "將我刪", "将我删", "从名单中删", "從名單中刪", "移出名单", "移出名單", "移出列表", "不需要再发", "无需再发", "不用再发",
    "退订", "退訂", "取消订阅", "取消訂閱", "不要再联系", "不要再聯絡", "不要再聯繫", "别再联系", "別再聯絡", "不要再给我", "不要再給我", "不要再发", "不要再發",
    "不要再寄", "别再发", "别再给我", "別再寄", "別再發", "勿再寄", "勿再发", "勿再發", "勿再联系", "勿再打扰", "请勿发送", "請勿寄送", "不要给我发", "不要給我寄",
    "停止发送", "停止發送", "停止寄送", "停止给我", "不想再收到", "不希望再收到", "不愿再收到", "不再接收", "将我移除", "將我移除", "把我移除", "把我从", "把我從",
    "将我从", "將我從", "删除我的", "把我的邮箱", "把我的郵箱", "刪除我的", "取消邮件", "别再骚扰", "不要打扰", "不要骚扰",
    "발송을중단", "발송중단", "발송을중지", "발송중지", "전송을중단", "메일을중단", "주소를지워", "주소를삭제", "제정보를삭제", "연락처를삭제", "그만연락", "연락그만",
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
