import type { PersonId } from "./people.ts";

/** A customer of the boatyard as the CRM files it: a boat, a club, a charter company or a supplier. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly kind: "Private" | "Charter" | "Club" | "Supplier" | "Trade";
  readonly boat?: string;
  readonly berth?: string;
  readonly since: number;
}

export const ACCOUNTS: readonly Account[] = [
  { id: "kittiwake", name: "Kittiwake", kind: "Private", boat: "Sloop, 34 ft", berth: "C14", since: 2019 },
  {
    id: "pelican",
    name: "Pelican Charters",
    kind: "Charter",
    boat: "Two trawlers, 42 ft",
    berth: "A5, A6",
    since: 2016,
  },
  { id: "mistral", name: "Mistral", kind: "Private", boat: "Ketch, 12 m", berth: "D7", since: 2024 },
  { id: "petrel", name: "Pétrel", kind: "Private", boat: "Cutter, 9.8 m", berth: "E9", since: 2022 },
  { id: "nordwind", name: "Segelverein Nordwind", kind: "Club", boat: "Six dinghy cruisers", since: 2021 },
  { id: "maresia", name: "Maresia", kind: "Private", boat: "Catamaran, 38 ft", berth: "A11", since: 2023 },
  { id: "kamome", name: "Kamome", kind: "Private", boat: "Sloop, 32 ft", berth: "B3", since: 2025 },
  { id: "white-gull", name: "White Gull Trading", kind: "Trade", since: 2025 },
  { id: "sagarika", name: "Sagarika", kind: "Private", boat: "Motor yacht, 40 ft", berth: "B8", since: 2020 },
  { id: "noor", name: "Noor Al Bahr", kind: "Private", boat: "Motor yacht, 18 m", berth: "A2", since: 2024 },
  { id: "galim", name: "Galim", kind: "Private", boat: "Sloop, 11 m", berth: "C2", since: 2022 },
  { id: "meltemi", name: "Meltemi Sailing", kind: "Charter", boat: "Three sloops", since: 2023 },
  { id: "fjordlys", name: "Fjordlys", kind: "Private", boat: "Double-ender, 10 m", berth: "C9", since: 2018 },
  { id: "chaika", name: "Chaika", kind: "Private", boat: "Sloop, 28 ft", berth: "Shed 2", since: 2023 },
  { id: "gulf-parts", name: "Gulf Marine Parts", kind: "Supplier", since: 2014 },
  { id: "seabright", name: "Seabright Sailing Club", kind: "Club", boat: "25 keelboats, youth fleet", since: 2012 },
  { id: "islander", name: "Islander", kind: "Private", boat: "Trawler, 36 ft", berth: "F2", since: 2017 },
  { id: "curlew", name: "Curlew", kind: "Private", boat: "Yawl, 41 ft", berth: "D1", since: 2015 },
  { id: "harfang", name: "Harfang", kind: "Private", boat: "Sloop, 30 ft", berth: "C5", since: 2021 },
];

export interface Deal {
  readonly id: string;
  readonly accountId: string;
  readonly title: string;
  /** In US dollars. */
  readonly value: number;
  readonly stage: "Quoted" | "Agreed" | "In the yard" | "Done";
}

export const DEALS: readonly Deal[] = [
  deal("kittiwake", "Haul-out and cutless bearing", 1_286, "In the yard"),
  deal("kittiwake", "Winter cover, made to measure", 940, "Quoted"),
  deal("pelican", "Repower Pelican I, 75 hp diesel", 24_900, "Agreed"),
  deal("pelican", "Electric drive for Pelican III", 58_300, "Quoted"),
  deal("mistral", "Berth D7, one week", 406, "Agreed"),
  deal("mistral", "Winch service", 190, "Done"),
  deal("petrel", "Winter ashore with mast down", 3_200, "Agreed"),
  deal("nordwind", "Bottom paint for six boats", 3_648, "Agreed"),
  deal("maresia", "Berth A11, yearly", 4_980, "Done"),
  deal("kamome", "Berth B3, one week", 364, "Agreed"),
  deal("white-gull", "Two spray hoods, shipped", 2_250, "Agreed"),
  deal("sagarika", "Engine fault finding", 240, "In the yard"),
  deal("noor", "Berth A2, two nights", 190, "In the yard"),
  deal("galim", "Mainsail repair", 205, "In the yard"),
  deal("fjordlys", "Paint, anodes, keel bolts", 1_730, "Done"),
  deal("chaika", "Indoor winter storage", 1_450, "Agreed"),
  deal("seabright", "Fall haul-out, 25 boats", 5_375, "Agreed"),
  deal("seabright", "Youth fleet repairs", 890, "Quoted"),
  deal("islander", "Bottom paint, blue", 1_120, "Agreed"),
  deal("curlew", "Standing rigging", 6_840, "Done"),
  deal("curlew", "Survey, mast down", 620, "Quoted"),
  deal("harfang", "Engine winterizing", 186.5, "Done"),
];

