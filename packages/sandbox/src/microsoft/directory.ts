import type { RandomBytes } from "@trunkline/gateway";
import type {
  AppRoleGrant,
  DelegatedGrant,
  DirectoryApp,
  DirectoryGroup,
  DirectoryPolicy,
  DirectoryState,
  DirectoryUser,
  SignInAudience,
  VisitingApp,
} from "./directory-state.ts";
import { newGuid } from "./guid.ts";

/** App id of Microsoft Graph, the resource of most permissions. */
export const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";

const OPEN_AUDIENCES: ReadonlySet<SignInAudience> = new Set<SignInAudience>([
  "AzureADMultipleOrgs",
  "AzureADandPersonalMicrosoftAccount",
]);

export interface DirectoryParts {
  readonly state: DirectoryState;
  readonly random: RandomBytes;
  /** The world's other organisations: their people can be named here, and their apps used. @default none */
  readonly neighbours?: () => readonly Directory[];
  /** Told of the new state after each change. */
  readonly onChange?: (state: DirectoryState) => void;
}

/**
 * The simulated tenant: its people, its apps, and what was granted to whom. Entra ID and Graph both read and write it, so
 * that a consent given on the page shows in Graph, and a grant deleted in Graph ends what tokens may be had.
 */
export class Directory {
  #state: DirectoryState;
  readonly #random: RandomBytes;
  readonly #neighbours: () => readonly Directory[];
  readonly #onChange: (state: DirectoryState) => void;

  constructor({ state, random, neighbours = () => [], onChange = () => undefined }: DirectoryParts) {
    this.#state = state;
    this.#random = random;
    this.#neighbours = neighbours;
    this.#onChange = onChange;
  }

  get state(): DirectoryState {
    return this.#state;
  }

  get tenantId(): string {
    return this.#state.tenantId;
  }

  get policy(): DirectoryPolicy {
    return this.#state.policy;
  }

  get users(): readonly DirectoryUser[] {
    return this.#state.users;
  }

  get groups(): readonly DirectoryGroup[] {
    return this.#state.groups;
  }

  /** Those that are registered here. */
  get apps(): readonly DirectoryApp[] {
    return this.#state.apps;
  }

  get delegatedGrants(): readonly DelegatedGrant[] {
    return this.#state.delegatedGrants;
  }

  get appRoleGrants(): readonly AppRoleGrant[] {
    return this.#state.appRoleGrants;
  }

  /** Finds by object id or by user principal name, whatever its case. */
  findUser(idOrUpn: string): DirectoryUser | undefined {
    const wanted = idOrUpn.toLowerCase();
    return this.users.find(({ id, upn }) => id === wanted || upn.toLowerCase() === wanted);
  }

