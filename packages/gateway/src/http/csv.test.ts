import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CsvError, csvLine, readCsv } from "./csv.ts";

const cellsOf = (text: string) => readCsv(text).map(({ cells }) => cells);

test("whatever is written is read back", () => {
  const cell = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.constantFrom("'", "=", "+", "-", "@", "\t", "\r", "\n", '"', ",", ";", " ", "a") }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1 }), (table) => {
      const rows = [["number", "state"], ...table];
      const kept = rows.filter((cells) => cells.some((one) => one !== ""));
      expect(cellsOf(rows.map(csvLine).join(""))).toEqual(kept);
    }),
  );
});

test("no cell begins like a formula, whoever wrote it", () => {
  const hostile = fc.tuple(fc.constantFrom("=", "+", "-", "@", "\t", "\r", "'="), fc.string()).map(([a, b]) => a + b);
  fc.assert(
    fc.property(hostile, (cell) => {
      expect(csvLine([cell]).replace(/^"/, "")).toMatch(/^'/);
    }),
  );
  expect(csvLine(["+14255550123", '=HYPERLINK("http://evil.example")', null])).toBe(
    `'+14255550123,"'=HYPERLINK(""http://evil.example"")",\r\n`,
  );
});

describe("tables of spreadsheets", () => {
  test.each([
    ["a mark at the beginning", "\uFEFFnumber,state\r\n1,2\r\n"],
    ["semicolons", "number;state\n1;2"],
    ["tabs", "number\tstate\n1\t2\n"],
    ["bare returns", "number,state\r1,2\r"],
    ["blanks around cells and empty lines", "number , state\n\n 1,2 \n\n"],
    ["quotes around everything", '"number","state"\r\n"1","2"\r\n'],
  ])("with %s are understood", (_, text) => {
    expect(cellsOf(text)).toEqual([
      ["number", "state"],
      ["1", "2"],
    ]);
  });

  test("lines are counted in the file, also across a cell with breaks", () => {
    const rows = readCsv('number,note\n1,"two\nlines"\n\n2,x\n');
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 5]);
    expect(readCsv("a,b\n1,").at(-1)?.cells).toEqual(["1", ""]);
  });

  test("a cell that never ends, or goes on after its end, is refused with its line", () => {
    expect(() => readCsv('a,b\n1,"open\n')).toThrow(CsvError);
    expect(() => readCsv('a,b\n1,"x"y\n')).toThrow(expect.objectContaining({ line: 2 }));
  });
});

test("a line of more cells than a table has is refused before it is read to its end", () => {
  const begun = performance.now();
  for (const cell of [",", '"",', "a,"]) {
    const table = `number,state\n${cell.repeat(4_000_000 / cell.length)}`;
    expect(() => readCsv(table)).toThrow(expect.objectContaining({ line: 2 }));
  }
  expect(performance.now() - begun).toBeLessThan(1000);
  expect(readCsv(`${"a,".repeat(99)}a`)[0]?.cells).toHaveLength(100);
});

test("a hostile table costs linear time", () => {
  const begun = performance.now();
  expect(readCsv(`a,b\n${'"",""\n'.repeat(200_000)}`)).toHaveLength(1);
  expect(readCsv(`a,b\n${"\n".repeat(2_000_000)}`)).toHaveLength(1);
  expect(performance.now() - begun).toBeLessThan(3000);
});
