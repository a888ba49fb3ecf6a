import type { Directory } from "../directory.ts";
import type { DelegatedGrant, DirectoryApp } from "../directory-state.ts";
import { idOf, nameOf, principalIdOf, thePrincipal } from "./applications.ts";
import { parseFilter } from "./filter.ts";
import { notFound } from "./graph-error.ts";
import type { GraphCall, GraphReply, Operation } from "./operation.ts";
import { page } from "./paging.ts";
import { type Entity, project, type QueryOption, readCount, readSelect } from "./query.ts";

const LIST: readonly QueryOption[] = ["filter", "top", "skiptoken"];
const FILTERABLE = new Set(["clientId", "consentType", "principalId", "resourceId", "appRoleId"]);

/** What was granted to apps: delegated permissions, and application permissions. */
export function grantOperations(tenant: Directory): Operation[] {
  const many = (call: GraphCall, entities: readonly Entity[], context: string): GraphReply => {
    const top = readCount(call.options, "top", { min: 1, max: 999, fallback: 100 });
    const text = call.options.get("filter");
    const found = text === undefined ? entities : entities.filter(parseFilter(text, FILTERABLE));
    return { status: 200, body: page(call, found, { context, top, by: "skiptoken" }) };
  };
  const grants = () => tenant.delegatedGrants.flatMap((grant) => delegated(grant, tenant));
  const theGrant = ({ params }: GraphCall): Entity => {
    const id = params["oAuth2PermissionGrant-id"] ?? "";
    const found = grants().find((grant) => grant.id === id);
    if (!found) throw notFound("directory", id);
    return found;
  };
  return [
    {
      method: "GET",
      path: "/oauth2PermissionGrants",
      service: "directory",
      options: LIST,
      handle: (call) => many(call, grants(), "oauth2PermissionGrants"),
    },
    {
      method: "GET",
      path: "/oauth2PermissionGrants/{oAuth2PermissionGrant-id}",
      service: "directory",
      options: ["select"],
      handle: (call) => {
        const found = theGrant(call);
        const seen = project(found, readSelect(call.options, new Set(Object.keys(found)), "oAuth2PermissionGrant"));
        const context = `${call.base}/$metadata#oauth2PermissionGrants/$entity`;
        return { status: 200, body: { "@odata.context": context, ...seen } };
      },
    },
    {
      method: "DELETE",
      path: "/oauth2PermissionGrants/{oAuth2PermissionGrant-id}",
      service: "directory",
      handle: (call) => {
        tenant.setGrantScopes(String(theGrant(call).id), []);
        return { status: 204 };
      },
    },
    {
      method: "GET",
      path: "/servicePrincipals/{servicePrincipal-id}/oauth2PermissionGrants",
      service: "directory",
      options: LIST,
      handle: (call) => {
        const app = thePrincipal(tenant, call);
        const own = grants().filter(({ clientId }) => typeof app === "object" && clientId === app.servicePrincipalId);
        return many(call, own, "oauth2PermissionGrants");
      },
    },
    {
      method: "GET",
      path: "/servicePrincipals/{servicePrincipal-id}/appRoleAssignments",
      service: "directory",
      options: LIST,
      handle: (call) => {
        const app = thePrincipal(tenant, call);
        const context = `servicePrincipals('${call.params["servicePrincipal-id"]}')/appRoleAssignments`;
        return many(call, typeof app === "string" ? [] : assignments(app, tenant), context);
      },
    },
  ];
}

// A resource that is gone from the tenant takes what was granted on it along.
function delegated({ id, clientId, resource, principalId, scopes }: DelegatedGrant, tenant: Directory): Entity[] {
  const [client, resourceId] = [principalIdOf(clientId, tenant), principalIdOf(resource, tenant)];
  if (client === null || resourceId === null) return [];
  const consentType = principalId === null ? "AllPrincipals" : "Principal";
  return [{ id, clientId: client, consentType, principalId, resourceId, scope: scopes.join(" ") }];
}

// A role whose id the catalogue does not know cannot be told: Graph names roles by ids alone.
function assignments(app: DirectoryApp, tenant: Directory): Entity[] {
  return tenant.appRoleGrants
    .filter(({ clientId }) => clientId === app.clientId)
    .flatMap(({ resource, roles }) =>
      roles.flatMap((name) => {
        const [appRoleId, resourceId] = [idOf("application", { resource, name }), principalIdOf(resource, tenant)];
        if (appRoleId === null || resourceId === null) return [];
        return [
          {
            id: `${app.servicePrincipalId}_${appRoleId}`,
            appRoleId,
            principalId: app.servicePrincipalId,
            principalDisplayName: app.displayName,
            principalType: "ServicePrincipal",
            resourceId,
            resourceDisplayName: nameOf(resource, tenant),
          },
        ];
      }),
    );
}
