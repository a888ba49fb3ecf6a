import { ConversationWithViewer } from "./conversations.ts";
import { byId, none, ok, type RouteDefinition } from "./route-definition.ts";
import { Signal, TransferConversation } from "./teamwork.ts";

/** What people do with a conversation beside writing. */
export const TEAMWORK_ROUTES = {
  claimConversation: {
    method: "POST",
    path: "/v1/conversations/{id}/claim",
    access: "conversations.write",
    tag: "conversations",
    summary: "Makes a conversation the caller's that nobody has; of several at once one gets it.",
    params: byId("conv"),
    answer: ok(ConversationWithViewer),
  },
  transferConversation: {
    method: "POST",
    path: "/v1/conversations/{id}/transfer",
    access: "conversations.write",
    tag: "conversations",
    summary:
      "Goes on with a conversation from another line: opens it there or gets it, links both, and closes this one.",
    params: byId("conv"),
    body: TransferConversation,
    answer: ok(ConversationWithViewer),
    idempotent: true,
  },
  signalTyping: {
    method: "POST",
    path: "/v1/conversations/{id}/typing",
    access: "messages.send",
    tag: "conversations",
    summary: "Tells the others that the caller is typing, or has stopped. It expires after 6 seconds.",
    params: byId("conv"),
    body: Signal,
    answer: none,
  },
  signalViewing: {
    method: "POST",
    path: "/v1/conversations/{id}/viewing",
    access: "user",
    tag: "conversations",
    summary:
      "Tells the others that the caller has the conversation open, or has closed it. It expires after 60 seconds.",
    params: byId("conv"),
    body: Signal,
    answer: none,
  },
} as const satisfies Record<string, RouteDefinition>;
