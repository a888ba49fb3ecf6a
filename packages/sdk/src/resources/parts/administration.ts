import type {
  CarrierAccountCheck,
  CarrierAccountId,
  CreatedKey,
  CreatedSession,
  CreateSession,
  ExportAudit,
  KeyId,
  SessionId,
  TenantId,
  UpsertedUsers,
  UpsertUsers,
  UserRef,
} from "@trunkline/protocol";
import type { Http } from "../../http.ts";
import type { CallOptions, KeyedCallOptions } from "../call-options.ts";
import { pathOf } from "../collection.ts";

/** What is fetched when sessions are first minted, or a key is renewed: on a server, most often. */
export interface AdministrationCalls {
  createSession(input: CreateSession, options?: CallOptions): Promise<CreatedSession>;
  deleteSession(id: SessionId, options?: CallOptions): Promise<void>;
  deleteUserSessions(user: UserRef, options?: CallOptions): Promise<void>;
  rotateKey(id: KeyId, options?: CallOptions): Promise<CreatedKey>;
  /**
   * The audit log as a file, as its bytes come: any number of entries in little memory. `timeoutMs` is for its beginning.
   *
   * @example
   * const file = await trunkline.audit.export({ format: "ndjson", from: "2026-01-01T00:00:00Z" });
   * const text = await new Response(file).text();
   */
  exportAudit(input?: ExportAudit, options?: CallOptions): Promise<ReadableStream<Uint8Array>>;
  /**
   * Makes users, and changes those who are there where a field differs. A result for each in their order: one who is
   * refused, because the caller may not give that role or because somebody else is that person in Microsoft 365, keeps
   * nobody else back.
   */
  upsertUsers(input: UpsertUsers, options?: KeyedCallOptions): Promise<UpsertedUsers>;
  /**
   * Everything that a tenant has as NDJSON, as its bytes come: `begin`, a `row` for each row of each table, `end`. A file
   * without its `end` was cut off. `timeoutMs` is for its beginning.
   */
  exportTenant(id: TenantId | `ext:${string}`, options?: CallOptions): Promise<ReadableStream<Uint8Array>>;
  testCarrierAccount(id: CarrierAccountId, options?: CallOptions): Promise<CarrierAccountCheck>;
}

const PATH = "v1/sessions";

export function administrationCalls(http: Http): AdministrationCalls {
  return {
    createSession: (body, options) => http.call({ method: "POST", path: PATH, body }, options),
    deleteSession: (id, options) => http.call({ method: "DELETE", path: pathOf(PATH, id) }, options),
    deleteUserSessions: (user, options) =>
      http.call({ method: "DELETE", path: pathOf("v1/users", user, "/sessions") }, options),
    rotateKey: (id, options) => http.call({ method: "POST", path: pathOf("v1/keys", id, "/rotate") }, options),
    exportAudit: (body = {}, options) =>
      http.call({ method: "POST", path: "v1/audit/export", body, isStreamed: true }, options),
    upsertUsers: (body, options) => http.call({ method: "POST", path: "v1/users/bulk", body, isKeyed: true }, options),
    exportTenant: (id, options) =>
      http.call({ method: "POST", path: pathOf("v1/tenants", id, "/export"), isStreamed: true }, options),
    testCarrierAccount: (id, options) =>
      http.call({ method: "POST", path: pathOf("v1/carrier-accounts", id, "/test") }, options),
  };
}
