import type { Role, User } from "@trunkline/protocol";
import type { AnswerOf, BodyOf, Operation, ParamsOf, QueryOf, ROUTES } from "@trunkline/protocol/routes";
import type { Operator, Principal } from "../rights/principal.ts";
import type { Audit } from "./audit.ts";
import type { Keyed } from "./idempotency.ts";
import type { Outlet } from "./outlet.ts";
import type { Reply } from "./reply.ts";

/** A user's principal: what is answered may be personal. */
export type UserPrincipal = Principal & {
  readonly kind: "session" | "entra";
  readonly user: User;
  readonly role: Role;
};

/** Who can be behind a call, by the route's `access`. */
export type CallerOf<Name extends Operation> = (typeof ROUTES)[Name]["access"] extends "operator"
  ? Operator
  : (typeof ROUTES)[Name]["access"] extends "user"
    ? UserPrincipal
    : Principal;

/** One request, authorised and read by the schemas of its route. */
export interface Call<Name extends Operation> {
  readonly principal: CallerOf<Name>;
  readonly params: ParamsOf<Name>;
  readonly query: QueryOf<Name>;
  readonly body: BodyOf<Name>;
  /** The Idempotency-Key, for `once`; null when there is none or the route does not take one. */
  readonly keyed: Keyed | null;
  readonly requestId: string;
  /** Records what the request changes, in the transaction that changes it. */
  readonly audit: Audit;
  /** For headers and `signal`; its body has been read. */
  readonly request: Request;
  /** Begins an answer without an end. Return what it returns; write to the outlet from then on. */
  stream(headers: Readonly<Record<string, string>>, run: (outlet: Outlet) => void): Promise<Response>;
}

/** What a handler returns: the body, a `Reply` that says more, or a finished `Response`. */
export type Answer<Name extends Operation> = AnswerOf<Name> | Reply<AnswerOf<Name>> | Response;

/** Answers one route. It opens its own transaction, `database.tenant(principal.tenantId, …)`, and throws a `Refusal`. */
export type Handler<Name extends Operation> = (
  call: Call<Name>,
) => (typeof ROUTES)[Name] extends { files: readonly string[] }
  ? Promise<Response>
  : AnswerOf<Name> extends undefined
    ? Promise<void>
    : Promise<Answer<Name>>;

/** The handlers of some routes, by operation; together the domains' make `Handlers` of all of them. */
export type Handlers<Names extends Operation = Operation> = { readonly [Name in Names]: Handler<Name> };

/** A route without a token, such as a carrier's webhook: raw bytes, and not part of the API that OpenAPI describes. */
export interface OutsideRoute {
  readonly method: "GET" | "POST" | "OPTIONS";
  /** Path with `{name}` for parameters. */
  readonly path: string;
  /** Longest body that is read. */
  readonly maxBytes: number;
  /** Answers also while the store is away. */
  readonly storeless?: true;
  handle(call: OutsideCall): Promise<Response>;
}

export interface OutsideCall {
  readonly params: Readonly<Record<string, string>>;
  /** For headers and the address; its body has been read. */
  readonly request: Request;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly requestId: string;
}
