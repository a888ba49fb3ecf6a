import type { ConversationId } from "@trunkline/sdk";
import type { ReactiveController, ReactiveControllerHost } from "lit";

export type ListHost = ReactiveControllerHost & {
  readonly conversationId?: ConversationId | undefined;
  readonly renderRoot: HTMLElement | DocumentFragment;
};

/** Scrolls the list to the conversation that is on show, once for each: whoever chose it elsewhere finds it in the list. */
export class ChosenRowController implements ReactiveController {
  readonly #host: ListHost;
  #shown: ConversationId | undefined;

  constructor(host: ListHost) {
    this.#host = host;
    host.addController(this);
  }

  hostUpdated(): void {
    const { conversationId, renderRoot } = this.#host;
    if (conversationId === this.#shown) return;
    const row = conversationId && renderRoot.querySelector(".row[aria-current]");
    const scroller = renderRoot.querySelector("[data-scroller]");
    if (row === null || !scroller || scroller.clientHeight === 0) return; // it may come with a later page
    this.#shown = conversationId;
    if (!row) return;
    // Not `scrollIntoView`, which would scroll the page around too.
    const [box, view] = [row.getBoundingClientRect(), scroller.getBoundingClientRect()];
    if (box.top < view.top) scroller.scrollTop -= view.top - box.top;
    else if (box.bottom > view.bottom) scroller.scrollTop += box.bottom - view.bottom;
  }
}
