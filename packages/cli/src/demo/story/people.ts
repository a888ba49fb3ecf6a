/*
 * The people of the demo: customers of Alder Bay Boatyard, an invented business. Numbers are set aside for fiction
 * where a country has such a range, and plainly made up elsewhere; all are valid in form.
 */

/** A user of the CRM who signs in to the demo. */
export interface StaffMember {
  readonly id: StaffId;
  readonly name: string;
  readonly email: string;
  readonly title: string;
  /** Role at the gateway; a member sees only the lines that are assigned to them. */
  readonly role: "owner" | "member";
  readonly lines: readonly LineKey[];
}

export type StaffId = "mara" | "tomas";
export type LineKey = "desk" | "workshop";

export const STAFF: readonly StaffMember[] = [
  {
    id: "mara",
    name: "Mara Lindqvist",
    email: "mara@alderbay.example",
    title: "Front desk",
    role: "owner",
    lines: ["desk", "workshop"],
  },
  {
    id: "tomas",
    name: "Tomás Reyes",
    email: "tomas@alderbay.example",
    title: "Workshop",
    role: "member",
    lines: ["workshop"],
  },
];

/** The lines' names, in the order in which the sandbox lists its first tenant's lines. */
export const LINE_NAMES: Readonly<Record<LineKey, string>> = { desk: "Front desk", workshop: "Workshop" };

/** Somebody with a phone. Without a `name` the CRM does not know them: they have texted, and that is all. */
export interface Person {
  readonly id: string;
  readonly number: string;
  readonly name?: string;
  readonly accountId?: string;
  readonly title?: string;
  readonly email?: string;
  readonly place?: string;
  /** BCP 47, so that the page can set `lang` and a screen reader its voice. */
  readonly language: string;
}

export const PEOPLE = [
  person("nora-whitfield", "+12065550142", "en", "Nora Whitfield", "kittiwake", "Owner", "Seattle, Washington"),
  person("dev-ramaswamy", "+12065550118", "en", "Dev Ramaswamy", "pelican", "Fleet manager", "Anacortes, Washington"),
  person("june-castellan", "+13605550127", "en", "June Castellan", "pelican", "Bookings", "Anacortes, Washington"),
  person("lucia-ferrer", "+34600000142", "es", "Lucía Ferrer", "mistral", "Skipper", "Palma, Spain"),
  person("camille-aubry", "+33600000175", "fr", "Camille Aubry", "petrel", "Owner", "La Rochelle, France"),
  person("jonas-brandt", "+491713920042", "de", "Jonas Brandt", "nordwind", "Chairman", "Kiel, Germany"),
  person("anke-vogt", "+491713920057", "de", "Anke Vogt", "nordwind", "Treasurer", "Kiel, Germany"),
  person("beatriz-moura", "+5511910000142", "pt", "Beatriz Moura", "maresia", "Owner", "Santos, Brazil"),
  person("aoi-morita", "+819010000142", "ja", "森田 葵", "kamome", "Owner", "Yokohama, Japan"),
  person("chen-xiaoyu", "+8613000000142", "zh", "陈晓雨", "white-gull", "Purchasing", "Xiamen, China"),
  person("ananya-kulkarni", "+919000000142", "hi", "अनन्या कुलकर्णी", "sagarika", "Owner", "Mumbai, India"),
  person("layla-haddad", "+971500000142", "ar", "ليلى حداد", "noor", "Owner", "Dubai, United Arab Emirates"),
  person("noa-barak", "+972500000142", "he", "נועה ברק", "galim", "Skipper", "Haifa, Israel"),
  person("giulia-sartori", "+393200000142", "it", "Giulia Sartori", "mistral", "Owner", "Trieste, Italy"),
  person("eleni-markou", "+306900000142", "el", "Ελένη Μάρκου", "meltemi", "Charter desk", "Lefkada, Greece"),
  person("haneul-kim", "+821020000142", "ko", "김하늘", "kamome", "Crew", "Busan, South Korea"),
  person("ingrid-solheim", "+4790000142", "nb", "Ingrid Solheim", "fjordlys", "Owner", "Bergen, Norway"),
  person("olena-boyko", "+380500000142", "uk", "Олена Бойко", "chaika", "Owner", "Odesa, Ukraine"),
  person("kwame-mensah", "+12065550163", "en", "Kwame Mensah", "gulf-parts", "Parts counter", "Tacoma, Washington"),
  person(
    "marguerite-okafor",
    "+14255550109",
    "en",
    "Marguerite Okafor",
    "seabright",
    "Commodore",
    "Kirkland, Washington",
  ),
  person("pete-larkin", "+14255550186", "en", "Pete Larkin", "seabright", "Youth coach", "Kirkland, Washington"),
  person("sam-tidewell", "+13605550171", "en", "Sam Tidewell", "islander", "Owner", "Friday Harbor, Washington"),
  person("rosalind-achebe", "+12065550134", "en", "Rosalind Achebe", "curlew", "Owner", "Seattle, Washington"),
  person("hugh-pemberton", "+447700100142", "en-GB", "Hugh Pemberton", "petrel", "Crew", "Falmouth, United Kingdom"),
  person("amelie-roy", "+16045550155", "fr-CA", "Amélie Roy", "harfang", "Owner", "Vancouver, British Columbia"),
  person("wes-calloway", "+12535550148", "en", "Wes Calloway", "islander", "Captain", "Tacoma, Washington"),
  person("imogen-hale", "+61491570156", "en-AU", "Imogen Hale", "curlew", "Co-owner", "Hobart, Australia"),
  person("diego-salinas", "+525500000142", "es-MX", "Diego Salinas", "pelican", "Captain", "La Paz, Mexico"),
  person("teresa-nunes", "+351910000142", "pt-PT", "Teresa Nunes", "maresia", "Crew", "Cascais, Portugal"),
  person("youssef-amrani", "+966500000142", "ar", "يوسف العمراني", "noor", "Captain", "Jeddah, Saudi Arabia"),
  person("bram-de-wit", "+31610000142", "nl", "Bram de Wit", "fjordlys", "Crew", "Enkhuizen, Netherlands"),
  person("otto-brill", "+12065550139", "en", "Otto Brill", "curlew", "Surveyor", "Seattle, Washington"),
  stranger("unknown-trailer", "+12065550177", "en"),
  stranger("unknown-fuel", "+447400000142", "en-GB"),
  stranger("unknown-lost", "+15035550119", "en"),
  stranger("unknown-es", "+34600000188", "es"),
] as const satisfies readonly Person[];

export type PersonId = (typeof PEOPLE)[number]["id"];

function person<Key extends string>(
  id: Key,
  number: string,
  language: string,
  name: string,
  accountId: string,
  title: string,
  place: string,
) {
  return {
    id,
    number,
    language,
    name,
    accountId,
    title,
    place,
    email: `${id.replaceAll("-", ".")}@mail.example`,
  };
}

function stranger<Key extends string>(id: Key, number: string, language: string) {
  return { id, number, language };
}
