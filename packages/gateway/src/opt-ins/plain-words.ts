/*
 * How people withdraw in plain words. 47 CFR 64.1200(a)(10) lets them use any reasonable means, so a text that probably
 * says so is taken for an opt-out until a person has looked. The rules were written by us from such texts; how well they
 * do on a labelled list stands in `keywords.test.ts`.
 */

import { foldText } from "./fold-text.ts";

/** One way to say it, over a text that `foldText` has reduced to its words. */
export interface PlainRule {
  readonly language: string;
  readonly pattern: RegExp;
}

const TEXTS =
  "(?:text|texts|texting|txt|txts|txting|message|messages|messaging|msg|msgs|sms|spam|alert|alerts|notification|notifications|reminder|reminders|promo|promos|promotions|ads|advertising|marketing|solicitations?)";
const ENDING =
  "(?: (?:again|any ?more|ever|please|pls|plz|thanks|thank you|at all|else|asap|now|immediately|ok|okay))*";
const COURTESY =
  "(?:please|pls|plz|now|already|thanks|thank you|ok|okay|just|kindly|asap|immediately|hi|hello|hey|sir|guys|and|right away|i said)";
const ME =
  "(?:me|us|my (?:number|phone|cell|phone number|cell phone|name|info)|this (?:phone number|number|phone)|our number)";
// A negation or a question about the past turns the words round: "don't stop texting me", "did you stop texting me?".
const NOT_TURNED =
  "(?<!\\b(?:dont|do not|never|cant|cannot|can not|wont|will not|didnt|did not|doesnt|wouldnt|couldnt|not to|did you|did they|have you|you|they|he|she|i|not) )";

