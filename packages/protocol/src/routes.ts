import * as z from "zod/mini";
import { AUDIT_ROUTES } from "./audit-routes.ts";
import { BROADCAST_ROUTES } from "./broadcast-routes.ts";
import { CARRIER_ACCOUNT_ROUTES } from "./carrier-account-routes.ts";
import { CONSENT_ROUTES } from "./consent-routes.ts";
import {
  ConversationWithViewer,
  ListConversations,
  MarkRead,
  OpenConversation,
  ReadState,
  Unread,
  UpdateConversation,
} from "./conversations.ts";
import { EventPage, ListEvents } from "./events.ts";
import { FILTER_ROUTES } from "./filter-routes.ts";
import { GROUP_ROUTES } from "./group-routes.ts";
import { CreatedKey, CreateKey, Key } from "./keys.ts";
import { CreateLine, Line, UpdateLine } from "./lines.ts";
import { Me } from "./me.ts";
import { MEDIA_ROUTES } from "./media-routes.ts";
import { MESSAGE_ROUTES } from "./message-routes.ts";
import { ListMessages, Message, SendMessage, SendMessageTo } from "./messages.ts";
import { OPT_IN_ROUTES } from "./opt-in-routes.ts";
import { PERMISSION_ROUTES } from "./permissions/routes.ts";
import { accepted, byId, created, none, ok, paging, type RouteDefinition } from "./route-definition.ts";
import { page, text, userRef } from "./schema.ts";
import { SEARCH_ROUTES } from "./search-routes.ts";
import { CreatedSession, CreateSession } from "./sessions.ts";
import { TEAMWORK_ROUTES } from "./teamwork-routes.ts";
import { TEMPLATE_ROUTES } from "./template-routes.ts";
import { CreateTenant, Tenant, UpdateTenant } from "./tenants.ts";
import { UpdateUser, User } from "./users.ts";
import { UpsertedUsers, UpsertUsers } from "./users-bulk.ts";
import { WEBHOOK_ROUTES } from "./webhook-routes.ts";

export type { Access, RouteDefinition } from "./route-definition.ts";

/*
 * Every route of `/v1`, written once. The gateway serves exactly these and validates by them, OpenAPI is made of them,
 * and the test of rights walks over them.
 */

const tenantRef = z
  .string()
  .check(z.regex(/^(ten_[0-9a-hjkmnp-tv-z]{26}|ext:.{1,200})$/su, "a tenant id or ext:<externalId>"));

