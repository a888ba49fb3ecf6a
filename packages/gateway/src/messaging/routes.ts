import type { Unread } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { once } from "../http/idempotency.ts";
import { openPage } from "../http/paging.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import { found } from "../http/reply.ts";
import type { Handlers } from "../http/route.ts";
import type { Ids } from "../random.ts";
import type { Database } from "../store/database.ts";
import { snoozeLane } from "../teamwork/snooze-work.ts";
import { cancelTexts } from "./cancel.ts";
import { checkInto, checkTo } from "./check.ts";
import { conditionsOf } from "./conversation-filters.ts";
import { listConversations, readConversation, toAnswer } from "./conversation-store.ts";
import { markRead } from "./mark-read.ts";
import { windowOf } from "./message-pages.ts";
import { isConversationSeen, listMessages, readMessage } from "./message-store.ts";
import { openConversation } from "./open-conversation.ts";
import type { SendQueue } from "./send-queue.ts";
import { ONE_TO_ONE } from "./send-request.ts";
import { countUnread } from "./unread-counts.ts";
import { updateConversation } from "./update-conversation.ts";

export interface MessagingRouteParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
  sends: SendQueue;
}

export type MessagingOperation =
  | "listConversations"
  | "openConversation"
  | "getConversation"
  | "updateConversation"
  | "markRead"
  | "getUnread"
  | "listMessages"
  | "sendMessage"
  | "sendMessageTo"
  | "getMessage"
  | "retryMessage"
  | "checkMessage"
  | "checkMessageTo"
  | "cancelMessage";

/** The routes of conversations and messages. */
export function messagingRoutes({
  database,
  log,
  bus,
  clock,
  ids,
  sends,
}: MessagingRouteParts): Handlers<MessagingOperation> {
  return {
    async listConversations({ principal, query }) {
      const page = openPage("listConversations", query, ["time", "id"]);
      const conditions = conditionsOf(query, principal);
      const rows = await database.tenant(principal.tenantId, (tx) =>
        listConversations(tx, principal, { conditions, after: page.after, limit: page.limit + 1 }),
      );
      return page.answer(
        rows,
        (row) => [row.last_activity_at.toISOString(), row.id],
        (row) => toAnswer(row, principal),
      );
    },

    async openConversation({ principal, body, keyed }) {
      return log.transaction(principal.tenantId, (tx, record) =>
        once(tx, keyed, async () => {
          const { conversation, isNew } = await openConversation(tx, principal, body, record, {
            ids,
            now: clock.now(),
          });
          return isNew ? conversation : found(conversation);
        }),
      );
    },

    async getConversation({ principal, params }) {
      const conversation = await database.tenant(principal.tenantId, (tx) =>
        readConversation(tx, principal, params.id),
      );
      if (!conversation) throw notFound();
      return conversation;
    },

    async updateConversation({ principal, params, body }) {
      const { tenantId } = principal;
      const changed = await log.transaction(tenantId, async (tx, record) => {
        await updateConversation(tx, principal, params.id, body, record, clock.now());
        // The change may have taken it out of the caller's sight; the answer still shows what they did.
        const sight = { ...principal.sight, records: null, assignedTo: null };
        const conversation = await readConversation(tx, { ...principal, sight }, params.id);
        if (!conversation) throw notFound();
        return conversation;
      });
      if (changed.snoozedUntil !== null) bus.publish({ topic: "work", ...snoozeLane(tenantId, changed) });
      return changed;
    },

    async markRead({ principal, params, body }) {
      return log.transaction(principal.tenantId, (tx, record) =>
        markRead(tx, principal, params.id, body.throughSequence, record, clock.now()),
      );
    },

    async getUnread({ principal }) {
      const lines = await database.tenant(principal.tenantId, (tx) => countUnread(tx, principal));
      const total: Unread = { conversations: 0, messages: 0, byLine: {} };
      for (const { line_id, conversations, messages } of lines) {
        total.conversations += conversations;
        total.messages += messages;
        total.byLine[line_id] = { conversations, messages };
      }
      return total;
    },

    async listMessages({ principal, params, query }) {
      const list = { ...query, conversationId: params.id };
      const page = openPage("listMessages", list, ["sequence"]);
      const window = windowOf(params.id, query, page);
      const messages = await database.tenant(principal.tenantId, async (tx) => {
        if (!(await isConversationSeen(tx, principal, params.id))) throw notFound();
        return listMessages(tx, principal, { ...window, limit: page.limit + 1 });
      });
      return page.answer(
        messages,
        ({ sequence }) => [String(sequence)],
        (message) => message,
      );
    },

    sendMessage: ({ principal, params, body, keyed }) =>
      sends.accept({
        principal,
        keyed,
        origin: ONE_TO_ONE,
        target: { kind: "conversation", id: params.id, content: body },
      }),

    sendMessageTo: ({ principal, body: { from, to, ...content }, keyed }) =>
      sends.accept({ principal, keyed, origin: ONE_TO_ONE, target: { kind: "number", from, to, content } }),

    retryMessage: ({ principal, params, body, keyed }) =>
      sends.accept({
        principal,
        keyed,
        origin: ONE_TO_ONE,
        target: { kind: "retry", of: params.id, clientId: body.clientId },
      }),

    checkMessage: ({ principal, params, body }) =>
      database.tenant(principal.tenantId, (tx) => checkInto(tx, principal, params.id, body, clock.now())),

    checkMessageTo: ({ principal, body }) =>
      database.tenant(principal.tenantId, (tx) => checkTo(tx, principal, body, clock.now())),

    async cancelMessage({ principal, params: { id } }) {
      const { tenantId, actor } = principal;
      const { canceled, hasChanged } = await database.tenant(tenantId, async (tx) => {
        if (!(await readMessage(tx, principal, id))) throw notFound();
        return cancelTexts(tx, tenantId, [id], { log, actor }, clock.now());
      });
      if (hasChanged) bus.publish({ topic: "events", tenantId });
      const message = canceled.get(id);
      if (!message) throw hasBegun();
      return message;
    },

    async getMessage({ principal, params }) {
      const message = await database.tenant(principal.tenantId, (tx) => readMessage(tx, principal, params.id));
      if (!message) throw notFound();
      return message;
    },
  };
}

const hasBegun = () =>
  new Refusal("conflict", { detail: "Only a text that has not begun to leave can be canceled; this one has." });