/** What happened with a contact outside of texting. */
export interface Activity {
  readonly contactId: PersonId;
  readonly kind: "call" | "email" | "visit" | "note";
  /** Time before the present, as in the threads. */
  readonly ago: string;
  readonly text: string;
}

export const ACTIVITIES: readonly Activity[] = [
  did("nora-whitfield", "visit", "2d 1h", "Hauled out at the lift dock, stand 6"),
  did("nora-whitfield", "note", "1d 7h", "Cutless bearing worn, 3 mm of play. Line cutter advised."),
  did("nora-whitfield", "email", "5d 22h", "Lift confirmation and work order 2291 sent"),
  did("nora-whitfield", "call", "34d", "Asked about the waiting list for a 40 ft slip"),
  did("dev-ramaswamy", "call", "5d 21h", "Went through both quotes, 25 minutes"),
  did("dev-ramaswamy", "note", "5d 19h", "Diesel ordered, deposit of 30 % received"),
  did("dev-ramaswamy", "visit", "9d", "Compression test: 22, 19, 21 bar"),
  did("june-castellan", "email", "13h", "Guest list for Saturday"),
  did("lucia-ferrer", "email", "3d 4h", "Berth confirmation D7"),
  did("camille-aubry", "note", "7d 17h", "Quote 1187 signed, stand reserved in row 3"),
  did("camille-aubry", "call", "41d", "First contact, found us through the class association"),
  did("jonas-brandt", "call", "12d", "Board meets on Thursday about the paint"),
  did("beatriz-moura", "note", "2d 8h", "Invoice B-0931 paid"),
  did("aoi-morita", "email", "5d", "Berth confirmation B3"),
  did("layla-haddad", "visit", "20h", "Arrived on A2, five aboard"),
  did("chen-xiaoyu", "email", "1d 6h", "Order 552 confirmed, sea freight"),
  did("ananya-kulkarni", "visit", "2d 4h", "Starter solenoid replaced, battery tested"),
  did("noa-barak", "visit", "3d 20h", "Mainsail dropped at the loft"),
  did("giulia-sartori", "visit", "10d 6h", "Winch collected"),
  did("marguerite-okafor", "call", "10d", "Agreed on the date for the fall haul-out"),
  did("marguerite-okafor", "email", "2d 3h", "Crane plan, second version"),
  did("pete-larkin", "note", "19h", "Glass work booked for Thursday"),
  did("rosalind-achebe", "note", "1d 22h", "Photo of Curlew sent during the gale"),
  did("imogen-hale", "call", "15d", "Wants to join the first sail by video"),
  did("sam-tidewell", "note", "19d 1h", "Deposit for F2 returned"),
  did("wes-calloway", "visit", "2d", "Paint color approved: harbor blue"),
  did("ingrid-solheim", "note", "6h 30m", "All work done, keys in the office"),
  did("olena-boyko", "email", "15d 5h", "Storage contract sent"),
  did("amelie-roy", "note", "16h", "Reminder for invoice 2274"),
  did("hugh-pemberton", "visit", "11d", "Arrived on E9"),
  did("diego-salinas", "call", "6d", "Took over Pelican II"),
];

function deal(accountId: string, title: string, value: number, stage: Deal["stage"]): Deal {
  const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return { id: `${accountId}-${slug}`, accountId, title, value, stage };
}

function did(contactId: PersonId, kind: Activity["kind"], ago: string, text: string): Activity {
  return { contactId, kind, ago, text };
}
