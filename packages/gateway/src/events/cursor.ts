import { fromBase64Url, toBase64Url } from "../bytes.ts";

/** A place in a tenant's log: everything up to and including it has been read. */
export interface Position {
  /** Transaction that wrote the event, as PostgreSQL's 64-bit transaction id. */
  readonly xid: bigint;
  /** Order within and beyond the transaction; 0 is before its first event. */
  readonly n: number;
}

/** Before the first event of any log. */
export const LOG_START: Position = { xid: 0n, n: 0 };

/** Negative when `a` comes before `b`, 0 when they are the same place. */
export function comparePositions(a: Position, b: Position): number {
  return a.xid === b.xid ? a.n - b.n : a.xid < b.xid ? -1 : 1;
}

/** A position as clients hold it: opaque, and bound to the epoch, because transaction ids can start over. */
export function encodeCursor(epoch: string, { xid, n }: Position): string {
  return toBase64Url(new TextEncoder().encode(`${xid}.${n}.${epoch}`));
}

/** The position of a cursor of this epoch, or null for anything else. */
export function decodeCursor(epoch: string, cursor: string): Position | null {
  const bytes = fromBase64Url(cursor);
  const match = bytes && /^(\d{1,19})\.(\d{1,15})\.(.*)$/s.exec(new TextDecoder().decode(bytes));
  if (!match || match[3] !== epoch) return null;
  return { xid: BigInt(match[1] ?? 0), n: Number(match[2]) };
}