  /** Finds somebody of this organisation or of another one of the world's. */
  findAnybody(idOrUpn: string): DirectoryUser | undefined {
    const known = [this, ...this.#neighbours()].flatMap((directory) => directory.findUser(idOrUpn) ?? []);
    return known[0];
  }

  /** Who can say on a page of this organisation who they are: its people, then those whom it does not know. */
  get accounts(): readonly Pick<DirectoryUser, "id" | "upn">[] {
    const known = [this, ...this.#neighbours()].flatMap(({ users }) => users);
    const strangers = this.#state.strangers.filter((upn) => !this.findAnybody(upn));
    return [...known, ...strangers.map((upn) => ({ id: upn, upn }))];
  }

  /** An app that can be used here: registered here, or elsewhere for people of any organisation. */
  findApp(clientId: string): DirectoryApp | undefined {
    return this.usableApps.find((app) => app.clientId === clientId.toLowerCase());
  }

  /** All that {@link findApp} finds. */
  get usableApps(): readonly DirectoryApp[] {
    const elsewhere = this.#neighbours().flatMap(({ apps }) => apps);
    const open = elsewhere.filter(({ signInAudience = "AzureADMultipleOrgs" }) => OPEN_AUDIENCES.has(signInAudience));
    return [...this.apps, ...open.map((app) => this.#visiting(app))];
  }

  /** Whether the app is registered in this organisation. */
  isOwnApp(clientId: string): boolean {
    return this.apps.some((app) => app.clientId === clientId.toLowerCase());
  }

  /** Adds the user, or replaces the one with the same id. */
  putUser(user: DirectoryUser): void {
    this.#change({ users: replaced(this.users, user, ({ id }) => id === user.id) });
  }

  /** Whether it is somebody whose tenant is another one. */
  isStranger(idOrUpn: string): boolean {
    if (this.findUser(idOrUpn)) return false;
    return this.#state.strangers.includes(idOrUpn.toLowerCase()) || this.findAnybody(idOrUpn) !== undefined;
  }

  /** Removes a user, with the consent that they gave for themselves, and from groups. */
  removeUser(userId: string): void {
    this.#change({
      users: this.users.filter(({ id }) => id !== userId),
      groups: this.groups.map((group) => ({ ...group, members: group.members.filter((id) => id !== userId) })),
      delegatedGrants: this.delegatedGrants.filter(({ principalId }) => principalId !== userId),
    });
  }

  /** Adds the group, or replaces the one with the same id. */
  putGroup(group: DirectoryGroup): void {
    this.#change({ groups: replaced(this.groups, group, ({ id }) => id === group.id) });
  }

  /** Adds the app, or replaces the one with the same client id. Of another organisation's app only what it is here. */
  putApp(app: DirectoryApp): void {
    if (!this.isOwnApp(app.clientId) && this.findApp(app.clientId)) {
      const others = this.#state.visitingApps.filter((visitor) => visitor.clientId !== app.clientId);
      const { clientId, isEnabled, assignedUsers } = app;
      const servicePrincipalId = this.#visitor(clientId)?.servicePrincipalId ?? newGuid(this.#random);
      const here: VisitingApp = { clientId, servicePrincipalId, isEnabled, assignedUsers };
      this.#change({ visitingApps: app.isInstalled === false ? others : [...others, here] });
      return;
    }
    this.#change({ apps: replaced(this.apps, app, ({ clientId }) => clientId === app.clientId) });
  }

  setPolicy(policy: Partial<DirectoryPolicy>): void {
    this.#change({ policy: { ...this.policy, ...policy } });
  }

  /** Delegated permissions of `resource` that `clientId` may use for the user: granted by them, or for everybody. */
  grantedScopes(clientId: string, userId: string, resource: string = GRAPH_APP_ID): readonly string[] {
    const scopes = this.delegatedGrants
      .filter((grant) => grant.clientId === clientId && grant.resource === resource)
      .filter(({ principalId }) => principalId === null || principalId === userId)
      .flatMap((grant) => grant.scopes);
    return [...new Set(scopes)];
  }

  /** Application permissions of `resource` that `clientId` holds. */
  grantedRoles(clientId: string, resource: string = GRAPH_APP_ID): readonly string[] {
    return this.appRoleGrants.find((grant) => grant.clientId === clientId && grant.resource === resource)?.roles ?? [];
  }

  /** Adds scopes to the grant of this app, resource and principal (null: everybody), which is made when there is none. */
  grantScopes(
    clientId: string,
    principalId: string | null,
    scopes: readonly string[],
    resource: string = GRAPH_APP_ID,
  ): DelegatedGrant {
    const before = this.delegatedGrants.find(
      (held) => held.clientId === clientId && held.resource === resource && held.principalId === principalId,
    );
    const grant: DelegatedGrant = {
      id: before?.id ?? newGuid(this.#random),
      clientId,
      resource,
      principalId,
      scopes: [...new Set([...(before?.scopes ?? []), ...scopes])],
    };
    this.#install(clientId);
    this.#change({ delegatedGrants: replaced(this.delegatedGrants, grant, ({ id }) => id === grant.id) });
    return grant;
  }

  /** Sets what an existing grant holds; without scopes it is gone. False: there is no such grant. */
  setGrantScopes(grantId: string, scopes: readonly string[]): boolean {
    const before = this.delegatedGrants.find(({ id }) => id === grantId);
    if (!before) return false;
    const others = this.delegatedGrants.filter(({ id }) => id !== grantId);
    this.#change({ delegatedGrants: scopes.length === 0 ? others : [...others, { ...before, scopes }] });
    return true;
  }

  grantRoles(clientId: string, roles: readonly string[], resource: string = GRAPH_APP_ID): void {
    this.#install(clientId);
    this.#setRoles(clientId, resource, [...new Set([...this.grantedRoles(clientId, resource), ...roles])]);
  }

  revokeRoles(clientId: string, roles: readonly string[], resource: string = GRAPH_APP_ID): void {
    const left = this.grantedRoles(clientId, resource).filter((role) => !roles.includes(role));
    this.#setRoles(clientId, resource, left);
  }

  /** Takes back everything that was granted to an app, by anybody. */
  revokeAll(clientId: string): void {
    this.#change({
      delegatedGrants: this.delegatedGrants.filter((grant) => grant.clientId !== clientId),
      appRoleGrants: this.appRoleGrants.filter((grant) => grant.clientId !== clientId),
    });
  }

  #visitor(clientId: string): VisitingApp | undefined {
    return this.#state.visitingApps.find((visitor) => visitor.clientId === clientId);
  }

  /** Another organisation's app as it is here: nobody has a role in it, and it is installed from the first consent on. */
  #visiting(app: DirectoryApp): DirectoryApp {
    const visitor = this.#visitor(app.clientId);
    return {
      ...app,
      servicePrincipalId: visitor?.servicePrincipalId ?? app.servicePrincipalId,
      isInstalled: visitor !== undefined,
      isEnabled: app.isEnabled && (visitor?.isEnabled ?? true),
      assignedUsers: visitor?.assignedUsers ?? null,
      userRoles: [],
    };
  }

  // The first consent to an app makes its service principal.
  #install(clientId: string): void {
    const app = this.findApp(clientId);
    if (app?.isInstalled === false) this.putApp({ ...app, isInstalled: true });
  }

  #setRoles(clientId: string, resource: string, roles: readonly string[]): void {
    const others = this.appRoleGrants.filter((grant) => grant.clientId !== clientId || grant.resource !== resource);
    this.#change({ appRoleGrants: roles.length === 0 ? others : [...others, { clientId, resource, roles }] });
  }

  #change(change: Partial<DirectoryState>): void {
    this.#state = { ...this.#state, ...change };
    this.#onChange(this.#state);
  }
}

function replaced<Item>(items: readonly Item[], item: Item, isSame: (other: Item) => boolean): readonly Item[] {
  return items.some(isSame) ? items.map((other) => (isSame(other) ? item : other)) : [...items, item];
}
