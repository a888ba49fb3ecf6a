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
  closeLater();
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
  closeLater();
  runPopupRelay(options);
}

/** Time for the answer to arrive, on a machine that is busy. */
const CLOSE_AFTER_MS = 500;

/**
 * MSAL closes these pages as soon as the answer is on its way, and whoever waits takes a closed window for a person who gave
 * up: seen before the answer, a sign-in that has succeeded would be told as `popup_closed`.
 */
function closeLater(): void {
  const close = window.close.bind(window);
  window.close = () => void setTimeout(close, CLOSE_AFTER_MS);
}
