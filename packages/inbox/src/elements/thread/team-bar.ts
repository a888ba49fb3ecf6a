import type { Conversation } from "@trunkline/sdk";
import { html, nothing, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { sayTeam } from "../../locales/team.ts";
import { avatar } from "../../shared/avatar.ts";
import { icon } from "../../shared/icons.ts";
import { soonIn } from "../../shared/zone-times.ts";
import { CLOCK, DONE, NOTE } from "./team-icons.ts";

type Opening = (opener: HTMLElement) => void;

export interface TeamBarOptions {
  readonly conversation: Conversation;
  readonly words: Localizer;
  readonly now: Date;
  /** Who has it, by name; null for nobody. */
  readonly assignee: string | null;
  readonly assigneeKey: string | null;
  /** Why the last change was not made. */
  readonly problem: string | null;
  readonly tags: unknown;
  /** Null where the reader may change nothing. */
  readonly actions: {
    readonly isAssigning: boolean;
    readonly menu: unknown;
    readonly onAssign: Opening;
    /** Absent while somebody has it. */
    readonly onTake?: (() => void) | undefined;
    readonly isSnoozing: boolean;
    readonly snoozeMenu: unknown;
    /** Absent while it is not open. */
    readonly onSnooze?: Opening | undefined;
    readonly onState: () => void;
  } | null;
}

/** Who has a conversation, its state and tags, each with what changes it. */
export function teamBar(options: TeamBarOptions): TemplateResult {
  const { words, problem, tags, actions, conversation } = options;
  const key = conversation.state === "open" ? "team.close" : "team.reopen";
  return html`<div class="team" role="group" aria-label=${sayTeam(words, "team.label")}>
    <div class="holder">${assignee(options)}${actions?.menu}</div>
    ${
      actions?.onTake
        ? html`<button class="text-button" type="button" @click=${actions.onTake}>${sayTeam(words, "team.take")}</button>`
        : nothing
    }
    ${stateView(options)} ${tags}
    ${
      actions === null
        ? nothing
        : html`<div class="team-end">
            <div class="holder">${actions.onSnooze ? snooze(actions.onSnooze, actions.isSnoozing, words) : nothing}${actions.snoozeMenu}</div>
            <button class="team-button" type="button" @click=${actions.onState}>${sayTeam(words, key)}</button>
          </div>`
    }
    <p class="team-problem" role="alert">${problem ?? nothing}</p>
  </div>`;
}

function assignee({ words, assignee: name, assigneeKey, actions }: TeamBarOptions): TemplateResult {
  const picture =
    assigneeKey === null
      ? html`<span class="avatar nobody" aria-hidden="true">${icon("person")}</span>`
      : avatar({ name, key: assigneeKey });
  const shown = html`${picture}<span class="holder-name" dir="auto"
      >${name ?? sayTeam(words, "team.nobody")}</span
    >`;
  if (actions === null) {
    const label = name === null ? sayTeam(words, "team.nobody") : sayTeam(words, "team.assigned", { name });
    return html`<span class="team-plain" title=${label}>${shown}</span>`;
  }
  return html`<button
    class="team-button"
    type="button"
    aria-haspopup="menu"
    aria-expanded=${actions.isAssigning}
    @click=${(event: Event) => actions.onAssign(event.currentTarget as HTMLElement)}
  >
    <span class="visually-hidden">${sayTeam(words, "team.assignee")}</span>${shown}${icon("chevron")}
  </button>`;
}

function stateView({ conversation, words, now }: TeamBarOptions): TemplateResult | typeof nothing {
  const { state, snoozedUntil } = conversation;
  if (state === "closed") return html`<span class="team-plain">${icon(DONE)}${sayTeam(words, "team.closed")}</span>`;
  if (state !== "snoozed" || snoozedUntil === null) return nothing;
  const until = new Date(snoozedUntil);
  const when = soonIn(until, now, undefined, words);
  return html`<span class="team-plain" title=${words.moment(until)}>${icon(CLOCK)}${sayTeam(words, "team.snoozed", { when })}</span>`;
}

function snooze(onSnooze: Opening, isOpen: boolean, words: Localizer): TemplateResult {
  return html`<button
    class="team-button"
    type="button"
    aria-haspopup="menu"
    aria-expanded=${isOpen}
    @click=${(event: Event) => onSnooze(event.currentTarget as HTMLElement)}
  >
    ${sayTeam(words, "team.snooze")}${icon("chevron")}
  </button>`;
}

export interface ModesOptions {
  readonly words: Localizer;
  readonly isNote: boolean;
  /** Absent where the reader may not write. */
  readonly onMode?: ((isNote: boolean) => void) | undefined;
  readonly typing: readonly string[];
  readonly viewing: readonly string[];
  readonly editor: unknown;
}

/** Whether a text or a note is written, and who else is there. */
export function modesView({ words, isNote, onMode, typing, viewing, editor }: ModesOptions): TemplateResult {
  const mode = (note: boolean) =>
    html`<button class="mode" type="button" aria-pressed=${note === isNote} @click=${() => onMode?.(note)}>
      ${note ? icon(NOTE) : nothing}${sayTeam(words, note ? "note.note" : "note.text")}
    </button>`;
  return html`<div class="writing ${isNote ? "noting" : ""}">
    <div class="modes-bar">
      ${
        onMode
          ? html`<div class="modes" role="group" aria-label=${sayTeam(words, "note.modes")}>${mode(false)}${mode(true)}</div>`
          : nothing
      }
      <p class="company ${typing.length > 0 ? "busy" : ""}" role="status" dir="auto">${company(words, typing, viewing)}</p>
    </div>
    ${editor}
  </div>`;
}

function company(words: Localizer, typing: readonly string[], viewing: readonly string[]): unknown {
  const [key, names] = typing.length > 0 ? (["team.typing", typing] as const) : (["team.viewing", viewing] as const);
  if (names.length === 0) return nothing;
  const said = new Intl.ListFormat(words.locale, { style: "short" }).format(names);
  return sayTeam(words, key, { names: said, count: names.length });
}
