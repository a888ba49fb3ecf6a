import type {
  AdminRequest,
  ConnectLink,
  ConnectMicrosoft,
  Consent,
  DisconnectMicrosoft,
  RequestAdmin,
} from "@trunkline/protocol";
import type { MicrosoftFeature, PermissionPlan } from "@trunkline/protocol/permissions";
import { isTrunklineError, TrunklineError } from "../../errors.ts";
import type { Http } from "../../http.ts";
import { hasComeBack, LOOK_MS, LOOKS_UNTIL_GONE } from "../../popup.ts";
import type { ViewParts } from "../../store/live-view.ts";
import { abortError, pause, unlessAborted } from "../../waiting.ts";
import type { CallOptions } from "../call-options.ts";

/** How the person at the page connects. */
export interface ConnectOptions extends CallOptions {
  /** `popup` keeps the page; `redirect` leaves it, for hosts that allow no popups. Microsoft's pages refuse to be framed. */
  mode: "popup" | "redirect";
  /** What to ask for; without it, what all features of the tenant need. */
  features?: readonly MicrosoftFeature[] | undefined;
  /** Where the browser goes at the end: an address of an origin that the gateway allows. With `redirect`, this page by itself. */
  returnTo?: string | URL | undefined;
  /** How long to wait for the person, in milliseconds. @default 600_000 */
  timeoutMs?: number | undefined;
}

/** What is fetched when consent is first asked for. */
export interface ConsentCalls {
  /** The least that these features need, each permission with its reasons; without `features`, those that the tenant has. */
  permissions(features?: readonly MicrosoftFeature[], options?: CallOptions): Promise<PermissionPlan>;
  /** Where the caller and their tenant stand with Microsoft 365, feature by feature, and what to do next. */
  get(options?: CallOptions): Promise<Consent>;
  /** Microsoft's page as an address, for whoever opens it in a way of their own. To be opened within ten minutes, once. */
  link(input?: ConnectMicrosoft, options?: CallOptions): Promise<ConnectLink>;
  /** A page for an administrator to grant on, with words to send it with. */
  adminRequest(input?: RequestAdmin, options?: CallOptions): Promise<AdminRequest>;
  /** Ends the connection of the caller's own account, or of the whole organisation. What Microsoft has granted stays granted there. */
  disconnect(input: DisconnectMicrosoft, options?: CallOptions): Promise<void>;
  connect(options: ConnectOptions, popup: Window | null | undefined): Promise<Consent>;
}

/** How long a person has for Microsoft's pages. The link itself is good for ten minutes. */
const PERSON_TIMEOUT_MS = 600_000;
/** The gateway is asked this often in case its events do not arrive, counted in looks. */
const LOOKS_PER_READ = 5;

const POPUP_WIDTH = 520;
const POPUP_HEIGHT = 680;

const PATH = "v1/consent";

