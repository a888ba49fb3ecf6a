import { en, type Phrase, type PhraseKey, type Phrases } from "./en.ts";

export type Values = Readonly<Record<string, string | number>>;

/**
 * Words, numbers and times in one language. Make one per locale and keep it: the formatters inside cost a millisecond
 * each to make.
 */
export class Localizer {
  readonly locale: string;
  /** The locale as it was asked for. */
  readonly asked: string;
  readonly #phrases: Phrases;
  readonly #plural: Intl.PluralRules;
  readonly #number: Intl.NumberFormat;
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  /** @param locale - BCP 47; one that the platform does not know falls back to English. */
  constructor(locale: string, phrases: Phrases = en) {
    this.asked = locale;
    this.locale = supported(locale);
    this.#phrases = phrases;
    this.#plural = new Intl.PluralRules("en"); // the language of `phrases`, whatever the times are written in
    this.#number = new Intl.NumberFormat(this.locale);
  }

  /** The phrase with its values in place; `count` chooses the plural form. */
  t(key: PhraseKey, values?: Values): string {
    return this.fill(this.#phrases[key], values);
  }

  /** The same for a phrase that comes with its part. */
  fill(phrase: Phrase, values: Values = {}): string {
    const text =
      typeof phrase === "string"
        ? phrase
        : phrase[this.#plural.select(Number(values.count)) === "one" ? "one" : "other"];
    return text.replace(/\{(\w+)\}/g, (hole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      return typeof value === "number" ? this.#number.format(value) : (value ?? hole);
    });
  }

  /** "10:32 AM". */
  time(at: Date): string {
    return this.#format("time", { hour: "numeric", minute: "2-digit" }).format(at);
  }

  /** As short as it can be said in a list: a time today, "Yesterday", a weekday, a date. */
  listTime(at: Date, now: Date): string {
    const days = daysBetween(at, now);
    if (days <= 0) return this.time(at);
    if (days === 1) return this.t("thread.yesterday");
    if (days < 7) return this.#format("weekday", { weekday: "short" }).format(at);
    if (at.getFullYear() === now.getFullYear()) {
      return this.#format("day", { month: "numeric", day: "numeric" }).format(at);
    }
    return this.#format("year", { year: "2-digit", month: "numeric", day: "numeric" }).format(at);
  }

  /** When something is going to happen, on the reader's clock: "8:00 AM" today, "Tue 8:00 AM" within a week, else with its date. */
  soon(at: Date, now: Date): string {
    const days = daysBetween(now, at);
    const time = { hour: "numeric", minute: "2-digit" } as const;
    if (days === 0) return this.time(at);
    return days > 0 && days < 7
      ? this.#format("soon", { weekday: "short", ...time }).format(at)
      : this.#format("later", { month: "short", day: "numeric", ...time }).format(at);
  }

  /** Heading of a day in a thread: "Today", "Wednesday, March 4". */
  day(at: Date, now: Date): string {
    const days = daysBetween(at, now);
    if (days === 0) return this.t("thread.today");
    if (days === 1) return this.t("thread.yesterday");
    if (at.getFullYear() === now.getFullYear()) {
      return this.#format("long", { weekday: "long", month: "long", day: "numeric" }).format(at);
    }
    return this.#format("full", { year: "numeric", month: "long", day: "numeric" }).format(at);
  }

  /** A moment in full, for tooltips and screen readers: "March 4, 2026 at 10:32 AM". */
  moment(at: Date): string {
    return this.#format("moment", { dateStyle: "long", timeStyle: "short" }).format(at);
  }

  #format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    let format = this.#formats.get(name);
    if (format === undefined) {
      format = new Intl.DateTimeFormat(this.locale, options);
      this.#formats.set(name, format);
    }
    return format;
  }
}

/** Whole calendar days from one moment to another in the reader's time zone; a day of 23 or 25 hours is one day. */
export function daysBetween(from: Date, to: Date): number {
  const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000;
  return day(to) - day(from);
}

function supported(locale: string): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(locale)[0] ?? "en";
  } catch {
    return "en"; // not even a language tag; a wrong attribute should not take the inbox down
  }
}
