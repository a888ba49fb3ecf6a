/* The words that act by themselves when they are the whole text, by language. Written as `foldText` leaves them. */

/** Words of one language. */
export interface KeywordFamily {
  /** BCP 47 tag. */
  readonly language: string;
  /** Countries (ISO 3166-1) in which the words act; `all` for words that act everywhere. */
  readonly countries: "all" | readonly string[];
  readonly optOut: readonly string[];
  readonly optIn: readonly string[];
  readonly help: readonly string[];
  /** A yes, which agrees only where somebody was asked. */
  readonly affirm: readonly string[];
}

const SPANISH =
  "ES MX AR CO CL PE VE EC GT CU BO DO HN PY SV NI CR PA UY GQ PR US"; /* the United States have their own Spanish */
const FRENCH = "FR CA BE CH LU MC SN CI ML BF NE TG BJ CM GA CG CD MG HT DZ MA TN RE GP MQ GF YT PF NC";

/**
 * The families.
 *
 * Sources. English opt-out: 47 CFR 64.1200(a)(10) (stop, quit, end, revoke, opt out, cancel, unsubscribe); Twilio,
 * "Twilio support for opt-out keywords" (stopall, optout); Telnyx, "Opt-out keywords" (stop all); AWS End User Messaging,
 * "Required opt-out keywords" (remove, arret). Opt-in and help: the same pages (start, unstop; help, info). French: AWS,
 * "French compliance keywords" for Canada (arret, aide, info). All read in November 2026. Spanish alto, parar and
 * cancelar are what carriers let senders configure. The other words are those that businesses of these countries print
 * under their texts beside STOP; no carrier acts on them, and taking them at their word errs on the quiet side.
 */
export const KEYWORD_FAMILIES: readonly KeywordFamily[] = [
  {
    language: "en",
    countries: "all",
    optOut: words("stop, stopall, stop all, unsubscribe, cancel, end, quit, revoke, optout, opt out, remove"),
    optIn: words("start, unstop"),
    help: words("help, info"),
    affirm: words("yes, y"),
  },
  {
    language: "fr",
    countries: FRENCH.split(" "),
    optOut: words("arret, arreter, desabonner, desinscrire"),
    optIn: [],
    help: words("aide"),
    affirm: words("oui"),
  },
  {
    language: "es",
    countries: SPANISH.split(" "),
    optOut: words("alto, parar, cancelar, baja, salir"),
    optIn: [],
    help: words("ayuda"),
    affirm: words("si"),
  },
  {
    language: "pt",
    countries: words("BR, PT, AO, MZ, CV, GW, ST"),
    optOut: words("sair, parar, cancelar, pare"),
    optIn: [],
    help: words("ajuda"),
    affirm: words("sim"),
  },
  {
    language: "de",
    countries: words("DE, AT, CH, LI, LU"),
    optOut: words("stopp, abmelden, abbestellen"),
    optIn: [],
    help: words("hilfe"),
    affirm: words("ja"),
  },
  {
    language: "it",
    countries: words("IT, CH, SM, VA"),
    optOut: words("annulla, cancellami, disiscrivi"),
    optIn: [],
    help: words("aiuto"),
    affirm: words("si"),
  },
  {
    language: "nl",
    countries: words("NL, BE, SR"),
    optOut: words("afmelden, uitschrijven"),
    optIn: [],
    help: words("hulp"),
    affirm: words("ja"),
  },
  {
    language: "sv",
    countries: words("SE, FI, NO"),
    optOut: words("stopp, avsluta, avslutt"),
    optIn: [],
    help: words("hjalp, hjelp"),
    affirm: words("ja"),
  },
];

function words(list: string): string[] {
  return list.split(", ");
}
