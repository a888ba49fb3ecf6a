import type { RandomBytes } from "@trunkline/gateway";
import { readNumber } from "@trunkline/protocol/phone-number";
import { Activity } from "./activity.ts";
import { Attachments } from "./attachments.ts";
import type { CarrierBehaviour, CarrierBehaviourInput } from "./carrier/behaviour.ts";
import type { WebhookOutcome } from "./carrier/dialect.ts";
import { CarrierEngine } from "./carrier/engine.ts";
import type { HandsetMessage } from "./carrier/message.ts";
import { isSimulated, SIMULATED_CARRIERS, type SimulatedCarrier } from "./carrier/names.ts";
import { LATER_CARRIERS, type LaterCarrier, openCarrierLine } from "./carrier-line.ts";
import { DIALECTS } from "./carriers/dialects.ts";
import type { HostTime, WorldClock } from "./clock.ts";
import { EventFeed } from "./event-feed.ts";
import { GatewayRefused, gatewayApi } from "./gateway-api.ts";
import type { WorldMemory } from "./memory.ts";
import { type MicrosoftDescription, type MicrosoftPlace, SimulatedMicrosoft } from "./microsoft/microsoft.ts";
import { WorldProblem } from "./problem.ts";
import { newId } from "./random.ts";
import { type Announcement, seed } from "./seed.ts";
import type { Deployment, SeededLine, SeededTenant } from "./state.ts";
import type { WorldEvent } from "./world-events.ts";

export interface WorldParts {
  /** The world's own address, without a slash at the end. */
  url: string;
  clock: WorldClock;
  host: HostTime;
  random: RandomBytes;
  /** Reaches gateways. */
  fetch: (request: Request) => Promise<Response>;
  memory: WorldMemory;
  /** Where the simulated Microsoft 365 is reached. */
  microsoft: MicrosoftPlace;
  /** What a new world's running clock adds to the host's time, in milliseconds; a journal knows better. */
  beginOffsetMs: number;
  /** Resolves when nothing is left to do at the clock's present time; a standing clock waits for it at every stop. */
  settle: () => Promise<void>;
}

/** A text that the carrier took, as the ledger shows it. */
export interface AcceptedText {
  readonly id: string;
  readonly reference: string | null;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** When the request arrived, ISO 8601. */
  readonly at: string;
}

/** A phone's text, and what the gateway said to the webhook that brought it. */
export interface SentText {
  readonly message: HandsetMessage;
  readonly webhook: WebhookOutcome;
}

/** What a vendor's own client is given: credentials by name, and the account's numbers. */
export type VendorClient = Readonly<Record<string, unknown>> & { readonly numbers: readonly string[] };

/** The answer of `GET /world`. */
export interface WorldDescription {
  /** Address of the gateway that attached last. */
  readonly gateway: string | null;
  readonly operatorKey: string | null;
  readonly tenants: readonly Omit<SeededTenant, "carrierAccountId">[];
  /** What an official client of each carrier needs. */
  readonly carriers: {
    readonly sandbox: { readonly baseUrl: string; readonly apiKey: string | null; readonly numbers: readonly string[] };
  } & { readonly [Carrier in LaterCarrier]?: VendorClient };
  /** What official clients of Entra ID and Graph need. */
  readonly microsoft: MicrosoftDescription;
  readonly clock: { readonly now: string; readonly offsetMs: number };
}

/** The world outside of the gateways: a clock, phones, the carriers between them, and Microsoft 365. */
export class World {
  readonly url: string;
  readonly clock: WorldClock;
  readonly feed = new EventFeed<WorldEvent>();
  readonly attachments: Attachments;
  readonly carriers: CarrierEngine;
  /** What the world is doing of its own accord at this moment. */
  readonly activity = new Activity();
  /** Answers that a slow carrier holds back. */
  readonly holds = new Activity();
  readonly #parts: WorldParts;
  readonly #stopping = new AbortController();
  #microsoft: SimulatedMicrosoft | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #moves = 0;

  constructor(parts: WorldParts) {
    this.#parts = parts;
    this.url = parts.url;
    this.clock = parts.clock;
    this.attachments = new Attachments(parts.host);
    this.carriers = new CarrierEngine({
      ...parts,
      feed: this.feed,
      activity: this.activity,
      dialects: DIALECTS,
      addressesOf: (deploymentId) => this.attachments.addressesOf(deploymentId, parts.memory.state),
    });
  }

