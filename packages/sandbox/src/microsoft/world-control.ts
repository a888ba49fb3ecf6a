import type { Clock } from "@trunkline/gateway";
import type { z } from "zod/mini";
import { WorldProblem } from "../problem.ts";
import { GRAPH_APP_ID } from "./directory.ts";
import type { AppCertificate, AppSecret, DirectoryApp, DirectoryUser } from "./directory-state.ts";
import type { Fault } from "./faults.ts";
import type { Organisation, SimulatedMicrosoft } from "./microsoft.ts";
import type { AppChange, FaultsChange, GrantChange, NewUser, PolicyChange, UserChange } from "./world-inputs.ts";

/* How the world's door shows the simulated tenant, and changes it. Times on the wire are ISO 8601. */

export interface ControlParts {
  readonly microsoft: SimulatedMicrosoft;
  /** Which of its organisations is shown and changed. */
  readonly organisation: Organisation;
  readonly clock: Pick<Clock, "now">;
}

type Input<Schema extends z.ZodMiniType> = z.infer<Schema>;

export function showTenant(parts: ControlParts): object {
  const { organisations, gatewayApp, place } = parts.microsoft;
  const { directory } = parts.organisation;
  const { tenantId } = directory;
  const { graph, caCertificate } = parts.microsoft.describe();
  const { displayName, domains, policy } = directory.state;
  return {
    authority: `${place.entraUrl}/${tenantId}`,
    graph,
    tenantId,
    caCertificate,
    entraUrl: place.entraUrl,
    graphUrl: place.graphUrl,
    displayName,
    domains,
    policy,
    /** The registration that the gateways of this world sign in with. */
    gatewayClientId: gatewayApp.clientId,
    users: directory.users.map((user) => showUser(parts, user)),
    apps: directory.apps.map(showApp),
    grants: showGrants(parts),
    faults: showFaults(parts),
    /** All of the world's; `?organisation=` with an id or a domain shows and changes another one than the first. */
    organisations: organisations.map(({ directory: { tenantId: id, state } }) => {
      return { tenantId: id, displayName: state.displayName, domains: state.domains };
    }),
  };
}

export function showUser({ organisation, clock }: ControlParts, user: DirectoryUser): object {
  return { ...user, presence: organisation.graph.presence.of(user.id, clock.now()) };
}

export function showApp(app: DirectoryApp): object {
  const dated = <Credential extends AppSecret | AppCertificate>(credential: Credential) => ({
    ...credential,
    startsAt: new Date(credential.startsAt).toISOString(),
    expiresAt: new Date(credential.expiresAt).toISOString(),
  });
  return { ...app, secrets: app.secrets.map(dated), certificates: app.certificates.map(dated) };
}

export function showGrants({ organisation: { directory } }: ControlParts): object {
  return {
    delegated: directory.delegatedGrants.map(({ principalId, ...grant }) => ({
      ...grant,
      principal: principalId === null ? null : (directory.findUser(principalId)?.upn ?? principalId),
    })),
    application: directory.appRoleGrants,
  };
}

export function showFaults({ microsoft: { entraFaults, graph } }: ControlParts): object {
  return { entra: entraFaults.list, graph: graph.faults.list, graphRateLimit: graph.faults.rateLimit };
}

export function findUser({ organisation }: ControlParts, id: string): DirectoryUser {
  const user = organisation.directory.findUser(id);
  if (!user) throw new WorldProblem(404, "not_found", "The tenant has no such user");
  return user;
}

export function findApp({ organisation }: ControlParts, clientId: string): DirectoryApp {
  const app = organisation.directory.findApp(clientId);
  if (!app) throw new WorldProblem(404, "not_found", "The tenant has no such app");
  return app;
}

export function addUser(parts: ControlParts, { presence, ...input }: Input<typeof NewUser>): DirectoryUser {
  refuseTaken(parts, input.upn);
  const user: DirectoryUser = {
    id: parts.microsoft.newId(),
    upn: input.upn,
    displayName: input.displayName ?? input.upn,
    mail: input.mail === undefined ? input.upn : input.mail,
    role: input.role ?? "member",
    isEnabled: input.isEnabled ?? true,
    licences: input.licences ?? [],
  };
  parts.organisation.directory.putUser(user);
  if (presence) parts.organisation.graph.presence.setTeamsClient(user.id, presence, parts.clock.now());
  return user;
}

