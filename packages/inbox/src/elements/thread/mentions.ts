import type { User, UserId } from "@trunkline/sdk";

/** A name that is being typed behind an `@`. */
export interface Mention {
  /** Where the `@` stands. */
  readonly start: number;
  readonly query: string;
}

/** Longest beginning of a name that is looked for, in UTF-16 code units. */
const MAX_QUERY = 40;

/** The mention that ends at the caret, if one does: `@` at the start or behind a space or bracket, then part of a name. */
export function mentionAt(text: string, caret: number): Mention | null {
  const before = text.slice(0, caret);
  const start = before.lastIndexOf("@");
  if (start === -1 || !/^$|[\s([{"'“‘]$/.test(before.slice(0, start))) return null;
  const query = before.slice(start + 1);
  return query.length > MAX_QUERY || /^\s|[\n@]/.test(query) ? null : { start, query };
}

/** Colleagues one of whose names begins like that, or all of whose words do in order; as many as `limit`. */
export function colleaguesLike(query: string, users: readonly User[], limit: number): User[] {
  const sought = folded(query);
  const fits = ({ name }: User) => folded(name).startsWith(sought) || folded(name).includes(` ${sought}`);
  return users.filter((user) => !user.suspended && fits(user)).slice(0, limit);
}

/** Text and caret with the name in place of what was typed of it. */
export function withMention(text: string, { start, query }: Mention, name: string): { text: string; caret: number } {
  const rest = text.slice(start + 1 + query.length);
  const said = `@${name}${/^\s/.test(rest) ? "" : " "}`;
  return { text: text.slice(0, start) + said + rest, caret: start + said.length };
}

/** Who of those that were chosen is still named in the text. */
export function mentionedIn(text: string, chosen: readonly User[]): UserId[] {
  const ids = chosen.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id);
  return [...new Set(ids)];
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
