import { createSandbox, type Sandbox } from "@trunkline/sandbox";
import { createTrunkline, type Trunkline, type TrunklineOptions } from "@trunkline/sdk";
import { afterAll, afterEach, beforeAll } from "vitest";
import { page } from "vitest/browser";
import "../../src/define.ts";
import type { TrunklineInbox } from "../../src/index.ts";

/** What a test file works in: the real gateway with a simulated world, in this page, for all of its tests. */
export interface Desk {
  readonly sandbox: Sandbox;
  /** Number of one of the first tenant's lines. */
  line(index?: number): string;
  /** Sees to it that quiet hours from 00:00 to 23:59 hold now: the world's clock leaves the minute in which they do not. */
  leaveLastMinute(): Promise<void>;
  /** A number that no other test uses. */
  number(): string;
  /** A client for one of the users: `ada` owns everything, `dana` may only read. */
  client(user?: string, options?: Partial<TrunklineOptions>): Trunkline;
  /** An inbox on the page, gone after the test. */
  inbox(properties?: Partial<TrunklineInbox>, user?: string): TrunklineInbox;
  /** A box of that width to put elements into, gone after the test. */
  place(width: string): HTMLElement;
  /** An element on the page, gone after the test. */
  add<Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag,
    properties?: Partial<HTMLElementTagNameMap[Tag]>,
    parent?: Element,
  ): HTMLElementTagNameMap[Tag];
}

/** Sets the world up for the tests of a file, and tidies the page after each of them. */
export function useDesk(): Desk {
  let sandbox: Sandbox | undefined;
  let numbers = 0;
  let clients: Trunkline[] = [];
  let elements: Element[] = [];

  beforeAll(async () => {
    await page.viewport(1280, 800);
    sandbox = await createSandbox();
  });

  afterEach(async () => {
    for (const element of elements) element.remove();
    elements = [];
    const closing = clients;
    clients = [];
    for (const client of closing) await client.close();
  });

  afterAll(async () => {
    await sandbox?.close();
  });

  const world = () => {
    if (!sandbox) throw new Error("The world is there from the first test on.");
    return sandbox;
  };
  const desk: Desk = {
    get sandbox() {
      return world();
    },
    line: (index = 0) => world().lines[index]?.number ?? "",
    leaveLastMinute: async () => {
      const isNear = world().clock.now().getUTCMinutes() >= 57; // of an hour, which is near enough in every time zone
      if (isNear) await world().clock.advance("PT4M");
    },
    number: () => {
      numbers += 1;
      return `+1425555${String(100 + numbers).padStart(4, "0")}`;
    },
    client: (user = "ada", options = {}) => {
      const { url, fetch } = world();
      const client = createTrunkline({
        gateway: url,
        fetch,
        auth: world().auth(user),
        events: { shared: false },
        outbox: false,
        ...options,
      });
      clients.push(client);
      return client;
    },
    inbox: (properties = {}, user) => desk.add("trunkline-inbox", { client: desk.client(user), ...properties }),
    place: (width) => {
      const place = document.createElement("div");
      Object.assign(place.style, { inlineSize: width, blockSize: "600px" });
      elements.push(place);
      document.body.append(place);
      return place;
    },
    add: (tag, properties = {}, parent = document.body) => {
      const element = Object.assign(document.createElement(tag), properties);
      elements.push(element);
      parent.append(element);
      return element;
    },
  };
  return desk;
}
