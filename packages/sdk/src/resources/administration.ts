import type {
  CarrierAccount,
  CarrierAccountId,
  CarrierNumber,
  CreateCarrierAccount,
  CreatedKey,
  CreatedSession,
  CreateKey,
  CreateSession,
  CreateTenant,
  Key,
  KeyId,
  SessionId,
  Tenant,
  TenantId,
  UpdateCarrierAccount,
  UpdateTenant,
  UserRef,
} from "@trunkline/protocol";
import type { Http } from "../http.ts";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import { collection, listOf, pathOf } from "./collection.ts";
import type { FetchedCall } from "./fetched-calls.ts";
import type { Listing, ListOptions } from "./listing.ts";
import type { AdministrationCalls } from "./parts/administration.ts";

export interface SessionsResource {
  /** Mints a session for a user of the host application; only with a key, on a server. Hand the answer to the browser as it is. */
  create(input: CreateSession, options?: CallOptions): Promise<CreatedSession>;
  /** Revokes a session; its streams end at once. */
  delete(id: SessionId, options?: CallOptions): Promise<void>;
  /** Revokes all sessions of a user. */
  deleteAllOf(user: UserRef, options?: CallOptions): Promise<void>;
}

export interface CarrierAccountsResource {
  list(paging?: ListOptions, options?: CallOptions): Listing<CarrierAccount>;
  get(id: CarrierAccountId, options?: CallOptions): Promise<CarrierAccount>;
  create(input: CreateCarrierAccount, options?: KeyedCallOptions): Promise<CarrierAccount>;
  update(id: CarrierAccountId, changes: UpdateCarrierAccount, options?: CallOptions): Promise<CarrierAccount>;
  delete(id: CarrierAccountId, options?: CallOptions): Promise<void>;
  /** Whether the carrier takes the account's credentials; nobody is texted. */
  test: AdministrationCalls["testCarrierAccount"];
  /** The numbers that the account has at its carrier, each with the line that it is here. */
  numbers(id: CarrierAccountId, options?: CallOptions): Listing<CarrierNumber>;
}

/** The caller's own tenant: its name, and how its texts are sent. */
export interface TenantResource {
  get(options?: CallOptions): Promise<Tenant>;
  /** Changes what it names; within `sending` likewise. */
  update(changes: UpdateTenant, options?: CallOptions): Promise<Tenant>;
}

/** Tenants of the gateway, for operator keys. `ext:<externalId>` is accepted for an id. */
export interface TenantsResource {
  list(paging?: ListOptions, options?: CallOptions): Listing<Tenant>;
  get(id: TenantId | `ext:${string}`, options?: CallOptions): Promise<Tenant>;
  create(input: CreateTenant, options?: KeyedCallOptions): Promise<Tenant>;
  update(id: TenantId | `ext:${string}`, changes: UpdateTenant, options?: CallOptions): Promise<Tenant>;
  delete(id: TenantId | `ext:${string}`, options?: CallOptions): Promise<void>;
  /** Everything that a tenant has, as NDJSON. The export stands in the tenant's audit log. */
  export: AdministrationCalls["exportTenant"];
}

export interface KeysResource {
  list(paging?: ListOptions, options?: CallOptions): Listing<Key>;
  /** The answer shows the key this once. */
  create(input: CreateKey, options?: CallOptions): Promise<CreatedKey>;
  delete(id: KeyId, options?: CallOptions): Promise<void>;
  rotate(id: KeyId, options?: CallOptions): Promise<CreatedKey>;
}

export function sessionsResource(call: FetchedCall): SessionsResource {
  return {
    create: call("createSession"),
    delete: call("deleteSession"),
    deleteAllOf: call("deleteUserSessions"),
  };
}

export function carrierAccountsResource(http: Http, call: FetchedCall): CarrierAccountsResource {
  const path = "v1/carrier-accounts";
  return {
    ...collection<CarrierAccount, CreateCarrierAccount, UpdateCarrierAccount>(http, path),
    test: call("testCarrierAccount"),
    numbers: (id, options) => listOf(http, pathOf(path, id, "/numbers"), {}, options),
  };
}

export function tenantResource(http: Http): TenantResource {
  const path = "v1/tenant";
  return {
    get: (options) => http.call({ method: "GET", path }, options),
    update: (body, options) => http.call({ method: "PATCH", path, body }, options),
  };
}

export function tenantsResource(http: Http, call: FetchedCall): TenantsResource {
  return {
    ...collection<Tenant, CreateTenant, UpdateTenant>(http, "v1/tenants"),
    export: call("exportTenant"),
  };
}

export function keysResource(http: Http, call: FetchedCall): KeysResource {
  // Answers that bear a secret are never kept, so that such a call has no idempotency key and is tried once.
  const { list, create, delete: remove } = collection<Key, CreateKey, never, CreatedKey>(http, "v1/keys", false);
  return {
    list,
    create,
    delete: remove,
    rotate: call("rotateKey"),
  };
}
