import type { Operation } from "@trunkline/protocol/routes";
import { Refusal } from "./http/refusal.ts";
import type { Handlers, OutsideRoute } from "./http/route.ts";
import type { AnyWorkKind } from "./work/lane.ts";

type MessagingOperation = Extract<
  Operation,
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
>;

export interface Messaging {
  routes: Handlers<MessagingOperation>;
  outside: readonly OutsideRoute[];
  kinds: readonly AnyWorkKind[];
  stop(): Promise<void>;
}

/** Refuses conversations and messages until their domain is wired in. */
export function createMessaging(_parts: object): Messaging {
  const refuse = async (): Promise<never> => {
    throw new Refusal("unavailable", { retryAfterSeconds: 60 });
  };
  return {
    routes: {
      listConversations: refuse,
      openConversation: refuse,
      getConversation: refuse,
      updateConversation: refuse,
      markRead: refuse,
      getUnread: refuse,
      listMessages: refuse,
      sendMessage: refuse,
      sendMessageTo: refuse,
      getMessage: refuse,
      retryMessage: refuse,
    },
    outside: [],
    kinds: [],
    stop: async () => undefined,
  };
}

export function createMaintenance(_parts: object) {
  return { start: () => undefined, stop: async () => undefined };
}
