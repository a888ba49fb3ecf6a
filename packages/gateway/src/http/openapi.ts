import * as protocol from "@trunkline/protocol";
import { ERROR_CODES, type ErrorCode, HEADERS, MAX_IDEMPOTENCY_KEY, Problem } from "@trunkline/protocol";
import { type Operation, ROUTES, type RouteDefinition } from "@trunkline/protocol/routes";
import * as z from "zod/mini";
import { VERSION } from "../version.ts";
import { mayLackBody } from "./read-request.ts";

type Json = { [name: string]: unknown };
type Io = "input" | "output";

/** The OpenAPI 3.1 document of all routes, made of the schemas that also validate them. */
export function openApi(publicUrl: string | undefined): Json {
  const schemas = namedSchemas();
  const refer = (schema: z.ZodMiniType, io: Io) => schemas.refer(schema, io);
  refer(Problem, "output");
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(ROUTES) as [Operation, RouteDefinition][]) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operation(name, route, refer);
    paths[route.path] = path;
  }
  const tags = [...new Set(Object.values(ROUTES).map(({ tag }) => tag))];
  return {
    openapi: "3.1.0",
    info: {
      title: "Trunkline gateway",
      version: VERSION,
      description: "Business text messaging: conversations, messages, lines and the people who answer.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    ...(publicUrl === undefined ? {} : { servers: [{ url: publicUrl }] }),
    tags: tags.map((name) => ({ name })),
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas: schemas.all(),
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "An operator key (tlo_…), a tenant key (tlk_…) or a session token (tls_…).",
        },
      },
      headers: {
        RequestId: { description: "Names this request in the gateway's logs.", schema: { type: "string" } },
        RetryAfter: { description: "Seconds to wait.", schema: { type: "integer" } },
        RateLimitPolicy: {
          description:
            'Calls that may be made (`q`) in a number of seconds (`w`): `"tenant";q=10000;w=10, "key";q=5000;w=10`.',
          schema: { type: "string" },
        },
        RateLimit: {
          description:
            'The tightest of them: calls that are left (`r`), and seconds until there are more (`t`): `"key";r=4999;t=1`.',
          schema: { type: "string" },
        },
      },
      responses: Object.fromEntries(STATUSES.map((status) => [`Problem${status}`, problemResponse(status)])),
    },
  };
}

/** Statuses that every route may refuse with; others come with what a route takes. */
const STATUSES = [400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 431, 500, 503] as const;
type Status = (typeof STATUSES)[number];

