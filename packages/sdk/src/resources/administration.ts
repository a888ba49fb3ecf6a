import type {
  CarrierAccount,
  CarrierAccountId,
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
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import type { Listing, ListOptions } from "./listing.ts";

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
}

/** Tenants; all but `own` and `updateOwn` need an operator key. `ext:<externalId>` is accepted for an id. */
export interface TenantsResource {
  list(paging?: ListOptions, options?: CallOptions): Listing<Tenant>;
  get(id: TenantId | `ext:${string}`, options?: CallOptions): Promise<Tenant>;
  create(input: CreateTenant, options?: KeyedCallOptions): Promise<Tenant>;
  update(id: TenantId | `ext:${string}`, changes: UpdateTenant, options?: CallOptions): Promise<Tenant>;
  delete(id: TenantId | `ext:${string}`, options?: CallOptions): Promise<void>;
  own(options?: CallOptions): Promise<Tenant>;
  updateOwn(changes: UpdateTenant, options?: CallOptions): Promise<Tenant>;
}

export interface KeysResource {
  list(paging?: ListOptions, options?: CallOptions): Listing<Key>;
  /** The answer shows the key this once. */
  create(input: CreateKey, options?: CallOptions): Promise<CreatedKey>;
  delete(id: KeyId, options?: CallOptions): Promise<void>;
  rotate(id: KeyId, options?: CallOptions): Promise<CreatedKey>;
}