const english = [
  `^(?:(?:${COURTESY}|reply) )*(?:stop|unsubscribe|unsub|opt ?out|stop all|stop ?2 ?stop)(?: (?:${COURTESY}|stop|it|this|that|all|the|these|those|your|me|${TEXTS}))*$`,
  `${NOT_TURNED}\\b(?:stop|quit|cease)(?: (?:with|all|the|these|those|your|any|of))* (?:automated )?${TEXTS}(?: ${ME}| us)?${ENDING}$`,
  `${NOT_TURNED}(?<!\\bto )\\b(?:stop|quit|cease) (?:texting|txting|messaging|contacting|calling|spamming|bothering|harassing|msging|writing|hitting)(?: up)? (?:${ME}|here)\\b`,
  `\\byou (?:guys |all |people )?to (?:stop|quit|cease) (?:texting|txting|messaging|contacting|calling|spamming|bothering|harassing)\\b`,
  `${NOT_TURNED}(?<!\\bto )\\b(?:stop|quit) sending (?:(?:me|us|to|this|these|those|the|all|your|any|my|phone|number|so many|more|such|stuff|crap|shit) ?)*(?:${TEXTS}|this|these|stuff|things|anything|crap|shit|to me)${ENDING}`,
  `\\bstop (?:receiving|getting) (?:(?:these|those|your|the|any|all|so many|this|such|any more|more) ?)*${TEXTS}`,
  `\\b(?:dont|do not|never|not to) (?:ever )?(?:text|message|contact|msg|sms|bother|call|write|hit) (?:up )?(?:to )?${ME}(?: up)?(?:${ENDING}$| (?:again|any ?more|ever)\\b)`,
  `\\b(?:dont|do not|never) (?:ever )?send (?:me|us|this number) (?:(?:any|these|this|your|more|such|those|anymore) ?)*(?:${TEXTS}|things|anything)${ENDING}$`,
  `^(?:${COURTESY} )*no more (?:of )?(?:(?:these|those|your|any) )?${TEXTS}(?: messages)?\\b`,
  `\\b(?:want|wish|like) no more ${TEXTS}`,
  `\\b(?:take|remove|delete|get|drop|scratch|cross|erase) ${ME} (?:off|from|out of)(?: of)? (?:(?:your|the|this|ur|that|all|any|these|whatever) ?)*(?:\\w+ ){0,2}?(?:lists?|database|system|${TEXTS}|contacts|mailing|distribution|campaigns?|records|file|thread)\\b`,
  `^(?:${COURTESY} |can you |could you |i need you to )*(?:remove|delete|unsubscribe|take|opt|erase) ${ME}(?: off| out| from this)?${ENDING}$`,
  `\\b(?:unsubscribe|opt) (?:me|us|my number|this number)(?: out)?(?: (?:from|of)\\b|${ENDING}$)`,
  `(?<!\\bdo )\\b(?:i|we) (?:want|wanna|would like|wish|need|have decided|am trying|want you|choose)(?: to)? (?:be )?(?:unsubscribe|opt(?:ed)? out(?! of the)|unsubscribed|removed from (?:your|this|the) (?:\\w+ )?(?:lists?|${TEXTS}))`,
  `\\bid like to (?:be )?(?:unsubscribed?|opt(?:ed)? out|removed)`,
  `\\bhow (?:do|can|could) (?:i|we) (?:unsubscribe(?! from the (?:newsletter|e ?mail))|opt out|stop (?:these|this|getting|the texts?)|get off (?:this|the|your) list)`,
  `\\b(?:i am|im) opting out\\b`,
  `^(?!.*\\b(?:gave|sent|called|typed|dialed|entered|wrote|put)\\b)(?:\\w+ ){0,3}?(?:you )?(?:have |have got |youve got |youve |got |u have |ur at |texted |texting |reached |this is |its |think you have |messaged |contacted )?(?:the |a )?wrong (?:number|person|#|phone)(?: (?:sorry|please|pls|buddy|dude|man|bro|stop|here|remove me|dont text|do not text|thanks|lol))*$`,
  `\\b(?:you|youve|u) (?:have|got|reached|texted|are texting|have got|must have|probably have) (?:the )?wrong (?:number|person|phone|guy|man|woman|lady|dude)\\b`,
  `\\b(?:this (?:is|isnt)|thats|that is|its) (?:not|no longer|not longer|isnt)(?: \\w+){0,2} (?:number|phone|cell)(?: any ?more)?$`,
  `\\b(?:lose|forget|delete|erase) (?:my|this) (?:number|contact)\\b`,
  `\\b(?:enough|knock it off) (?:with|of) (?:(?:all|the|these|those|your|this) )*${TEXTS}`,
  `\\bwho (?:gave|said|told) you (?:permission|consent|you could|to) (?:to )?(?:use|text|message|contact)`,
  `\\bleave (?:me|us) (?:the (?:hell|fuck) )?alone\\b`,
  `^(?:just |please )*(?:go away|fuck off|f off|piss off|buzz off|get lost)(?: (?:spammer|please|already))*$`,
  `\\b(?:i|we) (?:do not|dont|no longer|never|didnt|did not|would rather not|am not interested in) (?:want(?:ed)?|wish|care|need|receiving|getting)(?: to)? ?(?:(?:receive|get|be sent|see|any|more|your|these|those|this|further|other|anymore|all|any more) )*(?:${TEXTS}|texted|messaged|contacted)\\b`,
  `\\b(?:do not|dont|no longer) (?:want|wish) (?:to be (?:texted|contacted|messaged|called)|to hear from you|(?:any|your|these|those|further|more) (?:\\w+ )?${TEXTS}|you (?:to )?(?:text|texting|contact|contacting|message|messaging)(?: \\w+)?)`,
  `\\b(?:i|we) (?:hereby )?(?:revoke|withdraw|am withdrawing|am revoking) (?:my |our |all |any )*(?:consent|permission)`,
  `\\b(?:never|did not|didnt) (?:sign(?:ed)? up|consent(?:ed)?|subscribe[d]?|opt(?:ed)? in|agree[d]?|ask(?:ed)?) (?:for|to|to receive|to get) (?:(?:this|these|those|any|your|receive|get|getting|such|be) ?)*(?:${TEXTS}|texted|this|these|stuff)?(?: from (?:you|u)(?: guys| all| people)?)?$`,
  `\\b(?:do not|dont) (?:call|contact|text) list\\b`,
  `\\bdo not contact\\b(?! (?:him|her|them|the|my|bob))`,
  `\\b(?:reporting|report|reported) (?:you|this|this number|it|your number) (?:as spam|to the fcc|for spam|to my carrier|as junk)`,
  `^(?:this is )?spam$`,
  `\\bcancel (?:(?:the|these|my|all|your|any|future) )*(?:text|texts|messages|sms|text alerts|text messages|text subscription|sms alerts|notifications|reminders)${ENDING}$`,
];

