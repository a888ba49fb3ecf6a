import { expect, test } from "vitest";
import { readRange } from "./range.ts";

test("a part of a file is given as it is asked for, cut at the file's end", () => {
  expect(readRange("bytes=0-3", 10)).toEqual({ start: 0, end: 3 });
  expect(readRange("bytes=4-", 10)).toEqual({ start: 4, end: 9 });
  expect(readRange("bytes=4-99", 10)).toEqual({ start: 4, end: 9 });
  expect(readRange("bytes=-3", 10)).toEqual({ start: 7, end: 9 });
  expect(readRange("bytes=-99", 10)).toEqual({ start: 0, end: 9 });
});

test("what lies beyond the end is refused, and what is no range gets the whole", () => {
  for (const header of ["bytes=10-", "bytes=99-100", "bytes=-0"]) {
    expect(readRange(header, 10), header).toBe("unsatisfiable");
  }
  for (const header of [null, "", "bytes=-", "bytes=3-1", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b", "bytes=1e1-"]) {
    expect(readRange(header, 10), String(header)).toBeNull();
  }
});
