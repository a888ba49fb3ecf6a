import type { Terminal } from "./command-line/command.ts";
import { table } from "./command-line/table.ts";

/** The columns of a table of entities: each title with what it shows. */
export type Columns<Entity> = Readonly<Record<string, (entity: Entity) => string | null>>;

interface Looks<Entity> {
  json: boolean | undefined;
  columns: Columns<Entity>;
}

/** Prints entities as a table, or as JSON for programs. */
export function printAll<Entity>(
  terminal: Terminal,
  entities: readonly Entity[],
  { json, columns }: Looks<Entity>,
): void {
  const rows = entities.map((entity) => Object.values(columns).map((cell) => cell(entity) ?? "-"));
  if (json) terminal.out(JSON.stringify(entities, null, 2));
  else if (rows.length === 0) terminal.note("There are none.");
  else terminal.out(table(Object.keys(columns), rows));
}

/** Prints one entity, a line for each field, or as JSON. */
export function printOne<Entity>(terminal: Terminal, entity: Entity, { json, columns }: Looks<Entity>): void {
  const width = Math.max(...Object.keys(columns).map((title) => title.length));
  const lines = Object.entries(columns).map(([title, cell]) => `${title.padEnd(width)}  ${cell(entity) ?? "-"}`);
  terminal.out(json ? JSON.stringify(entity, null, 2) : lines.join("\n"));
}

/** Everything that a list gives, page by page. */
export async function gather<Entity>(list: AsyncIterable<Entity>): Promise<Entity[]> {
  const all: Entity[] = [];
  for await (const entity of list) all.push(entity);
  return all;
}
