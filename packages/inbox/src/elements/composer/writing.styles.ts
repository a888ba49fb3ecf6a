import { css } from "lit";
import { wrongStyles } from "../../shared/wrong.styles.ts";

/** What stands around the field: why nothing can be sent, when it would go, and what it costs. */
export const writingStyles = css`
  .hint {
    display: flex;
    flex-wrap: wrap;
    gap: 0 12px;
    align-items: baseline;
    padding-inline: 2px;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
  }

  .hint > p {
    padding-block-start: 4px;
  }

  .hint .limit {
    flex: 1;
    text-align: end;
  }

  .hint .over {
    justify-content: flex-end;
    color: var(--_danger);
  }

  .notice {
    display: flex;
    gap: 6px;
    align-items: start;
    padding-block: 2px 8px;
    padding-inline: 2px;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
    text-wrap: pretty;
  }

  .notice > svg {
    flex: none;
  }

  .remark .text-button {
    padding-inline: 0;
  }

  .blocked,
  .blocked-body {
    display: flex;
    gap: 8px 12px;
  }

  .blocked-body {
    flex: 1;
    flex-wrap: wrap;
    align-items: center;
    min-inline-size: 0;
  }

  .blocked {
    padding: 10px 14px;
    border: 1px solid var(--_stroke);
    border-radius: calc(var(--_radius) + 2px);
    background: var(--_sunken);
  }

  /* It gets the focus when the field is gone, so that it is read out; it cannot be used, and needs no ring. */
  .blocked:focus-visible {
    outline: none;
    box-shadow: none;
  }

  .blocked-body > [role="status"] {
    flex: 1 1 300px;
    min-inline-size: 0;
    overflow-wrap: anywhere;
    text-wrap: pretty;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
  }

  .blocked-title {
    color: var(--_text);
    font-size: 14px;
    font-weight: 600;
    line-height: 20px;
  }

  .blocked > svg {
    flex: none;
  }

  .blocked-actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }

  .problem {
    color: var(--_danger);
  }

  ${wrongStyles}
`;
