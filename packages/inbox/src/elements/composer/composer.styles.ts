import { css } from "lit";

export const styles = css`
  .field {
    position: relative;
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    min-block-size: 44px;
    overflow: hidden;
    border: 1px solid var(--_stroke);
    border-radius: calc(var(--_radius) + 2px);
    background: var(--_raised);
    box-shadow: 0 1px 2px var(--_shadow);
  }

  /* Fluent's field: a line under it that grows in the accent colour when the field has the focus. */
  .field::after {
    position: absolute;
    inset-block-end: 0;
    inset-inline: 0;
    block-size: 2px;
    background: var(--_accent-mark);
    content: "";
    transform: scaleX(0);
    transition: transform 150ms cubic-bezier(0.33, 0, 0.1, 1);
  }

  .field:focus-within::after {
    transform: none;
  }

  .grow {
    display: grid;
    flex: 1 1 auto; /* what does not fit beside the buttons has the whole width, and they stand below */
    align-self: stretch;
    min-inline-size: 0;
    max-block-size: calc(var(--trunkline-composer-max-rows, 8) * 20px + 11px);
    overflow-y: auto;
    scrollbar-width: thin;
  }

  .tall .grow {
    flex-basis: 100%;
  }

  .grow > * {
    grid-area: 1 / 1;
    inline-size: 100%;
    min-inline-size: 0;
    padding-block: 11px 0;
    padding-inline: 14px 8px;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  textarea {
    overflow: hidden;
    border: 0;
    background: transparent;
    resize: none;
  }

  textarea:focus-visible {
    outline: none;
    box-shadow: none;
  }

  .mirror {
    visibility: hidden;
    pointer-events: none;
  }

  .actions {
    display: flex;
    flex: none;
    gap: 2px;
    margin-inline-start: auto;
    align-items: center;
    padding: 5px;
  }

  .send:not([aria-disabled="true"]) {
    color: var(--_accent-mark);
  }

  .read-only {
    padding: 12px;
    border-radius: var(--_radius);
    background: var(--_sunken);
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
    text-align: center;
    text-wrap: balance;
  }

  :dir(rtl) .send svg {
    transform: scaleX(-1);
  }

  :host(:state(contrast)) .send:hover:not([aria-disabled="true"]) {
    color: var(--_hover-text);
  }

  @media (forced-colors: active) {
    .field:focus-within {
      outline: 2px solid Highlight;
    }
  }
`;
