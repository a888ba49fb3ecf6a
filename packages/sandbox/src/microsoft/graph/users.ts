import type { Directory } from "../directory.ts";
import type { DirectoryUser } from "../directory-state.ts";
import type { DeltaRounds } from "./delta.ts";
import { parseFilter } from "./filter.ts";
import { badRequest, notFound } from "./graph-error.ts";
import type { GraphCall, Operation } from "./operation.ts";
import { page } from "./paging.ts";
import { type Entity, order, project, readCount, readSelect } from "./query.ts";

// What a list gives without $select, and what User.ReadBasic.All shows. Source: Microsoft Graph, "List users".
const DEFAULTS = [
  "businessPhones",
  "displayName",
  "givenName",
  "id",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
];
const BASIC = new Set(["id", "displayName", "givenName", "surname", "mail", "userPrincipalName"]);
const KNOWN = new Set([...DEFAULTS, "accountEnabled", "department", "userType"]);
const FILTERABLE = new Set([
  "id",
  "displayName",
  "givenName",
  "surname",
  "mail",
  "userPrincipalName",
  "accountEnabled",
  "userType",
]);

/** The people of the tenant. */
export function userOperations(tenant: Directory, rounds: DeltaRounds): Operation[] {
  const one = (call: GraphCall, context: string) => {
    const select = readSelect(call.options, KNOWN, "user") ?? DEFAULTS;
    const body = project(visible(entityOf(theUser(tenant, call)), call), select);
    return { status: 200, body: { "@odata.context": `${call.base}/$metadata#${context}/$entity`, ...body } };
  };
  return [
    { method: "GET", path: "/me", service: "directory", options: ["select"], handle: (call) => one(call, "users") },
    {
      method: "GET",
      path: "/users/{user-id}",
      service: "directory",
      options: ["select"],
      ownOnly: ["User.Read", "User.ReadWrite"],
      handle: (call) => one(call, "users"),
    },
    {
      method: "GET",
      path: "/users",
      service: "directory",
      options: ["select", "filter", "top", "orderby", "count", "skiptoken"],
      handle: (call) => {
        const select = readSelect(call.options, KNOWN, "user") ?? DEFAULTS;
        const top = readCount(call.options, "top", { min: 1, max: 999, fallback: 100 });
        const text = call.options.get("filter");
        const matches = text === undefined ? () => true : parseFilter(text, FILTERABLE);
        const found = sorted(tenant).filter(matches);
        const users = order(found, call.options.get("orderby"), new Set(["displayName", "userPrincipalName"]));
        const seen = users.map((user) => project(visible(user, call), select));
        return { status: 200, body: page(call, seen, { context: "users", top, by: "skiptoken" }) };
      },
    },
    {
      method: "GET",
      path: "/users/delta",
      service: "directory",
      options: ["select", "filter", "skiptoken", "deltatoken"],
      handle: (call) => {
        if (call.options.has("filter"))
          throw badRequest("The simulator tracks all users; leave $filter out.", "Request_UnsupportedQuery");
        readSelect(call.options, KNOWN, "user");
        return rounds.answer(call, {
          scope: `${call.caller.clientId} users`,
          context: "users",
          pageSize: 100,
          removedAs: "changed",
          current: (select) =>
            sorted(tenant).map((user) => project(user, select?.split(",").map((name) => name.trim()) ?? DEFAULTS)),
        });
      },
    },
    {
      method: "GET",
      path: "/organization",
      service: "directory",
      options: ["select"],
      handle: (call) => {
        const organization: Entity = {
          id: tenant.tenantId,
          displayName: tenant.state.displayName,
          tenantType: "AAD",
          verifiedDomains: domains(tenant),
        };
        const select = readSelect(call.options, new Set(Object.keys(organization)), "organization");
        const value = [project(organization, select)];
        return { status: 200, body: page(call, value, { context: "organization", top: 1, by: "skiptoken" }) };
      },
    },
  ];
}

/**
 * The user that a call is about: the caller at `/me`, otherwise the one with that id or user principal name.
 * @throws GraphError 404 when there is none
 */
export function theUser(tenant: Directory, { caller, params }: GraphCall): DirectoryUser {
  const wanted = params["user-id"] ?? caller.userId ?? "";
  const user = tenant.findUser(wanted);
  if (user === undefined) throw notFound("directory", wanted);
  return user;
}

function sorted(tenant: Directory): Entity[] {
  return [...tenant.users].sort((a, b) => (a.id < b.id ? -1 : 1)).map(entityOf);
}

function entityOf({ id, upn, displayName, mail, role, isEnabled }: DirectoryUser): Entity {
  const [givenName = displayName, ...rest] = displayName.split(" ");
  return {
    id,
    accountEnabled: isEnabled,
    businessPhones: [],
    department: null,
    displayName,
    givenName,
    jobTitle: null,
    mail,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: rest.length === 0 ? null : rest.join(" "),
    userPrincipalName: upn,
    userType: role === "guest" ? "Guest" : "Member",
  };
}

// Others are seen in their basic properties only by a token whose widest right is User.ReadBasic.All.
function visible(user: Entity, { caller }: GraphCall): Entity {
  const granted = caller.userId === null ? caller.roles : caller.scopes;
  const isWide = granted.some((name) => /^(User\.Read(Write)?\.All|Directory\.|Device|AgentIdUser\.)/.test(name));
  if (isWide || user.id === caller.userId) return user;
  const hidden = Object.entries(user).map(([name, value]) => [
    name,
    BASIC.has(name) ? value : name === "businessPhones" ? [] : null,
  ]);
  return Object.fromEntries(hidden);
}

function domains(tenant: Directory): Entity[] {
  return tenant.state.domains.map((name, index) => ({
    name,
    type: "Managed",
    capabilities: "Email, OfficeCommunicationsOnline",
    isDefault: index === 0,
    isInitial: name.endsWith(".onmicrosoft.com"),
  }));
}