function operation(name: Operation, route: RouteDefinition, refer: (schema: z.ZodMiniType, io: Io) => Json): Json {
  const { answer, access } = route;
  const refusals: Status[] = [400, 401, 403, 408, 429, 431, 500, 503];
  if (route.params || route.body) refusals.push(404);
  if (route.body || route.upload) refusals.push(409, 413, 415, 422);
  else refusals.push(422);
  const statuses = [answer.status, ...(route.also === undefined ? [] : [route.also])];
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    description: ACCESS_WORDS[access] ?? `Needs the right \`${access}\`.`,
    parameters: [
      ...parametersOf(route.params, "path"),
      ...parametersOf(route.query, "query"),
      ...(access === "operator" ? [] : [TENANT_HEADER]),
      ...(route.idempotent ? [IDEMPOTENCY_HEADER] : []),
    ],
    ...(route.body
      ? {
          requestBody: {
            required: !mayLackBody(route),
            content: { "application/json": { schema: refer(route.body, "input") } },
          },
        }
      : {}),
    ...(route.upload ? { requestBody: UPLOAD } : {}),
    responses: {
      ...Object.fromEntries(statuses.map((status) => [status, success(name, route, refer)])),
      ...Object.fromEntries(
        refusals.sort().map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  };
}

const UPLOAD = {
  required: true,
  content: {
    "multipart/form-data": {
      schema: {
        type: "object",
        properties: { file: { type: "string", format: "binary", description: "The one file of the request." } },
        required: ["file"],
      },
    },
  },
};

const ACCESS_WORDS: Partial<Record<RouteDefinition["access"], string>> = {
  operator: "Only for operator keys.",
  member: "For every key and session.",
  user: "Only for sessions: the answer is personal.",
};

function success(
  name: Operation,
  { answer: { body }, files = [] }: RouteDefinition,
  refer: (schema: z.ZodMiniType, io: Io) => Json,
): Json {
  return {
    description: body === null && files.length === 0 ? "Done." : "As asked.",
    headers: { [HEADERS.requestId]: { $ref: "#/components/headers/RequestId" }, ...RATE_HEADERS },
    ...(files.length > 0
      ? { content: Object.fromEntries(files.map((type) => [type, { schema: { type: "string" } }])) }
      : {}),
    ...(body === null
      ? {}
      : {
          content: {
            "application/json": { schema: refer(body, "output") },
            ...(name === "listEvents" ? { "text/event-stream": { schema: { type: "string" } } } : {}),
          },
        }),
  };
}

function problemResponse(status: Status): Json {
  const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).filter((code) => ERROR_CODES[code].status === status);
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}.`).join(" "),
    headers: {
      [HEADERS.requestId]: { $ref: "#/components/headers/RequestId" },
      ...(status === 429 ? RATE_HEADERS : {}),
      ...(status === 429 || status === 503
        ? { [HEADERS.retryAfter]: { $ref: "#/components/headers/RetryAfter" } }
        : {}),
    },
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

const RATE_HEADERS = {
  [HEADERS.rateLimitPolicy]: { $ref: "#/components/headers/RateLimitPolicy" },
  [HEADERS.rateLimit]: { $ref: "#/components/headers/RateLimit" },
};

const TENANT_HEADER = {
  name: HEADERS.tenant,
  in: "header",
  required: false,
  description: "With an operator key: the tenant to act for, `ten_…` or `ext:…`.",
  schema: { type: "string" },
};

const IDEMPOTENCY_HEADER = {
  name: HEADERS.idempotencyKey,
  in: "header",
  required: false,
  description: "A repetition with the same key and body within 24 hours gets the first one's answer.",
  schema: { type: "string", minLength: 1, maxLength: MAX_IDEMPOTENCY_KEY },
};

function parametersOf(schema: z.ZodMiniType | undefined, place: "path" | "query"): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = toJson(schema, "output", z.registry());
  return Object.entries(properties).map(([name, value]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: value,
  }));
}

/** The schemas that protocol exports by name, as components; what has no name is written where it is used. */
function namedSchemas() {
  const registry = z.registry<{ id: string }>();
  for (const [name, value] of Object.entries(protocol)) {
    if (isSchema(value) && !registry.has(value)) registry.add(value, { id: name });
  }
  const components: Record<string, unknown> = {};

  function adopt(name: string, schema: unknown): void {
    const text = JSON.stringify(schema);
    if (components[name] !== undefined && JSON.stringify(components[name]) !== text) {
      throw new TypeError(`the schema ${name} differs between requests and answers: give them two names`);
    }
    components[name] = schema;
  }

  return {
    refer(schema: z.ZodMiniType, io: Io): Json {
      const { $defs = {}, ...own } = withComponentRefs(toJson(schema, io, registry));
      for (const [name, definition] of Object.entries($defs)) adopt(name, definition);
      return own;
    },
    all: () => Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

interface JsonSchema extends Json {
  $defs?: Record<string, unknown>;
  properties?: Record<string, unknown>;
  required?: string[];
}

function toJson(schema: z.ZodMiniType, io: Io, metadata: z.core.$ZodRegistry<{ id?: string | undefined }>): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    metadata,
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      // Answers are open: a newer gateway adds fields, and clients keep them.
      const { def } = zodSchema._zod;
      if (io === "output" && def.type === "object" && def.catchall === undefined) {
        delete jsonSchema.additionalProperties;
      }
    },
  });
  return json as JsonSchema;
}

/** Turns references into `$defs` into references into components. */
function withComponentRefs(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const { $ref, ...rest } = value as Json;
    return typeof $ref === "string" ? { $ref: $ref.replace("#/$defs/", "#/components/schemas/"), ...rest } : value;
  });
  return JSON.parse(text) as JsonSchema;
}

const isSchema = (value: unknown): value is z.ZodMiniType =>
  typeof value === "object" && value !== null && "_zod" in value && "safeParse" in value;
