import { sha256 } from "../bytes.ts";
import { newSecret, type RandomBytes } from "../random.ts";
import type { SecretTrace } from "./store.ts";

/** Makes a key's secret, which is shown once, and the trace of it that is kept. */
export async function makeSecret(
  prefix: "tlo" | "tlk",
  random: RandomBytes,
): Promise<{ secret: string; trace: SecretTrace }> {
  const secret = newSecret(prefix, random);
  return { secret, trace: { hash: await sha256(secret), hint: secret.slice(-4) } };
}
