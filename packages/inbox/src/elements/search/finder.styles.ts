import { type CSSResult, css } from "lit";

export const finderStyles: CSSResult = css`
  /* Two choices stand side by side, under the pills. */
  .filters:has(.line + .line) .pills {
    flex-basis: 100%;
  }

  .find-field {
    position: relative;
    display: block;
  }

  .find-field input {
    inline-size: 100%;
    min-block-size: 32px;
    padding-block: 5px;
    padding-inline: 32px 34px;
    border: 1px solid var(--_stroke);
    border-radius: var(--_radius);
    background: var(--_raised);
    color: var(--_text);
    line-height: 20px;
  }

  .find-field input::-webkit-search-cancel-button {
    display: none;
  }

  .find-field > svg {
    position: absolute;
    inset-block-start: 8px;
    inset-inline-start: 9px;
    color: var(--_muted);
    pointer-events: none;
  }

  .find-field .icon-button {
    position: absolute;
    inset-block-start: 2px;
    inset-inline-end: 2px;
    inline-size: 28px;
    min-inline-size: 28px;
    block-size: 28px;
    min-block-size: 28px;
  }

  .found-head {
    padding: 10px 10px 4px;
    color: var(--_muted);
    font-size: 12px;
    font-weight: 600;
    line-height: 16px;
  }

  .found-text {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    text-align: match-parent;
  }

  .found-kind {
    flex: none;
    padding: 0 6px;
    border: 1px solid var(--_stroke);
    border-radius: var(--_radius);
    font-size: 12px;
    line-height: 16px;
  }

  .found mark {
    background: transparent;
    color: var(--_text);
    font-weight: 700;
    text-decoration: underline;
    text-underline-offset: 2px;
  }

  .found-more {
    align-self: start;
    margin: 4px 6px;
  }

  .found-list {
    display: flex;
    flex-direction: column;
  }
`;
