import { didYouMean } from "@trunkline/gateway/node/settings";
import { type CreatedKey, type Key, type KeyScope, PERMISSIONS } from "@trunkline/protocol";
import { CONNECTION_OPTIONS, JSON_OPTION, TENANT_OPTION, withGateway } from "../administration.ts";
import { type CommandGroup, command, type Terminal, UsageError } from "../command-line/command.ts";
import { type Columns, gather, printAll, printOne } from "../print-entities.ts";
import { keyId } from "../references.ts";

const COLUMNS: Columns<Key> = {
  ID: ({ id }) => id,
  NAME: ({ name }) => name,
  "ENDS IN": ({ hint }) => hint,
  SCOPES: ({ scopes }) => scopes.join(" "),
  CREATED: ({ createdAt }) => createdAt,
  "LAST USED": ({ lastUsedAt }) => lastUsedAt,
};
const SECRET: Columns<CreatedKey> = {
  KEY: ({ key }) => key,
  ID: COLUMNS.ID ?? (() => null),
  SCOPES: ({ scopes }) => scopes.join(" "),
};
const OPTIONS = { ...TENANT_OPTION, ...CONNECTION_OPTIONS, ...JSON_OPTION } as const;

const list = command({
  name: "list",
  about: "Lists a tenant's keys, without their secrets.",
  options: OPTIONS,
  examples: ["trunkline keys list --tenant ext:acme"],
  async run(options, _operands, terminal) {
    const found = await withGateway(options, (trunkline) => gather(trunkline.keys.list()));
    printAll(terminal, found, { json: options.json, columns: COLUMNS });
  },
});

const create = command({
  name: "create",
  about: "Creates a key for a tenant. Its secret is shown this once.",
  options: {
    name: { type: "string", about: "What the key is for.", value: "NAME", flagOnly: true },
    scope: {
      type: "list",
      about: "What it may do, such as messages.send.",
      value: "SCOPE",
      preset: "*, everything",
      flagOnly: true,
    },
    ...OPTIONS,
  },
  examples: [
    'trunkline keys create --tenant ext:acme --name "CRM server"',
    "trunkline keys create --tenant ext:acme --name reports --scope conversations.read --scope lines.read",
  ],
  async run({ name, scope, ...options }, _operands, terminal) {
    if (name === undefined) throw new UsageError("A key needs a --name.");
    const input = { name, ...(scope === undefined ? {} : { scopes: scope.map(toScope) }) };
    show(terminal, options.json, await withGateway(options, (trunkline) => trunkline.keys.create(input)));
  },
});

const rotate = command({
  name: "rotate",
  about: "Gives a key a new secret; the old one stops at once.",
  operands: ["key"],
  options: OPTIONS,
  examples: ["trunkline keys rotate key_01jc… --tenant ext:acme"],
  async run(options, [id = ""], terminal) {
    const key = keyId(id);
    show(terminal, options.json, await withGateway(options, (trunkline) => trunkline.keys.rotate(key)));
  },
});

const remove = command({
  name: "delete",
  about: "Revokes a key at once.",
  operands: ["key"],
  options: { ...TENANT_OPTION, ...CONNECTION_OPTIONS },
  examples: ["trunkline keys delete key_01jc… --tenant ext:acme"],
  async run(options, [id = ""], { note }) {
    const key = keyId(id);
    await withGateway(options, (trunkline) => trunkline.keys.delete(key));
    note(`${id} is revoked.`);
  },
});

function show(terminal: Terminal, json: boolean | undefined, key: CreatedKey): void {
  printOne(terminal, key, { json, columns: SECRET });
  if (!json) terminal.note("Keep the key now: it is not shown again.");
}

function toScope(text: string): KeyScope {
  const known: readonly KeyScope[] = [...PERMISSIONS, "*"];
  const scope = known.find((one) => one === text);
  if (scope === undefined) throw new UsageError(`There is no scope "${text}".${didYouMean(text, known)}`);
  return scope;
}

/** `trunkline keys …` */
export const keys: CommandGroup = {
  kind: "group",
  name: "keys",
  about: "Creates, lists, rotates and revokes the keys of a tenant.",
  commands: [list, create, rotate, remove],
};
