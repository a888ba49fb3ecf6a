import { type CreateLine, isSenderId, type Line, type LineKind } from "@trunkline/protocol";
import { readNumber } from "@trunkline/protocol/phone-number";

/** What a line sends from, in canonical form, or what is wrong with what was given. */
export type Sender =
  | ({ kind: "sender" } & { sender: Pick<Line, "number" | "senderId" | "kind"> })
  | {
      kind: "invalid";
      code: "invalid_input" | "invalid_number";
      field: "number" | "senderId" | "kind";
      reason: string;
    };

/** Reads a new line's number or sender id; the kind is inferred where it is not given. */
export function readSender({ number, senderId, kind }: Pick<CreateLine, "number" | "senderId" | "kind">): Sender {
  if (number !== undefined && senderId !== undefined) {
    return {
      kind: "invalid",
      code: "invalid_input",
      field: "senderId",
      reason: "give a number or a sender id, not both",
    };
  }
  if (number !== undefined) return readLineNumber(number, kind);
  if (senderId === undefined) {
    return { kind: "invalid", code: "invalid_input", field: "number", reason: "give a number or a sender id" };
  }
  if (!isSenderId(senderId)) {
    const reason = "a sender id has up to 11 letters, digits and signs, and at least one letter";
    return { kind: "invalid", code: "invalid_number", field: "senderId", reason };
  }
  return agree({ number: null, senderId, kind: "alphanumeric" }, kind, ["alphanumeric"]);
}

function readLineNumber(input: string, kind: LineKind | undefined): Sender {
  const reading = readNumber(input);
  switch (reading.kind) {
    case "invalid":
      return { kind: "invalid", code: "invalid_number", field: "number", reason: reading.reason };
    case "sender_id":
      return { kind: "invalid", code: "invalid_number", field: "number", reason: "give a name as senderId" };
    case "short_code":
      return agree({ number: reading.number, senderId: null, kind: "short_code" }, kind, ["short_code"]);
    case "phone": {
      const inferred = reading.type === "TOLL_FREE" ? "toll_free" : "long_code";
      return agree({ number: reading.number, senderId: null, kind: inferred }, kind, ["long_code", "toll_free"]);
    }
  }
}

function agree(
  sender: Pick<Line, "number" | "senderId" | "kind">,
  given: LineKind | undefined,
  possible: readonly LineKind[],
): Sender {
  if (given === undefined) return { kind: "sender", sender };
  if (possible.includes(given)) return { kind: "sender", sender: { ...sender, kind: given } };
  return { kind: "invalid", code: "invalid_input", field: "kind", reason: `must be ${possible.join(" or ")}` };
}
