import { renderTemplate, type SendingSettings, type Wording } from "@trunkline/protocol";

/** What can be answered, as the settings name it. */
export type AnswerKind = keyof SendingSettings["answers"];

/*
 * Our wording of each answer. What must stand in them: CTIA, Short Code Monitoring Handbook (name of the program, how
 * often, "message and data rates may apply", HELP and STOP), and 47 CFR 64.1200(a)(12) (one confirmation of an opt-out,
 * without marketing). Words are chosen so that all fit the GSM 7-bit alphabet; START, STOP and YES work everywhere.
 */
const ENGLISH: Readonly<Record<AnswerKind, string>> = {
  optOut: "{{business}}: You have been unsubscribed and will get no more texts. Reply START to get them again.",
  optIn:
    "{{business}}: You will get texts from us. Message frequency varies. Msg & data rates may apply. Reply HELP for help, STOP to end.",
  help: "{{business}}: Reply to this text and we will help you. Msg & data rates may apply. Reply STOP to end.",
  doubleOptIn:
    "{{business}}: Reply YES to get texts from us. Message frequency varies. Msg & data rates may apply. Reply HELP for help, STOP to refuse.",
};
const STANDARD: Readonly<Record<string, Readonly<Record<AnswerKind, string>>>> = {
  en: ENGLISH,
  es: {
    optOut:
      "{{business}}: Se ha dado de baja y no le enviaremos otros mensajes. Responda START para recibirlos de nuevo.",
    optIn:
      "{{business}}: Usted recibe nuestros mensajes. Frecuencia variable. Pueden aplicarse tarifas de mensajes y datos. Responda HELP para ayuda, STOP para darse de baja.",
    help: "{{business}}: Responda a este mensaje y le atenderemos. Pueden aplicarse tarifas de mensajes y datos. Responda STOP para darse de baja.",
    doubleOptIn:
      "{{business}}: Responda YES o SI para recibir nuestros mensajes. Frecuencia variable. Pueden aplicarse tarifas de mensajes y datos. HELP para ayuda, STOP para rechazar.",
  },
  fr: {
    optOut:
      "{{business}}: C'est noté, nous ne vous enverrons plus de messages. Répondez START pour les recevoir de nouveau.",
    optIn:
      "{{business}}: Vous recevrez nos messages. Fréquence variable. Des frais de messages et de données peuvent s'appliquer. Répondez HELP pour de l'aide, STOP pour ne plus en recevoir.",
    help: "{{business}}: Répondez à ce message et nous vous aiderons. Des frais de messages et de données peuvent s'appliquer. Répondez STOP pour ne plus en recevoir.",
    doubleOptIn:
      "{{business}}: Répondez YES ou OUI pour recevoir nos messages. Fréquence variable. Des frais de messages et de données peuvent s'appliquer. HELP pour de l'aide, STOP pour refuser.",
  },
  de: {
    optOut: "{{business}}: Sie sind abgemeldet. Antworten Sie mit START, um wieder Nachrichten von uns zu bekommen.",
    optIn:
      "{{business}}: Sie bekommen Nachrichten von uns. Die Häufigkeit wechselt. Es können Kosten für Nachrichten und Daten anfallen. HELP für Hilfe, STOP zum Abmelden.",
    help: "{{business}}: Antworten Sie auf diese Nachricht, dann helfen wir Ihnen. Es können Kosten für Nachrichten und Daten anfallen. STOP zum Abmelden.",
    doubleOptIn:
      "{{business}}: Antworten Sie mit YES oder JA, um Nachrichten von uns zu bekommen. Die Häufigkeit wechselt. Es können Kosten für Nachrichten und Daten anfallen. HELP für Hilfe, STOP zum Ablehnen.",
  },
  pt: {
    optOut: "{{business}}: O envio foi cancelado. Responda START para receber de novo as nossas mensagens.",
    optIn:
      "{{business}}: Agora recebe as nossas mensagens. A quantidade varia. Podem ser cobradas tarifas de mensagens e dados. Responda HELP para ajuda, STOP para cancelar.",
    help: "{{business}}: Responda a esta mensagem e vamos ajudar. Podem ser cobradas tarifas de mensagens e dados. Responda STOP para cancelar.",
    doubleOptIn:
      "{{business}}: Responda YES ou SIM para receber as nossas mensagens. A quantidade varia. Podem ser cobradas tarifas de mensagens e dados. HELP para ajuda, STOP para recusar.",
  },
  it: {
    optOut: "{{business}}: Non riceverai altri messaggi. Rispondi START per riceverli di nuovo.",
    optIn:
      "{{business}}: Riceverai i nostri messaggi. La frequenza varia. Possono applicarsi costi per messaggi e dati. Rispondi HELP per aiuto, STOP per annullare.",
    help: "{{business}}: Rispondi a questo messaggio e ti aiuteremo. Possono applicarsi costi per messaggi e dati. Rispondi STOP per annullare.",
    doubleOptIn:
      "{{business}}: Rispondi YES o SI per ricevere i nostri messaggi. La frequenza varia. Possono applicarsi costi per messaggi e dati. HELP per aiuto, STOP per rifiutare.",
  },
  nl: {
    optOut: "{{business}}: U bent afgemeld. Antwoord START om weer berichten van ons te krijgen.",
    optIn:
      "{{business}}: U krijgt berichten van ons. Het aantal wisselt. Er kunnen kosten zijn voor berichten en data. Antwoord HELP voor hulp, STOP om te stoppen.",
    help: "{{business}}: Beantwoord dit bericht en we helpen u. Er kunnen kosten zijn voor berichten en data. Antwoord STOP om te stoppen.",
    doubleOptIn:
      "{{business}}: Antwoord YES of JA om berichten van ons te krijgen. Het aantal wisselt. Er kunnen kosten zijn voor berichten en data. HELP voor hulp, STOP om te weigeren.",
  },
  sv: {
    optOut: "{{business}}: Du är avregistrerad och får inga fler meddelanden. Svara START för att få dem igen.",
    optIn:
      "{{business}}: Du får meddelanden från oss. Antalet varierar. Avgifter för meddelanden och data kan tillkomma. Svara HELP för hjälp, STOP för att avsluta.",
    help: "{{business}}: Svara på detta meddelande så hjälper vi dig. Avgifter för meddelanden och data kan tillkomma. Svara STOP för att avsluta.",
    doubleOptIn:
      "{{business}}: Svara YES eller JA för att få meddelanden från oss. Antalet varierar. Avgifter för meddelanden och data kan tillkomma. HELP för hjälp, STOP för att tacka nej.",
  },
};

/** Languages of our own wording, as BCP 47 tags. */
export const ANSWER_LANGUAGES: readonly string[] = Object.keys(STANDARD);

/**
 * The text of an answer, or null where the business wants none. A language that we have no words in gets English.
 *
 * @param language - BCP 47 tag; its first part counts
 */
export function answerText(
  kind: AnswerKind,
  wording: Wording,
  { business, language }: { business: string; language: string | null },
): string | null {
  if (wording === "none") return null;
  const primary = language?.split("-")[0]?.toLowerCase() ?? "en";
  const own = wording === "standard" ? null : wording.text;
  const standard = (Object.hasOwn(STANDARD, primary) ? STANDARD[primary] : undefined) ?? ENGLISH;
  return renderTemplate(own ?? standard[kind], { business }).text;
}
