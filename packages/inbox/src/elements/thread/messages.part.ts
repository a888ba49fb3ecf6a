/* How messages look, and what people share around them: fetched while the messages themselves are. */
import { type CSSResult, css } from "lit";
import { messageStyles } from "./message.styles.ts";
import { teamStyles } from "./team.styles.ts";

export { callButton } from "./call-button.ts";
export { rowView } from "./row.ts";
export { Teamwork } from "./teamwork.ts";

/** Both at once, so that nothing moves what is being read. */
export const lookStyles: CSSResult = css`
  ${messageStyles}
  ${teamStyles}
`;
