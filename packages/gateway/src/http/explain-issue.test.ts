import type { Issue } from "@trunkline/protocol";
import * as protocol from "@trunkline/protocol";
import { ROUTES, type RouteDefinition } from "@trunkline/protocol/routes";
import { describe, expect, test } from "vitest";
import type * as z from "zod/mini";
import { Refusal } from "./refusal.ts";
import { validate } from "./validate.ts";

function refused(schema: z.ZodMiniType, value: unknown): Refusal {
  try {
    validate(schema, value);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("it was accepted");
}
const said = (schema: z.ZodMiniType, value: unknown) =>
  refused(schema, value).issues?.map(({ path, message }: Issue) => `${path.join(".")} ${message}`);

describe("a schema's refusal says what to do", () => {
  const { CreateBroadcast, UpdateSendingSettings, ListOptIns, PutOptIn, UpdateTenantLimits, SendMessage } = protocol;
  const broadcast = { lineId: `line_${"0".repeat(26)}`, text: "Hi" };
  const evidence = { method: "paper" };
  const quiet = (fields: object) => ({ quietHours: { start: "21:00", end: "08:00", ...fields } });

  test.each<[string, z.ZodMiniType, unknown, string[]]>([
    ["an empty list", CreateBroadcast, { ...broadcast, recipients: [] }, ["recipients must have at least 1 entry"]],
    [
      "a place in a broadcast's own words that is not closed",
      CreateBroadcast,
      { ...broadcast, text: "Hi {{name", recipients: [{ to: "+14255550123" }] },
      [
        "text has a place that begins with {{ and does not end with }}: write {{name}} or {{name|default}}, without braces inside",
      ],
    ],
    ["a missing field", CreateBroadcast, broadcast, ["recipients is needed"]],
    ["a list that is none", CreateBroadcast, { ...broadcast, recipients: "x" }, ["recipients must be a list"]],
    [
      "a time that is none",
      ListOptIns,
      { updatedAfter: "yesterday" },
      ["updatedAfter must be a time with `Z` or an offset, such as 2030-01-31T09:00:00Z"],
    ],
    ["a flag", ListOptIns, { needsReview: "maybe" }, ["needsReview must be true or false"]],
    ["a word", ListOptIns, { state: "maybe" }, ["state must be one of opted_in, opted_out, pending, unknown"]],
    [
      "an address",
      PutOptIn,
      { number: "1", state: "opted_in", evidence: { ...evidence, url: "x" } },
      ["evidence.url must be an address such as https://example.com/page"],
    ],
    ["a number that is too small", UpdateTenantLimits, { textsPerDay: -1 }, ["textsPerDay must be at least 0"]],
    ["half a text", UpdateTenantLimits, { textsPerDay: 1.5 }, ["textsPerDay must be a whole number"]],
    [
      "one form of several that is nearly right",
      UpdateSendingSettings,
      quiet({ days: { sunday: { start: "9" } } }),
      ["quietHours.days.sunday.start must be a time of day such as 21:00", "quietHours.days.sunday.end is needed"],
    ],
    [
      "none of several forms",
      UpdateSendingSettings,
      quiet({ days: { sunday: 1 } }),
      ["quietHours.days.sunday must be all_day, or none, or an object with fields"],
    ],
    [
      "a name that is none",
      SendMessage,
      { text: "Hi", metadata: { "": "x" } },
      ["metadata. is not a name that can be used here: it must not be empty"],
    ],
    [
      "a day that is none",
      UpdateSendingSettings,
      quiet({ days: { sun: "none" } }),
      ["quietHours.days.sun is not a field of this request"],
    ],
    [
      "a date that is none",
      UpdateSendingSettings,
      quiet({ holidays: ["12/25"] }),
      ["quietHours.holidays.0 must be a date such as 2030-12-25"],
    ],
  ])("%s", (_, schema, value, words) => expect(said(schema, value)).toEqual(words));

  test("every body, whatever is wrong with it, and never in a library's words", () => {
    const wrong = [
      null,
      1,
      "x",
      [],
      {},
      { text: 1, number: null, entries: [{}], recipients: [{}], sending: { quietHours: 1 } },
    ];
    for (const { body } of Object.values<RouteDefinition>(ROUTES)) {
      for (const value of wrong) {
        if (!body || body.safeParse(value).success) continue;
        for (const words of said(body, value) ?? []) {
          expect(words).not.toMatch(/Invalid|Too (?:small|big)|expected|received|Unrecognized|undefined/);
        }
      }
    }
  });
});

test("words that are too long are too_long, alone or beside nothing else", () => {
  const text = "x".repeat(protocol.MAX_TEXT_LENGTH + 1);
  expect(refused(protocol.SendMessage, { text })).toMatchObject({
    code: "too_long",
    issues: [{ path: ["text"], message: "must have at most 1600 characters" }],
  });
  expect(refused(protocol.SendMessage, { text, clientId: "" }).code).toBe("invalid_input");
  expect(refused(protocol.SendMessage, { text: "Hi", clientId: "x".repeat(65) }).code).toBe("invalid_input");
});
