import type { PersonId } from "./people.ts";

/*
 * What waits, and what may not go: so that everybody who opens the demo sees how that looks. It is arranged shortly
 * before the present.
 */

/** How long before the present all of it is arranged. */
export const ARRANGED_AGO = "35m";

/** Words that the boatyard sends often. */
export const TEMPLATES = [
  {
    name: "Boat is ready",
    text: "Hi {{firstName|there}}, your boat is ready. The yard is open until 17:00, {{dock}} is free for you.",
    locale: "en",
    variants: [
      { locale: "es", text: "Hola, {{firstName}}: su barco está listo. Abrimos hasta las 17:00, muelle {{dock}}." },
      { locale: "de", text: "Hallo {{firstName}}, Ihr Boot ist fertig. Wir haben bis 17:00 geöffnet, Steg {{dock}}." },
    ],
  },
  {
    name: "Haul-out reminder",
    text: "Hi {{firstName|there}}, your haul-out is on {{day}} at {{time}}. Fenders out on both sides, please.",
  },
  { name: "Invoice", text: "Hello {{name|there}}, invoice {{number}} is due on {{day}}: https://alderbay.example/pay" },
  {
    name: "Office hours",
    text: "The office is open from 8:00 to 17:00, Monday to Saturday. For emergencies call channel 68.",
  },
] as const;

/** Somebody who wants no more texts. */
export const LEAVES = { with: "sam-tidewell", text: "STOP" } as const satisfies { with: PersonId; text: string };

/** A text for tomorrow morning, on the recipient's clock. */
export const SCHEDULED = {
  with: "rosalind-achebe",
  text: "Good morning! Curlew's rigging check is done, the report is in your inbox. Shall we book the mast for Friday?",
  at: "09:00",
  timeZone: "America/Los_Angeles",
} as const satisfies { with: PersonId; text: string; at: string; timeZone: string };

/** Texts that this adds to the story: STOP, its answer, and one that is scheduled. */
export const ARRANGED_TEXTS = 3;
