import type { z } from "zod/mini";

/** Why the world refuses a request; what is no refusal is thrown. */
export class WorldProblem extends Error {
  override name = "WorldProblem";
  readonly status: number;
  readonly code: string;
  readonly issues: readonly { path: (string | number)[]; message: string }[];

  constructor(
    status: number,
    code: string,
    message: string,
    issues: readonly { path: (string | number)[]; message: string }[] = [],
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.issues = issues;
  }

  /** As `application/problem+json` (RFC 9457). */
  toResponse(): Response {
    const body = {
      type: "about:blank",
      title: this.message,
      status: this.status,
      code: this.code,
      ...(this.issues.length > 0 ? { issues: this.issues } : {}),
    };
    return new Response(JSON.stringify(body), {
      status: this.status,
      headers: { "content-type": "application/problem+json" },
    });
  }
}

const MAX_BODY_BYTES = 1_048_576;

/** Reads a request's JSON body and holds it to `schema`; anything else is a problem that says what and where. */
export async function readBody<Schema extends z.ZodMiniType>(
  request: Request,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const text = await request.text();
  if (text.length > MAX_BODY_BYTES) throw new WorldProblem(413, "body_too_large", "The body is larger than 1 MB");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WorldProblem(400, "invalid_json", "The body is not valid JSON");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const unknownField = result.error.issues.some(({ code }) => code === "unrecognized_keys");
  const issues = result.error.issues.map(({ path, message }) => ({
    path: path.map((part) => (typeof part === "symbol" ? String(part) : part)),
    message,
  }));
  throw unknownField
    ? new WorldProblem(422, "unknown_field", "The request has a field that this route does not know", issues)
    : new WorldProblem(422, "invalid_input", "A field has a value that is not accepted", issues);
}
