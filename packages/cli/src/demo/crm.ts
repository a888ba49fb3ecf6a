import { displayNumber } from "@trunkline/protocol";
import type { Stage } from "./stage.ts";
import { ACCOUNTS, ACTIVITIES, DEALS } from "./story/accounts.ts";
import { FRONT_DESK } from "./story/front-desk.ts";
import { type LineKey, PEOPLE, type Person, STAFF, type StaffId } from "./story/people.ts";
import { parseAgo } from "./story/timeline.ts";
import { WORKSHOP } from "./story/workshop.ts";

/** Everything that the CRM's page shows, for one of the staff. */
export function crmFor(staff: StaffId, lines: Stage["lines"]) {
  const me = STAFF.find(({ id }) => id === staff);
  const mine = (me?.lines ?? []).map((key) => shown(lines[key]));
  return {
    me: staff,
    staff: STAFF.map(({ id, name, title }) => ({ id, name, title })),
    /** Lines that the signed-in user may text from, and all lines that a phone may text. */
    lines: mine,
    allLines: Object.values(lines).map(shown),
    accounts: ACCOUNTS,
    deals: DEALS,
    contacts: PEOPLE.filter((person) => "name" in person).map((person: Person) => ({
      ...shown(person),
      lineId: lines[lineOf(person)].id,
    })),
    strangers: PEOPLE.filter((person) => !("name" in person)).map(({ id, number }: Person) => shown({ id, number })),
    activities: ACTIVITIES.map(({ contactId, kind, ago, text }) => ({ contactId, kind, text, agoMs: parseAgo(ago) })),
  };
}

/** The line over which somebody usually texts. */
function lineOf(person: Person): LineKey {
  return [...FRONT_DESK, ...WORKSHOP].find((thread) => thread.with === person.id)?.line ?? "desk";
}

/** Adds the number as people write it. */
function shown<Owner extends { readonly number: string }>(owner: Owner) {
  return { ...owner, shownNumber: displayNumber(owner.number) };
}
