import { PERMISSION_RESOURCES } from "@trunkline/protocol/permissions";
import { type Directory, GRAPH_APP_ID } from "../directory.ts";
import type { DirectoryApp } from "../directory-state.ts";
import { EntraError } from "./errors.ts";
import { SIGN_IN_SCOPES } from "./permission-consent.ts";

/** What a request's `scope` asks for: permissions of one resource, and whether its `.default` was meant. */
export interface ScopeRequest {
  /** App id of the resource. */
  readonly resource: string;
  /** The resource as a token's `aud` names it in version 1. */
  readonly resourceUri: string;
  /** Names without their resource; with `.default` those of the registration. */
  readonly scopes: readonly string[];
  /** Scopes of OpenID Connect that were asked for. */
  readonly signIn: readonly string[];
  readonly isDefault: boolean;
}

/** Microsoft's own services, by app id: the name that stands before a slash in scopes. */
const SERVICES: ReadonlySet<string> = new Set(Object.values(PERMISSION_RESOURCES).map(({ appId }) => appId));

/** What Graph is called in scopes and in `aud`, whatever its address. */
export const GRAPH_URI = "https://graph.microsoft.com";

/**
 * Reads `scope`. A name without a resource is Graph's.
 *
 * @throws EntraError 70011 when it names two resources, 50001 when nobody knows the resource
 */
export function readScopes(text: string, app: DirectoryApp, directory: Directory): ScopeRequest {
  const names = text.split(/\s+/).filter((name) => name !== "");
  const signIn = names.filter((name) => SIGN_IN_SCOPES.includes(name));
  const parsed = names.filter((name) => !SIGN_IN_SCOPES.includes(name)).map(split);
  const [first] = parsed;
  if (parsed.some((scope) => scope.uri !== first?.uri)) throw new EntraError(70011, "It names more than one resource.");
  const uri = first?.uri ?? GRAPH_URI;
  const resource = resourceOf(uri, directory);
  const isDefault = parsed.some(({ name }) => name === ".default");
  if (isDefault && parsed.length > 1) throw new EntraError(70011, "'.default' cannot be combined with other scopes.");
  const scopes = isDefault ? registeredScopes(app, resource) : parsed.map(({ name }) => name);
  return { resource, resourceUri: uri, scopes, signIn, isDefault };
}

/** What the registration asks of a resource. The catalogue writes a service before a slash, a scope does not. */
export function registeredScopes({ delegatedPermissions }: DirectoryApp, resource: string): string[] {
  return delegatedPermissions
    .filter((permission) => permission.resource === resource)
    .map(({ name }) => name.slice(name.indexOf("/") + 1));
}

function split(full: string): { uri: string; name: string } {
  const slash = full.lastIndexOf("/");
  if (slash < 0) return { uri: GRAPH_URI, name: full };
  return { uri: full.slice(0, slash).replace(/\/$/, ""), name: full.slice(slash + 1) };
}

function resourceOf(uri: string, directory: Directory): string {
  if (uri === GRAPH_URI) return GRAPH_APP_ID;
  if (SERVICES.has(uri)) return uri;
  const app = directory.usableApps.find(
    ({ clientId, identifierUris }) => clientId === uri || identifierUris.includes(uri),
  );
  if (!app) throw new EntraError(50001, `(${uri})`);
  return app.clientId;
}

/** Which of the asked-for scopes the user may not use yet, because nobody consented. */
export function missingScopes(
  { resource, scopes }: ScopeRequest,
  app: DirectoryApp,
  userId: string,
  directory: Directory,
): readonly string[] {
  if (resource === app.clientId) return [];
  const offers = directory.findApp(resource);
  const given = offers?.preAuthorizedClients.includes(app.clientId) ? offers.exposedScopes : [];
  const granted = directory.grantedScopes(app.clientId, userId, resource);
  return scopes.filter((scope) => !granted.includes(scope) && !given.includes(scope));
}