export function changeUser(parts: ControlParts, id: string, change: Input<typeof UserChange>): DirectoryUser {
  const user = findUser(parts, id);
  const { presence, ...fields } = given(change);
  if (fields.upn !== undefined) refuseTaken(parts, fields.upn, user);
  const changed = { ...user, ...fields };
  parts.organisation.directory.putUser(changed);
  if (presence !== undefined) parts.organisation.graph.presence.setTeamsClient(user.id, presence, parts.clock.now());
  return changed;
}

function refuseTaken({ organisation }: ControlParts, upn: string, except?: DirectoryUser): void {
  const other = organisation.directory.findUser(upn);
  if (other === undefined || other === except) return;
  throw new WorldProblem(422, "invalid_input", "A field has a value that is not accepted", [
    { path: ["upn"], message: "another user has this sign-in name" },
  ]);
}

export function changeApp(parts: ControlParts, clientId: string, change: Input<typeof AppChange>): DirectoryApp {
  const app = findApp(parts, clientId);
  const { secrets, certificates, assignedUsers, ...fields } = given(change);
  if (!parts.organisation.directory.isOwnApp(app.clientId)) refuseRegistration(given(change));
  const dates = (one: { startsAt?: number | undefined; expiresAt: number; displayName?: string | undefined }) => ({
    keyId: parts.microsoft.newId(),
    displayName: one.displayName ?? "Set through the world",
    startsAt: one.startsAt ?? parts.clock.now(),
    expiresAt: one.expiresAt,
  });
  const changed: DirectoryApp = {
    ...app,
    ...fields,
    ...(assignedUsers === undefined
      ? {}
      : { assignedUsers: assignedUsers?.map((id) => userIn(parts, id, "assignedUsers").id) ?? null }),
    ...(secrets === undefined ? {} : { secrets: secrets.map((one) => ({ ...dates(one), secret: one.secret })) }),
    ...(certificates === undefined
      ? {}
      : { certificates: certificates.map((one) => ({ ...dates(one), der: derOf(one.certificate) })) }),
  };
  parts.organisation.directory.putApp(changed);
  return changed;
}

const OF_EACH_ORGANISATION = ["isEnabled", "isInstalled", "assignedUsers"];

/** An organisation decides what an app is there, and not what stands in a registration that it does not have. */
function refuseRegistration(change: object): void {
  const [field] = Object.keys(change).filter((name) => !OF_EACH_ORGANISATION.includes(name));
  if (field === undefined) return;
  throw new WorldProblem(422, "invalid_input", "A field has a value that is not accepted", [
    { path: [field], message: "the app is registered in another organisation: leave ?organisation= out" },
  ]);
}

function derOf(certificate: string): string {
  return certificate.replace(/-----[^-]+-----|\s/g, "");
}

function userIn({ organisation }: ControlParts, id: string, field: string): DirectoryUser {
  const user = organisation.directory.findUser(id);
  if (user) return user;
  throw new WorldProblem(422, "invalid_input", "A field has a value that is not accepted", [
    { path: [field], message: `the tenant has no user ${id}` },
  ]);
}

export function changePolicy({ organisation }: ControlParts, change: Input<typeof PolicyChange>): void {
  organisation.directory.setPolicy(given(change));
}

export function changeGrants(parts: ControlParts, change: Input<typeof GrantChange>): void {
  const { clientId, resource = GRAPH_APP_ID, principal = null, scopes, roles } = change;
  const { directory } = parts.organisation;
  const app = findApp(parts, clientId);
  const principalId = principal === null ? null : userIn(parts, principal, "principal").id;
  if (scopes !== undefined) {
    const held = directory.delegatedGrants.find(
      (grant) => grant.clientId === app.clientId && grant.resource === resource && grant.principalId === principalId,
    );
    if (held) directory.setGrantScopes(held.id, [...new Set(scopes)]);
    else if (scopes.length > 0) directory.grantScopes(app.clientId, principalId, scopes, resource);
  }
  if (roles !== undefined) {
    const held = directory.grantedRoles(app.clientId, resource);
    directory.revokeRoles(app.clientId, held, resource);
    if (roles.length > 0) directory.grantRoles(app.clientId, roles, resource);
  }
}

export function changeFaults({ microsoft }: ControlParts, change: Input<typeof FaultsChange>): void {
  const { entra, graph, graphRateLimit } = change;
  const whole = (faults: readonly object[]) => faults.map((fault) => given(fault) as Fault); // held to the schema
  if (entra) microsoft.entraFaults.replace(whole(entra));
  if (graph) microsoft.graph.faults.replace(whole(graph));
  if (graphRateLimit !== undefined) microsoft.graph.faults.limit(graphRateLimit);
}

/** Without the fields that are absent: `undefined` would overwrite what there is. */
function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Fields]: Exclude<Fields[Name], undefined> };
}
