/// What people say to end it, as words and what follows them within a few others; data for ``StopWords``.
///
/// Written as ``WordPattern`` reads it: parts with the words that may stand there, `~2` the most words between two parts, `*` any
/// ending. `!` at the beginning: said to somebody ("stop the mails", "please stop", "I asked you to stop"), not told ("we stop mails").
enum StopPatterns {
  static let rows: [String] = [
    // English
    "! stop,quit,cease,discontinue,halt,refrain from,desist from ~2 email*,mail*,messag*,contact*,writing,"
      + "spam*,send*,correspond*,newsletter*,bother*,harass*,pester*,bugg*,annoy*,hound*,solicit*,communicat*",
    "dont,do not,never,not to,no longer ~1 contact me,contact our,contact us,contact again,contact any*,email "
      + "me,email us,email again,mail me,mail us,mail again,write me,write us,write to me,write to us,write again,"
      + "message me,message us,message again,reach out,follow up,bother me,bother us,spam me,spam us",
    "dont,do not,never,not to ~1 send ~0 me,us,any,more,these,this,those,such,your,further,out ~2 email*,mail*,"
      + "message*,spam,crap,stuff,correspondence,newsletter*,anything",
    "! remove,delete,erase,exclude ~0 me,us,my email*,my address,my name,my mail,my info*,my data,my details,"
      + "my contact*,our email*,our address,our company,our info*,our data,our details,this address,this email*,"
      + "this mail*",
    "! take,drop,strike,get,cut ~0 me,us,my name,my email*,my address,my contact*,our name,our email*,our "
      + "address,our company,this address ~1 off,from,out",
    "! remove,delete,take ~0 from,off ~2 list*,mailing*,database",
    "! take,remove,delete ~3 address*,email*,name ~1 out of,from,off ~1 system*,database*,list*",
    "dont,do not,never,not to ~1 send again",
    "do not contact,do not email,do not mail ~0 list*",
    "removing,deleting ~0 me,us,my email*,my address,my name,my contact*,my data,our address",
    "taking,getting ~0 me,us,my name,my email*,my address ~1 off,from,out",
    "have,ve,already ~1 unsubscribed ~1 twice,already,before,several,many,three",
    "delete,erase,remove ~2 data ~4 me,us,hold,mine",
    "erasure,deletion,removal ~0 of my,of our,of all my,of all our,of personal",
    "prefer not to,rather not,rather you did not ~2 receive,be contacted,hear,email*",
    "dont want,do not want,no longer want,dont wish,do not wish,no longer wish,never want ~1 to receive,receive,"
      + "to hear from,hear from,be contacted",
    "dont want,do not want,no longer want,dont wish,do not wish,no longer wish,never want ~0 any,your,these,more,"
      + "such,this,further,to get ~2 email*,mail*,messag*,spam,newsletter*,contact",
    "dont want,do not want,no longer want,never want ~0 email*,mails,spam,newsletter*",
    "want off,want out of,get off ~2 list*,mailing*",
    "dont have,do not have,no,without ~1 permission*,consent ~1 to email*,to contact*,to mail*",
    "asking you,asked you,told you,telling you,ask you ~5 to stop",
    "! unsubscribe,unsuscribe,unsubcribe,unsubscibe,unsubsribe,unsubscrib,unsuscribed ~0 me,us,please,my",
    // German
    "keine weiteren,keine weitere,keinen weiteren,keinerlei weitere ~0 mail*,email*,nachricht*,kontakt*,"
      + "werbung,newsletter*,schreiben,zuschriften",
    "nicht mehr,nie wieder,nicht weiter ~2 schreib*,anschreib*,anzuschreib*,kontaktier*,mailen,belastig*,"
      + "belaestig*,anmailen,anzumailen,angeschrieben",
    "bitte ~2 nicht mehr ~1 melden",
    "losch*,loesch*,entfern*,streich* ~2 mich,uns,meine email*,meine mail*,meine adresse,meine daten,unsere "
      + "daten,unsere adresse,unsere firma",
    "nehm*,trag* ~3 mich,uns,meine adresse,unsere firma ~3 aus,raus,heraus,von",
    "nehm*,losch*,loesch*,streich*,entfern* ~6 aus,von ~2 liste,liste*,verteiler*,datenbank*,newsletter*",
    "loschung,loeschung ~0 meiner,unserer ~0 daten,adresse,email*,kontakt*",
    "widerspreche*,widerruf* ~5 daten,verarbeitung,nutzung,werbung,einwilligung,kontakt*,zusendung",
    "unterlass*,sehen sie von,stoppen,stoppt,stopp,horen sie auf,hoeren sie auf,hort auf,hor auf ~4 mail*,"
      + "email*,schreib*,send*,schick*,nachricht*,kontaktier*,spam,newsletter*,werbung",
    "bitte,kunftig,zukunftig,kuenftig ~1 keine ~0 mail*,email*,newsletter* ~0 mehr",
    "wunsche*,wuensche*,wollen,mochte*,moechte*,will ~1 keine,keinerlei ~0 werbung,werbemail*,newsletter*,spam",
    "schreiben sie,schreibt,schreib ~1 mir,uns,mich ~0 nicht mehr",
    "schick*,send* ~3 keine,keinen ~1 mail*,email*,nachricht*,newsletter*,werbung",
    // French
    "ne,n ~3 plus ~1 contact*,envoy*,ecri*,adress*,sollicit*,relanc*,recev*,recontact*,derang*",
    "ne ~2 contact*,envoy*,ecriv*,relanc*,sollicit*,adress*,derang*,recontact* ~1 plus,jamais",
    "arret*,cess* ~3 envoy*,envoi*,ecri*,contact*,mail*,email*,messages,sollicit*,spam,harcel*",
    "supprim*,retir*,enlev*,effac*,ray*,radi* ~0 moi,nous,mon adresse,mon mail,mon email,mes donnees,mes "
      + "coordonnees,mes infos,mon nom,notre adresse,nos coordonnees,mon contact",
    "me,nous ~0 supprimer,retirer de,enlever de,desinscrire,desabonner,radier",
    // Spanish
    "no ~3 escrib*,contact*,envi*,mand*,molest* ~2 mas",
    "no me,no nos ~0 envi*,mand* ~2 correo*,mail*,email*,mensaje*,publicidad,spam",
    "solicit*,pido,quiero,ruego ~1 baja",
    "dejar de,deje de,dejen de,deja de ~0 recibir,enviar*,escrib*,mandar*,contactar*,molestar*",
    "elimin*,borr*,quit*,sac*,saqu*,retir* ~1 mi correo,mi email,mi mail,mis datos,mi direccion,de la lista,de "
      + "su lista,de sus listas,de la base,de su base",
    // Italian
    "non ~3 scriv*,contatt*,invi*,mand*,disturb* ~2 piu",
    "non ~3 piu ~1 ricev*,scriv*,contatt*,mail,email,disturb*",
    "cancellazione,rimozione ~0 dei miei,del mio,della mia",
    "non ~1 voglio,vogliamo ~1 piu ~3 email*,mail*,messagg*",
    "non mi ~0 invi*,mand* ~2 mail*,email*,messagg*,pubblicita,spam",
    "cancell*,elimin*,rimuov*,togli*,disiscriv* ~1 i miei dati,il mio indirizzo,la mia mail,la mia email,il "
      + "mio nominativo,dalla lista,dalla vostra,dalla mailing,dalle vostre liste",
    // Portuguese
    "nao ~3 envi*,mand*,contat*,contact*,receber,escrev*,perturb* ~2 mais",
    "remocao,exclusao ~0 do meu,dos meus,da minha",
    "nao ~2 mais ~1 receber,envi*,contat*,contact*,mand*,emails",
    "nao me,nao nos ~0 envi*,mand* ~2 email*,mail*,mensagens,spam,publicidade",
    "parar de,pare de,parem de ~1 receber,enviar*,mandar*,escrever*,contat*,contact*",
    "tir*,remov*,retir*,exclu*,apag* ~1 meu email,meu mail,meu contato,meu contacto,meus dados,da lista,da "
      + "vossa lista,da sua lista",
    // Dutch
    "wil,willen,graag,gelieve,liever ~3 niet meer,nooit meer ~2 mail*,gemaild,email*,contact*,benader*,"
      + "gecontacteerd,ontvangen,aanschrijv*,aangeschreven",
    "geen ~0 mail*,email*,berichten,contact ~0 meer ~4 ontvang*,stur*,krijg*,van u,van jullie,aub",
    "stuur* ~1 geen ~1 mail*,email*,berichten,nieuwsbrie*",
    "haal*,verwijder*,schrap* ~1 mij,me,ons,mijn adres,mijn email* ~2 van,uit",
    "van ~2 lijst* ~1 halen,verwijderen",
    "mij,me,ons ~0 uit te schrijven,uit te laten schrijven,uitschrijven",
    // Swedish, Danish, Norwegian
    "ta bort,fjern,fjerne,slet,slett,slette,stryk,radera ~0 mig,meg,oss,os,min adress*,min mail*,min epost*,"
      + "mine data,mina uppgifter ~3 list*,utskick*,register*,database*,databas*,system*",
    "! sluta,slutt,stop,stopp,hold op ~3 mejl*,mail*,skick*,send*,skriv*,kontakt*,spam*",
    "inga,ikke,ingen,inte ~3 fler,flere ~1 mejl*,mail*,epost*,utskick*,beskeder",
    "ikke,inte,aldrig,aldri ~1 kontakt*,skriv*,mejl*,maila ~2 igen,igjen,mig,meg,mer",
    "avsluta ~1 prenumeration*",
    // Finnish
    "poista* ~1 minut,sahkoposti*,osoitte* ~1 lista*,listoil*,rekister*",
    // Polish
    "usun*,wypis*,skresl* ~1 mnie,moj adres,moje dane,nas ~1 z list*,z baz*,z mailing*,z newsletter*",
    "mnie ~0 usunac,wypisac,skreslic",
    "nie,przesta* ~1 pisac,piszcie,pisz,wysylac,wysylajcie,kontaktowac,przysylac ~2 wiecej,do mnie,juz,maili,mi",
    // Czech, Slovak
    "uz,jiz ~2 nepis*,neposil*,nekontakt*",
    "nepis*,neposil*,neposiel*,nekontakt* ~1 mi,mne,me,uz,vice,viac",
    "vymaz*,vyrad*,smaz*,odhlas*,odstran* ~1 ze seznamu,z databaze,z odberu,zo zoznamu,z databazy",
    // Russian, Ukrainian
    "удал*,исключ*,убер*,убрать,убрат*,вычеркн*,отпиш*,видал*,виключ* ~0 меня,нас,мене,мои адрес,мою почту,мои "
      + "данные,мою адресу ~2 из,з,адрес*,почт*,данны*",
    "не,больше не ~1 пиш*,писат*,присыла*,шлит*,беспокои*,отправля* ~2 мне,нам,больше,меня,нас",
    "удал*,исключ*,убер*,убрат* ~3 из баз*,из ваш*,из рассыл*,из спис*",
    "больше ~0 не ~1 пиш*,писат*,присыла*,шлит*,беспокои*",
    "не надо,не нужно,не стоит,прошу не,просьба не ~2 писат*,присылат*,слать,беспокоит*",
    // Romanian
    "scoat*,sterg*,elimin* ~2 din list*,din baz*,adresa mea,datele mele",
  ]
}
