import type { Trunkline } from "@trunkline/sdk";
import { html, nothing, type ReactiveController, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { type SendingKey, say } from "../../locales/sending.ts";
import type { TrunklineElement } from "../../shared/element.ts";
import type { Person } from "../../shared/people.ts";

/** Longest reason that the gateway keeps, in UTF-16 code units. */
const MAX_REASON = 1000;

/** Records that somebody wants no more texts, with what they said. */
export class OptOutDialog implements ReactiveController {
  readonly #host: TrunklineElement;
  readonly #client: () => Trunkline | null;
  #isOpen = false;
  #isSaving = false;
  #problem: SendingKey | null = null;

  constructor(host: TrunklineElement, client: () => Trunkline | null) {
    this.#host = host;
    this.#client = client;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#isOpen = false;
  }

  open(): void {
    this.#isOpen = true;
    this.#problem = null;
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() => {
      const dialog = this.#host.renderRoot.querySelector<HTMLDialogElement>("dialog.opt-out");
      if (dialog && !dialog.open) dialog.showModal();
    });
  }

  view(person: Person, words: Localizer): TemplateResult | typeof nothing {
    if (!this.#isOpen) return nothing;
    const name = person.label;
    return html`<dialog class="opt-out" aria-labelledby="opt-out-title" @close=${this.#onClose} @keydown=${stopEscape}>
      <form method="dialog" @submit=${(event: SubmitEvent) => this.#onSubmit(event, person)}>
        <h2 id="opt-out-title" dir="auto">${say(words, "opt-out.title", { name })}</h2>
        <p dir="auto">${say(words, "opt-out.text", { name })}</p>
        <div class="dialog-field">
        <label
          >${say(words, "opt-out.reason")}
          <textarea
            name="reason"
            rows="2"
            maxlength=${MAX_REASON}
            placeholder=${say(words, "opt-out.placeholder")}
            aria-describedby="opt-out-problem"
            aria-invalid=${this.#problem === "opt-out.needed" ? "true" : "false"}
            autofocus
          ></textarea>
        </label>
        <p id="opt-out-problem" class="why wrong" role="alert">${this.#problem === null ? nothing : say(words, this.#problem)}</p>
        </div>
        <div class="dialog-actions">
          <button class="button" type="submit" value="cancel">${say(words, "opt-out.cancel")}</button>
          <button class="button primary" type="submit" value="confirm" aria-disabled=${this.#isSaving}>
            ${say(words, "opt-out.confirm")}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  readonly #onClose = (): void => {
    this.#isOpen = false;
    this.#host.requestUpdate();
  };

  #onSubmit(event: SubmitEvent, { number }: Person): void {
    if ((event.submitter as HTMLButtonElement | null)?.value === "cancel") return; // the form closes its dialog
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const field = form.querySelector("textarea");
    const reason = field?.value.trim() ?? "";
    if (reason === "") {
      this.#problem = "opt-out.needed";
      this.#host.requestUpdate();
      field?.focus();
    } else void this.#save(number, reason, form.closest("dialog"));
  }

  async #save(number: string, note: string, dialog: HTMLDialogElement | null): Promise<void> {
    const client = this.#client();
    if (client === null || this.#isSaving) return;
    this.#isSaving = true;
    this.#problem = null;
    this.#host.requestUpdate();
    try {
      await client.optIns.set({ number, state: "opted_out", evidence: { method: "staff", note } });
      dialog?.close();
    } catch {
      this.#problem = "check.failed";
    } finally {
      this.#isSaving = false;
      this.#host.requestUpdate();
    }
  }
}

/** The browser closes the dialog; the inbox around must not take the key for its own. */
function stopEscape(event: KeyboardEvent): void {
  if (event.key === "Escape") event.stopPropagation();
}