export function consentCalls(http: Http, { clock, closed, feed }: ViewParts): ConsentCalls {
  // None of these does more the second time: a second link does not make the first one more or less than it is.
  const post = <Answer>(path: string, body: object, options?: CallOptions) =>
    http.call<Answer>({ method: "POST", path: `${PATH}/${path}`, body, isRepeatable: true }, options);
  const get = (options?: CallOptions) => http.call<Consent>({ method: "GET", path: PATH }, options);
  const link = (input: ConnectMicrosoft = {}, options?: CallOptions) => post<ConnectLink>("connect", input, options);

  async function waitForPerson(popup: Window, wanted: Wanted, before: Consent, end: End): Promise<Consent> {
    const { signal } = end;
    let isTold = false;
    let look = new AbortController();
    const tell = () => {
      isTold = true;
      look.abort();
    };
    const detach = feed.attach({
      event: ({ type }) => type === "consent.changed" && tell(),
      refresh: async () => tell(), // a stream stands, or has missed something
      clear: () => end.with(somebodyElse()),
    });
    try {
      for (let looks = 1, gone = 0; ; looks += 1) {
        look = new AbortController();
        await pause(clock, LOOK_MS, AbortSignal.any([signal, look.signal]));
        if (signal.aborted) throw abortError(signal);
        gone = hasComeBack(popup) ? gone + 1 : 0;
        if (!isTold && gone === 0 && looks % LOOKS_PER_READ !== 0) continue;
        isTold = false;
        const now = await get({ signal }).catch(ifItMayPass);
        if (now && isConnected(now, wanted, before)) return now;
        if (gone >= LOOKS_UNTIL_GONE) throw popupClosed();
      }
    } finally {
      detach();
    }
  }

  return {
    permissions: (features, options) =>
      http.call({ method: "GET", path: "v1/permissions", query: { features: features?.join() } }, options),
    get,
    link,
    adminRequest: (input = {}, options) => post("admin-requests", input, options),
    disconnect: (input, options) => post("disconnect", input, options),

    async connect({ mode, features, returnTo, signal: given, timeoutMs = PERSON_TIMEOUT_MS }, popup) {
      if (typeof document === "undefined") throw noPage();
      if (mode === "popup" && !popup) throw popupBlocked();
      const ending = new AbortController();
      const timer = clock.setTimeout(() => ending.abort(nobodyConnected(timeoutMs)), timeoutMs);
      const signal = AbortSignal.any([closed, ending.signal, ...(given ? [given] : [])]);
      try {
        const back = returnTo ?? (popup ? undefined : location.href);
        const input: ConnectMicrosoft = {
          ...(features && { features: [...features] }),
          ...(back === undefined ? {} : { returnTo: String(back) }),
        };
        const [{ url }, before] = await Promise.all([link(input, { signal }), popup && get({ signal })]);
        if (popup && before) {
          popup.opener = null; // Microsoft's pages have no business with this one
          popup.resizeTo(POPUP_WIDTH, POPUP_HEIGHT);
          popup.location.replace(url);
          return await waitForPerson(popup, features, before, { signal, with: (error) => ending.abort(error) });
        }
        location.assign(url);
        return await unlessAborted(new Promise<never>(() => undefined), signal); // the page is left meanwhile
      } finally {
        clock.clearTimeout(timer);
        popup?.close();
      }
    },
  };
}

/** How a call is ended from outside, and from within. */
interface End {
  readonly signal: AbortSignal;
  with(error: TrunklineError): void;
}

type Wanted = readonly MicrosoftFeature[] | undefined;

/** The account was connected since, or all that is wanted was granted since. */
function isConnected(now: Consent, wanted: Wanted, before: Consent): boolean {
  if (now.connection === null) return false;
  return (
    now.connection.connectedAt !== before.connection?.connectedAt || (hasAll(now, wanted) && !hasAll(before, wanted))
  );
}

function hasAll({ features }: Consent, wanted: Wanted): boolean {
  return features.every(({ feature, state }) => state === "granted" || (wanted && !wanted.includes(feature)));
}

function ifItMayPass(error: unknown): null {
  if (isTrunklineError(error) && error.retryable) return null;
  throw error;
}

function noPage(): TrunklineError {
  return new TrunklineError("invalid_options", {
    message:
      "connect() takes a person to another page, so it needs a page. Elsewhere, give them the address of link().",
  });
}

function popupBlocked(): TrunklineError {
  return new TrunklineError("popup_blocked", {
    message: 'The browser did not open a window. Call connect() straight from a click, or use mode: "redirect".',
  });
}

function popupClosed(): TrunklineError {
  return new TrunklineError("popup_closed", {
    message: "The person came back without having connected an account. Offer to try again.",
  });
}

function somebodyElse(): TrunklineError {
  return new TrunklineError("signed_out", { message: "Somebody else has signed in." });
}

function nobodyConnected(ms: number): TrunklineError {
  return new TrunklineError("timeout", { message: `No account was connected within ${ms} ms.` });
}
