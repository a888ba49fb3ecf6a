import {
  type Conversation,
  isTrunklineError,
  type SendAt,
  type Trunkline,
  type User,
  type UserId,
} from "@trunkline/sdk";
import type { CSSResult, ReactiveController, TemplateResult } from "lit";
import { LiveController } from "../../controllers/live.ts";
import { PartController } from "../../controllers/part.ts";
import { sayTeam } from "../../locales/team.ts";
import { colleaguesOf } from "../../shared/colleagues.ts";
import type { TrunklineElement } from "../../shared/element.ts";
import type { Environment } from "../../shared/environment.ts";
import { MenuController } from "../../shared/menu.ts";
import { Company } from "./company.ts";
import { NoteEditor } from "./note-editor.ts";
import { TagEditor } from "./tag-editor.ts";
import { modesView, teamBar } from "./team-bar.ts";

type Changes = Parameters<Trunkline["conversations"]["update"]>[1];

export interface TeamPlace {
  readonly environment: Environment;
  /** Null until it is loaded. */
  readonly conversation: Conversation | null;
}

/** What people who share a conversation need: who has it, its state and tags, notes, and who else is there. */
export class Teamwork implements ReactiveController {
  readonly #host: TrunklineElement;
  readonly #place: () => TeamPlace;
  readonly #assign: MenuController;
  readonly #snooze: PartController<InstanceType<typeof import("../composer/schedule.part.ts").ScheduleController>>;
  readonly #users: LiveController<ReturnType<typeof colleaguesOf>>;
  readonly #company: Company;
  readonly #notes: NoteEditor;
  readonly #tags: TagEditor;
  #of: Conversation["id"] | undefined;
  #problem: string | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(host: TrunklineElement, place: () => TeamPlace, adopt: (styles: CSSResult) => void) {
    this.#host = host;
    this.#place = place;
    this.#assign = new MenuController(host);
    this.#snooze = new PartController(host, async () => {
      const { ScheduleController, scheduleStyles } = await import("../composer/schedule.part.ts");
      adopt(scheduleStyles);
      return new ScheduleController(host);
    });
    this.#users = new LiveController(
      host,
      () => [this.#environment.client, this.#wantsUsers],
      () => (this.#wantsUsers && this.#environment.client ? colleaguesOf(this.#environment.client) : null),
    );
    this.#company = new Company(host, () => ({
      client: this.#environment.client,
      conversationId: this.#conversation?.id,
      userId: this.#me,
      maySend: this.#may("messages.send"),
    }));
    this.#notes = new NoteEditor(host, () => ({
      client: this.#environment.client,
      conversationId: this.#conversation?.id,
      words: this.#environment.words,
      colleagues: this.#colleagues.filter(({ id }) => id !== this.#me),
    }));
    this.#tags = new TagEditor(host, (tags) => void this.#update({ tags }));
    host.addController(this);
  }

  hostUpdate(): void {
    const id = this.#conversation?.id;
    if (id === this.#of) return;
    this.#of = id;
    this.#problem = null;
    this.#tags.close();
    if (this.#assign.isOpen) this.#assign.close({ focus: false });
  }

  /** Under the head: who has it, its state and tags. */
  bar(): TemplateResult | null {
    const conversation = this.#conversation;
    if (conversation === null) return null;
    const { words, now } = this.#environment;
    const mayWrite = this.#may("conversations.write");
    const isOpen = conversation.state === "open";
    return teamBar({
      conversation,
      words,
      now: new Date(now()),
      assignee: this.#nameOf(conversation.assigneeId),
      assigneeKey: conversation.assigneeId,
      problem: this.#problem,
      tags: this.#tags.view(conversation.tags, words, mayWrite),
      actions: mayWrite
        ? {
            isAssigning: this.#assign.isOpen,
            menu: this.#assign.view(sayTeam(words, "team.assign"), this.#assignees(conversation)),
            onAssign: (opener) => this.#assign.toggle(opener),
            onTake: conversation.assigneeId === null && this.#me !== null ? () => void this.#take() : undefined,
            isSnoozing: this.#snooze.loaded?.isOpen ?? false,
            onSnooze: isOpen ? (opener) => this.#openSnooze(opener) : undefined,
            snoozeMenu: this.#snooze.loaded?.view({
              words,
              now: new Date(now()),
              timeZones: [],
              wording: { title: sayTeam(words, "team.snooze-title"), confirm: sayTeam(words, "team.snooze") },
              send: (until: SendAt) => void this.#update({ state: "snoozed", snoozedUntil: until }),
            }),
            onState: () => void this.#update({ state: isOpen ? "closed" : "open" }),
          }
        : null,
    });
  }

  /** Over the composer: a text or a note, and who else is there. */
  writing(name: string): TemplateResult {
    return modesView({
      words: this.#environment.words,
      isNote: this.#notes.isOn,
      onMode: this.#may("messages.send") ? (isNote) => this.#notes.show(isNote) : undefined,
      typing: this.#company.typing,
      viewing: this.#company.viewing,
      editor: this.#notes.view(name),
    });
  }

  get #environment(): Environment {
    return this.#place().environment;
  }

  get #conversation(): Conversation | null {
    return this.#place().conversation;
  }

  get #me(): UserId | null {
    return this.#environment.me?.user?.id ?? null;
  }

  get #colleagues(): readonly User[] {
    return this.#users.snapshot?.data ?? [];
  }

  /** Only where names are to be shown or chosen: most conversations of somebody alone need none. */
  get #wantsUsers(): boolean {
    const assignee = this.#conversation?.assigneeId ?? null;
    const isAsked = this.#assign.isOpen || this.#notes.isOn;
    return this.#may("users.read") && (isAsked || (assignee !== null && assignee !== this.#me));
  }

  #may(permission: NonNullable<Environment["me"]>["permissions"][number]): boolean {
    return this.#environment.me?.permissions.includes(permission) ?? false;
  }

  #nameOf(id: UserId | null): string | null {
    if (id === null) return null;
    const { me, words } = this.#environment;
    if (id === this.#me) return me?.user?.name ?? sayTeam(words, "team.you");
    return this.#colleagues.find((user) => user.id === id)?.name ?? sayTeam(words, "team.unknown");
  }

  #assignees({ assigneeId }: Conversation) {
    const { words } = this.#environment;
    const to = (id: UserId | null) => () => void this.#update({ assigneeId: id });
    const me = this.#me;
    const others = this.#colleagues.filter(
      ({ id, suspended, role }) => !suspended && role !== "viewer" && id !== me && id !== assigneeId,
    );
    return [
      ...(me !== null && assigneeId !== me
        ? [{ label: sayTeam(words, "team.me"), run: assigneeId === null ? () => void this.#take() : to(me) }]
        : []),
      ...others.map(({ id, name }) => ({ label: name, run: to(id) })),
      ...(assigneeId === null ? [] : [{ label: sayTeam(words, "team.hand-back"), run: to(null) }]),
    ];
  }

  #openSnooze(opener: HTMLElement): void {
    this.#snooze.load().then(
      (snooze) => snooze.toggle(opener),
      (error: unknown) => this.#host.report(error),
    );
  }

  #update(changes: Changes): Promise<void> {
    return this.#act((client, id) => client.conversations.update(id, changes));
  }

  /** Claims it; of several who do so at once one gets it, and the others are told who. */
  #take(): Promise<void> {
    return this.#act(async (client, id) => {
      try {
        await client.conversations.claim(id);
      } catch (error) {
        if (!isTrunklineError(error) || error.code !== "already_assigned") throw error;
        const [{ assigneeId }, { data: users }] = await Promise.all([
          client.conversations.get(id),
          client.users.list({ limit: 200 }).page(),
        ]);
        const name = users.find((user) => user.id === assigneeId)?.name;
        if (this.#of !== id) return;
        const { words } = this.#environment;
        this.#problem = name ? sayTeam(words, "team.taken", { name }) : error.message;
      }
    });
  }

  /** One thing at a time; what had the focus may be gone afterwards, and the focus stays in the bar. */
  #act(run: (client: Trunkline, id: Conversation["id"]) => Promise<unknown>): Promise<void> {
    const id = this.#of;
    if (id !== undefined) this.#turn = this.#turn.then(() => this.#run(id, run));
    return this.#turn;
  }

  async #run(
    id: Conversation["id"],
    run: (client: Trunkline, id: Conversation["id"]) => Promise<unknown>,
  ): Promise<void> {
    const { client, words } = this.#environment;
    if (client === null) return;
    const root = this.#host.renderRoot as ShadowRoot;
    const isWithin = () => root.activeElement?.closest(".team") ?? null;
    const hadFocus = isWithin() !== null;
    this.#problem = null;
    this.#host.requestUpdate();
    try {
      await run(client, id);
    } catch (error) {
      const reason = isTrunklineError(error) ? error.message : "";
      if (this.#of === id) this.#problem = sayTeam(words, "team.failed", { reason });
      else this.#host.report(error);
    } finally {
      this.#host.requestUpdate();
    }
    await this.#host.updateComplete;
    if (hadFocus && root.activeElement === null) root.querySelector<HTMLElement>(".team button")?.focus();
  }
}
