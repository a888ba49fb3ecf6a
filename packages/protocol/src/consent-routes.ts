import { AdminRequest, ConnectLink, ConnectMicrosoft, Consent, DisconnectMicrosoft, RequestAdmin } from "./consent.ts";
import { created, none, ok, type RouteDefinition } from "./route-definition.ts";

/** What a tenant and its people have granted in Microsoft 365, and how they grant it. */
export const CONSENT_ROUTES = {
  getConsent: {
    method: "GET",
    path: "/v1/consent",
    access: "member",
    tag: "consent",
    summary: "Tells where the tenant and the caller stand with Microsoft 365, feature by feature, and what to do next.",
    answer: ok(Consent),
  },
  connectMicrosoft: {
    method: "POST",
    path: "/v1/consent/connect",
    access: "user",
    tag: "consent",
    summary: "Makes the address of Microsoft's page on which the caller connects; good once, for ten minutes.",
    body: ConnectMicrosoft,
    answer: created(ConnectLink),
  },
  requestAdmin: {
    method: "POST",
    path: "/v1/consent/admin-requests",
    access: "member",
    tag: "consent",
    summary: "Makes a page for an administrator of Microsoft 365 that says what is asked and why; good for a week.",
    body: RequestAdmin,
    answer: created(AdminRequest),
  },
  disconnectMicrosoft: {
    method: "POST",
    path: "/v1/consent/disconnect",
    access: "member",
    tag: "consent",
    summary: "Forgets the caller's Microsoft account, or the whole organisation.",
    body: DisconnectMicrosoft,
    answer: none,
  },
} as const satisfies Record<string, RouteDefinition>;
