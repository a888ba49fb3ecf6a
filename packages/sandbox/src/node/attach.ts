import { type Logger, type MicrosoftRegistration, silentLogger } from "@trunkline/gateway";
import { type HostTime, platformTime, WorldClock } from "../clock.ts";
import { isLoopback } from "../loopback.ts";
import type { Announcement } from "../seed.ts";
import { type AttachedMicrosoft, attachedMicrosoft } from "./attached-microsoft.ts";

export interface AttachOptions {
  /** The world's address, as `trunkline sandbox` prints it. */
  url: string;
  /** @default globalThis.fetch */
  fetch?: typeof globalThis.fetch;
  /** @default silentLogger */
  logger?: Logger;
}

/** What ties a gateway's process to a world. */
export interface WorldAttachment {
  /** Follows the world's clock; for the gateway's option of that name. */
  readonly clock: WorldClock;
  /** The world's Microsoft 365; for the gateway's option of that name. */
  readonly microsoft: MicrosoftRegistration;
  /** Reaches the world's Entra ID, whose certificate nobody else trusts, and everybody else; for the gateway's option. */
  readonly fetch: typeof globalThis.fetch;
  /** Tells the world where the gateway listens and with which key it is run; resolves when the world has seeded it. */
  announce(announcement: Announcement): Promise<void>;
  /** Follows no longer. The clock goes on with the offset that it has. */
  close(): Promise<void>;
}

/** A world that does not answer, or not as a world does. The message says what to do. */
export class WorldRefused extends Error {
  override readonly name = "WorldRefused";
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;

/**
 * Attaches a gateway's process to a world: its clock follows the world's from here on, over restarts of either. Each
 * move of the clock is acknowledged, so that the world's answer to a move means that gateways have followed.
 *
 * @throws WorldRefused when the address is not on this machine, or no world answers there
 */
export async function attachToWorld({
  url,
  fetch = globalThis.fetch,
  logger = silentLogger,
}: AttachOptions): Promise<WorldAttachment> {
  if (!isLoopback(url)) throw new WorldRefused(`A simulated world must be on this machine; ${url} is not.`);
  const attachment = new Attachment({ url: url.replace(/\/+$/, ""), fetch, logger, host: platformTime });
  await attachment.start();
  return attachment;
}

interface AttachmentParts extends Required<AttachOptions> {
  host: HostTime;
}

class Attachment implements WorldAttachment {
  readonly clock: WorldClock;
  readonly #parts: AttachmentParts;
  readonly #closing = new AbortController();
  #id = "";
  #announced: Announcement | undefined;
  #following: Promise<void> = Promise.resolve();
  #microsoft: AttachedMicrosoft | undefined;

  constructor(parts: AttachmentParts) {
    this.#parts = parts;
    this.clock = new WorldClock({ host: parts.host });
  }

  async start(): Promise<void> {
    const { url } = this.#parts;
    try {
      const stream = await this.#register();
      this.#microsoft = await this.#findMicrosoft();
      this.#following = this.#keepFollowing(stream);
    } catch (cause) {
      if (cause instanceof WorldRefused) throw cause;
      throw new WorldRefused(`No simulated world answers at ${url}. Start one with: trunkline sandbox`, { cause });
    }
  }

  get microsoft(): MicrosoftRegistration {
    return this.#attached.registration;
  }

  get fetch(): typeof globalThis.fetch {
    return this.#attached.fetch;
  }

  async announce(announcement: Announcement): Promise<void> {
    await this.#call("PUT", `/world/gateways/${this.#id}`, announcement);
    this.#announced = announcement;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#following;
    this.clock.stop();
    this.#microsoft?.close();
  }

  get #attached(): AttachedMicrosoft {
    if (!this.#microsoft) throw new TypeError("the attachment has not started");
    return this.#microsoft;
  }

  async #findMicrosoft(): Promise<AttachedMicrosoft> {
    const { fetch } = this.#parts;
    return attachedMicrosoft(await this.#call("GET", "/world/microsoft"), { clock: this.clock, fetch });
  }

  /** Takes a name, sets the clock, and opens the stream of the clock's moves. */
  async #register(): Promise<ReadableStream<Uint8Array>> {
    const { url, fetch } = this.#parts;
    const { id, offsetMs } = (await this.#call("POST", "/world/gateways")) as { id: string; offsetMs: number };
    this.#id = id;
    this.clock.setOffset(offsetMs);
    const { ok, body } = await fetch(`${url}/world/gateways/${id}/clock`, { signal: this.#closing.signal });
    if (!ok || !body) throw new WorldRefused(`The world at ${url} does not let its clock be followed.`);
    return body;
  }

  async #keepFollowing(first: ReadableStream<Uint8Array>): Promise<void> {
    const { host, logger } = this.#parts;
    let stream: ReadableStream<Uint8Array> | undefined = first;
    for (let waitMs = FIRST_WAIT_MS; !this.#closing.signal.aborted; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        if (!stream) {
          stream = await this.#register();
          if (this.#announced) await this.announce(this.#announced);
          waitMs = FIRST_WAIT_MS;
        }
        await this.#follow(stream);
      } catch (error) {
        if (!this.#closing.signal.aborted) logger.warn({ error }, "the simulated world is away; attaching again");
      }
      stream = undefined;
      await sleep(host, waitMs, this.#closing.signal);
    }
  }

  async #follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const part of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
      const frames = (rest + part).split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames) {
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data === undefined) continue; // a heartbeat
        const { offsetMs, move } = JSON.parse(data) as { offsetMs: number; move: number };
        this.clock.setOffset(offsetMs);
        await this.#call("POST", `/world/gateways/${this.#id}/clock`, { move });
      }
    }
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const { url, fetch } = this.#parts;
    const response = await fetch(url + path, {
      method,
      headers: { "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new WorldRefused(`The world at ${url} answered ${response.status}: ${text.slice(0, 300)}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}

function sleep(host: HostTime, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = host.after(ms, done);
    signal.addEventListener("abort", done, { once: true });
  });
}
