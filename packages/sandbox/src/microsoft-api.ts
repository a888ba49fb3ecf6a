import { Hono } from "hono";
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
import { readBody } from "./problem.ts";

export interface MicrosoftApiOptions {
  /** Asked at each call: the tenant is there when the world has started. */
  readonly parts: () => ControlParts;
  /** Resolves when every change is in the journal. */
  readonly durable: () => Promise<void>;
}

/** `/world/microsoft`: the simulated tenant as its tester sees and changes it. */
export function microsoftApi({ parts, durable }: MicrosoftApiOptions): Hono {
  const api = new Hono();
  // What is told, and what was changed, must survive the process.
  api.use(async (_, next) => {
    await next();
    await durable();
  });

  api.get("/", (c) => c.json(showTenant(parts())));
  api.patch("/", async (c) => {
    const { policy, faults } = await readBody(c.req.raw, TenantChange);
    if (policy) changePolicy(parts(), policy);
    if (faults) changeFaults(parts(), faults);
    return c.json(showTenant(parts()));
  });

  api.get("/users", (c) => c.json({ data: parts().microsoft.directory.users.map((user) => showUser(parts(), user)) }));
  api.post("/users", async (c) => {
    const user = addUser(parts(), await readBody(c.req.raw, NewUser));
    return c.json(showUser(parts(), user), 201);
  });
  api.get("/users/:id", (c) => c.json(showUser(parts(), findUser(parts(), c.req.param("id")))));
  api.patch("/users/:id", async (c) => {
    const change = await readBody(c.req.raw, UserChange);
    return c.json(showUser(parts(), changeUser(parts(), c.req.param("id"), change)));
  });
  api.delete("/users/:id", (c) => {
    parts().microsoft.directory.removeUser(findUser(parts(), c.req.param("id")).id);
    return c.body(null, 204);
  });

  api.get("/apps", (c) => c.json({ data: parts().microsoft.directory.apps.map(showApp) }));
  api.get("/apps/:clientId", (c) => c.json(showApp(findApp(parts(), c.req.param("clientId")))));
  api.patch("/apps/:clientId", async (c) => {
    const change = await readBody(c.req.raw, AppChange);
    return c.json(showApp(changeApp(parts(), c.req.param("clientId"), change)));
  });

  api.get("/policy", (c) => c.json(parts().microsoft.directory.policy));
  api.patch("/policy", async (c) => {
    changePolicy(parts(), await readBody(c.req.raw, PolicyChange));
    return c.json(parts().microsoft.directory.policy);
  });

  api.get("/grants", (c) => c.json(showGrants(parts())));
  api.patch("/grants", async (c) => {
    changeGrants(parts(), await readBody(c.req.raw, GrantChange));
    return c.json(showGrants(parts()));
  });
  api.delete("/grants/:clientId", (c) => {
    parts().microsoft.directory.revokeAll(findApp(parts(), c.req.param("clientId")).clientId);
    return c.body(null, 204);
  });

  api.get("/faults", (c) => c.json(showFaults(parts())));
  api.patch("/faults", async (c) => {
    changeFaults(parts(), await readBody(c.req.raw, FaultsChange));
    return c.json(showFaults(parts()));
  });

  // A new signing key, as Entra ID takes one every few weeks; and an end of all delta rounds, as Graph does now and then.
  api.post("/keys", async (c) => {
    await parts().microsoft.entra.keys.rotate();
    return c.body(null, 204);
  });
  api.delete("/delta-tokens", (c) => {
    parts().microsoft.graph.forgetDeltas();
    return c.body(null, 204);
  });
  return api;
}
