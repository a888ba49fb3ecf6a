import type { Live, LiveSnapshot, MessageRow, Trunkline } from "@trunkline/sdk";
import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const MANY = 10_000;

/** A list of messages that the test writes itself: ten thousand of them are more than a test can send. */
class WrittenMessages implements Live<MessageRow> {
  readonly #listeners = new Set<() => void>();
  readonly #template: MessageRow & { state: "accepted" };
  #first: number;
  #last: number;
  #snapshot: LiveSnapshot<MessageRow>;
  loads = 0;

  constructor(template: MessageRow, count: number, firstSequence = 1) {
    if (template.state !== "accepted") throw new Error("A template has been accepted.");
    this.#template = template;
    this.#first = firstSequence;
    this.#last = firstSequence + count - 1;
    const data = Array.from({ length: count }, (_, index) => this.#row(firstSequence + index));
    this.#snapshot = { data, status: "ready", error: null, hasMore: firstSequence > 1, hasNewer: false };
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  getSnapshot(): LiveSnapshot<MessageRow> {
    return this.#snapshot;
  }

  async loadMore(): Promise<void> {
    this.loads += 1;
    const from = Math.max(1, this.#first - 50);
    const older = Array.from({ length: this.#first - from }, (_, index) => this.#row(from + index));
    this.#first = from;
    this.#change([...older, ...this.#snapshot.data]);
  }

  async loadNewer(): Promise<void> {}

  async reload(): Promise<void> {}

  append(): void {
    this.#last += 1;
    this.#change([...this.#snapshot.data, this.#row(this.#last)]);
  }

  [Symbol.dispose](): void {}

  #change(data: readonly MessageRow[]): void {
    this.#snapshot = { ...this.#snapshot, data, hasMore: this.#first > 1 };
    for (const listener of this.#listeners) listener();
  }

  #row(sequence: number): MessageRow {
    const key = `m${sequence}`;
    const text = `message ${sequence} ${"and so it goes on ".repeat(sequence % 9)}`.trim();
    const createdAt = new Date(Date.UTC(2026, 0, 1) + sequence * 11 * 60_000).toISOString();
    const message = {
      ...this.#template.message,
      id: `msg_${sequence}` as const,
      clientId: null,
      sequence,
      text,
      createdAt,
    };
    return { ...this.#template, key, message };
  }
}

async function openWritten(count: number, first?: number) {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "template");
  const client = desk.client();
  const [conversation] = (await client.conversations.list().page()).data;
  if (!conversation) throw new Error("The template's conversation is the newest.");
  const [message] = (await client.messages.list(conversation.id).page()).data;
  if (!message) throw new Error("It has one message.");
  await client.conversations.markRead(conversation.id, message.sequence);
  const written = new WrittenMessages({ key: "template", state: "accepted", message }, count, first);
  const messages: Trunkline["messages"] = Object.assign(Object.create(client.messages), { live: () => written });
  const thread = desk.add(
    "trunkline-thread",
    { client: Object.assign(Object.create(client), { messages }), conversationId: conversation.id },
    desk.place("700px"),
  );
  thread.style.blockSize = "600px";
  await vi.waitFor(() => expect(thread.shadowRoot?.querySelector("article")).not.toBeNull());
  const scroller = thread.shadowRoot?.querySelector<HTMLElement>(".scroller");
  if (!scroller) throw new Error("A thread with messages scrolls.");
  const articles = () => [...(thread.shadowRoot?.querySelectorAll<HTMLElement>("article") ?? [])];
  const gap = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  const topmost = () => {
    const { top } = scroller.getBoundingClientRect();
    const article = articles().find((each) => each.getBoundingClientRect().bottom > top);
    return { article, offset: (article?.getBoundingClientRect().top ?? 0) - top };
  };
  return { written, thread, scroller, articles, gap, topmost };
}

const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

test("ten thousand messages are on show at once, and only some of them are in the document", async () => {
  const start = performance.now();
  const { articles, gap } = await openWritten(MANY);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(articles().at(-1)?.textContent).toContain(`message ${MANY}`);
  expect(articles().length).toBeLessThan(250);
  expect(gap()).toBeLessThanOrEqual(1);
});

test("the end is followed while it is in view; elsewhere nothing moves, and a button tells what is new", async () => {
  const { written, thread, scroller, gap, topmost, articles } = await openWritten(300);
  written.append();
  await vi.waitFor(() => expect(articles().at(-1)?.textContent).toContain("message 301"));
  await vi.waitFor(() => expect(gap()).toBeLessThanOrEqual(1));

  scroller.scrollTop -= 1500;
  await frame();
  await frame();
  const before = topmost();
  written.append();
  written.append();
  await thread.updateComplete;
  await frame();
  const moved =
    (before.article?.getBoundingClientRect().top ?? 0) - scroller.getBoundingClientRect().top - before.offset;
  expect(Math.abs(moved)).toBeLessThanOrEqual(1);
  await page.getByRole("button", { name: "2 new messages" }).click();
  await vi.waitFor(() => expect(gap()).toBeLessThanOrEqual(1));
  expect(articles().at(-1)?.textContent).toContain("message 303");
  await expect.element(page.getByRole("button", { name: /new message|latest/ })).not.toBeInTheDocument();
});

test("older pages come in above without moving what is read, at the very top too", async () => {
  const { written, scroller, articles } = await openWritten(60, 941);
  for (let rounds = 0; rounds < 4; rounds += 1) {
    const first = articles()[0];
    scroller.scrollTop = 0;
    const offset = (first?.getBoundingClientRect().top ?? 0) - scroller.getBoundingClientRect().top;
    const loads = written.loads;
    await vi.waitFor(() => expect(written.loads).toBeGreaterThan(loads));
    await frame();
    const after = (first?.getBoundingClientRect().top ?? 0) - scroller.getBoundingClientRect().top;
    expect(Math.abs(after - offset)).toBeLessThanOrEqual(2);
    expect(first?.isConnected).toBe(true);
  }
});

test("a thread of two thousand can be walked through, up and down again", async () => {
  const { scroller, articles, gap } = await openWritten(2_000);
  const seen = new Set<string>();
  const note = () => {
    for (const article of articles()) seen.add(/message (\d+)/.exec(article.textContent ?? "")?.[1] ?? "");
  };
  for (let steps = 0; steps < 400 && !seen.has("1"); steps += 1) {
    scroller.scrollTop -= 2_000;
    await frame();
    note();
    expect(articles().length).toBeLessThan(300);
  }
  expect(seen.has("1")).toBe(true);
  expect(seen.size).toBe(2_000);
  for (let steps = 0; steps < 400 && !articles().at(-1)?.textContent?.includes("message 2000"); steps += 1) {
    scroller.scrollTop += 2_000;
    await frame();
  }
  scroller.scrollTop = scroller.scrollHeight;
  await vi.waitFor(() => expect(gap()).toBeLessThanOrEqual(1));
});

test("arrow keys go on into what is not in the document yet", async () => {
  const { articles, scroller } = await openWritten(500);
  articles().at(-1)?.focus();
  const shown = () => Number(/message (\d+)/.exec(focusedText())?.[1]);
  const focusedText = () => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.textContent ?? "";
  };
  await userEvent.keyboard("{Home}");
  const first = shown();
  await frame();
  await userEvent.keyboard("{ArrowUp}");
  await vi.waitFor(async () => {
    await userEvent.keyboard("{ArrowUp}");
    expect(shown()).toBeLessThan(first - 3);
  });
  expect(scroller.contains(articles()[0] ?? null)).toBe(true);
});