const spanish = [
  "\\bno (?:me|nos) (?:escriban?|escribas?|contacten?|contactes?|llamen?|molesten?|molestes?|texteen?|textees?)(?: (?:mas|nunca|otra vez|nunca mas|por favor|a este numero|gracias|ya))*$",
  "\\bno (?:me|nos) (?:manden?|mandes?|envien?|envies?|escriban?|escribas?) (?:(?:por favor|ya|mas|estos|sus|tantos|otro|ningun) ?)*(?:mas|mensajes?|textos?|sms|nada|publicidad|spam|promociones)\\b",
  "\\b(?<!\\bno )(?:dejen?|dejes?|deja|paren?|para|pare|basta) (?:ya )?de (?:(?:escribir|mandar|enviar|molestar|contactar|textear|llamar)(?:me|nos)|(?:mandar|enviar)(?:me)? (?:mas )?(?:mensajes|textos|sms|publicidad))",
  "\\b(?:ya )?no (?:quiero|queremos|deseo|deseamos)(?: recibir| que me (?:escriban|manden|envien|contacten|llamen))?(?: (?:mas|sus|estos|tus|ningun|otros|esos|de))*(?: (?:mensajes?|textos?|sms|publicidad|promociones|notificaciones))",
  "\\bno quiero que me (?:escriban|manden|envien|contacten|llamen|molesten)\\b",
  "\\b(?:quiten|quite|quita|borren|borre|borra|eliminen|elimine|elimina|saquen|saque|saca|remuevan|retiren)(?:me\\b|nos\\b| mi (?:numero|nombre|telefono))",
  "^(?:\\w+ ){0,4}?(?:tiene[ns]? (?:el )?)?numero (?:equivocado|incorrecto|erroneo)(?: (?:gracias|por favor|no me escriban|disculpe))*$",
  "\\bse (?:equivoco|equivocaron|equivoca) de (?:numero|persona)\\b",
  "\\b(?:denme|deme|darme|dame|quiero darme|me doy) de baja\\b(?! (?:en el|del|de la|de mi) (?:gimnasio|curso|clase|seguro|plan|contrato))",
  "^(?:por favor )?(?:ya )?no mas (?:mensajes?|textos?|sms|publicidad)",
  "^(?:por favor |ya )*(?:alto|paren|basta|stop|dejenme en paz|cancelar (?:los |estos |sus )?mensajes)(?: (?:por favor|ya|gracias|de mensajes))*$",
  "\\bdejen?(?:me|nos) en paz\\b",
];

