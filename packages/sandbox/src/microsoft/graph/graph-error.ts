/**
 * An answer of Graph that is not the one asked for. `code` is Graph's own word for it.
 * Source of the codes: Microsoft Graph, "Error responses and resource types", and each service's habit.
 */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The service behind an operation: each words a refusal its own way. */
export type GraphService = "directory" | "exchange" | "presence";

const REFUSALS: Readonly<Record<GraphService, readonly [code: string, message: string]>> = {
  directory: ["Authorization_RequestDenied", "Insufficient privileges to complete the operation."],
  exchange: ["ErrorAccessDenied", "Access is denied. Check credentials and try again."],
  presence: ["Forbidden", "The token does not have the permissions that this operation needs."],
};

/** 403 in the words of the service: the token's permissions, or its user's rights, do not allow the call. */
export function refused(service: GraphService): GraphError {
  return new GraphError(403, ...REFUSALS[service]);
}

const UNKNOWN_OBJECT: Readonly<Record<GraphService, (id: string) => readonly [code: string, message: string]>> = {
  directory: (id) => [
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  ],
  exchange: () => ["ErrorItemNotFound", "The specified object was not found in the store."],
  presence: (id) => ["NotFound", `Nothing was found for '${id}'.`],
};

/** 404 in the words of the service. */
export function notFound(service: GraphService, id: string): GraphError {
  return new GraphError(404, ...UNKNOWN_OBJECT[service](id));
}

/** 400: the request itself is wrong. */
export function badRequest(message: string, code = "BadRequest"): GraphError {
  return new GraphError(400, code, message);
}

/** 405: there is something at this address, but not by this method. */
export function methodNotAllowed(): GraphError {
  return new GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.");
}
