import {
  ExportOptIns,
  ImportOptIns,
  ListOptIns,
  LookUpOptIns,
  OptIn,
  OptInImport,
  OptInLookUp,
  PutOptIn,
} from "./opt-ins.ts";
import { ok, type RouteDefinition } from "./route-definition.ts";
import { page } from "./schema.ts";

export const OPT_IN_ROUTES = {
  listOptIns: {
    method: "GET",
    path: "/v1/opt-ins",
    access: "opt_ins.export",
    tag: "opt-ins",
    summary: "Lists where numbers stand, the latest change first.",
    query: ListOptIns,
    answer: ok(page(OptIn)),
  },
  putOptIn: {
    method: "PUT",
    path: "/v1/opt-ins",
    access: "opt_ins.write",
    tag: "opt-ins",
    summary: "Records that a number's owner agreed, withdrew, or is to be asked.",
    body: PutOptIn,
    answer: ok(OptIn),
  },
  lookUpOptIns: {
    method: "POST",
    path: "/v1/opt-ins/lookup",
    access: "opt_ins.read",
    tag: "opt-ins",
    summary: "Tells where numbers stand, and their history.",
    body: LookUpOptIns,
    answer: ok(OptInLookUp),
  },
  importOptIns: {
    method: "POST",
    path: "/v1/opt-ins/import",
    access: "opt_ins.export",
    tag: "opt-ins",
    summary: "Records up to 10,000 entries, as JSON or CSV, with a result for each.",
    body: ImportOptIns,
    answer: ok(OptInImport),
    idempotent: true,
    maxBytes: 16 * 1024 * 1024,
  },
  exportOptIns: {
    method: "GET",
    path: "/v1/opt-ins/export",
    access: "opt_ins.export",
    tag: "opt-ins",
    summary: "Gives the ledger as a file.",
    query: ExportOptIns,
    answer: { status: 200, body: null },
    files: ["text/csv", "application/x-ndjson"],
  },
} as const satisfies Record<string, RouteDefinition>;
