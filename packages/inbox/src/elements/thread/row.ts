import { html, type TemplateResult } from "lit";
import { type MessageOptions, messageView } from "./message.ts";
import type { Row } from "./rows.ts";

export type RowOptions = Omit<MessageOptions, "item" | "first">;

/** One row of a thread: a message, or what divides messages. */
export function rowView(row: Row, options: RowOptions): TemplateResult {
  const { words, now } = options;
  if (row.kind === "message") {
    return html`<div data-row=${row.key}>${messageView({ ...options, item: row.item, first: row.first })}</div>`;
  }
  const name = row.kind === "day" ? words.day(row.at, now) : words.t("thread.new");
  return html`<div class="divider ${row.kind}" data-row=${row.key} role="separator" aria-label=${name}>
    <span aria-hidden="true">${name}</span>
  </div>`;
}
