import { ConversationWithViewer } from "./conversations.ts";
import { byId, ok, type RouteDefinition } from "./route-definition.ts";

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
} as const satisfies Record<string, RouteDefinition>;
