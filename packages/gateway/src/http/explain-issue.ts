import type * as z from "zod/mini";

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object with fields",
  record: "an object with values by name",
  array: "a list",
  null: "null",
};

const FORMATS: Readonly<Record<string, string>> = {
  datetime: "a time with `Z` or an offset, such as 2030-01-31T09:00:00Z",
  date: "a date such as 2030-12-25",
  url: "an address such as https://example.com/page",
};

/** What is said where nothing better is known. */
const OTHERWISE = "is not what is expected here";

/**
 * Says in plain words what a value must be, for what a schema does not say by itself. The words go on after the name of
 * the field: "must have at least 1 entry".
 */
export function explainIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is needed" : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      if ("expected" in issue && issue.expected === "stringbool") return "must be true or false";
      return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
    case "too_small":
      return bounded(issue.origin, issue.inclusive === false ? "more than" : "at least", Number(issue.minimum));
    case "too_big":
      return bounded(issue.origin, issue.inclusive === false ? "less than" : "at most", Number(issue.maximum));
    case "invalid_format":
      return `must be ${FORMATS[issue.format] ?? `written as ${issue.format}`}`;
    case "invalid_key":
      return `is not a name that can be used here: it ${issue.issues[0]?.message ?? OTHERWISE}`;
    default:
      return OTHERWISE;
  }
}

function bounded(origin: string, bound: string, limit: number): string {
  if (origin === "string") return `must have ${bound} ${limit} ${limit === 1 ? "character" : "characters"}`;
  if (origin === "array") return `must have ${bound} ${limit} ${limit === 1 ? "entry" : "entries"}`;
  return `must be ${bound} ${limit}`;
}

/**
 * The issue of a union that comes nearest to what was meant: that of the form that got deepest. A union whose forms all
 * differ at the top says all of them.
 */
export function unfoldUnion(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || issue.message !== OTHERWISE) return [issue];
  const inner = issue.errors.find((one) => one.some(({ path, code }) => path.length > 0 || !isOfAnotherKind(code)));
  if (inner) return inner.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
  const words = [...new Set(issue.errors.flatMap((one) => one.map(({ message }) => message)))];
  return words.length === 0
    ? [issue]
    : [{ ...issue, message: words.join(", or ").replaceAll(", or must be ", ", or ") }];
}

const isOfAnotherKind = (code: z.core.$ZodIssue["code"]): boolean =>
  code === "invalid_type" || code === "invalid_value";
