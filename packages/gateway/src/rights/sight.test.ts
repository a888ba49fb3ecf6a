import type { CrmRecordRef, LineId, UserId } from "@trunkline/protocol";
import { expect, test } from "vitest";
import { type Audience, FULL_SIGHT, type Sight, sees } from "./sight.ts";

const FRONT: LineId = "line_front";
const BACK: LineId = "line_back";
const ADA: UserId = "usr_ada";
const account: CrmRecordRef = { source: "crm", type: "account", externalId: "1" };

const ofFront = (conversation: Audience["conversation"] = { assigneeId: null, records: [] }): Audience => ({
  lineId: FRONT,
  conversation: conversation ?? { assigneeId: null, records: [] },
});
const sight = (change: Partial<Sight>): Sight => ({ ...FULL_SIGHT, ...change });

test("what is about a number is for whoever sees one of its conversations, and for those who see all", () => {
  const everywhere: Audience = { anyOf: [ofFront({ assigneeId: ADA, records: [account] })] };
  expect(sees(FULL_SIGHT, everywhere)).toBe(true);
  expect(sees(sight({ lineIds: new Set([FRONT]) }), everywhere)).toBe(true);
  expect(sees(sight({ lineIds: new Set([BACK]) }), everywhere)).toBe(false);
  expect(sees(sight({ assignedTo: ADA }), everywhere)).toBe(true);
  expect(sees(sight({ assignedTo: "usr_ben" }), everywhere)).toBe(false);
  expect(sees(sight({ records: [account] }), everywhere)).toBe(true);
  expect(sees(sight({ records: [{ ...account, externalId: "2" }] }), everywhere)).toBe(false);
});

test("what is about a number and a line is for all who see the whole line", () => {
  const onLine: Audience = { lineId: FRONT, anyOf: [] };
  expect(sees(FULL_SIGHT, onLine)).toBe(true);
  expect(sees(sight({ lineIds: new Set([FRONT]) }), onLine)).toBe(true);
  expect(sees(sight({ lineIds: new Set([BACK]) }), onLine)).toBe(false);
  expect(sees(sight({ lineIds: new Set([FRONT]), assignedTo: ADA }), onLine)).toBe(false);
  expect(sees(sight({ records: [account] }), onLine)).toBe(false);
});

test("a number without conversations is for those alone who are limited in nothing", () => {
  expect(sees(FULL_SIGHT, { anyOf: [] })).toBe(true);
  expect(sees(sight({ lineIds: new Set([FRONT]) }), { anyOf: [] })).toBe(false);
});
