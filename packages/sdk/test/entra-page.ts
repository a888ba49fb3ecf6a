import { finishSignIn, relaySignIn } from "../src/entra/bridge.ts";
import { entraAuth } from "../src/entra.ts";

/* What the pages of `entra-app.ts` are made of: bundled as an app would bundle it, and put where their scripts find it. */

const parts = { entraAuth, finishSignIn, relaySignIn };
export type PageParts = typeof parts;

Object.assign(globalThis, parts);
