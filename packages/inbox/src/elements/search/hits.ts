import type {
  ConversationHit,
  ConversationId,
  Line,
  MessageHit,
  MessageId,
  ParticipantMatch,
  TextRange,
} from "@trunkline/sdk";
import { html, nothing, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { saySearch } from "../../locales/search.ts";
import { avatar } from "../../shared/avatar.ts";
import type { ContactDirectory } from "../../shared/contacts.ts";
import { type Person, personOf } from "../../shared/people.ts";
import { excerpt, marked, pieces } from "./highlight.ts";

/** What a result leads to. */
export interface FoundPlace {
  readonly conversationId: ConversationId;
  readonly messageId?: MessageId;
}

export interface HitOptions {
  readonly contacts: ContactDirectory;
  readonly lines: readonly Line[];
  readonly words: Localizer;
  readonly now: Date;
  readonly isTabStop: boolean;
  readonly onOpen: (place: FoundPlace) => void;
}

/** Somebody whose name or number was found. */
export function conversationHit({ conversation, matches }: ConversationHit, options: HitOptions): TemplateResult {
  const person = personIn(conversation, options);
  const participant = conversation.participants[0];
  const inName = rangesOf(matches, "name");
  const inNumber = rangesOf(matches, "number");
  // The host's own name for them is not what was searched.
  const isName = person.label === participant?.name;
  return row(`c:${conversation.id}`, { conversationId: conversation.id }, person, options, {
    name: isName ? marked(pieces(person.label, inName)) : person.label,
    under: html`<bdi dir="ltr">${marked(pieces(participant?.number ?? "", inNumber))}</bdi>`,
    at: null,
  });
}

/** A message whose words were found. */
export function messageHit({ message, ranges, lineId, participants }: MessageHit, options: HitOptions): TemplateResult {
  const person = personIn({ lineId, participants }, options);
  const { words } = options;
  const place = { conversationId: message.conversationId, messageId: message.id };
  return row(`m:${message.id}`, place, person, options, {
    name: person.label,
    under: html`${
      message.kind === "note" ? html`<span class="found-kind">${saySearch(words, "search.note")}</span>` : nothing
    }<span class="found-text" dir="auto">${marked(excerpt(message.text, ranges))}</span>`,
    at: new Date(message.createdAt),
  });
}

interface HitParts {
  readonly name: unknown;
  readonly under: TemplateResult;
  readonly at: Date | null;
}

function row(key: string, place: FoundPlace, person: Person, options: HitOptions, parts: HitParts): TemplateResult {
  const { words, now, isTabStop, onOpen } = options;
  return html`<li>
    <button
      class="row found"
      part="row"
      type="button"
      data-key=${key}
      tabindex=${isTabStop ? 0 : -1}
      @click=${() => onOpen(place)}
    >
      ${avatar({ name: person.name, key: person.number, avatarUrl: person.contact?.avatarUrl })}
      <span class="name" dir="auto" title=${person.label}>${parts.name}</span>
      ${
        parts.at === null
          ? nothing
          : html`<time dir="auto" datetime=${parts.at.toISOString()} title=${words.moment(parts.at)}
              >${words.listTime(parts.at, now)}</time
            >`
      }
      <span class="preview">${parts.under}</span>
    </button>
  </li>`;
}

type Found = Pick<MessageHit, "lineId" | "participants">;

function personIn({ lineId, participants }: Found, { contacts, lines }: HitOptions): Person {
  return personOf(
    { participants },
    contacts,
    lines.find(({ id }) => id === lineId),
  );
}

function rangesOf(matches: readonly ParticipantMatch[], field: ParticipantMatch["field"]): readonly TextRange[] {
  return matches.find((match) => match.index === 0 && match.field === field)?.ranges ?? [];
}
