import * as z from "zod/mini";
import type { Permission } from "./roles.ts";
import { cursor, id, limit } from "./schema.ts";

/**
 * Who may call: `operator` = an operator key; a right = a key with that scope, a session whose role holds it, or an
 * operator key that names a tenant; `member` = any principal of a tenant; `user` = a session only, because the answer is personal.
 */
export type Access = "operator" | "member" | "user" | Permission;

export interface RouteDefinition {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Path with `{name}` for parameters, as OpenAPI writes it. */
  readonly path: string;
  readonly access: Access;
  readonly tag: string;
  readonly summary: string;
  readonly params?: z.ZodMiniType;
  readonly query?: z.ZodMiniType;
  readonly body?: z.ZodMiniType;
  /** Status of success and the form of its body; null when there is none. */
  readonly answer: { readonly status: 200 | 201 | 202 | 204; readonly body: z.ZodMiniType | null };
  /** A second status of success with the same body: something was found instead of made. */
  readonly also?: 200;
  /** Honours `Idempotency-Key`. Never on routes whose answer bears a secret. */
  readonly idempotent?: true;
  /** Longest body that is read, in bytes, where the usual limit is too little. */
  readonly maxBytes?: number;
  /** Takes one file as `multipart/form-data`, in the field `file`; the handler reads the body. */
  readonly upload?: true;
  /** Answers with a file of one of these types instead of JSON; `answer.body` is null then. */
  readonly files?: readonly string[];
}

/** Parameters of a path that names one thing. */
export const byId = <Prefix extends Parameters<typeof id>[0]>(prefix: Prefix) => z.strictObject({ id: id(prefix) });
export const paging = z.strictObject({ limit, cursor });
export const none = { status: 204, body: null } as const;
export const ok = <Body extends z.ZodMiniType>(body: Body) => ({ status: 200, body }) as const;
export const created = <Body extends z.ZodMiniType>(body: Body) => ({ status: 201, body }) as const;
export const accepted = <Body extends z.ZodMiniType>(body: Body) => ({ status: 202, body }) as const;
