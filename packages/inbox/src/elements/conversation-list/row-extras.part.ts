import type { Conversation } from "@trunkline/sdk";
import type { Environment } from "../../shared/environment.ts";
import { ChosenRowController, type ListHost } from "./chosen-row.ts";
import type { RowExtra } from "./conversation-row.ts";
import { OptOutMarks } from "./opt-outs.ts";
import { UnsentWatch } from "./unsent.ts";

/** What a row says beyond its conversation, from what the first picture does not wait for. */
export class RowExtras {
  readonly #marks: OptOutMarks;
  readonly #unsent: UnsentWatch;

  constructor(host: ListHost & { readonly isConnected: boolean }, environment: () => Environment) {
    new ChosenRowController(host);
    this.#marks = new OptOutMarks(host, environment);
    this.#unsent = new UnsentWatch(host, () => environment().client);
  }

  of(conversation: Conversation): RowExtra {
    return { mark: this.#marks.of(conversation), unsent: this.#unsent.lastOf(conversation.id) };
  }
}