const french = [
  "\\b(?<!\\bpas )(?:arretez|arrete|arreter|cessez|stoppez)(?: (?:svp|sil|vous|te|plait|donc|tout de suite|immediatement|merci|de|d))* ?(?:m|me |nous |d|de )?(?:ecrire|envoyer|contacter|texter|harceler|deranger|menvoyer|mecrire|denvoyer|appeler|mappeler|les (?:messages|textos|sms)|vos (?:messages|textos|sms)|ces (?:messages|textos|sms))\\b",
  "^(?:svp |merci de |stop |veuillez )*(?:arretez|arrete|stop|desabonnez moi|desinscrivez moi)(?: (?:svp|sil vous plait|sil te plait|merci|tout de suite|ca|cela|maintenant))*$",
  "\\b(?:ne )?(?:m|me |nous )(?:ecrivez|envoyez|contactez|textez|derangez|appelez|ecris|envoie)(?: (?:plus|jamais))(?! que| quand)",
  "\\bnenvoyez plus\\b",
  "\\b(?:retirez|enlevez|supprimez|effacez|desinscrivez|desabonnez|rayez|otez|enleve|retire)(?: moi| nous| mon (?:numero|nom))(?: (?:de|svp|sil)|$)",
  "\\b(?:ne )?(?:veux|souhaite|desire|voulons) plus (?:recevoir (?:de |vos |ces |aucun )?(?:messages?|textos?|sms|pubs?|publicites?|notifications)?|(?:de|vos|ces) (?:messages|textos|sms|pub)|etre (?:contacte|derange))",
  "^(?:\\w+ ){0,4}?(?:mauvais|faux) numero(?: (?:desole|merci|svp))*$",
  "\\b(?:vous (?:vous )?(?:trompez|etes trompe) de (?:numero|personne)|erreur de numero)\\b",
  "^(?:svp )?plus (?:de|aucun) (?:messages?|textos?|sms|pub)(?: (?:svp|merci|sil vous plait))*$",
  "\\b(?:veux|voudrais|souhaite|comment) (?:me )?(?:desabonner|desinscrire)(?: (?:de )?(?:vos|ces|des|la) (?:messages|textos|sms|liste)|$)",
  "\\b(?:laissez|laisse|fichez|foutez)(?: |)(?:moi|nous)(?: la paix| tranquilles?)",
];

const german = [
  "\\b(?:hor|hore|hort|horen sie|hoeren sie)(?: (?:bitte|endlich|doch|sofort|mal|jetzt))* auf(?: (?:bitte|damit))*(?:$| (?:mir|mich|uns|zu|mit)\\b)",
  "\\bkeine (?:weiteren |weitere |mehr )?(?:nachrichten|nachricht|sms|werbung|texte|mitteilungen)(?: (?:mehr|bitte|danke|an mich|senden|schicken))+",
  "\\bkeine (?:weiteren|weitere) (?:nachrichten|sms|werbung|mitteilungen)\\b",
  "\\b(?:schreib|schreibt|schreiben|kontaktieren|kontaktiert|texten|belastigen)(?: sie)? (?:mir|mich|uns)(?: bitte)? (?:nicht|nie)(?: mehr| wieder)",
  "\\bnicht mehr (?:schreiben|kontaktieren|anschreiben|anrufen|kontaktiert werden)(?: (?:bitte|danke))*$",
  "\\b(?:schicken|senden|schickt|sendet|schick)(?: sie)? (?:mir|uns) (?:bitte )?(?:keine|nichts|nie)(?: (?:sms|nachrichten|werbung|mehr|wieder|mehr))",
  "\\b(?:losch|loscht|losche|loschen|loeschen|entfernen|entfernt|streichen|streicht|nehmen|nimm)(?: sie)?(?: bitte)? (?:mich|uns|meine (?:nummer|handynummer|telefonnummer|daten))\\b",
  "^(?:\\w+ ){0,4}?(?:falsche (?:nummer|person)|falsch verbunden)(?: (?:sorry|bitte|danke|leider))*$",
  "\\b(?:mochte|will|wurde gern|moechte) (?:\\w+ ){0,2}?(?:keine (?:\\w+ )?(?:nachrichten|sms|werbung)|nicht mehr (?:kontaktiert|angeschrieben))",
  "\\b(?:mochte|will|moechte) mich (?:bitte )?(?:abmelden$|(?:von|aus) (?:der|dieser|den|diesen|ihrer|ihren) (?:liste|nachrichten|sms|verteiler) (?:abmelden|austragen))",
  "\\blass(?:en|t)?(?: sie)? mich(?: (?:bitte|endlich))? in ruhe\\b",
  "^(?:bitte |jetzt |sofort |endlich )*(?:stop|stopp|stoppen|aufhoren|abmelden)(?: (?:bitte|danke|sofort|jetzt|sie das|damit))*$",
];