export const ROUTES = {
  listTenants: {
    method: "GET",
    path: "/v1/tenants",
    access: "operator",
    tag: "tenants",
    summary: "Lists all tenants.",
    query: paging,
    answer: ok(page(Tenant)),
  },
  createTenant: {
    method: "POST",
    path: "/v1/tenants",
    access: "operator",
    tag: "tenants",
    summary: "Creates a tenant.",
    body: CreateTenant,
    answer: created(Tenant),
    idempotent: true,
  },
  getTenant: {
    method: "GET",
    path: "/v1/tenants/{id}",
    access: "operator",
    tag: "tenants",
    summary: "Gets a tenant.",
    params: z.strictObject({ id: tenantRef }),
    answer: ok(Tenant),
  },
  updateTenant: {
    method: "PATCH",
    path: "/v1/tenants/{id}",
    access: "operator",
    tag: "tenants",
    summary: "Changes a tenant.",
    params: z.strictObject({ id: tenantRef }),
    body: UpdateTenant,
    answer: ok(Tenant),
  },
  deleteTenant: {
    method: "DELETE",
    path: "/v1/tenants/{id}",
    access: "operator",
    tag: "tenants",
    summary: "Deletes a tenant with everything it has.",
    params: z.strictObject({ id: tenantRef }),
    answer: none,
  },
  exportTenant: {
    method: "POST",
    path: "/v1/tenants/{id}/export",
    access: "operator",
    tag: "tenants",
    summary: "Gives everything that a tenant has as a file, without secrets.",
    params: z.strictObject({ id: tenantRef }),
    answer: { status: 200, body: null },
    files: ["application/x-ndjson"],
  },
  getOwnTenant: {
    method: "GET",
    path: "/v1/tenant",
    access: "tenant.read",
    tag: "tenants",
    summary: "Gets the caller's own tenant.",
    answer: ok(Tenant),
  },
  updateOwnTenant: {
    method: "PATCH",
    path: "/v1/tenant",
    access: "tenant.write",
    tag: "tenants",
    summary: "Changes the caller's own tenant.",
    body: UpdateTenant,
    answer: ok(Tenant),
  },

  listKeys: {
    method: "GET",
    path: "/v1/keys",
    access: "keys.read",
    tag: "keys",
    summary: "Lists keys, without their secrets.",
    query: paging,
    answer: ok(page(Key)),
  },
  createKey: {
    method: "POST",
    path: "/v1/keys",
    access: "keys.write",
    tag: "keys",
    summary: "Creates a key; its secret is shown this once.",
    body: CreateKey,
    answer: created(CreatedKey),
  },
  deleteKey: {
    method: "DELETE",
    path: "/v1/keys/{id}",
    access: "keys.write",
    tag: "keys",
    summary: "Revokes a key.",
    params: byId("key"),
    answer: none,
  },
  rotateKey: {
    method: "POST",
    path: "/v1/keys/{id}/rotate",
    access: "keys.write",
    tag: "keys",
    summary: "Gives a key a new secret; the old one stops at once.",
    params: byId("key"),
    answer: ok(CreatedKey),
  },

  createSession: {
    method: "POST",
    path: "/v1/sessions",
    access: "sessions.write",
    tag: "sessions",
    summary: "Mints a session for a user.",
    body: CreateSession,
    answer: created(CreatedSession),
  },
  deleteSession: {
    method: "DELETE",
    path: "/v1/sessions/{id}",
    access: "sessions.write",
    tag: "sessions",
    summary: "Revokes a session.",
    params: byId("ses"),
    answer: none,
  },
  deleteUserSessions: {
    method: "DELETE",
    path: "/v1/users/{id}/sessions",
    access: "users.write",
    tag: "sessions",
    summary: "Revokes all sessions of a user.",
    params: z.strictObject({ id: userRef }),
    answer: none,
  },

  getMe: {
    method: "GET",
    path: "/v1/me",
    access: "member",
    tag: "me",
    summary: "Tells who the token is and what it may do.",
    answer: ok(Me),
  },
  getUnread: {
    method: "GET",
    path: "/v1/unread",
    access: "user",
    tag: "me",
    summary: "Counts what the user has not read.",
    answer: ok(Unread),
  },

  listUsers: {
    method: "GET",
    path: "/v1/users",
    access: "users.read",
    tag: "users",
    summary: "Lists users.",
    query: paging,
    answer: ok(page(User)),
  },
  getUser: {
    method: "GET",
    path: "/v1/users/{id}",
    access: "users.read",
    tag: "users",
    summary: "Gets a user; `me` is the session's.",
    params: z.strictObject({ id: z.union([userRef, z.literal("me")]) }),
    answer: ok(User),
  },
  updateUser: {
    method: "PATCH",
    path: "/v1/users/{id}",
    access: "users.write",
    tag: "users",
    summary: "Changes a user's role, name or suspension.",
    params: z.strictObject({ id: userRef }),
    body: UpdateUser,
    answer: ok(User),
  },
  upsertUsers: {
    method: "POST",
    path: "/v1/users/bulk",
    access: "users.write",
    tag: "users",
    summary: "Makes or changes up to 1,000 users by `externalId`, with a result for each.",
    body: UpsertUsers,
    answer: ok(UpsertedUsers),
    idempotent: true,
    maxBytes: 4 * 1024 * 1024,
  },
  deleteUser: {
    method: "DELETE",
    path: "/v1/users/{id}",
    access: "users.write",
    tag: "users",
    summary: "Deletes a user; what they wrote keeps their name.",
    params: z.strictObject({ id: userRef }),
    answer: none,
  },

  ...GROUP_ROUTES,

  ...CARRIER_ACCOUNT_ROUTES,

  listLines: {
    method: "GET",
    path: "/v1/lines",
    access: "lines.read",
    tag: "lines",
    summary: "Lists the lines that the caller sees.",
    query: paging,
    answer: ok(page(Line)),
  },
  createLine: {
    method: "POST",
    path: "/v1/lines",
    access: "lines.write",
    tag: "lines",
    summary: "Adds a line.",
    body: CreateLine,
    answer: created(Line),
    idempotent: true,
  },
  getLine: {
    method: "GET",
    path: "/v1/lines/{id}",
    access: "lines.read",
    tag: "lines",
    summary: "Gets a line.",
    params: byId("line"),
    answer: ok(Line),
  },
  updateLine: {
    method: "PATCH",
    path: "/v1/lines/{id}",
    access: "lines.write",
    tag: "lines",
    summary: "Changes a line; `assignees` and `groups` each replace the whole list.",
    params: byId("line"),
    body: UpdateLine,
    answer: ok(Line),
  },
  deleteLine: {
    method: "DELETE",
    path: "/v1/lines/{id}",
    access: "lines.write",
    tag: "lines",
    summary: "Removes a line that has no conversations.",
    params: byId("line"),
    answer: none,
  },

  listConversations: {
    method: "GET",
    path: "/v1/conversations",
    access: "conversations.read",
    tag: "conversations",
    summary: "Lists conversations, the one with the newest activity first.",
    query: ListConversations,
    answer: ok(page(ConversationWithViewer)),
  },
  openConversation: {
    method: "POST",
    path: "/v1/conversations",
    access: "conversations.write",
    tag: "conversations",
    summary: "Opens the conversation of a line with a number, or gets it (200).",
    body: OpenConversation,
    answer: created(ConversationWithViewer),
    also: 200,
    idempotent: true,
  },
  getConversation: {
    method: "GET",
    path: "/v1/conversations/{id}",
    access: "conversations.read",
    tag: "conversations",
    summary: "Gets a conversation.",
    params: byId("conv"),
    answer: ok(ConversationWithViewer),
  },
  updateConversation: {
    method: "PATCH",
    path: "/v1/conversations/{id}",
    access: "conversations.write",
    tag: "conversations",
    summary: "Changes a conversation's state, assignee, tags, records or metadata.",
    params: byId("conv"),
    body: UpdateConversation,
    answer: ok(ConversationWithViewer),
  },
  ...TEAMWORK_ROUTES,
  markRead: {
    method: "POST",
    path: "/v1/conversations/{id}/read",
    access: "user",
    tag: "conversations",
    summary: "Marks a conversation as read up to a message; it never moves back.",
    params: byId("conv"),
    body: MarkRead,
    answer: ok(ReadState),
  },

  listMessages: {
    method: "GET",
    path: "/v1/conversations/{id}/messages",
    access: "conversations.read",
    tag: "messages",
    summary: "Pages through a conversation by sequence.",
    params: byId("conv"),
    query: ListMessages,
    answer: ok(page(Message)),
  },
  sendMessage: {
    method: "POST",
    path: "/v1/conversations/{id}/messages",
    access: "messages.send",
    tag: "messages",
    summary: "Sends a text into a conversation, or puts a note beside it that never leaves.",
    params: byId("conv"),
    body: SendMessage,
    answer: accepted(Message),
    idempotent: true,
  },
  sendMessageTo: {
    method: "POST",
    path: "/v1/messages",
    access: "messages.send",
    tag: "messages",
    summary: "Sends a text from a line to a number.",
    body: SendMessageTo,
    answer: accepted(Message),
    idempotent: true,
  },
  getMessage: {
    method: "GET",
    path: "/v1/messages/{id}",
    access: "conversations.read",
    tag: "messages",
    summary: "Gets a message.",
    params: byId("msg"),
    answer: ok(Message),
  },
  retryMessage: {
    method: "POST",
    path: "/v1/messages/{id}/retry",
    access: "messages.send",
    tag: "messages",
    summary: "Sends a text again that failed; the new message names the old one.",
    params: byId("msg"),
    body: z.strictObject({ clientId: z.optional(text({ min: 1, max: 64 })) }),
    answer: accepted(Message),
    idempotent: true,
  },
  ...MESSAGE_ROUTES,
  ...MEDIA_ROUTES,

  ...SEARCH_ROUTES,
  ...FILTER_ROUTES,
  ...TEMPLATE_ROUTES,
  ...BROADCAST_ROUTES,
  ...OPT_IN_ROUTES,
  ...PERMISSION_ROUTES,
  ...CONSENT_ROUTES,
  ...WEBHOOK_ROUTES,
  ...AUDIT_ROUTES,

  listEvents: {
    method: "GET",
    path: "/v1/events",
    access: "member",
    tag: "events",
    summary: "Follows the event log as `text/event-stream`, or pages through it as JSON, oldest first.",
    query: ListEvents,
    answer: ok(EventPage),
  },
} as const satisfies Record<string, RouteDefinition>;

export type Operation = keyof typeof ROUTES;
/** What the caller sends as body, before defaults. */
export type BodyOf<Name extends Operation> = (typeof ROUTES)[Name] extends { body: infer Body extends z.ZodMiniType }
  ? z.infer<Body>
  : undefined;
/** What the gateway answers on success. */
export type AnswerOf<Name extends Operation> = (typeof ROUTES)[Name]["answer"]["body"] extends infer Body extends
  z.ZodMiniType
  ? z.infer<Body>
  : undefined;
/** The query as the gateway reads it. */
export type QueryOf<Name extends Operation> = (typeof ROUTES)[Name] extends { query: infer Query extends z.ZodMiniType }
  ? z.infer<Query>
  : Record<never, never>;
export type ParamsOf<Name extends Operation> = (typeof ROUTES)[Name] extends {
  params: infer Params extends z.ZodMiniType;
}
  ? z.infer<Params>
  : Record<never, never>;
