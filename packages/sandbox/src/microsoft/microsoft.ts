import type { Clock, RandomBytes } from "@trunkline/gateway";
import { decodeJwt } from "jose";
import type { WorldMemory } from "../memory.ts";
import type { Directory } from "./directory.ts";
import { newDirectoryState, newNeighbourState } from "./directory-seed.ts";
import type { DirectoryApp, DirectoryRole } from "./directory-state.ts";
import { createEntra, type Entra } from "./entra/entra.ts";
import { entraFault } from "./entra-fault.ts";
import { Faults } from "./faults.ts";
import { newGatewayApp, withGateway } from "./gateway-app.ts";
import { createGraph, type SimulatedGraph } from "./graph/graph.ts";
import { newGuid } from "./guid.ts";
import { keptApart } from "./kept.ts";
import { keptDirectory } from "./kept-directory.ts";

/** Where the simulated Microsoft 365 is reached. Addresses have no slash at the end. */
export interface MicrosoftPlace {
  /** Origin of Entra ID; https, because clients refuse anything else. */
  readonly entraUrl: string;
  /** Origin of Graph. */
  readonly graphUrl: string;
  /** PEM of the authority that signed for `entraUrl`; null where nothing is on a wire. */
  readonly caCertificate: string | null;
}

export interface MicrosoftParts {
  readonly place: MicrosoftPlace;
  readonly memory: WorldMemory;
  readonly clock: Pick<Clock, "now">;
  readonly random: RandomBytes;
}

/** What an official client needs to use the simulated Microsoft 365; part of `GET /world`. */
export interface MicrosoftDescription {
  /** Entra ID's address with the tenant, as MSAL takes it. */
  readonly authority: string;
  /** Graph's address; ends in `/v1.0`. */
  readonly graph: string;
  readonly tenantId: string;
  readonly caCertificate: string | null;
  /** The first one holds the application permission `User.Read.All`, the second one nothing. */
  readonly clients: readonly {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly consented: boolean;
  }[];
  readonly users: readonly { readonly upn: string; readonly role: DirectoryRole }[];
  /** Organisations beside this one, whose people come to the same sign-in page. */
  readonly neighbours: readonly Pick<MicrosoftDescription, "authority" | "tenantId" | "users">[];
}

/** One organisation: its directory, and Graph as its tokens open it. */
export interface Organisation {
  readonly directory: Directory;
  readonly graph: SimulatedGraph;
}

/** Entra ID and Graph over two organisations, as a part of a world: nothing is answered before it is in the world's journal. */
export class SimulatedMicrosoft {
  readonly place: MicrosoftPlace;
  /** The organisation that has the world's registrations. */
  readonly directory: Directory;
  /** That one, and the other. */
  readonly organisations: readonly Organisation[];
  readonly entra: Entra;
  readonly graph: SimulatedGraph;
  readonly entraFaults: Faults;
  readonly #parts: MicrosoftParts;
  readonly #gatewayClientId: string;

  /** Call it when the journal has been replayed: what it holds is taken up, and otherwise a new tenant is made. */
  constructor(parts: MicrosoftParts) {
    const { place, memory, clock, random } = parts;
    const kept = memory.microsoft;
    this.#parts = parts;
    this.place = place;
    const keptThere = keptApart(kept, "neighbour");
    this.directory = keptDirectory({
      kept,
      random,
      newState: () => newDirectoryState({ random, now: clock.now() }),
      neighbours: () => [neighbour],
    });
    const neighbour: Directory = keptDirectory({
      kept: keptThere,
      random,
      newState: () => newNeighbourState(random),
      neighbours: () => [this.directory],
    });
    const { directory } = this;
    this.entra = createEntra({ directory, neighbours: [neighbour], clock, random, origin: place.entraUrl, kept });
    const { authorize } = this.entra;
    this.graph = createGraph({ directory, authorize, clock, random, kept });
    const { faults } = this.graph;
    const graphThere = createGraph({ directory: neighbour, authorize, clock, random, kept: keptThere, faults });
    this.organisations = [
      { directory, graph: this.graph },
      { directory: neighbour, graph: graphThere },
    ];
    this.entraFaults = new Faults(kept, "entra");
    const names = kept.map<string>("gateway");
    const known = names.get("clientId");
    this.#gatewayClientId = known ?? this.#registerGateway();
    if (known === undefined) names.set("clientId", this.#gatewayClientId);
  }

  /** The registration that this world's gateways sign in with. */
  get gatewayApp(): DirectoryApp {
    const app = this.directory.findApp(this.#gatewayClientId);
    if (!app) throw new TypeError("the gateway's registration is never removed");
    return app;
  }

  /** Lets Entra send people back to a gateway at these addresses. */
  announced(addresses: readonly string[]): void {
    const app = withGateway(this.gatewayApp, addresses);
    if (app !== this.gatewayApp) this.directory.putApp(app);
  }

  /** Answers for Entra ID. */
  async answerEntra(request: Request): Promise<Response> {
    const { memory, random, clock } = this.#parts;
    const path = new URL(request.url).pathname.replace(/^\/[^/]*/, ""); // what follows the tenant
    const fault = this.entraFaults.meet(path);
    const response = fault === null ? await this.entra.fetch(request) : entraFault(fault, random, clock.now());
    await memory.durable();
    return response;
  }

  /** An organisation by its tenant id or one of its domains. */
  organisation(name: string): Organisation | undefined {
    const wanted = name.toLowerCase();
    return this.organisations.find(({ directory: { tenantId, state } }) =>
      [tenantId, ...state.domains].includes(wanted),
    );
  }

  /** Answers for Graph. A token opens the organisation that it names; whether it is good is looked at there. */
  async answerGraph(request: Request): Promise<Response> {
    const { graph } = this.organisation(tenantOf(request.headers.get("authorization"))) ?? this;
    const response = await graph.fetch(request);
    await this.#parts.memory.durable();
    return response;
  }

  /** An object id that nobody has. */
  newId(): string {
    return newGuid(this.#parts.random);
  }

  describe(): MicrosoftDescription {
    const { directory, place } = this;
    const { tenantId, apps, users, appRoleGrants, delegatedGrants } = directory;
    return {
      authority: `${place.entraUrl}/${tenantId}`,
      graph: `${place.graphUrl}/v1.0`,
      tenantId,
      caCertificate: place.caCertificate,
      clients: apps.flatMap(({ clientId, secrets: [secret] }) => {
        const grants = [...appRoleGrants, ...delegatedGrants.filter(({ principalId }) => principalId === null)];
        const consented = grants.some((grant) => grant.clientId === clientId);
        return secret ? [{ clientId, clientSecret: secret.secret, consented }] : [];
      }),
      users: users.map(({ upn, role }) => ({ upn, role })),
      neighbours: this.organisations.slice(1).map(({ directory: other }) => ({
        authority: `${place.entraUrl}/${other.tenantId}`,
        tenantId: other.tenantId,
        users: other.users.map(({ upn, role }) => ({ upn, role })),
      })),
    };
  }

  #registerGateway(): string {
    const app = newGatewayApp(this.#parts.random, this.#parts.clock.now());
    this.directory.putApp(app);
    return app.clientId;
  }
}

function tenantOf(authorization: string | null): string {
  try {
    const { tid } = decodeJwt(authorization?.replace(/^Bearer /i, "") ?? "");
    return typeof tid === "string" ? tid : "";
  } catch {
    return ""; // what is no token opens nothing anywhere
  }
}
