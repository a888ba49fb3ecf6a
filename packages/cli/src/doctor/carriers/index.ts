import { broken, type Finding, notNeeded, type Outcome, ok, unknown, warning } from "../check.ts";
import { examine } from "../examine.ts";
import {
  type CarrierCheck,
  CarrierGround,
  type CarrierSubject,
  carrierTrouble,
  type ExaminedAccount,
} from "./ground.ts";

const guide = (anchor: string): string => `docs/carriers.md#${anchor}`;

const GATEWAY = "carriers.gateway";
const ACCOUNTS = "carriers.accounts";
const CREDENTIALS = "carriers.credentials";
const PUBLIC_URL = "carriers.public_url";

/** Fewer calls than this say little about an account. */
const ENOUGH_CALLS = 10;
/** The part of calls that may fail without anybody having to look. */
const MAY_FAIL = 0.2;
const ANSWER_MS = 10_000;

const namesOf = (accounts: readonly ExaminedAccount[]): string => accounts.map(({ name }) => name).join(", ");

/** Everything that is looked at of carriers, in order. Accounts that something is the matter with are told together. */
export const CARRIER_CHECKS: readonly CarrierCheck[] = [
  {
    id: GATEWAY,
    about: "The gateway answers and takes the key.",
    needs: [],
    link: guide("doctor"),
    async run(ground) {
      const { gateway, key } = ground.subject;
      if (key === null) return notNeeded("No key of a gateway was given.");
      await ground.accounts();
      return ok(gateway);
    },
  },
  {
    id: ACCOUNTS,
    about: "There are carrier accounts.",
    needs: [GATEWAY],
    link: guide("add-an-account"),
    async run(ground) {
      const accounts = await ground.accounts();
      return accounts.length === 0 ? notNeeded("There are no carrier accounts.") : ok(`${accounts.length}`);
    },
  },
  {
    id: CREDENTIALS,
    about: "Carriers take the credentials of their accounts.",
    needs: [ACCOUNTS],
    link: guide("add-an-account"),
    async run(ground) {
      const accounts = await ground.accounts();
      const refused = accounts.filter(({ check }) => check.result === "refused");
      if (refused.length > 0) {
        const seen = refused.map(({ name, check }) => `${name}: ${check.message ?? "refused"}`).join("; ");
        return broken(seen, "Save the credentials that the carrier shows now: PATCH /v1/carrier-accounts/{id}.");
      }
      const away = accounts.filter(({ check }) => check.result === "unreachable");
      if (away.length > 0) {
        return unknown(
          `No answer from the carrier of ${namesOf(away)}.`,
          "See whether the gateway's machine reaches the carrier (proxy, firewall), and the carrier's own status page.",
        );
      }
      return ok(`Accepted: ${namesOf(accounts)}.`);
    },
  },
  {
    id: "carriers.health",
    about: "Texts leave, and carriers answer.",
    needs: [CREDENTIALS],
    link: guide("how-an-account-fares"),
    run: async (ground) => healthOf(await ground.accounts()),
  },
  {
    id: PUBLIC_URL,
    about: "The gateway knows the address that carriers reach it by.",
    needs: [ACCOUNTS],
    link: guide("before-you-begin"),
    async run(ground) {
      const accounts = await ground.accounts();
      if (accounts.some(({ account }) => account.webhooks === null)) {
        return broken(
          "It does not, so carriers can deliver nothing.",
          "Start the gateway with --public-url https://….",
        );
      }
      const [address = ""] = webhooksOf(accounts);
      return ok(new URL(address).origin);
    },
  },
  {
    id: "carriers.webhooks_reachable",
    about: "The addresses that carriers deliver to lead to this gateway.",
    needs: [PUBLIC_URL],
    link: guide("before-you-begin"),
    async run(ground) {
      const addresses = webhooksOf(await ground.accounts());
      const tried = await Promise.all(addresses.map((address) => tryDoor(address, ground.subject.fetch)));
      const [wrong] = tried.flatMap((why) => why ?? []);
      if (wrong === undefined) return ok(`${addresses.length} answer as the gateway does.`);
      return broken(
        wrong,
        "Let the proxy pass POST /carriers/… on to the gateway, and see that --public-url is the address outside of it.",
      );
    },
  },
  {
    id: "carriers.numbers",
    about: "Carriers have the numbers of the lines, and the numbers can text.",
    needs: [CREDENTIALS],
    link: guide("add-an-account"),
    run: async (ground) => numbersOf(await ground.accounts()),
  },
];

