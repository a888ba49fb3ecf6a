import { didYouMean } from "@trunkline/gateway/node/settings";
import { ROLES, type Role, type User } from "@trunkline/protocol";
import { CONNECTION_OPTIONS, JSON_OPTION, TENANT_OPTION, withGateway } from "../administration.ts";
import { type CommandGroup, command, UsageError } from "../command-line/command.ts";
import { type Columns, gather, printAll, printOne } from "../print-entities.ts";
import { userRef } from "../references.ts";

const COLUMNS: Columns<User> = {
  ID: ({ id }) => id,
  "YOUR ID": ({ externalId }) => externalId,
  NAME: ({ name }) => name,
  EMAIL: ({ email }) => email,
  ROLE: ({ role }) => role,
  SUSPENDED: ({ suspended }) => (suspended ? "yes" : "no"),
};
const OPTIONS = { ...TENANT_OPTION, ...CONNECTION_OPTIONS, ...JSON_OPTION } as const;
const ROLE = { type: "string", about: `One of ${ROLES.join(", ")}.`, value: "ROLE", flagOnly: true } as const;

const list = command({
  name: "list",
  about: "Lists a tenant's users.",
  options: OPTIONS,
  examples: ["trunkline users list --tenant ext:acme"],
  async run(options, _operands, terminal) {
    const found = await withGateway(options, (trunkline) => gather(trunkline.users.list()));
    printAll(terminal, found, { json: options.json, columns: COLUMNS });
  },
});

const create = command({
  name: "create",
  about: "Creates a user ahead of their first session.",
  details: "A user comes into being by the first session that names them, so most applications never need this.",
  options: {
    externalId: { type: "string", about: "Your own id of the person.", value: "ID", flagOnly: true },
    name: { type: "string", about: "Name as colleagues see it.", value: "NAME", flagOnly: true },
    email: { type: "string", about: "E-mail address.", value: "EMAIL", flagOnly: true },
    role: { ...ROLE, preset: "member" },
    ...OPTIONS,
  },
  examples: ['trunkline users create --tenant ext:acme --external-id 7 --name "Kim Park" --role admin'],
  async run({ externalId, name, email, role, ...options }, _operands, terminal) {
    if (externalId === undefined || name === undefined) throw new UsageError("A user needs --external-id and --name.");
    const input = {
      user: { externalId, name, ...(email === undefined ? {} : { email }) },
      ...(role === undefined ? {} : { role: toRole(role) }),
    };
    const user = await withGateway(options, async (trunkline) => {
      const session = await trunkline.sessions.create(input);
      await trunkline.sessions.delete(session.id);
      return session.user;
    });
    printOne(terminal, user, { json: options.json, columns: COLUMNS });
  },
});

const update = command({
  name: "update",
  about: "Changes a user's role or name, or suspends them: their sessions end at once.",
  operands: ["user"],
  options: {
    role: ROLE,
    name: { type: "string", about: "Name as colleagues see it.", value: "NAME", flagOnly: true },
    suspend: { type: "boolean", about: "Ends their sessions and lets them in no more.", flagOnly: true },
    restore: { type: "boolean", about: "Lets them in again.", flagOnly: true },
    ...OPTIONS,
  },
  examples: ["trunkline users update ext:7 --tenant ext:acme --role viewer", "trunkline users update ext:7 --suspend"],
  async run({ role, name, suspend, restore, ...options }, [user = ""], terminal) {
    if (suspend && restore) throw new UsageError("--suspend and --restore contradict each other.");
    const changes = {
      ...(role === undefined ? {} : { role: toRole(role) }),
      ...(name === undefined ? {} : { name }),
      ...(suspend || restore ? { suspended: suspend === true } : {}),
    };
    if (Object.keys(changes).length === 0)
      throw new UsageError("Say what to change: --role, --name, --suspend or --restore.");
    const ref = userRef(user);
    const updated = await withGateway(options, (trunkline) => trunkline.users.update(ref, changes));
    printOne(terminal, updated, { json: options.json, columns: COLUMNS });
  },
});

function toRole(text: string): Role {
  const role = ROLES.find((one) => one === text);
  if (role === undefined) throw new UsageError(`There is no role "${text}".${didYouMean(text, ROLES)}`);
  return role;
}

/** `trunkline users …` */
export const users: CommandGroup = {
  kind: "group",
  name: "users",
  about: "Lists, creates and changes the users of a tenant.",
  commands: [list, create, update],
};
