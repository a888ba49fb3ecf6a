import type { SendAt } from "@trunkline/sdk";
import { type CSSResult, css, html, nothing, type ReactiveController, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { say } from "../../locales/sending.ts";
import { dialogStyles } from "../../shared/dialog.styles.ts";
import type { TrunklineElement } from "../../shared/element.ts";
import { MenuController, menuStyles } from "../../shared/menu.ts";
import { momentOf, ownZone, sharedZone, wallClock, zoneName } from "../../shared/zone-times.ts";
import { sharesDay, suggestedTimes } from "./suggested-times.ts";

/** How a day is named. */
type Day = Intl.DateTimeFormatOptions;

export interface ScheduleOptions {
  readonly words: Localizer;
  readonly now: Date;
  /** Where the recipient may be; empty where nobody knows. */
  readonly timeZones: readonly string[];
  readonly send: (sendAt: SendAt) => void;
  /** What it is called where it is not about sending. */
  readonly wording?: { readonly title: string; readonly confirm: string } | undefined;
}

/** Sends what is written later: at one of the usual times, or at a time of one's own. */
export class ScheduleController implements ReactiveController {
  readonly #host: TrunklineElement;
  readonly #menu: MenuController;
  #isChoosing = false;
  #isPast = false;

  constructor(host: TrunklineElement) {
    this.#host = host;
    this.#menu = new MenuController(host);
    host.addController(this);
  }

  get isOpen(): boolean {
    return this.#menu.isOpen;
  }

  hostDisconnected(): void {
    this.#isChoosing = false;
  }

  toggle(opener: HTMLElement): void {
    this.#menu.toggle(opener);
  }

  view({ words, now, timeZones, send, wording }: ScheduleOptions): TemplateResult {
    const theirs = sharedZone(timeZones, now);
    const zone = theirs ?? ownZone();
    const isTheirDay = !sharesDay(now, zone, ownZone());
    const items = suggestedTimes(now, zone).map(({ kind, local }) => {
      const day: Day = kind === "monday" ? { month: "short", day: "numeric" } : { weekday: "short" };
      return {
        label: say(words, isTheirDay && kind !== "monday" ? `later.their-${kind}` : `later.${kind}`),
        detail: onTheWall(local, day, words),
        note: yours(local, zone, day, words),
        run: () => send({ local, timeZone: zone }),
      };
    });
    const choose = { label: say(words, "later.choose"), run: () => this.#choose() };
    const caption = say(words, theirs === null ? "later.own" : "later.theirs", { zone: zoneName(zone, now, words) });
    return html`<div class="over">
        ${this.#menu.view(wording?.title ?? say(words, "later.label"), [...items, choose], caption)}
      </div>
      ${this.#isChoosing ? this.#dialog({ words, now, theirs, send, wording }) : nothing}`;
  }

  #choose(): void {
    this.#isChoosing = true;
    this.#isPast = false;
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() => {
      const dialog = this.#host.renderRoot.querySelector<HTMLDialogElement>("dialog.later");
      if (dialog && !dialog.open) dialog.showModal();
    });
  }

  #dialog({
    words,
    now,
    theirs,
    send,
    wording,
  }: Omit<ScheduleOptions, "timeZones"> & { theirs: string | null }): TemplateResult {
    const own = ownZone();
    const zones = theirs === null || theirs === own ? [own] : [theirs, own];
    const [zone = own] = zones;
    const start = suggestedTimes(now, zone).find(({ kind }) => kind === "tomorrow")?.local ?? "";
    return html`<dialog class="later" aria-labelledby="later-title" @close=${this.#onClose} @keydown=${stopEscape}>
      <form method="dialog" novalidate @submit=${(event: SubmitEvent) => this.#onSubmit(event, now, send)}>
        <h2 id="later-title">${wording?.title ?? say(words, "later.title")}</h2>
        <div class="dialog-field">
        <label
          >${say(words, "later.when")}
          <input
            type="datetime-local"
            name="when"
            required
            autofocus
            value=${start}
            min=${wallClock(now, zone)}
            aria-describedby="later-problem"
            aria-invalid=${this.#isPast ? "true" : "false"}
          />
        </label>
        <p id="later-problem" class="why wrong" role="alert">${this.#isPast ? say(words, "later.past") : nothing}</p>
        </div>
        <label
          >${say(words, "later.zone")}
          <select name="zone">
            ${zones.map(
              (each) =>
                html`<option value=${each}>
                  ${say(words, each === theirs ? "later.zone-theirs" : "later.zone-own", { zone: zoneName(each, now, words) })}
                </option>`,
            )}
          </select>
        </label>
        <div class="dialog-actions">
          <button class="button" type="submit" value="cancel">${say(words, "opt-out.cancel")}</button>
          <button class="button primary" type="submit" value="confirm">${wording?.confirm ?? say(words, "later.confirm")}</button>
        </div>
      </form>
    </dialog>`;
  }

  readonly #onClose = (): void => {
    this.#isChoosing = false;
    this.#host.requestUpdate();
  };

  #onSubmit(event: SubmitEvent, now: Date, send: ScheduleOptions["send"]): void {
    if ((event.submitter as HTMLButtonElement | null)?.value === "cancel") return; // the form closes its dialog
    const form = event.currentTarget as HTMLFormElement;
    const values = new FormData(form);
    const local = String(values.get("when"));
    const timeZone = String(values.get("zone"));
    this.#isPast = local <= wallClock(now, timeZone);
    if (this.#isPast) {
      event.preventDefault();
      this.#host.requestUpdate();
      form.querySelector("input")?.focus();
    } else send({ local, timeZone });
  }
}

/** "Mon 6:00 PM your time"; absent where the reader's own clock shows the same. */
function yours(local: string, zone: string, day: Day, words: Localizer): string | undefined {
  const own = wallClock(momentOf(local, zone), ownZone());
  return own === local ? undefined : say(words, "later.yours", { when: onTheWall(own, day, words) });
}

/** "Tue 9:00 AM", or with a date, of a clock on the wall, whatever zone it hangs in. On a Monday the next one needs its date. */
function onTheWall(local: string, day: Day, words: Localizer): string {
  return new Intl.DateTimeFormat(words.locale, {
    timeZone: "UTC",
    ...day,
    hour: "numeric",
    minute: "2-digit",
  }).format(new Date(`${local}Z`));
}

/** The browser closes the dialog; the inbox around must not take the key for its own. */
function stopEscape(event: KeyboardEvent): void {
  if (event.key === "Escape") event.stopPropagation();
}

export const scheduleStyles: CSSResult = css`
  ${menuStyles}
  ${dialogStyles}

  .over {
    position: relative;
  }

  .over .menu {
    inset-block: auto 4px;
  }
`;
