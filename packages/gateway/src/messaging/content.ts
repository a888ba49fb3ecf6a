import { MAX_TEXT_LENGTH, type SendAt, type TemplateId } from "@trunkline/protocol";
import { Refusal } from "../http/refusal.ts";
import { parseSendAt } from "../schedules/local-time.ts";
import type { TemplateWords } from "../templates/choose-variant.ts";
import { renderWords } from "../templates/template-words.ts";

/** What a caller gives of a text. */
export interface Content {
  /** The words as they are; without them, those of the template. */
  readonly text?: string | undefined;
  /** Beside `text` it only tells where the words are from. */
  readonly templateId?: TemplateId | null | undefined;
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly locale?: string | undefined;
  readonly sendAt?: SendAt | undefined;
  readonly clientId?: string | undefined;
  /** @default "text" */
  readonly kind?: "text" | "note" | undefined;
  /** Whom a note means, as the caller names them. */
  readonly mentions?: readonly string[] | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

/** What a text says, and when it is to leave. */
export interface ReadContent {
  /** Null when there are no words, or none that can be sent. */
  readonly text: string | null;
  readonly templateId: TemplateId | null;
  /** In milliseconds; null for at once. */
  readonly sendAt: number | null;
  readonly clientId: string | null;
  readonly kind: "text" | "note";
  readonly mentions: readonly string[];
  readonly metadata: Record<string, string>;
  /** What is wrong with it; empty for what can be sent. */
  readonly refusals: readonly Refusal[];
}

/** The templates that contents take their words from. */
export const templatesOf = (contents: Iterable<Content>): TemplateId[] =>
  [...contents].flatMap(({ text, templateId }) => (text === undefined && templateId ? [templateId] : []));

/** Reads what a caller gave: renders its template, and its time in its zone. */
export function readContent(
  content: Content,
  templates: ReadonlyMap<TemplateId, TemplateWords>,
  now: number,
): ReadContent {
  const { templateId = null, clientId = null, kind = "text", mentions = [], metadata = {} } = content;
  const words = readWords(content, templates);
  const time = content.sendAt === undefined ? null : readTime("sendAt", content.sendAt, now);
  return {
    text: words instanceof Refusal ? null : words,
    templateId,
    sendAt: time instanceof Refusal ? null : time,
    clientId,
    kind,
    mentions,
    metadata,
    refusals: [words, time].filter((one) => one instanceof Refusal),
  };
}

function readWords(
  { text, templateId, variables, locale }: Content,
  templates: ReadonlyMap<TemplateId, TemplateWords>,
): string | null | Refusal {
  if (text !== undefined) return text;
  if (!templateId) return null;
  const template = templates.get(templateId);
  if (!template) {
    const message = "is not a template of this tenant";
    return new Refusal("not_found", {
      detail: `\`templateId\` ${message}.`,
      issues: [{ path: ["templateId"], message }],
    });
  }
  const { text: rendered, missing } = renderWords(template, { variables, locale });
  if (missing.length > 0) {
    return new Refusal("missing_variables", {
      detail: `The template needs a value for ${missing.join(", ")}.`,
      issues: missing.map((name) => ({ path: ["variables", name], message: "is needed" })),
    });
  }
  if (rendered.length > MAX_TEXT_LENGTH) {
    return new Refusal("too_long", {
      detail: `With these values the template has ${rendered.length} characters; ${MAX_TEXT_LENGTH} are the most that a carrier takes.`,
    });
  }
  if (rendered.trim() === "") {
    return new Refusal("invalid_input", { detail: "With these values the template says nothing." });
  }
  return rendered;
}

/** How far ahead something can be put off: to the same date of the next year, also over a 29 February. */
const FARTHEST_MS = 366 * 24 * 60 * 60_000;

/** Reads a time to come, in milliseconds, or says what is wrong with it. */
export function readTime(field: "sendAt" | "snoozedUntil", time: SendAt, now: number): number | Refusal {
  const unfit = (message: string): Refusal =>
    new Refusal("invalid_input", { detail: `\`${field}\` ${message}.`, issues: [{ path: [field], message }] });
  const read = parseSendAt(time);
  if (read.kind === "invalid") return unfit(read.message);
  const at = read.instant;
  if (at <= now) return unfit(TOO_EARLY[field]);
  if (at > now + FARTHEST_MS) return unfit("must be within a year");
  return at;
}

const TOO_EARLY = {
  sendAt: "must be later than now; leave it out to send at once",
  snoozedUntil: "must be later than now",
} as const;