  /** Brings back what the journal holds and goes on with what was owed. Called once, before anything else. */
  async start(): Promise<void> {
    const { beginOffsetMs, memory } = this.#parts;
    const isNew = (await memory.replay()) === 0;
    if (isNew && beginOffsetMs !== 0) await memory.record({ type: "clock", offsetMs: beginOffsetMs });
    if (!this.clock.isStanding) this.clock.setOffset(memory.state.offsetMs);
    this.#microsoft = new SimulatedMicrosoft({ ...this.#parts, place: this.#parts.microsoft });
    await memory.durable();
    this.carriers.resume();
  }

  /** Entra ID and Graph over one tenant. There from `start()` on. */
  get microsoft(): SimulatedMicrosoft {
    if (!this.#microsoft) throw new TypeError("the world has not been started");
    return this.#microsoft;
  }

  /** Aborted when the world ends: whoever waits for it waits no longer. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Ends streams and timers, waits for what is being done, and closes the journal. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.clock.stop();
    this.carriers.stop();
    this.feed.close();
    await this.activity.idle();
    await this.#parts.memory.close();
  }

  /** Makes the name of a gateway that begins to follow this world. */
  register(): string {
    const id = newId("gw", this.#parts.random);
    this.attachments.add(id);
    return id;
  }

  /** A gateway tells where it is and with which key it is run: it is seeded, or found as it was left. */
  announce(announcement: Announcement, attachmentId: string | null): Promise<Deployment> {
    return this.#inTurn(async () => {
      const { fetch, memory, random } = this.#parts;
      const deployment = await seed(
        {
          state: memory.state,
          carriers: this.carriers,
          fetch,
          baseUrl: this.carrierUrl("sandbox"),
          newDeploymentId: () => newId("dep", random),
        },
        announcement,
      );
      await memory.record({ type: "deployment", deployment });
      const { address, publicUrl = address } = announcement;
      this.microsoft.announced([address, publicUrl]);
      await memory.durable();
      if (attachmentId !== null) this.attachments.announced(attachmentId, announcement.address, deployment.id);
      return deployment;
    });
  }

