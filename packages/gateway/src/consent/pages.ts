import type { PermissionPlan, PlannedPermission } from "@trunkline/protocol/permissions";
import { type Html, html, NOTHING } from "./html.ts";
import { NEXT_STEPS, type NextStep } from "./next-steps.ts";

/* The pages that people see on their way to Microsoft and back: plain words, no framework, nothing from elsewhere. */

/** What every page needs to know of its surroundings. */
export interface PageFrame {
  /** The gateway's address as browsers know it. */
  readonly base: string;
}

interface Content {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  /** Where the browser goes on by itself. */
  readonly goTo?: string;
}

function answer({ base }: PageFrame, { title, body, status = 200, goTo }: Content): Response {
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Trunkline</title>
${goTo === undefined ? NOTHING : html`<meta http-equiv="refresh" content="0;url=${goTo}">`}
<link rel="stylesheet" href="${base}/microsoft/page.css">
<script src="${base}/microsoft/page.js" defer></script>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
<p role="status"></p>
</main>
</body>
</html>
`.text;
  const origin = new URL(base).origin;
  const policy = [
    "default-src 'none'",
    `style-src ${origin}`,
    `script-src ${origin}`,
    `connect-src ${origin}`,
    `form-action ${origin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return new Response(text, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    },
  });
}

/**
 * Leads from a form to another site. A redirect would not do: browsers hold the whole chain of redirects behind a form to
 * the page's policy, and nobody knows through which hosts an organisation signs its people in.
 */
export const leavePage = (frame: PageFrame, url: string): Response =>
  answer(frame, {
    title: "Going on…",
    goTo: url,
    body: html`<p><a class="button" href="${url}">Continue</a></p>`,
  });

/** Where somebody goes on in the app that sent them; nothing when that is not known. */
const backTo = (returnTo: string | null): Html =>
  returnTo === null
    ? html`<p class="muted">You can close this window.</p>`
    : html`<p><a class="button" href="${returnTo}">Back to the app</a></p>`;

export const donePage = (frame: PageFrame, account: string): Response =>
  answer(frame, {
    title: "You are connected",
    body: html`<p data-close>The Microsoft account ${account} is connected. You can close this window.</p>`,
  });

export const canceledPage = (frame: PageFrame, returnTo: string | null): Response =>
  answer(frame, {
    title: "Nothing was connected",
    body: html`<p>You decided not to connect. You can start again in the app at any time.</p>${backTo(returnTo)}`,
  });

/** Asks once whether an account is this user's, so that nobody is led to give theirs to somebody else. */
export const confirmPage = (
  frame: PageFrame,
  { name, account, user, tenant }: { name: string; account: string; user: string; tenant: string },
): Response =>
  answer(frame, {
    title: "Is this you?",
    body: html`<p>You signed in to Microsoft as <strong>${account}</strong>.</p>
<p>It is about to be connected with the user <strong>${user}</strong> of <strong>${tenant}</strong>, who can then act with it.</p>
<p>If somebody else sent you here, do not connect.</p>
<form method="post" action="${frame.base}/connect/${name}">
<button class="primary" name="do" value="connect">Connect</button>
<button name="do" value="cancel">Do not connect</button>
</form>`,
  });

export interface WaitWords {
  readonly name: string;
  readonly text: string;
  readonly user: string;
  /** Whether the person has said already whose account it will be. */
  readonly isAgreed: boolean;
  readonly isGranted: boolean;
  readonly returnTo: string | null;
}

/** An administrator must approve: what to send them, and a page that waits and goes on by itself. */
export const waitPage = (frame: PageFrame, words: WaitWords): Response =>
  answer(frame, {
    title: words.isGranted ? "It was approved" : "An administrator must approve",
    body: html`${words.isGranted ? NOTHING : forAdmin(words.text)}
<form method="post" action="${frame.base}/connect/${words.name}" ${words.isAgreed && !words.isGranted ? html`data-wait="yes"` : NOTHING}>
${words.isAgreed ? goingOn(words) : agreeing(words)}
</form>
${words.returnTo === null ? NOTHING : backTo(words.returnTo)}`,
  });

