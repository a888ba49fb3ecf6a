import { CheckMessage, CheckMessageTo, Message, MessageCheck } from "./messages.ts";
import { byId, ok, type RouteDefinition } from "./route-definition.ts";

/** What can be asked and done about a text beside sending it. */
export const MESSAGE_ROUTES = {
  checkMessage: {
    method: "POST",
    path: "/v1/conversations/{id}/check",
    access: "messages.send",
    tag: "messages",
    summary: "Tells whether a text into a conversation could leave, why not, or when it would.",
    params: byId("conv"),
    body: CheckMessage,
    answer: ok(MessageCheck),
  },
  checkMessageTo: {
    method: "POST",
    path: "/v1/messages/check",
    access: "messages.send",
    tag: "messages",
    summary: "The same for a line and a number.",
    body: CheckMessageTo,
    answer: ok(MessageCheck),
  },
  cancelMessage: {
    method: "POST",
    path: "/v1/messages/{id}/cancel",
    access: "messages.send",
    tag: "messages",
    summary: "Takes a text back that has not begun to leave.",
    params: byId("msg"),
    answer: ok(Message),
  },
} as const satisfies Record<string, RouteDefinition>;
