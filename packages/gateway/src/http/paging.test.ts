import fc from "fast-check";
import { expect, test } from "vitest";
import { openPage } from "./paging.ts";

interface Row {
  at: string;
  id: string;
}
const zeros = "0".repeat(25);
const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, 0, index)).toISOString(),
    id: `conv_${String(index).padStart(26, "0")}`,
  }));

/** What a store does: rows in order after a position. */
const after = (rows: readonly Row[], position: readonly [string, string] | null, limit: number) =>
  rows.filter(({ at, id }) => position === null || [at, id].join() > position.join()).slice(0, limit);

test("pages of any size show every row once, in order, and end", () => {
  fc.assert(
    fc.property(fc.nat(40), fc.integer({ min: 1, max: 20 }), (count, limit) => {
      const rows = rowsOf(count);
      const shown: string[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = openPage("listConversations", { limit, cursor, ...{ tag: "vip" } }, ["time", "id"]);
        const found = after(rows, page.after, page.limit + 1);
        const { data, nextCursor } = page.answer(
          found,
          ({ at, id }) => [at, id],
          ({ id }) => id,
        );
        expect(data.length).toBeLessThanOrEqual(limit);
        shown.push(...data);
        cursor = nextCursor ?? undefined;
        pages += 1;
      } while (cursor !== undefined);
      expect(shown).toEqual(rows.map(({ id }) => id));
      expect(pages).toBe(Math.max(1, Math.ceil(count / limit)));
    }),
  );
});

test("a cursor belongs to its route and filters, whatever their order", () => {
  const page = openPage("listConversations", { limit: 1, state: "open", tag: "a" } as object, ["time", "id"]);
  const { nextCursor: cursor } = page.answer(
    rowsOf(2),
    ({ at, id }) => [at, id],
    (row) => row,
  );
  if (cursor === null) throw new Error("two rows on pages of one have a next page");
  const again = (query: object) => openPage("listConversations", { cursor, ...query }, ["time", "id"]);
  expect(again({ tag: "a", state: "open", limit: 7 }).after).toEqual([rowsOf(1)[0]?.at, rowsOf(1)[0]?.id]);
  for (const other of [
    {},
    { state: "open" },
    { state: "closed", tag: "a" },
    { state: "open", tag: "a", unread: true },
  ]) {
    expect(() => again(other)).toThrow("The cursor does not belong to this list");
  }
  expect(() => openPage("listUsers", { cursor, state: "open", tag: "a" } as object, ["time", "id"])).toThrow();
});

test("whatever is made up as a cursor is refused, also with the mark of a real one", () => {
  const page = openPage("listConversations", { limit: 1 }, ["time", "id"]);
  const { nextCursor } = page.answer(
    rowsOf(2),
    ({ at, id }) => [at, id],
    (row) => row,
  );
  const [mark] = JSON.parse(atob(nextCursor ?? "")) as string[];
  const open = (cursor: string) => openPage("listConversations", { cursor }, ["time", "id"]);
  const good = `conv_${zeros}1`;
  const forged = [
    ["2026-13-45T99:99:99.000Z", good],
    ["now()", good],
    ["2026-01-01T00:00:00.000Z", "' or 1=1"],
    ["2026-01-01T00:00:00.000Z", `conv_${zeros}\0`],
    ["2026-01-01T00:00:00.000Z"],
    ["2026-01-01T00:00:00.000Z", good, good],
    [7, good],
  ];
  for (const position of forged) {
    expect(() => open(btoa(JSON.stringify([mark, ...position])).replaceAll("=", "")), String(position)).toThrow();
  }
  expect(open(btoa(JSON.stringify([mark, "2026-01-01T00:00:00.000Z", good])).replaceAll("=", "")).after).toHaveLength(
    2,
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (cursor) => {
      expect(() => open(cursor)).toThrow();
    }),
  );
});
