import { css } from "lit";
import { wrongStyles } from "./wrong.styles.ts";

/** A question that has to be answered before anything else goes on. */
export const dialogStyles = css`
  dialog {
    inline-size: min(440px, calc(100vw - 32px));
    max-block-size: calc(100vh - 32px);
    padding: 20px;
    border: 1px solid var(--_stroke);
    border-radius: var(--_radius-large);
    background: var(--_raised);
    color: var(--_text);
    box-shadow: 0 16px 32px var(--_shadow);
  }

  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }

  dialog form {
    display: flex;
    flex-direction: column;
    gap: 12px;
  }

  dialog h2 {
    font-size: 18px;
    font-weight: 600;
    line-height: 24px;
    overflow-wrap: anywhere;
  }

  dialog :is(label, .dialog-field) {
    display: flex;
    flex-direction: column;
    gap: 4px;
  }

  dialog label {
    font-weight: 600;
  }

  dialog :is(textarea, input, select) {
    min-block-size: 32px;
    padding: 6px 10px;
    border: 1px solid var(--_stroke-strong);
    border-radius: var(--_radius);
    background: var(--_raised);
    font-weight: 400;
    resize: vertical;
  }

  dialog [aria-invalid="true"] {
    border-color: var(--_danger);
  }

  ${wrongStyles}

  dialog .why {
    color: var(--_danger);
    font-size: 12px;
    line-height: 16px;
  }

  dialog .dialog-hint {
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
  }

  .dialog-actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    justify-content: flex-end;
    margin-block-start: 4px;
  }

  @media (width < 480px) {
    .dialog-actions {
      flex-wrap: wrap-reverse; /* one below the other, the one that goes on is first */
    }

    .dialog-actions .button {
      flex: 1 0 auto; /* and they are as wide as each other */
    }
  }
`;
