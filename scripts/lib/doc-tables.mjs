import { ERROR_CODES, PERMISSIONS, ROLE_PERMISSIONS, ROLES } from "../../packages/protocol/src/index.ts";
import {
  FEATURE_PERMISSIONS,
  MICROSOFT_FEATURES,
  needsAdmin,
  permissionVerdicts,
} from "../../packages/protocol/src/permissions.ts";
import { ROUTES } from "../../packages/protocol/src/routes.ts";

/**
 * Tables of the guides that are made from the code, by the name that stands in their markers.
 * @type {Readonly<Record<string, () => string>>}
 */
const TABLES = { "error-codes": errorCodes, features, roles, routes, verdicts };

/** Files below `docs/` that hold such tables. */
export const PAGES_WITH_TABLES = ["errors.md", "permissions.md", "rights.md"];

/**
 * A page with each of its tables as the code has them now. Everything outside of the markers stays.
 * @param {string} page
 * @returns {string}
 */
export function withTables(page) {
  return page.replace(
    /(<!-- table: ([a-z-]+) -->\n)[\s\S]*?(<!-- \/table -->)/g,
    (_, open, /** @type {string} */ name, close) => {
      const make = TABLES[name];
      if (make === undefined)
        throw new Error(`No table is called ${name}. There are: ${Object.keys(TABLES).join(", ")}.`);
      return `${open}\n${make()}\n\n${close}`;
    },
  );
}

function errorCodes() {
  const rows = Object.entries(ERROR_CODES).map(([code, { status, title, retryable }]) => [
    `\`${code}\``,
    status === null ? "" : String(status),
    title,
    retryable ? "yes" : "",
  ]);
  return table(["code", "HTTP status", "what it says", "may work later by itself"], rows);
}

function roles() {
  const rows = PERMISSIONS.map((permission) => [
    `\`${permission}\``,
    ...ROLES.map((role) => (ROLE_PERMISSIONS[role].includes(permission) ? "yes" : "")),
    "yes",
  ]);
  return table(["right", ...ROLES, "tenant key with `*`"], rows);
}

function routes() {
  const rows = Object.values(ROUTES).map(({ method, path, access, summary }) => [
    `\`${method} ${path}\``,
    accessInWords(access),
    summary,
  ]);
  return table(["route", "who may", "what it does"], rows);
}

function features() {
  const rows = MICROSOFT_FEATURES.flatMap((feature) =>
    FEATURE_PERMISSIONS[feature].map((permission) => [
      `\`${feature}\``,
      `\`${permission.name}\``,
      permission.kind,
      permission.kind === "rsc" ? "whoever installs the app" : needsAdmin(permission) ? "an admin" : "the person",
      permission.reason,
      permission.without,
    ]),
  );
  return table(["feature", "permission", "kind", "who consents", "what for", "without it"], rows);
}

function verdicts() {
  const rows = permissionVerdicts().map(({ name, verdict }) => {
    const code = (/** @type {readonly string[]} */ names) => names.map((one) => `\`${one}\``).join(", ");
    if (verdict.kind === "asked") return [`\`${name}\``, "asked", `For ${code(verdict.features)}.`];
    if (verdict.kind === "never") return [`\`${name}\``, "never asked", verdict.why];
    return [`\`${name}\``, `replaced by ${code(verdict.by)}`, verdict.why];
  });
  return table(["permission", "verdict", "why"], rows);
}

/** @param {string} access */
function accessInWords(access) {
  if (access === "operator") return "operator key";
  if (access === "member") return "anybody of the tenant";
  if (access === "user") return "session";
  return `\`${access}\``;
}

/**
 * @param {readonly string[]} head
 * @param {ReadonlyArray<readonly string[]>} rows
 */
function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
