import type { Phrase } from "./en.ts";
import type { Localizer, Values } from "./localizer.ts";

/** Words of working together, in English. Apart from `en`, so that the first picture does not wait for them. */
const team = {
  "team.label": "Who has this conversation, and its state",
  "team.nobody": "Unassigned",
  "team.unknown": "A colleague",
  "team.you": "You",
  "team.assignee": "Assignee:",
  "team.assigned": "Assigned to {name}",
  "team.assign": "Assign to",
  "team.take": "Assign to me",
  "team.me": "Me",
  "team.hand-back": "Nobody",
  "team.taken": "{name} took it first.",
  "team.failed": "That was not saved. {reason}",
  "team.snooze": "Snooze",
  "team.snoozed": "Snoozed until {when}",
  "team.snooze-title": "Snooze this conversation",
  "team.close": "Close",
  "team.closed": "Closed",
  "team.reopen": "Reopen",
  "team.tags": "Tags",
  "team.tag-add": "Add tag",
  "team.tag-field": "New tag",
  "team.tag-remove": "Remove tag {tag}",
  "team.more-tags": { one: "and {count} more tag", other: "and {count} more tags" },
  "team.viewing": { one: "{names} is looking at this", other: "{names} are looking at this" },
  "team.typing": { one: "{names} is typing", other: "{names} are typing" },
  "team.mentioned": "You were mentioned",

  "note.modes": "What to write",
  "note.text": "Text message",
  "note.note": "Note",
  "note.label": "Note to colleagues about {name}, not sent to them",
  "note.hint": "Only colleagues see this. Type @ to mention somebody.",
  "note.placeholder": "Write a note",
  "note.save": "Add note",
  "note.left": { one: "{count} character left", other: "{count} characters left" },
  "note.over": { one: "{count} character too many", other: "{count} characters too many" },
  "note.people": "Colleagues to mention",
  "note.found": {
    one: "{count} colleague. Arrow keys choose, Enter mentions.",
    other: "{count} colleagues. Arrow keys choose, Enter mentions.",
  },
  "note.failed": "The note was not saved. {reason}",
} as const satisfies Record<string, Phrase>;

/** The phrase with its values in place, as `Localizer.t` does it. */
export function sayTeam(words: Localizer, key: keyof typeof team, values?: Values): string {
  return words.fill(team[key], values);
}
