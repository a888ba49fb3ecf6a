import { readFileSync } from "node:fs";
import { expect, expectTypeOf, test } from "vitest";
import type {
  Broadcast,
  Conversation,
  ConversationId,
  EventOf,
  LineId,
  Live,
  LiveItem,
  Message,
  MessageContent,
  MessageRow,
  OptIn,
  Template,
  TemplateId,
  Trunkline,
  Unread,
  UnsentMessage,
} from "../src/index.ts";
import { DEFAULTS } from "../src/options.ts";

declare const trunkline: Trunkline;

test("public types say what callers build on", () => {
  expectTypeOf<ReturnType<typeof filtered>>().toEqualTypeOf<Live<Conversation>>();
  expectTypeOf<ReturnType<typeof single>>().toEqualTypeOf<LiveItem<Conversation>>();
  expectTypeOf<ReturnType<typeof thread>>().toEqualTypeOf<Live<MessageRow>>();
  expectTypeOf<Trunkline["unread"]>().toExtend<LiveItem<Unread>>();
  expectTypeOf<Extract<MessageRow, { state: "accepted" }>["message"]>().toEqualTypeOf<Message>();
  expectTypeOf<Extract<MessageRow, { state: "failed" }>["message"]>().toEqualTypeOf<UnsentMessage>();
  expectTypeOf<ReturnType<Trunkline["broadcasts"]["live"]>>().toEqualTypeOf<LiveItem<Broadcast>>();
  expectTypeOf<Awaited<ReturnType<Trunkline["templates"]["get"]>>>().toEqualTypeOf<Template>();
  // A text has words or a template, and values only with a template.
  expectTypeOf<{ text: string; sendAt: string }>().toExtend<MessageContent>();
  expectTypeOf<{ templateId: TemplateId; variables: { name: string } }>().toExtend<MessageContent>();
  expectTypeOf<{ text: string; templateId: TemplateId }>().not.toExtend<MessageContent>();
  expectTypeOf<{ text: string; variables: { name: string } }>().not.toExtend<MessageContent>();
  expectTypeOf<{ sendAt: string }>().not.toExtend<MessageContent>();
  // Kinds of ids do not mix.
  expectTypeOf<LineId>().not.toExtend<ConversationId>();
  expectTypeOf<Parameters<Trunkline["messages"]["get"]>[0]>().not.toExtend<ConversationId>();
});

const filtered = () => trunkline.conversations.live({ state: "open" });
const single = (id: ConversationId) => trunkline.conversations.live(id);
const thread = (id: ConversationId) => trunkline.messages.live(id, { around: 7 });
/** Compiled, not run: a listener's event is typed by its name. */
export const listen = () =>
  trunkline.events.on("conversation.read", (event) => {
    expectTypeOf(event).toEqualTypeOf<EventOf<"conversation.read">>();
    expectTypeOf(event.data.unreadCount).toEqualTypeOf<number>();
  });

export const listenForOptIns = () =>
  trunkline.events.on("opt_in.changed", (event) => {
    expectTypeOf(event.data).toEqualTypeOf<OptIn>();
  });

test("the defaults that the documentation names are those in force", () => {
  const source = readFileSync(new URL("../src/options.ts", import.meta.url), "utf8");
  const documented = [...source.matchAll(/@default (\S+)\n\s+\*\/\n\s+(\w+)\?:/g)].map(([, value = "", name]) => [
    name,
    JSON.parse(value.replaceAll("_", "")),
  ]);
  expect(Object.fromEntries(documented)).toEqual(DEFAULTS);
});