/** Looks at the carrier accounts of a gateway that is running. Credentials are tried; nobody is texted. */
export const examineCarriers = (subject: CarrierSubject, only?: readonly string[]): Promise<Finding[]> =>
  examine({
    checks: CARRIER_CHECKS,
    ground: new CarrierGround(subject),
    trouble: carrierTrouble,
    ...(only === undefined ? {} : { only }),
  });

function healthOf(accounts: readonly ExaminedAccount[]): Outcome {
  const waiting = accounts.filter(({ account }) => account.health.circuit === "open");
  if (waiting.length > 0) {
    return broken(
      `Texts of ${namesOf(waiting)} wait: the carrier did not answer when they were handed over.`,
      "They leave by themselves when the carrier answers. A line may have a second account meanwhile.",
    );
  }
  const failing = accounts.filter(({ account: { health } }) => {
    return health.calls >= ENOUGH_CALLS && health.failures / health.calls > MAY_FAIL;
  });
  if (failing.length > 0) {
    const seen = failing.map(({ name, account: { health } }) => `${name}: ${health.failures} of ${health.calls}`);
    return warning(
      `Texts that got no answer, or were refused because of the account: ${seen.join("; ")}.`,
      "Look at the failures of these texts, and at the carrier's own log.",
    );
  }
  const calls = accounts.reduce((total, { account }) => total + account.health.calls, 0);
  return ok(`${calls} texts were handed over in this hour and the one before.`);
}

function numbersOf(accounts: readonly ExaminedAccount[]): Outcome {
  const wrong: string[] = [];
  let count = 0;
  for (const { name, lines, numbers } of accounts) {
    if (numbers === null) continue;
    const known = new Map(numbers.map((one) => [one.number, one]));
    for (const { number, capabilities } of lines) {
      if (number === null) continue; // a sender id is registered, not owned
      count += 1;
      const found = known.get(number);
      if (!found) wrong.push(`${number} is none of the numbers of ${name}`);
      else if (!found.capabilities.sms) wrong.push(`${number} of ${name} cannot text`);
      else if (capabilities.mms && !found.capabilities.mms) wrong.push(`${number} of ${name} cannot send pictures`);
    }
  }
  if (wrong.length > 0) {
    return broken(
      `${wrong.join("; ")}.`,
      "Buy or enable the number at the carrier, or move the line to the right account.",
    );
  }
  return ok(`${count} lines have numbers that their carriers list.`);
}

const webhooksOf = (accounts: readonly ExaminedAccount[]): string[] =>
  accounts.flatMap(({ account }) => account.webhooks?.messages ?? []);

/** What is wrong with an address, or null. Without a signature our gateway answers in its own way, and stores nothing. */
async function tryDoor(address: string, fetch: CarrierSubject["fetch"]): Promise<string | null> {
  const { origin, pathname } = new URL(address);
  try {
    const answer = await fetch(address, { method: "POST", body: "", signal: AbortSignal.timeout(ANSWER_MS) });
    const problem = (await answer.json().catch(() => null)) as { code?: unknown } | null;
    if (answer.status === 401 && problem?.code === "signature_invalid") return null;
    return `${origin} answered ${answer.status} to ${pathname}, which is none of this gateway's answers.`;
  } catch {
    return `${origin} cannot be reached from here.`;
  }
}
