import { type LookupAddress, type LookupOptions, lookup as systemLookup } from "node:dns";
import { isIP } from "node:net";
import { Agent, buildConnector, type RequestInit as UndiciInit, fetch as undiciFetch } from "undici";
import { ADDRESS_REFUSED } from "../outside/address-check.ts";
import { mayConnect, type PrivateAddresses } from "../outside/public-address.ts";

/** Finds the addresses of a name, as `dns.lookup` does. */
export type Lookup = (
  hostname: string,
  options: LookupOptions & { all: true },
  answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface GuardedFetchOptions {
  /**
   * Addresses beside the public internet's that may be reached: none, this machine's own, or all.
   * @default "refuse"
   */
  privateAddresses?: PrivateAddresses;
  /** @default the system's resolver */
  lookup?: Lookup;
}

/** A `fetch` that can be closed. */
export interface GuardedFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Ends all connections; what is under way fails. */
  close(): Promise<void>;
}

/** Longest wait for a connection, in milliseconds. */
const CONNECT_MS = 10_000;

/**
 * A `fetch` for addresses that others chose. The address is checked where the connection is made, and the connection goes to
 * the very address that was checked: a name that leads elsewhere the second time gains nothing. It fails like the platform's,
 * with a `TypeError`; the `code` of the cause is `ERR_ADDRESS_REFUSED` when an address is not public. Redirects are not
 * followed, whatever the caller asks: their target would be one more address that somebody else chose.
 */
export function guardedFetch({
  privateAddresses = "refuse",
  lookup = systemLookup,
}: GuardedFetchOptions = {}): GuardedFetch {
  const connect = buildConnector({
    timeout: CONNECT_MS,
    lookup: (hostname, options, answer) =>
      lookup(hostname, { ...options, all: true }, (error, found) => {
        if (error) return answer(error, "", 0);
        const refused = found.find(({ address }) => !mayConnect(address, privateAddresses));
        const [first] = found;
        // One that is not public among others is a trap for whoever takes the next one.
        if (refused || !first) return answer(addressRefused(), "", 0);
        if (options.all) (answer as unknown as Parameters<Lookup>[2])(null, found);
        else answer(null, first.address, first.family);
      }),
  });
  const agent = new Agent({
    connect: (options, done) => {
      const host = options.hostname.replace(/^\[(.*)\]$/, "$1");
      // Node asks no resolver about what is an address already.
      if (isIP(host) > 0 && !mayConnect(host, privateAddresses)) return done(addressRefused(), null);
      connect(options, done);
    },
  });
  return {
    close: () => agent.destroy(),
    async fetch(input, init) {
      const { url, ...asked } = await partsOf(input, init);
      const how = { ...asked, redirect: "manual", dispatcher: agent } as UndiciInit;
      return (await undiciFetch(url, how)) as unknown as Response; // the same interface, from another copy of the code
    },
  };
}

/** A `Request` of the platform's is none to the library, so that its parts are handed over. */
async function partsOf(
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit | undefined,
): Promise<RequestInit & { url: string }> {
  if (!(input instanceof Request)) return { ...init, url: String(input) };
  const request = new Request(input, init);
  const { method, headers, signal, url } = request;
  const body = request.body === null ? null : await request.arrayBuffer();
  return { url, method, headers: [...headers], signal, body };
}

function addressRefused(): Error {
  return Object.assign(new Error("the name leads to an address that is not public"), { code: ADDRESS_REFUSED });
}
