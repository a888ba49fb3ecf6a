/* For the two small pages through which Microsoft's answer comes back. */

import { type PopupRelayOptions, runPopupRelay } from "@azure/msal-browser/popup-relay";
import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";

/**
 * Hands Microsoft's answer to the page that asked, and closes the popup; after a redirect it goes back to where the person
 * was. Call it on the page that `redirectUri` names, and do nothing else there.
 *
 * @throws when the address holds no answer, as for somebody who opens the page by hand
 */
export function finishSignIn(): Promise<void> {
  return broadcastResponseToMainFrame();
}

/**
 * Opens Microsoft's page on behalf of a frame in somebody else's page. Call it on the page that `relayUri` names, from the
 * click on a button: it opens a window.
 *
 * @param authorities - where it may lead, such as `https://login.microsoftonline.com`; anything else is refused
 */
export function relaySignIn(authorities: readonly string[]): void {
  const options: PopupRelayOptions = { allowedAuthorityOrigins: [...authorities] };
  runPopupRelay(options);
}