const goingOn = ({ isGranted }: WaitWords): Html =>
  isGranted
    ? html`<button class="primary" name="do" value="ask">Continue</button>`
    : html`<p>Leave this page open: it goes on by itself as soon as somebody has approved.</p>
<noscript><p>Your browser runs no scripts here: open this page again when it is approved.</p></noscript>`;

const agreeing = ({
  user,
}: WaitWords): Html => html`<p>Your Microsoft account will be connected with the user <strong>${user}</strong>. If that is not you, close this page.</p>
<button class="primary" name="do" value="agree">That is me: connect as soon as it is approved</button>`;

const forAdmin = (
  text: string,
): Html => html`<p>Your organisation lets an administrator decide about apps. Send them this text:</p>
<p><label for="text">Text for your administrator</label>
<textarea id="text" rows="12" readonly>${text}</textarea></p>
<p><button type="button" data-copy="text" hidden>Copy the text</button></p>`;

/** What an administrator is asked for, and why. */
export const adminPage = (
  frame: PageFrame,
  { name, tenant, plan }: { name: string; tenant: string; plan: PermissionPlan },
): Response =>
  answer(frame, {
    title: `${tenant} asks for your approval`,
    body: html`<p>${tenant} would like to use Trunkline with your organisation's Microsoft 365. This is all that it asks for, and why. Microsoft shows you the same permissions on the next page, where you decide.</p>
${permissions("In the name of people who sign in", "Only what that person may do anyway.", plan.delegated)}
${permissions("In the app's own name", "Without anybody being signed in.", plan.application)}
<form method="post" action="${frame.base}/connect/${name}">
<button class="primary" name="do" value="approve">Continue to Microsoft</button>
</form>
<p class="muted">You need to be an administrator who may approve apps for the whole organisation. You can take the approval back at any time in Microsoft Entra, under Enterprise applications.</p>`,
  });

function permissions(title: string, note: string, planned: readonly PlannedPermission[]): Html {
  if (planned.length === 0) return NOTHING;
  const items = planned.map(
    ({ name, neededFor }) =>
      html`<li><strong>${name}</strong>${[...new Set(neededFor.map(({ reason }) => reason))].map(
        (reason) => html`<br>${reason}`,
      )}${[...new Set(neededFor.map(({ without }) => without))].map(
        (without) => html`<br><span class="muted">Without it: ${without}</span>`,
      )}</li>`,
  );
  return html`<h2>${title}</h2>
<p class="muted">${note}</p>
<ul>${items}</ul>`;
}

export const approvedPage = (frame: PageFrame, isSettled: boolean, returnTo: string | null = null): Response =>
  answer(frame, {
    title: "Thank you, it is approved",
    body: html`<p>Whoever asked for it is being connected now.</p>
${isSettled ? NOTHING : html`<p class="muted">Microsoft may need some minutes until all of it works.</p>`}
${backTo(returnTo)}`,
  });

/** Something is in the way: what it is, who does what, and Microsoft's number for those who look it up. */
export const troublePage = (
  frame: PageFrame,
  { next, code, returnTo = null }: { next: NextStep; code: number | null; returnTo?: string | null },
): Response =>
  answer(frame, {
    title: "It is not connected yet",
    body: html`<p>${NEXT_STEPS[next].words}</p>
${code === null ? NOTHING : html`<p class="muted">Microsoft's number for this: AADSTS${String(code)}</p>`}
${backTo(returnTo)}`,
  });

/** Where Entra does not tell who is an administrator, nobody can say which tenant an organisation belongs to. */
export const UNKNOWN_STANDING = {
  title: "It is not connected yet",
  words:
    "Microsoft does not tell this app whether you are an administrator. Whoever runs the gateway adds DirectoryRole to groupMembershipClaims of the app's registration; then start again.",
  status: 409,
} as const;

/** A page with one sentence: an address that has ended, or something that cannot be. */
export const wordsPage = (frame: PageFrame, title: string, words: string, status: number): Response =>
  answer(frame, { title, body: html`<p>${words}</p>`, status });
