import type { Conversation, MessageId } from "@trunkline/protocol";
import { Refusal } from "../http/refusal.ts";
import { type Colleague, whoSees } from "../teamwork/assignee.ts";
import type { ReadContent } from "./content.ts";
import { internalDraft } from "./internal-draft.ts";
import type { Draft } from "./place-message.ts";
import type { SendingPrincipal } from "./send-request.ts";

/** What a note is made of. */
export interface NoteState {
  readonly id: MessageId;
  readonly text: string;
  readonly content: Pick<ReadContent, "clientId" | "mentions" | "metadata">;
  readonly conversation: Conversation;
  readonly author: SendingPrincipal["author"];
  /** Those who are meant, by the names that the caller gave them. */
  readonly colleagues: ReadonlyMap<string, Colleague>;
}

/** A note beside a conversation: nobody is asked whether it may be sent, because it never is. */
export function draftNote({ id, text, content, conversation, author, colleagues }: NoteState): Draft | Refusal {
  const meant = content.mentions.map((ref, index) =>
    whoSees(colleagues.get(ref), conversation.lineId, ["mentions", index]),
  );
  const refusal = meant.find((one) => one instanceof Refusal);
  if (refusal) return refusal;
  const mentions = [...new Set(meant.flatMap((one) => (one instanceof Refusal ? [] : [one.id])))];
  const { clientId, metadata } = content;
  return internalDraft({
    id,
    kind: "note",
    text,
    author,
    clientId,
    metadata,
    ...(mentions.length === 0 ? {} : { mentions }),
  });
}
