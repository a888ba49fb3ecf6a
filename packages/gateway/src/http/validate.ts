import { type ErrorCode, type Issue, isStorableText, MAX_TEXT_LENGTH } from "@trunkline/protocol";
import type * as z from "zod/mini";
import { explainIssue, unfoldUnion } from "./explain-issue.ts";
import { Refusal } from "./refusal.ts";

type Path = Issue["path"];

/**
 * Narrows what came over the wire by a schema of the protocol.
 *
 * @throws Refusal unknown_field when nothing but fields that the schema does not know is wrong, too_long when nothing but
 * the length of a text is, otherwise invalid_input
 */
export function validate(schema: z.ZodMiniType, value: unknown): unknown {
  const result = schema.safeParse(value, { error: explainIssue });
  if (result.success) return result.data;
  const { issues } = result.error;
  throw new Refusal(codeOf(issues), { issues: issues.flatMap(unfoldUnion).flatMap(toIssues) });
}

function codeOf(issues: readonly z.core.$ZodIssue[]): ErrorCode {
  if (issues.every(({ code }) => code === "unrecognized_keys")) return "unknown_field";
  return issues.every(isTooLong) ? "too_long" : "invalid_input";
}

/** The words of a text are the one thing with this bound; too long they are `too_long`, as when a template makes them so. */
const isTooLong = (issue: z.core.$ZodIssue): boolean =>
  issue.code === "too_big" && issue.origin === "string" && issue.maximum === MAX_TEXT_LENGTH;

function toIssues(issue: z.core.$ZodIssue): Issue[] {
  const path = toPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key], message: "is not a field of this request" }));
  }
  return [{ path, message: issue.message }];
}

const toPath = (path: readonly PropertyKey[]): Path =>
  path.map((part) => (typeof part === "symbol" ? part.toString() : part));

/**
 * Refuses text that PostgreSQL cannot hold wherever it hides in a value. Values that a schema has accepted are shallow,
 * so recursion ends.
 */
export function refuseUnstorable(value: unknown, path: Path = []): void {
  if (typeof value === "string") {
    if (isStorableText(value)) return;
    throw new Refusal("invalid_input", { issues: [{ path, message: "must not hold NUL or half a surrogate pair" }] });
  }
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    refuseUnstorable(name, path);
    refuseUnstorable(inner, [...path, name]);
  }
}

/**
 * Refuses what a schema would lose without a word: `__proto__` names no field in JavaScript's objects, so records drop it.
 * Walks what the schema has accepted, which is shallow.
 */
export function refuseSwallowed(given: unknown, accepted: unknown, path: Path = []): void {
  if (!isObject(given) || !isObject(accepted)) return;
  for (const name of Object.keys(given)) {
    const inner = [...path, name];
    if (!Object.hasOwn(accepted, name)) {
      throw new Refusal("invalid_input", { issues: [{ path: inner, message: "is not a name that can be used" }] });
    }
    refuseSwallowed(given[name], accepted[name], inner);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/**
 * A query string as an object.
 *
 * @throws Refusal invalid_input when a parameter is given twice: which of them counts would be a guess
 */
export function readQuery(parameters: URLSearchParams): Record<string, string> {
  const names = [...parameters.keys()];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) {
    throw new Refusal("invalid_input", {
      issues: [...new Set(twice)].map((name) => ({ path: [name], message: "is given more than once" })),
    });
  }
  return Object.fromEntries(parameters);
}
