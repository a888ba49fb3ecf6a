import type { CreateTenant, Tenant, UpdateTenantLimits } from "@trunkline/protocol";
import { CONNECTION_OPTIONS, JSON_OPTION, withGateway } from "../administration.ts";
import { type CommandGroup, command, UsageError } from "../command-line/command.ts";
import { type Columns, gather, printAll, printOne } from "../print-entities.ts";
import { tenantRef } from "../references.ts";
import { writeExport } from "../write-export.ts";

const COLUMNS: Columns<Tenant> = {
  ID: ({ id }) => id,
  "YOUR ID": ({ externalId }) => externalId,
  NAME: ({ name }) => name,
  "TIME ZONE": ({ timeZone }) => timeZone,
  CREATED: ({ createdAt }) => createdAt,
};

const LIMIT_COLUMNS: Columns<Tenant> = {
  "REQUESTS PER SECOND": ({ limits }) => limits.requestsPerSecond?.toString() ?? "as the gateway lets everybody",
  "TEXTS PER DAY": ({ limits }) => limits.textsPerDay?.toString() ?? "no cap",
};

const LIMITS = {
  requestsPerSecond: {
    type: "string",
    about: "Calls that it may make in a second; none: what the gateway lets everybody.",
    value: "N|none",
    flagOnly: true,
  },
  textsPerDay: {
    type: "string",
    about: "Texts that it may send in any 24 hours; none: as many as it likes.",
    value: "N|none",
    flagOnly: true,
  },
} as const;

/** What the flags say about limits; empty when they say nothing. */
function readLimits({ requestsPerSecond, textsPerDay }: { requestsPerSecond?: string; textsPerDay?: string }) {
  const limits: UpdateTenantLimits = {};
  if (requestsPerSecond !== undefined) limits.requestsPerSecond = readLimit("--requests-per-second", requestsPerSecond);
  if (textsPerDay !== undefined) limits.textsPerDay = readLimit("--texts-per-day", textsPerDay);
  return limits;
}

function readLimit(flag: string, given: string): number | null {
  if (given === "none") return null;
  const limit = Number(given);
  if (given.trim() === "" || Number.isNaN(limit)) throw new UsageError(`${flag} must be a number or none: ${given}`);
  return limit;
}

const FIELDS = {
  name: { type: "string", about: "Name of the customer.", value: "NAME", flagOnly: true },
  externalId: {
    type: "string",
    about: "Your own id of it; then ext:<id> names it everywhere.",
    value: "ID",
    flagOnly: true,
  },
  timeZone: { type: "string", about: "IANA time zone, such as America/New_York.", value: "ZONE", flagOnly: true },
  allowedOrigin: {
    type: "list",
    about: "Origin of a page that may call the gateway.",
    value: "ORIGIN",
    flagOnly: true,
  },
  appUrl: { type: "string", about: "Where the tenant's users find your application.", value: "URL", flagOnly: true },
} as const;

const list = command({
  name: "list",
  about: "Lists all tenants.",
  options: { ...CONNECTION_OPTIONS, ...JSON_OPTION },
  examples: ["trunkline tenants list"],
  async run(options, _operands, terminal) {
    const tenants = await withGateway(options, (trunkline) => gather(trunkline.tenants.list()));
    printAll(terminal, tenants, { json: options.json, columns: COLUMNS });
  },
});

const get = command({
  name: "get",
  about: "Shows a tenant.",
  operands: ["tenant"],
  options: { ...CONNECTION_OPTIONS, ...JSON_OPTION },
  examples: ["trunkline tenants get ext:acme"],
  async run(options, [tenant = ""], terminal) {
    const found = await withGateway(options, (trunkline) => trunkline.tenants.get(tenantRef(tenant)));
    printOne(terminal, found, { json: options.json, columns: COLUMNS });
  },
});

const create = command({
  name: "create",
  about: "Creates a tenant.",
  options: { ...FIELDS, ...LIMITS, ...CONNECTION_OPTIONS, ...JSON_OPTION },
  examples: ['trunkline tenants create --name "Acme Dental" --external-id acme --time-zone America/Chicago'],
  async run({ name, externalId, timeZone, allowedOrigin, appUrl, ...options }, _operands, terminal) {
    if (name === undefined) throw new UsageError("A tenant needs a --name.");
    const limits = readLimits(options);
    const input: CreateTenant = {
      name,
      ...(externalId === undefined ? {} : { externalId }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(allowedOrigin === undefined ? {} : { allowedOrigins: [...allowedOrigin] }),
      ...(appUrl === undefined ? {} : { appUrl }),
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
    };
    const created = await withGateway(options, (trunkline) => trunkline.tenants.create(input));
    printOne(terminal, created, { json: options.json, columns: COLUMNS });
  },
});

const limit = command({
  name: "limits",
  about: "Shows what a tenant may do, or changes it.",
  operands: ["tenant"],
  options: { ...LIMITS, ...CONNECTION_OPTIONS, ...JSON_OPTION },
  examples: ["trunkline tenants limits ext:acme", "trunkline tenants limits ext:acme --texts-per-day 5000"],
  async run(options, [tenant = ""], terminal) {
    const ref = tenantRef(tenant);
    const changes = readLimits(options);
    const found = await withGateway(options, (trunkline) =>
      Object.keys(changes).length === 0
        ? trunkline.tenants.get(ref)
        : trunkline.tenants.update(ref, { limits: changes }),
    );
    printOne(terminal, found, { json: options.json, columns: LIMIT_COLUMNS });
  },
});

const remove = command({
  name: "delete",
  about: "Deletes a tenant with everything it has: conversations, lines, users, keys.",
  operands: ["tenant"],
  options: {
    yes: { type: "boolean", about: "Says that you mean it.", flagOnly: true },
    ...CONNECTION_OPTIONS,
  },
  examples: ["trunkline tenants delete ext:acme --yes"],
  async run({ yes, ...options }, [tenant = ""], { note }) {
    const ref = tenantRef(tenant);
    if (!yes) throw new UsageError(`This deletes ${tenant} and every conversation in it for good. Add --yes to do it.`);
    await withGateway(options, (trunkline) => trunkline.tenants.delete(ref));
    note(`${tenant} is deleted.`);
  },
});

const exportAll = command({
  name: "export",
  about: "Writes everything that a tenant has into a file, without secrets.",
  details:
    "One JSON object a line: begin, a row for each row of each table, end. Files of texts are named with addresses that serve them for an hour at least. The export stands in the tenant's audit log.",
  operands: ["tenant"],
  options: {
    out: { type: "string", about: "The file to write; it must not be there yet.", value: "FILE", flagOnly: true },
    ...CONNECTION_OPTIONS,
  },
  examples: ["trunkline tenants export ext:acme --out acme.ndjson"],
  async run({ out, ...options }, [tenant = ""], { note, stopped }) {
    const ref = tenantRef(tenant);
    if (out === undefined) throw new UsageError("An export needs a file: --out FILE.");
    const { bytes, rows } = await withGateway(options, async (trunkline) =>
      writeExport(await trunkline.tenants.export(ref, { signal: stopped }), out),
    );
    note(`${tenant} is in ${out}: ${rows} rows, ${bytes} bytes.`);
  },
});

/** `trunkline tenants …` */
export const tenants: CommandGroup = {
  kind: "group",
  name: "tenants",
  about: "Creates, lists, exports and deletes the customers of a gateway.",
  commands: [list, get, create, limit, exportAll, remove],
};
