import type { HandsetMessage } from "./carrier/message.ts";

/** What a world's event streams tell. */
export type WorldEvent =
  | { readonly type: "handset.message"; readonly data: { readonly number: string; readonly message: HandsetMessage } }
  | { readonly type: "clock"; readonly data: { readonly offsetMs: number; readonly move: number } };
