import type { GraphCaller } from "../src/microsoft/caller.ts";
import { Directory } from "../src/microsoft/directory.ts";
import { newDirectoryState } from "../src/microsoft/directory-seed.ts";
import type { DirectoryUser } from "../src/microsoft/directory-state.ts";
import { createGraph, type SimulatedGraph } from "../src/microsoft/graph/graph.ts";

export const START = Date.parse("2026-11-02T09:00:00Z");

/** What answers of Graph hold, as far as the tests look; which of it is there depends on the call. */
export interface GraphAnswer {
  id: string;
  displayName: string;
  businessPhones: string[];
  mail: string;
  userType: string | null;
  availability: string;
  activity: string;
  consumedUnits: number;
  servicePlans: { servicePlanName: string }[];
  value: GraphAnswer[];
  responses: { id: string; status: number; headers: Record<string, string>; body: unknown }[];
  error?: { code: string; innerError: Record<string, string> };
  "@odata.count": number;
  "@odata.deltaLink": string;
  "@odata.nextLink"?: string;
}

/** A tenant with its Graph, and a clock that the test moves. Tokens are the caller in plain words. */
export function graphTenant() {
  const clock = { time: START, now: () => clock.time };
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const directory = new Directory({ state: newDirectoryState({ random, now: START }), random });
  const graph: SimulatedGraph = createGraph({
    directory,
    clock,
    random,
    authorize: async (header) => {
      if (header === null) return "missing";
      const token = header.replace(/^Bearer /, "");
      return token.startsWith("{") ? (JSON.parse(token) as GraphCaller) : token === "expired" ? "expired" : "invalid";
    },
  });
  const person = (name: string): DirectoryUser => directory.findUser(`${name}@northwind.example`)!;
  const clientId = directory.apps[0]!.clientId;
  const { tenantId } = directory;
  return {
    graph,
    directory,
    clock,
    person,
    clientId,
    /** Token of an app alone. */
    app: (...roles: string[]) => JSON.stringify({ tenantId, clientId, userId: null, scopes: [], roles }),
    /** Token of an app with a person. */
    as: (name: string, ...scopes: string[]) =>
      JSON.stringify({ tenantId, clientId, userId: person(name).id, scopes, roles: [] }),
    async call(
      token: string | null,
      method: string,
      path: string,
      { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
    ) {
      const url = path.startsWith("http") ? path : `http://graph.test/v1.0${path}`;
      const request = new Request(url, {
        method,
        headers: { ...headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const response = await graph.fetch(request);
      const text = await response.text();
      const json = JSON.parse(text === "" ? "{}" : text) as GraphAnswer;
      return { status: response.status, headers: response.headers, json };
    },
  };
}
