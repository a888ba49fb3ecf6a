import { type CSSResult, css } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { say } from "../../locales/sending.ts";
import { dialogStyles } from "../../shared/dialog.styles.ts";
import { type MenuItem, menuStyles } from "../../shared/menu.ts";
import type { OptOutDialog } from "./opt-out-dialog.ts";

/* What else can be done about a conversation: fetched when its menu is opened. */
export { MenuController } from "../../shared/menu.ts";
export { OptOutDialog } from "./opt-out-dialog.ts";

export function itemsOf(words: Localizer, dialog: OptOutDialog): MenuItem[] {
  return [{ label: say(words, "opt-out.item"), run: () => dialog.open() }];
}

export const moreStyles: CSSResult = css`
  ${menuStyles}
  ${dialogStyles}
`;
