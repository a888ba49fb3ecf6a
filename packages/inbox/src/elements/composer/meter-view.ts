import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { type SendingKey, say } from "../../locales/sending.ts";
import { type Meter, meterOf, type Remark, ROOM } from "./meter.ts";

/** What a screen reader says waits until somebody has stopped typing for this long, in milliseconds. */
const PAUSE_MS = 1000;
/** From so many characters before the end on, the composer says how many are left. */
const NEARLY_FULL = 160;
/** Characters that are shown; of more only their number is told. */
const MOST_SHOWN = 4;

export interface MeterOptions {
  readonly text: string;
  /** Longest text that may be sent, in UTF-16 code units. */
  readonly longest: number;
  readonly words: Localizer;
  /** Somebody wants the text in plain characters. */
  readonly onPlain: (plain: string) => void;
}

/** What is under the field while somebody writes: how many texts it takes, and how much more there may be. */
export class MeterController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #level = "";
  #spoken = "";
  #waiting = "";

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Eyes see every change at once; ears hear of another number of texts, or of a text that is too long, after a pause. */
  view({ text, longest, words, onPlain }: MeterOptions): TemplateResult {
    const meter = meterOf(text);
    const over = text.length - longest;
    this.#hear(words, meter, over);
    return html`<div id="hint" class="hint">
        ${meter === null ? nothing : countView(meter, over > 0, words, onPlain)}
        ${over <= -NEARLY_FULL ? nothing : limitView(over, words)}
      </div>
      <div class="visually-hidden" role="status">${this.#spoken}</div>`;
  }

  #hear(words: Localizer, meter: Meter | null, over: number): void {
    const level =
      over > 0 ? "over" : meter === null ? "" : `${meter.texts} ${meter.encoding} ${meter.remark?.chars.join("")}`;
    this.#waiting = over > 0 ? say(words, "limit.spoken", { count: over }) : meter === null ? "" : spoken(meter, words);
    if (level === this.#level && this.#timer === undefined) return;
    this.#level = level;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#spoken === this.#waiting) return;
      this.#spoken = this.#waiting;
      this.#host.requestUpdate();
    }, PAUSE_MS);
  }
}

function textsOf(count: number, words: Localizer): string {
  return say(words, "meter.texts", { count });
}

function spoken({ texts, unitsLeft, remark }: Meter, words: Localizer): string {
  const told = say(words, "meter.spoken", { texts: textsOf(texts, words), left: unitsLeft });
  return remark === null ? told : `${told}. ${remarkText(remark, texts, words)}`;
}

function countView(
  { texts, unitsLeft, remark }: Meter,
  isTooLong: boolean,
  words: Localizer,
  onPlain: MeterOptions["onPlain"],
): TemplateResult {
  const told = textsOf(texts, words);
  return html`<p class="count">${isTooLong ? told : say(words, "meter.left", { texts: told, left: unitsLeft })}</p>
    ${
      remark === null
        ? nothing
        : html`<p class="remark" dir="auto">
            ${remarkText(remark, texts, words)}
            ${
              remark.plain === null
                ? nothing
                : html`<button class="text-button" type="button" @click=${() => onPlain(remark.plain ?? "")}>
                    ${offer(remark, words)}
                  </button>`
            }
          </p>`
    }`;
}

function limitView(over: number, words: Localizer): TemplateResult {
  return over > 0
    ? html`<p class="limit over wrong">${say(words, "limit.over", { count: over })}</p>`
    : html`<p class="limit">${say(words, "limit.left", { count: -over })}</p>`;
}

function remarkText(remark: Remark, texts: number, words: Localizer): string {
  const chars = named(remark, words);
  const told =
    remark.plain === null
      ? say(words, "meter.costs", { chars, texts: textsOf(texts, words), count: remark.textsWithout })
      : say(words, "meter.fewer", { chars, count: remark.chars.length, ...ROOM });
  return told.replace(/^\p{Ll}/u, (first) => first.toLocaleUpperCase(words.locale));
}

/** The characters as they are read: what cannot be seen, or looks like the plain one, is called by a name. */
function named({ chars, replacement }: Remark, words: Localizer): string {
  if (chars.length === 1 && replacement === "") return say(words, "meter.invisible");
  if (chars.length === 1 && replacement === " ") return say(words, "meter.space");
  const seen = chars.filter((char) => !/^[\p{Z}\p{C}]+$/u.test(char));
  const others = seen.filter((char) => !looksPlain([char]));
  const parts = others.slice(0, MOST_SHOWN).map(apart);
  if (others.length > MOST_SHOWN) {
    const count = others.length - MOST_SHOWN;
    parts.splice(0, parts.length, say(words, "meter.more", { chars: parts.join(" "), count }));
  }
  for (const { signs, name } of LOOK_PLAIN) {
    const these = seen.filter((char) => signs.includes(char));
    if (these.length > 0) parts.push(say(words, name, { chars: these.map(apart).join("\u00a0"), count: these.length }));
  }
  return parts.length === 0 ? say(words, "meter.invisible") : new Intl.ListFormat(words.locale).format(parts);
}

/** Kept apart from the words around it, whatever direction it is written in. */
const apart = (char: string) => `\u2068${char}\u2069`;

/** Signs that look so much like the plain one that only a name tells them apart, and what is offered for them. */
const LOOK_PLAIN: readonly { readonly signs: string; readonly name: SendingKey; readonly offer: SendingKey }[] = [
  { signs: "‘’‚‛", name: "meter.apostrophe", offer: "meter.use-straight" },
  { signs: "“”„‟", name: "meter.quotes", offer: "meter.use-straight" },
  { signs: "‐‑‒–—―", name: "meter.dash", offer: "meter.use-hyphen" },
  { signs: "…", name: "meter.ellipsis", offer: "meter.use-dots" },
];

const looksPlain = (chars: readonly string[]) =>
  LOOK_PLAIN.find(({ signs }) => chars.every((char) => signs.includes(char)));

function offer({ chars, replacement }: Remark, words: Localizer): string {
  const known = looksPlain(chars)?.offer;
  if (known !== undefined) return say(words, known, { count: chars.length });
  if (replacement === null || chars.length > 1) return say(words, "meter.use-plain");
  if (replacement === "") return say(words, "meter.remove");
  return replacement === " " ? say(words, "meter.use-space") : say(words, "meter.use", { plain: replacement });
}
