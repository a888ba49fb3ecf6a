import { html, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { say } from "../../locales/sending.ts";
import { type IconShape, icon } from "../../shared/icons.ts";
import type { Person } from "../../shared/people.ts";

/** Path of a Fluent System Icon. Source: npm @fluentui/svg-icons 1.1.343, Copyright (c) Microsoft Corporation, MIT. */
const CALL: IconShape = [
  20,
  "m6.99 2.07-.72.21a3.5 3.5 0 0 0-2.45 2.86q-.44 3.1 1.96 7.25t5.3 5.33a3.5 3.5 0 0 0 3.7-.7l.55-.52a2 2 0 0 0 .25-2.62L14.22 12a1.5 1.5 0 0 0-1.65-.56l-2.05.63-.06.01c-.22.04-.74-.45-1.4-1.58-.67-1.18-.82-1.87-.63-2.04l1.05-.98a2.5 2.5 0 0 0 .57-2.85l-.66-1.47a2 2 0 0 0-2.4-1.1m1.49 1.5.66 1.47a1.5 1.5 0 0 1-.35 1.71l-1.04.98c-.67.63-.45 1.71.45 3.27.85 1.47 1.62 2.19 2.45 2.06l.12-.02 2.09-.64a.5.5 0 0 1 .55.19l1.36 1.88a1 1 0 0 1-.13 1.3l-.54.52a2.5 2.5 0 0 1-2.65.5q-2.55-1.01-4.8-4.9T4.81 5.28a2.5 2.5 0 0 1 1.75-2.04l.72-.22a1 1 0 0 1 1.2.55",
];

/** Calls the person, by the device's own means unless the page does it. */
export function callButton(person: Person, words: Localizer, onCall: (event: Event) => void): TemplateResult {
  const label = say(words, "thread.call", { name: person.label });
  return html`<a class="icon-button" href="tel:${person.number}" aria-label=${label} title=${label} @click=${onCall}
    >${icon(CALL)}</a
  >`;
}
