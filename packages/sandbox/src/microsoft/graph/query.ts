import { badRequest } from "./graph-error.ts";

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
/** A JSON object: an entity of Graph. */
export type Entity = { readonly [name: string]: Json };

/** The `$`-options that the simulator knows; an operation lists those it takes. */
export type QueryOption = "select" | "filter" | "top" | "skip" | "orderby" | "count" | "skiptoken" | "deltatoken";

const ODATA_OPTIONS = new Set(
  "select filter top skip orderby count skiptoken deltatoken expand search format apply compute".split(" "),
);

/**
 * Reads a query. Version 1.0 takes the known options with or without `$`; an option with `$` that the operation does not
 * take is refused, another parameter is passed on.
 */
export function readOptions(query: URLSearchParams, known: readonly QueryOption[]): Map<string, string> {
  const options = new Map<string, string>();
  for (const [given, value] of query) {
    const name = given.startsWith("$") ? given.slice(1).toLowerCase() : given;
    const isOption = given.startsWith("$") || ODATA_OPTIONS.has(name);
    if (isOption && !known.some((option) => option === name)) {
      throw badRequest(`The query parameter '$${name}' is not supported by this resource.`);
    }
    if (options.has(name)) throw badRequest(`Query option '${given}' was specified more than once.`);
    options.set(name, value);
  }
  return options;
}

/** A whole number within limits, such as `$top`; `fallback` without it. */
export function readCount(
  options: ReadonlyMap<string, string>,
  name: "top" | "skip",
  limits: { min: number; max: number; fallback: number },
): number {
  const text = options.get(name);
  if (text === undefined) return limits.fallback;
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(count >= limits.min && count <= limits.max)) {
    throw badRequest(
      `Invalid value '${text}' for $${name} query option found. It must be ${limits.min} to ${limits.max}.`,
    );
  }
  return count;
}

/**
 * The properties of `$select`, or null without it. `known` are the names that the type has: a name that it lacks is
 * refused as the directory and Outlook refuse it.
 */
export function readSelect(
  options: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
  typeName: string,
): readonly string[] | null {
  const text = options.get("select");
  if (text === undefined || text === "*") return null;
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !known.has(name));
  if (wrong !== undefined) {
    throw badRequest(`Could not find a property named '${wrong}' on type 'microsoft.graph.${typeName}'.`);
  }
  return names;
}

/** The entity with the chosen properties, its id always, and its annotations. */
export function project(entity: Entity, names: readonly string[] | null): Entity {
  if (names === null) return entity;
  return Object.fromEntries(
    Object.entries(entity).filter(([name]) => name === "id" || name.startsWith("@") || names.includes(name)),
  );
}

/** Sorts by `$orderby`: one or more properties, each with an optional `asc` or `desc`. */
export function order(entities: readonly Entity[], text: string | undefined, known: ReadonlySet<string>): Entity[] {
  if (text === undefined) return [...entities];
  const terms = text.split(",").map((term) => {
    const [name = "", direction = "asc", ...rest] = term.trim().split(/\s+/);
    if (!known.has(name) || rest.length > 0 || !/^(asc|desc)$/.test(direction)) {
      throw badRequest(`Sorting by '${term.trim()}' is not supported.`, "Request_UnsupportedQuery");
    }
    return { name, sign: direction === "desc" ? -1 : 1 };
  });
  return [...entities].sort((a, b) => {
    for (const { name, sign } of terms) {
      const [left, right] = [String(a[name] ?? "").toLowerCase(), String(b[name] ?? "").toLowerCase()];
      if (left !== right) return left < right ? -sign : sign;
    }
    return 0;
  });
}
