import type { OptInImport, OptInLookUp } from "@trunkline/protocol";
import { describe, expect, test } from "vitest";
import { FORM, OTHER, optInCalls, PHONE, STAFF } from "./support/opt-in-calls.ts";
import { eachStore } from "./support/stores.ts";
import { made } from "./support/test-gateway.ts";

eachStore((store) => {
  const calls = optInCalls(store);
  const { says, put, lookUp, importing, csv, file } = calls;

  describe("an import", () => {
    test("records what is new, keeps what is later, refuses what is wrong, and says which", async () => {
      await says("STOP");
      const report = await csv(
        "number;state;method;at;wording;note",
        `${PHONE};opted_in;web_form;2020-01-01T00:00:00Z;Text me;`,
        "(425) 555-0102;opted_out;keyword;2024-05-01T10:00:00Z;;",
        "+44 7700 900123;opted_in;paper;2024-05-01T10:00:00+02:00;;card in the shop",
        "12;opted_in;paper;;;x",
        "+14255550104;opted_in;web_form;;;",
        "+14255550105;maybe;;;;",
        "+14255550106;opted_out;;2999-01-01T00:00:00Z;;",
        "+14255550107;opted_out;;;;",
      );
      expect(report).toEqual({
        counts: { recorded: 3, kept: 1, refused: 4 },
        kept: [0],
        refused: [
          { index: 3, code: "invalid_number", message: "Line 5: the number has too many or too few digits" },
          { index: 4, code: "invalid_input", message: expect.stringMatching(/^Line 6: .*wording/) },
          { index: 5, code: "invalid_input", message: expect.stringContaining("Line 7") },
          { index: 6, code: "invalid_input", message: expect.stringContaining("still to come") },
        ],
      });
      const known = await lookUp([PHONE, OTHER, "+447700900123"]);
      expect(known.map(({ optIns }) => optIns[0]?.state)).toEqual(["opted_out", "opted_out", "opted_in"]);
      expect(known[1]?.optIns[0]).toMatchObject({ method: "import", since: "2024-05-01T10:00:00.000Z" });
      expect(known[0]?.history).toHaveLength(2);
      expect(calls.carrier.taken.filter(({ to }) => to !== PHONE)).toEqual([]);
    });

    test("without dates lifts no STOP, and still opts in those who said none", async () => {
      await says("STOP");
      const report = await csv(
        "number,state,method,wording",
        `${PHONE},opted_in,web_form,Text me`,
        `${PHONE},pending,paper,Text me`,
        `${PHONE},unknown,number_changed,`,
        `${OTHER},opted_in,web_form,Text me`,
      );
      expect(report).toEqual({ counts: { recorded: 1, kept: 3, refused: 0 }, kept: [0, 1, 2], refused: [] });
      const known = await lookUp([PHONE, OTHER]);
      expect(known.map(({ optIns }) => optIns[0]?.state)).toEqual(["opted_out", "opted_in"]);
    });

    test("that is repeated records nothing, with its key or without", async () => {
      const entries = Array.from({ length: 1200 }, (_, n) => ({
        number: `+1425${String(2_000_000 + n)}`,
        state: n % 2 ? "opted_in" : "opted_out",
        evidence: n % 2 ? FORM : { method: "api" },
      }));
      const first = await importing({ entries }, { "idempotency-key": "k1" });
      expect(first.counts).toEqual({ recorded: 1200, kept: 0, refused: 0 });
      expect(await importing({ entries }, { "idempotency-key": "k1" })).toEqual(first);
      expect((await importing({ entries })).counts).toEqual({ recorded: 0, kept: 1200, refused: 0 });
      const reused = await calls.acme.call(
        "POST",
        "/v1/opt-ins/import",
        { entries: entries.slice(0, 1) },
        { "idempotency-key": "k1" },
      );
      expect(reused).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
      expect((await file("")).trim().split("\r\n")).toHaveLength(1201);
    });

    test.each([
      ["an unknown column", "number,state,colour\n1,2,3", "colour"],
      ["no state", "number\n1", "state"],
      ["no line of column names", `${PHONE},opted_in`, "first line must name the columns"],
      ["a line without end", `number,state\n${",".repeat(3_000_000)}`, "line 2: there are more than 100 cells"],
      ["no entries", "number,state", "no entries"],
      ["a cell without an end", 'number,state\n"1', "line 2"],
    ])("of a table with %s is refused as a whole", async (_, table, word) => {
      const answer = await calls.acme.call("POST", "/v1/opt-ins/import", { csv: table });
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
      expect(JSON.stringify(answer.body)).toContain(word);
    });
  });

  describe("an export", () => {
    test("runs in no spreadsheet, and comes back as it was", async () => {
      await put({ state: "opted_in", evidence: { ...FORM, note: "=1+1" } });
      await says("STOP", OTHER);
      await put({
        number: "+14255550103",
        state: "opted_in",
        evidence: { method: "paper", note: 'said "yes",\nsigned' },
      });
      const history = await file("?what=history");
      expect(history).toContain("'=1+1");
      expect(history).toContain("'+14255550101,");
      expect(history).not.toMatch(/(^|,)"?[=+@-]/m);
      expect((await importing({ csv: history })).counts).toEqual({ recorded: 0, kept: 3, refused: 0 });
      expect((await importing({ csv: await file("") })).counts).toEqual({ recorded: 0, kept: 3, refused: 0 });

      const globex = await calls.world.newTenant(`globex of ${calls.acme.tenant.name}`);
      const there = await made<OptInImport>(globex.call("POST", "/v1/opt-ins/import", { csv: history }));
      expect(there.counts).toEqual({ recorded: 3, kept: 0, refused: 0 });
      const { data } = await made<OptInLookUp>(globex.call("POST", "/v1/opt-ins/lookup", { numbers: [PHONE, OTHER] }));
      expect(data.map(({ optIns }) => optIns[0]?.state)).toEqual(["opted_in", "opted_out"]);
      expect(data[0]?.history[0]).toMatchObject({ evidence: { note: "=1+1", url: FORM.url } });
    });

    test("has one document a line when asked to, page after page", async () => {
      const entries = Array.from({ length: 2300 }, (_, n) => ({
        number: `+1425${String(2_000_000 + n)}`,
        state: "opted_out",
        evidence: { method: "api" },
      }));
      await importing({ entries });
      for (const what of ["current", "history"]) {
        const rows = (await file(`?format=ndjson&what=${what}`))
          .trim()
          .split("\n")
          .map((row) => JSON.parse(row));
        expect(new Set(rows.map(({ number }) => number)).size).toBe(2300);
        expect(rows).toHaveLength(2300);
      }
    });

    test("is read from the store as its reader takes it", async () => {
      const entries = Array.from({ length: 2300 }, (_, n) => ({
        number: `+1425${String(2_000_000 + n)}`,
        state: "opted_out",
        evidence: { method: "api" },
      }));
      await importing({ entries });
      const open = async () => {
        const headers = { authorization: `Bearer ${calls.acme.key.key}` };
        const { body } = await calls.world.fetch("/v1/opt-ins/export?format=ndjson", { headers });
        if (!body) throw new Error("an export without a body");
        return body;
      };
      const pages: number[] = [];
      for await (const chunk of await open()) pages.push(new TextDecoder().decode(chunk).trim().split("\n").length);
      expect(pages).toEqual([1000, 1000, 300]);

      const reader = (await open()).getReader();
      await reader.read();
      await made(
        calls.acme.call("PUT", "/v1/opt-ins", { number: "+14259999999", state: "opted_out", evidence: STAFF }),
      );
      const rest: string[] = [];
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        rest.push(new TextDecoder().decode(next.value));
      }
      expect(rest.join("")).toContain("+14259999999"); // it was not read ahead
    });

    test("says what it is", async () => {
      const { headers } = await calls.acme.call("GET", "/v1/opt-ins/export");
      expect(headers.get("content-type")).toContain("text/csv");
      expect(headers.get("content-disposition")).toContain("opt-ins-current.csv");
      expect(headers.get("request-id")).not.toBeNull();
    });
  });
});
