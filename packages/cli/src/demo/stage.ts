import type { CreatedSession } from "@trunkline/protocol";
import type { GatewayCall } from "./gateway-calls.ts";
import { LINE_NAMES, type LineKey, STAFF, type StaffId, type StaffMember } from "./story/people.ts";
import type { World } from "./world.ts";

/** A line of the story as the gateway knows it. */
export interface StageLine {
  readonly id: `line_${string}`;
  readonly number: string;
  readonly name: string;
}

/** The gateway, dressed for the demo. */
export interface Stage {
  readonly lines: Readonly<Record<LineKey, StageLine>>;
  /** A session for one of the staff, as the CRM's server mints it. */
  session(staff: StaffId): Promise<CreatedSession>;
}

/**
 * Gives the world's first tenant the names of the story: two lines, and the staff with their roles. Doing it again
 * changes nothing.
 */
export async function setStage(world: World, call: GatewayCall): Promise<Stage> {
  const { lines } = await world.tenant();
  const keys = Object.keys(LINE_NAMES) as LineKey[];
  if (lines.length < keys.length)
    throw new Error(`The demo needs ${keys.length} lines and the world has ${lines.length}.`);
  const session = (staff: StaffId) => mint(call, staff);
  const users = new Map<StaffId, CreatedSession["user"]["id"]>();
  for (const { id } of STAFF) users.set(id, (await session(id)).user.id);

  const named: Partial<Record<LineKey, StageLine>> = {};
  for (const [index, key] of keys.entries()) {
    const id = lineId(lines[index]?.id ?? "");
    const line = await call("getLine", { params: { id } });
    const theirs = STAFF.filter(({ lines: own }) => own.includes(key)).flatMap(
      ({ id: staff }) => users.get(staff) ?? [],
    );
    const assignees = [...new Set([...line.assignees, ...theirs])];
    if (line.name !== LINE_NAMES[key] || assignees.length !== line.assignees.length)
      await call("updateLine", { params: { id }, body: { name: LINE_NAMES[key], assignees } });
    named[key] = { id, number: line.number ?? "", name: LINE_NAMES[key] };
  }
  const { desk, workshop } = named;
  if (desk === undefined || workshop === undefined)
    throw new Error("The story names a line that the demo does not set up.");
  return { lines: { desk, workshop }, session };
}

/** As many as a tenant may have. */
const MAX_ORIGINS = 50;

/** Lets pages of `origin` call the gateway for this tenant. */
export async function allowOrigin(call: GatewayCall, origin: string): Promise<void> {
  const { allowedOrigins } = await call("getOwnTenant");
  if (allowedOrigins.includes(origin)) return;
  // A port of its own for every demo would fill the list; what is longest there is gone first.
  await call("updateOwnTenant", { body: { allowedOrigins: [...allowedOrigins, origin].slice(-MAX_ORIGINS) } });
}

function mint(call: GatewayCall, staff: StaffId): Promise<CreatedSession> {
  const { id, name, email, role } = staffMember(staff);
  return call("createSession", { body: { user: { externalId: `harbor-${id}`, name, email }, role } });
}

function staffMember(id: StaffId): StaffMember {
  const found = STAFF.find((member) => member.id === id);
  if (found === undefined) throw new Error(`Nobody called ${id} works here.`);
  return found;
}

function lineId(value: string): StageLine["id"] {
  if (!value.startsWith("line_")) throw new Error(`"${value}" is not the id of a line.`);
  return value as StageLine["id"];
}