  /** Gives the first tenant a line on a carrier, with an account of its own there; the one that is there, if it has one. */
  openLine(name: string): Promise<SeededLine> {
    return this.#inTurn(async () => {
      const carrier = known(name);
      const { fetch, memory } = this.#parts;
      const deployment = memory.state.current;
      const [tenant, ...others] = deployment?.tenants ?? [];
      if (!deployment || !tenant) throw new WorldProblem(409, "conflict", "No gateway has attached yet");
      const present = tenant.lines.find((one) => one.carrier === carrier);
      if (present || carrier === "sandbox") {
        if (present) return present;
        throw new WorldProblem(409, "conflict", "The lines of the plain carrier are there from the beginning");
      }
      const parts = { carriers: this.carriers, fetch, baseUrl: this.carrierUrl(carrier) };
      const line = await openCarrierLine(parts, deployment, carrier);
      const tenants = [{ ...tenant, lines: [...tenant.lines, line] }, ...others];
      await memory.record({ type: "deployment", deployment: { ...deployment, tenants } });
      await memory.durable();
      return line;
    });
  }

  /** The last move's number; a gateway says up to which it has followed. */
  get moves(): number {
    return this.#moves;
  }

  /** Moves the clock forwards for the world and for all attached gateways; the gateways go first. */
  advance(ms: number): Promise<void> {
    return this.#inTurn(async () => {
      const { memory, settle } = this.#parts;
      if (this.clock.isStanding) return this.clock.advance(ms, settle);
      const offsetMs = this.clock.offsetMs + ms;
      await memory.record({ type: "clock", offsetMs });
      this.#moves++;
      this.feed.emit({ type: "clock", data: { offsetMs, move: this.#moves } });
      // A webhook signed by a later clock than the gateway's would be refused as forged.
      await this.attachments.allFollowed(this.#moves);
      this.clock.setOffset(offsetMs);
    });
  }

  /** Where the world's clock will stand once the moves under way are done, as an offset to the host's time. */
  get offsetMs(): number {
    return this.#parts.memory.state.offsetMs;
  }

  /** The address that a carrier's clients take for the vendor's own. */
  carrierUrl(carrier: SimulatedCarrier): string {
    if (carrier === "acs") return this.url;
    return `${this.url}/carriers/${carrier}${carrier === "telnyx" ? "/v2" : ""}`;
  }

  /** The canonical form of a handset's number. Every number that a phone could have is a handset. */
  handsetNumber(input: string): string {
    const reading = readNumber(input);
    if (reading.kind === "phone") return reading.number;
    const reason = reading.kind === "invalid" ? reading.reason : "a phone has a number in E.164";
    throw new WorldProblem(422, "invalid_number", "Not the number of a phone", [{ path: ["number"], message: reason }]);
  }

  /** Texts a line from a phone; resolves when the gateway has answered, or when the carrier goes on trying. */
  async text(number: string, to: string, text: string, media: readonly string[] = []): Promise<SentText> {
    return this.carriers.carry({ from: this.handsetNumber(number), to: this.handsetNumber(to), text, media });
  }

  /** What a phone has sent and received, oldest first. */
  handsetMessages(number: string): readonly HandsetMessage[] {
    return [...this.#parts.memory.state.handset(this.handsetNumber(number))];
  }

  /** Every text that a carrier took, oldest first. */
  accepted(carrier: string): readonly AcceptedText[] {
    return this.#parts.memory.state.carriers
      .acceptedBy(known(carrier))
      .map(({ id, reference, from, to, text, at }) => ({
        id,
        reference,
        from,
        to,
        text,
        at: new Date(at).toISOString(),
      }));
  }

  /** Sets how a carrier behaves from now on, and tells how that is. */
  async configure(carrier: string, input: CarrierBehaviourInput): Promise<CarrierBehaviour> {
    const name = known(carrier);
    await this.carriers.configure(name, input);
    return this.#parts.memory.state.carriers.behaviour(name);
  }

  /** Mints a session for a user of any tenant that the world knows. */
  async createSession(userId: string): Promise<{ token: string; expiresAt: string }> {
    const { fetch, memory } = this.#parts;
    for (const { address, tenants } of memory.state.deployments.toReversed()) {
      for (const { apiKey } of tenants) {
        const api = gatewayApi({ address, key: apiKey, fetch });
        const user = await api.find("getUser", { params: { id: userId } }).catch(unlessRefused);
        if (!user?.externalId) continue;
        const { externalId, name, email, microsoft } = user;
        const session = await api.call("createSession", { body: { user: { externalId, name, email, microsoft } } });
        return { token: session.token, expiresAt: session.expiresAt };
      }
    }
    throw new WorldProblem(404, "not_found", "No attached gateway has that user");
  }

  /** Resolves when everything that can be read now will survive the process. */
  durable(): Promise<void> {
    return this.#parts.memory.durable();
  }

  /** What a stranger needs to know to use the world and its gateways. */
  describe(): WorldDescription {
    const { state } = this.#parts.memory;
    const deployment = state.current;
    const account = deployment?.tenants[0] && state.carriers.account(deployment.tenants[0].carrierAccountId);
    return {
      gateway: deployment?.address ?? null,
      operatorKey: deployment?.operatorKey ?? null,
      tenants: (deployment?.tenants ?? []).map(({ carrierAccountId: _, ...tenant }) => tenant),
      carriers: {
        sandbox: {
          baseUrl: this.carrierUrl("sandbox"),
          apiKey: account?.secrets.apiKey ?? null,
          numbers: account?.numbers ?? [],
        },
        ...Object.fromEntries(LATER_CARRIERS.flatMap((carrier) => this.#clientOf(carrier))),
      },
      microsoft: this.microsoft.describe(),
      clock: { now: new Date(this.clock.now()).toISOString(), offsetMs: this.offsetMs },
    };
  }

  /** What a client of a carrier needs, where an account was opened there. */
  #clientOf(carrier: LaterCarrier): [LaterCarrier, VendorClient][] {
    const [account] = this.#parts.memory.state.carriers.accountsAt(carrier);
    if (!account) return [];
    const credentials = this.carriers.credentials(account, this.carrierUrl(carrier));
    return [[carrier, { ...credentials, numbers: account.numbers }]];
  }

  // Two gateways that attach at once would both make the tenants; two moves at once would lose one.
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

// A user's id that is none, or a tenant that is gone: the next tenant may know better.
function unlessRefused(error: unknown): null {
  if (error instanceof GatewayRefused) return null;
  throw error;
}

function known(carrier: string): SimulatedCarrier {
  if (isSimulated(carrier)) return carrier;
  throw new WorldProblem(404, "not_found", `There is no such carrier; there are: ${SIMULATED_CARRIERS.join(", ")}`);
}
