import { covers, type MicrosoftPermission, type NamedPermission, PERMISSION_NAMES, permissionId } from "./facts.ts";
import { type MicrosoftFeature, PERMISSION_KINDS, type PermissionKind } from "./names.ts";
import { plannedPermissions, planPermissions } from "./plan.ts";
import { verdictOn } from "./verdicts.ts";

/** Something wrong with a list of permissions. */
export interface PermissionFinding {
  /** As it was given. */
  readonly name: string;
  /**
   * `unknown`: the catalogue has no such name; `wrong_kind`: Microsoft has it, but not of this kind; `replaced`, `never`: see
   * the verdicts; `covered`: another of the list includes it; `not_needed`: none of the features wants it.
   */
  readonly code: "unknown" | "wrong_kind" | "replaced" | "never" | "covered" | "not_needed";
  /** For people: what is wrong, and what to do. */
  readonly message: string;
  /** What to write instead; empty when it should just go. */
  readonly instead: readonly MicrosoftPermission[];
}

/** A name alone stands for every kind that the permission has. */
export type LintedPermission = string | { readonly name: string; readonly kind: PermissionKind };

/**
 * Finds misspelt names and more than is needed in a list of permissions, one finding for each at most.
 *
 * @param features - when given, what none of them wants is found as well
 */
export function lintPermissions(
  permissions: readonly LintedPermission[],
  features?: readonly MicrosoftFeature[],
): PermissionFinding[] {
  const given = permissions.map(read);
  const known = given.flatMap(({ held }) => held);
  const needed = features && plannedPermissions(planPermissions(features));
  return given.flatMap(({ text, kind, name, held }) => {
    if (name === undefined) return unknown(text);
    if (kind !== undefined && held.length === 0) {
      const message = `${name} does not exist as ${kind} permission: ask for it as ${kindsOf(name).join(" or ")}, or leave it out.`;
      return { name: text, code: "wrong_kind", message, instead: [] };
    }
    const verdict = verdictOn(name);
    if (verdict.kind === "replaced") {
      const message = `${verdict.why} Ask for ${verdict.by.join(", ")} instead of ${name}.`;
      return { name: text, code: "replaced", message, instead: verdict.by };
    }
    if (verdict.kind === "never")
      return { name: text, code: "never", message: `${verdict.why} Leave ${name} out.`, instead: [] };
    const wider = held.map((own) => known.find((one) => one.name !== name && covers(one, own))?.name);
    if (wider.length > 0 && wider.every((one) => one !== undefined)) {
      const message = `${[...new Set(wider)].join(" and ")} includes ${name}. Leave it out.`;
      return { name: text, code: "covered", message, instead: [] };
    }
    if (needed && !held.some((own) => needed.some((one) => one.name === own.name && one.kind === own.kind))) {
      return {
        name: text,
        code: "not_needed",
        message: `None of the features needs ${name}. Leave it out.`,
        instead: [],
      };
    }
    return [];
  });
}

function read(given: LintedPermission) {
  const { name: text, kind } = typeof given === "string" ? { name: given, kind: undefined } : given;
  const name = PERMISSION_NAMES.find((one) => one === text);
  const kinds = name === undefined ? [] : kindsOf(name).filter((one) => kind === undefined || one === kind);
  const held: NamedPermission[] = name === undefined ? [] : kinds.map((one) => ({ name, kind: one }));
  return { text, kind, name, held };
}

const kindsOf = (name: MicrosoftPermission): PermissionKind[] =>
  PERMISSION_KINDS.filter((kind) => permissionId({ name, kind }) !== null);

function unknown(text: string): PermissionFinding {
  const nearest = PERMISSION_NAMES.map((name) => ({ name, distance: editDistance(letters(text), letters(name)) })).sort(
    (a, b) => a.distance - b.distance,
  )[0];
  const instead = nearest && nearest.distance <= Math.max(2, text.length / 3) ? [nearest.name] : [];
  const hint =
    instead.length > 0 ? `Did you mean ${instead.join()}?` : "Leave it out: no feature of Trunkline needs it.";
  return { name: text, code: "unknown", message: `The catalogue has no permission ${text}. ${hint}`, instead };
}

/** Case and dots are what people mistake most, so they count for nothing. */
const letters = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z]/g, "")
    .slice(0, 100);

/** Levenshtein's distance: letters to add, drop or change. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const change = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