const others: readonly (readonly [string, readonly string[]])[] = [
  [
    "pt",
    [
      "\\b(?:pare|parem|para) de (?:me )?(?:mandar|enviar|escrever|ligar|incomodar|perturbar)",
      "\\bnao (?:me )?(?:mandem?|enviem?|escrevam?|liguem?|perturbem?)(?: (?:mensagens|sms|nada))? mais\\b",
      "\\bnao (?:quero|desejo) (?:mais )?receber\\b(?: (?:mais|suas|essas|estas|as))*(?: (?:mensagens?|sms|propagandas?))",
      "\\b(?:me )?(?:tira|tirem?|removam?|retirem?|excluam?)(?: me| meu (?:numero|nome))?(?: d[ao]s?| de)? ?(?:sua|essa|esta|desta|dessa)? ?lista\\b",
      "^(?:\\w+ ){0,3}?numero errado$",
    ],
  ],
  [
    "it",
    [
      "\\bsmett(?:ete|etela|ila|i|a) di (?:scrivermi|mandarmi|inviarmi|contattarmi|disturbarmi|mandare|inviare)",
      "\\bnon (?:scrivetemi|scrivermi|contattatemi|contattarmi|mandatemi|inviatemi|mi scrivete|mi mandate)(?: (?:messaggi|sms))? piu\\b",
      "\\bnon voglio piu (?:ricevere|messaggi|sms)",
      "\\b(?:cancellatemi|toglietemi|rimuovetemi)\\b",
      "^(?:\\w+ ){0,4}?numero sbagliato$",
    ],
  ],
  [
    "nl",
    [
      "\\bstop met (?:sms|sms en|smsen|berichten|appen|sturen|mij|me)\\b",
      "\\bgeen (?:berichten|sms|smsjes|reclame) meer\\b",
      "\\b(?:haal|verwijder|schrap) (?:me|mij|mijn nummer)(?: (?:van|uit) (?:de|jullie|uw|je) (?:lijst|bestand|systeem)|$)",
      "^(?:\\w+ ){0,4}?verkeerd(?:e)? nummer$",
    ],
  ],
  /* One word, where people write another script than those of the keywords; `foldText` takes Hangul apart as well. */
  ["ru", wholly("стоп", "отписаться", "отписка")],
  ["el", wholly("στοπ", "διακοπη", "διαγραφη")],
  ["he", wholly("הסר", "הסרה", "הסירו")],
  ["ar", wholly("قف", "توقف", "الغاء", "إلغاء")],
  ["zh", wholly("退订", "退訂", "停止", "取消订阅", "取消訂閱", "td")],
  ["ja", wholly("停止", "配信停止", "解除")],
  ["ko", wholly("수신거부", "중지")],
];

function wholly(...words: readonly string[]): string[] {
  return [`^(?:${words.map(foldText).join("|")})$`];
}

/** All rules. They speak for themselves, so a Spaniard in Sweden is understood as well. */
export const PLAIN_RULES: readonly PlainRule[] = [
  ...rules("en", english),
  ...rules("es", spanish),
  ...rules("fr", french),
  ...rules("de", german),
  ...others.flatMap(([language, patterns]) => rules(language, patterns)),
];

function rules(language: string, patterns: readonly string[]): PlainRule[] {
  return patterns.map((pattern) => ({ language, pattern: new RegExp(pattern) }));
}
