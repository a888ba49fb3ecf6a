import { EntraRefused } from "@trunkline/gateway";
import { broken, type Outcome, ok, warning } from "../check.ts";
import { AADSTS, says } from "./aadsts.ts";
import type { SignIn } from "./entra-facts.ts";
import { guide, ID, type MicrosoftCheck, type MicrosoftGround, readable } from "./ground.ts";

/* Whether the gateway proves at Entra who it is, and for how long yet. */

const DAY_MS = 86_400_000;
/** A credential that ends sooner is told of, in days. */
const SOON_DAYS = 30;
/** Nobody said when it ends: the last instant that a date can hold, in milliseconds. */
const NEVER = 8_640_000_000_000_000;

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Whether a credential works now; what is wrong with it, and what to do, otherwise. */
function faultOf({ proof, result }: SignIn, now: number): { seen: string; remedy: string } | null {
  const { name, credential } = proof;
  const { kind, startsAt, expiresAt } = credential;
  const renew = `Make a new ${kind}, add it to the registration, and set it in ${name}.`;
  if (expiresAt <= now) return { seen: `The ${kind} of ${name} ended on ${day(expiresAt)}.`, remedy: renew };
  if (startsAt > now) {
    const remedy = `Wait until then, or sign in with another ${kind}.`;
    return { seen: `The ${kind} of ${name} is good from ${day(startsAt)} on only.`, remedy };
  }
  if (!(result instanceof EntraRefused)) return null;
  const { codes, message } = result;
  if (says(codes, AADSTS.endedSecret)) return { seen: `The secret of ${name} has ended.`, remedy: renew };
  if (says(codes, AADSTS.wrongSecret)) {
    return {
      seen: `The secret of ${name} is none of this registration's.`,
      remedy: `Set the secret's value, and not its id; if it is lost, make a new one.`,
    };
  }
  if (says(codes, AADSTS.unknownCertificate)) {
    return {
      seen: `The registration does not know the certificate of ${name} (thumbprint ${credential.id}).`,
      remedy: "Upload this certificate under Certificates & secrets of the registration, or set the one that is there.",
    };
  }
  return { seen: `Entra refuses the sign-in: ${message}`, remedy: "See what Microsoft says about this number." };
}

const credential: MicrosoftCheck = {
  id: ID.credential,
  about: "The gateway signs in with a certificate or secret of the registration.",
  needs: [ID.enabled],
  link: guide("credentials"),
  async run({ entra, subject }): Promise<Outcome> {
    const signIns = await entra.signIns();
    const now = subject.clock.now();
    const faults = signIns.flatMap((signIn) => faultOf(signIn, now) ?? []);
    const [first] = faults;
    if (first === undefined) return ok(signIns.map(({ proof }) => proof.name).join(", "));
    return faults.length < signIns.length
      ? warning(`${first.seen} Another one works.`, first.remedy)
      : broken(faults.map(({ seen }) => seen).join(" "), first.remedy);
  },
};

const expiry: MicrosoftCheck = {
  id: "microsoft.credential_expiry",
  about: "What the gateway signs in with is good for a while.",
  needs: [ID.credential],
  link: guide("credentials"),
  async run(ground) {
    const now = ground.subject.clock.now();
    const works = (await ground.entra.signIns()).filter((signIn) => faultOf(signIn, now) === null);
    const ends = await Promise.all(
      works.map(async ({ proof }) => ({
        ...proof,
        endsAt: await endOf(proof.credential.expiresAt, proof.hint, ground),
      })),
    );
    const last = ends.reduce((a, b) => (b.endsAt > a.endsAt ? b : a));
    if (last.endsAt === NEVER) {
      return ok(`Nobody says when the secret of ${last.name} ends; set ${last.name}_EXPIRES to be told before.`);
    }
    const days = Math.floor((last.endsAt - now) / DAY_MS);
    const seen = `The ${last.credential.kind} of ${last.name} is good until ${day(last.endsAt)}, for ${days} more days.`;
    if (days >= SOON_DAYS) return ok(seen);
    return warning(seen, "Add the next one to the registration and to the gateway now; both work side by side.");
  },
};

/** When a credential ends: as the settings say, otherwise as the registration shows its secret. */
async function endOf(known: number, hint: string | null, { graph }: MicrosoftGround): Promise<number> {
  if (known !== NEVER || hint === null) return known;
  const application = await readable(graph.application());
  const shown = application?.passwordCredentials.find((one) => one.hint === hint)?.endDateTime;
  const end = Date.parse(shown ?? "");
  return Number.isNaN(end) ? known : end;
}

export const CREDENTIAL_CHECKS: readonly MicrosoftCheck[] = [credential, expiry];
