import { platformRandom } from "@trunkline/gateway";
import { expect, test } from "vitest";
import type { Authorize } from "./caller.ts";
import { Directory, GRAPH_APP_ID } from "./directory.ts";
import { newDirectoryState } from "./directory-seed.ts";

const nobody: Authorize = async () => "missing";

test("what an admin grants for everybody and what a user grants for themselves add up", async () => {
  const states: unknown[] = [];
  const directory = new Directory({
    state: newDirectoryState({ random: platformRandom, now: 0 }),
    random: platformRandom,
    onChange: (state) => states.push(state),
  });
  const [admin, member] = directory.users;
  const app = directory.apps[1]!;
  directory.grantScopes(app.clientId, null, ["User.Read"]);
  const own = directory.grantScopes(app.clientId, member!.id, ["Contacts.Read"]);
  expect(directory.grantedScopes(app.clientId, member!.id)).toEqual(["User.Read", "Contacts.Read"]);
  expect(directory.grantedScopes(app.clientId, admin!.id)).toEqual(["User.Read"]);
  expect(directory.grantScopes(app.clientId, member!.id, ["Presence.Read"]).id).toBe(own.id);
  expect(directory.setGrantScopes(own.id, [])).toBe(true);
  expect(directory.setGrantScopes(own.id, [])).toBe(false);
  expect(directory.grantedScopes(app.clientId, member!.id)).toEqual(["User.Read"]);
  expect(states.at(-1)).toBe(directory.state);
  expect(await nobody(null)).toBe("missing");
});

test("an app's roles are granted and taken back, and nothing is left of an app that is revoked", () => {
  const directory = new Directory({
    state: newDirectoryState({ random: platformRandom, now: 0 }),
    random: platformRandom,
  });
  const app = directory.apps[0]!;
  expect(directory.grantedRoles(app.clientId)).toEqual(["User.Read.All"]);
  directory.grantRoles(app.clientId, ["Presence.ReadWrite.All"], GRAPH_APP_ID);
  directory.revokeRoles(app.clientId, ["User.Read.All"]);
  expect(directory.grantedRoles(app.clientId)).toEqual(["Presence.ReadWrite.All"]);
  directory.revokeAll(app.clientId);
  expect(directory.grantedRoles(app.clientId)).toEqual([]);
});

test("a user is found by id and by sign-in name in any case, and leaves no consent behind", () => {
  const directory = new Directory({
    state: newDirectoryState({ random: platformRandom, now: 0 }),
    random: platformRandom,
  });
  const [user] = directory.users;
  expect(directory.findUser(user!.upn.toUpperCase())).toBe(user);
  directory.putUser({ ...user!, isEnabled: false });
  expect(directory.findUser(user!.id)).toMatchObject({ isEnabled: false });
  directory.grantScopes(directory.apps[1]!.clientId, user!.id, ["Contacts.Read"]);
  directory.removeUser(user!.id);
  expect(directory.findUser(user!.id)).toBeUndefined();
  expect(directory.delegatedGrants.filter(({ principalId }) => principalId === user!.id)).toEqual([]);
});
