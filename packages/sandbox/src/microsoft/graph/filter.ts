import { badRequest } from "./graph-error.ts";
import type { Entity, Json } from "./query.ts";

/** True for the entities that a `$filter` lets through. */
export type Filter = (entity: Entity) => boolean;

/**
 * Reads a `$filter`: `eq`, `ne`, `in`, `startswith`, `endswith`, `not`, `and`, `or` and brackets over strings, booleans
 * and null, with `a/b` for a property within one. Strings compare without regard to case, as the directory's do.
 *
 * @param allowed - properties that may be filtered by; another is refused with `Request_UnsupportedQuery`
 */
export function parseFilter(text: string, allowed: ReadonlySet<string>): Filter {
  const tokens = tokenize(text);
  let at = 0;
  const peek = () => tokens[at]?.toLowerCase();
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token.toLowerCase() !== expected)) throw invalid(text);
    return token;
  };
  const property = (): string => {
    const name = take();
    if (!/^[A-Za-z][\w/]*$/.test(name)) throw invalid(text);
    if (!allowed.has(name)) {
      throw badRequest(
        `Unsupported or invalid query filter clause specified for property '${name}'.`,
        "Request_UnsupportedQuery",
      );
    }
    return name;
  };
  const literal = (): Json => {
    const token = take();
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (token === "true" || token === "false") return token === "true";
    if (token === "null") return null;
    if (/^[0-9a-f-]{36}$/i.test(token)) return token;
    throw invalid(text);
  };
  const comparison = (): Filter => {
    if (peek() === "startswith" || peek() === "endswith") {
      const isStart = take().toLowerCase() === "startswith";
      take("(");
      const name = property();
      take(",");
      const wanted = comparable(literal());
      take(")");
      if (typeof wanted !== "string") throw invalid(text);
      return (entity) => {
        const value = comparable(propertyOf(entity, name));
        if (typeof value !== "string") return false;
        return isStart ? value.startsWith(wanted) : value.endsWith(wanted);
      };
    }
    const name = property();
    const operator = take().toLowerCase();
    if (operator === "in") {
      take("(");
      const wanted = [comparable(literal())];
      while (peek() === ",") {
        take();
        wanted.push(comparable(literal()));
      }
      take(")");
      return (entity) => wanted.includes(comparable(propertyOf(entity, name)));
    }
    if (operator !== "eq" && operator !== "ne") throw invalid(text);
    const wanted = comparable(literal());
    return (entity) => (comparable(propertyOf(entity, name)) === wanted) === (operator === "eq");
  };
  const unit = (): Filter => {
    if (peek() === "not") {
      take();
      const inner = unit();
      return (entity) => !inner(entity);
    }
    if (peek() !== "(") return comparison();
    take();
    const inner = either();
    take(")");
    return inner;
  };
  const both = (): Filter => {
    const parts = [unit()];
    while (peek() === "and") {
      take();
      parts.push(unit());
    }
    return (entity) => parts.every((part) => part(entity));
  };
  function either(): Filter {
    const parts = [both()];
    while (peek() === "or") {
      take();
      parts.push(both());
    }
    return (entity) => parts.some((part) => part(entity));
  }
  const filter = either();
  if (at !== tokens.length) throw invalid(text);
  return filter;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const pattern = /\s*('(?:[^']|'')*'|[(),]|[^\s(),']+)/y;
  while (pattern.lastIndex < text.trimEnd().length) {
    const token = pattern.exec(text)?.[1];
    if (token === undefined) throw invalid(text);
    tokens.push(token);
  }
  return tokens;
}

function propertyOf(entity: Entity, path: string): Json {
  let value: Json = entity;
  for (const name of path.split("/")) value = isEntity(value) ? (value[name] ?? null) : null;
  return value;
}

function comparable(value: Json): Json {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function isEntity(value: Json): value is Entity {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(text: string): Error {
  return badRequest(`Invalid filter clause: '${text}'.`);
}
