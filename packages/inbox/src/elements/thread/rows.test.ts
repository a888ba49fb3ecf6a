import type { Message, MessageRow } from "@trunkline/sdk";
import { expect, test } from "vitest";
import { rowsOf } from "./rows.ts";

const ADA = "usr_00000000000000000000000ada";

function message(sequence: number, at: string, changes: Partial<Message> = {}): MessageRow {
  const inbound = changes.direction !== "outbound";
  return {
    key: `m${sequence}`,
    state: "accepted",
    message: {
      sequence,
      direction: "inbound",
      kind: "text",
      author: inbound ? { kind: "contact", id: null, name: null } : { kind: "user", id: ADA, name: "Ada" },
      createdAt: new Date(at).toISOString(),
      ...changes,
    } as Message,
  };
}

const sending = (at: string): MessageRow => ({
  key: "unsent",
  state: "sending",
  delay: null,
  message: {
    id: null,
    clientId: "unsent",
    conversationId: "conv_1",
    sequence: null,
    direction: "outbound",
    kind: "text",
    text: "x",
    templateId: null,
    sendAt: null,
    status: null,
    metadata: {},
    createdAt: new Date(at).toISOString(),
  },
});

const shape = (items: MessageRow[], unreadAfter: number | null = null) =>
  rowsOf(items, { unreadAfter, userId: ADA }).map((row) =>
    row.kind === "message" ? `${row.first ? "+" : " "}${row.key}` : row.kind,
  );

test("messages of one author within five minutes stand in one group", () => {
  expect(
    shape([
      message(1, "2026-03-04T10:00"),
      message(2, "2026-03-04T10:04"),
      message(3, "2026-03-04T10:09"),
      message(4, "2026-03-04T10:09", { direction: "outbound" }),
      message(5, "2026-03-04T10:10", {
        direction: "outbound",
        author: { kind: "user", id: "usr_other", name: "Grace" },
      }),
    ]),
  ).toEqual(["day", "+m1", " m2", "+m3", "+m4", "+m5"]);
});

test("each day begins with its name and a new group", () => {
  expect(shape([message(1, "2026-03-04T23:58"), message(2, "2026-03-05T00:01")])).toEqual(["day", "+m1", "day", "+m2"]);
});

test("the New divider stands before the first inbound message that was not read", () => {
  const items = [
    message(1, "2026-03-04T10:00"),
    message(2, "2026-03-04T10:01", { direction: "outbound" }),
    message(3, "2026-03-04T10:02"),
    message(4, "2026-03-04T10:03"),
  ];
  expect(shape(items, 1)).toEqual(["day", "+m1", "+m2", "unread", "+m3", " m4"]);
  expect(shape(items, 4)).toEqual(["day", "+m1", "+m2", "+m3", " m4"]);
});

test("a text on its way joins the group of those that its writer has sent", () => {
  expect(shape([message(1, "2026-03-04T10:00", { direction: "outbound" }), sending("2026-03-04T10:01")])).toEqual([
    "day",
    "+m1",
    " unsent",
  ]);
});

test("keys stay when older messages are put in front", () => {
  const newer = [message(2, "2026-03-04T10:02"), message(3, "2026-03-04T10:03")];
  const before = rowsOf(newer, { unreadAfter: null, userId: ADA }).filter(({ kind }) => kind === "message");
  const after = rowsOf([message(1, "2026-03-04T10:01"), ...newer], { unreadAfter: null, userId: ADA });
  expect(after.map(({ key }) => key)).toEqual(expect.arrayContaining(before.map(({ key }) => key)));
});
