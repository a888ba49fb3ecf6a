import { type Context, Hono } from "hono";
import {
  addUser,
  type ControlParts,
  changeApp,
  changeFaults,
  changeGrants,
  changePolicy,
  changeUser,
  findApp,
  findUser,
  showApp,
  showFaults,
  showGrants,
  showTenant,
  showUser,
} from "./microsoft/world-control.ts";
import {
  AppChange,
  FaultsChange,
  GrantChange,
  NewUser,
  PolicyChange,
  TenantChange,
  UserChange,
} from "./microsoft/world-inputs.ts";
import { readBody, WorldProblem } from "./problem.ts";

export interface MicrosoftApiOptions {
  /** Asked at each call: the tenant is there when the world has started. */
  readonly parts: () => Omit<ControlParts, "organisation">;
  /** Resolves when every change is in the journal. */
  readonly durable: () => Promise<void>;
}

/** `/world/microsoft`: the simulated tenant as its tester sees and changes it. */
export function microsoftApi({ parts: world, durable }: MicrosoftApiOptions): Hono {
  const api = new Hono();
  const parts = (c: Context): ControlParts => {
    const { microsoft, clock } = world();
    const name = c.req.query("organisation") ?? microsoft.directory.tenantId;
    const organisation = microsoft.organisation(name);
    if (organisation) return { microsoft, clock, organisation };
    throw new WorldProblem(404, "not_found", "The world has no such organisation");
  };
  // What is told, and what was changed, must survive the process.
  api.use(async (_, next) => {
    await next();
    await durable();
  });

  api.get("/", (c) => c.json(showTenant(parts(c))));
  api.patch("/", async (c) => {
    const { policy, faults } = await readBody(c.req.raw, TenantChange);
    if (policy) changePolicy(parts(c), policy);
    if (faults) changeFaults(parts(c), faults);
    return c.json(showTenant(parts(c)));
  });

  api.get("/users", (c) =>
    c.json({ data: parts(c).organisation.directory.users.map((user) => showUser(parts(c), user)) }),
  );
  api.post("/users", async (c) => {
    const user = addUser(parts(c), await readBody(c.req.raw, NewUser));
    return c.json(showUser(parts(c), user), 201);
  });
  api.get("/users/:id", (c) => c.json(showUser(parts(c), findUser(parts(c), c.req.param("id")))));
  api.patch("/users/:id", async (c) => {
    const change = await readBody(c.req.raw, UserChange);
    return c.json(showUser(parts(c), changeUser(parts(c), c.req.param("id"), change)));
  });
  api.delete("/users/:id", (c) => {
    parts(c).organisation.directory.removeUser(findUser(parts(c), c.req.param("id")).id);
    return c.body(null, 204);
  });

  api.get("/apps", (c) => c.json({ data: parts(c).organisation.directory.apps.map(showApp) }));
  api.get("/apps/:clientId", (c) => c.json(showApp(findApp(parts(c), c.req.param("clientId")))));
  api.patch("/apps/:clientId", async (c) => {
    const change = await readBody(c.req.raw, AppChange);
    return c.json(showApp(changeApp(parts(c), c.req.param("clientId"), change)));
  });

  api.get("/policy", (c) => c.json(parts(c).organisation.directory.policy));
  api.patch("/policy", async (c) => {
    changePolicy(parts(c), await readBody(c.req.raw, PolicyChange));
    return c.json(parts(c).organisation.directory.policy);
  });

  api.get("/grants", (c) => c.json(showGrants(parts(c))));
  api.patch("/grants", async (c) => {
    changeGrants(parts(c), await readBody(c.req.raw, GrantChange));
    return c.json(showGrants(parts(c)));
  });
  api.delete("/grants/:clientId", (c) => {
    parts(c).organisation.directory.revokeAll(findApp(parts(c), c.req.param("clientId")).clientId);
    return c.body(null, 204);
  });

  api.get("/faults", (c) => c.json(showFaults(parts(c))));
  api.patch("/faults", async (c) => {
    changeFaults(parts(c), await readBody(c.req.raw, FaultsChange));
    return c.json(showFaults(parts(c)));
  });

  // A new signing key, as Entra ID takes one every few weeks; and an end of all delta rounds, as Graph does now and then.
  api.post("/keys", async (c) => {
    await world().microsoft.entra.keys.rotate();
    return c.body(null, 204);
  });
  api.delete("/delta-tokens", (c) => {
    parts(c).organisation.graph.forgetDeltas();
    return c.body(null, 204);
  });
  return api;
}
