import { css } from "lit";
import { wrongStyles } from "../../shared/wrong.styles.ts";

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-inline-size: 0;
    min-block-size: 0;
    background: var(--_surface);
    container-type: inline-size;
  }

  .head {
    display: flex;
    flex: none;
    align-items: center;
    min-block-size: 60px;
    padding-block: 8px;
    padding-inline: 20px 12px;
  }

  h2 {
    flex: 1;
    font-size: 16px;
    font-weight: 700;
    line-height: 22px;
  }

  .fields {
    flex: none;
    border-block: 1px solid var(--_divider);
    background: var(--_raised);
  }

  .row {
    position: relative;
    display: flex;
    align-items: center;
    gap: 8px;
    min-block-size: 44px;
    padding-inline: 20px;
  }

  /* Fluent's field, as in the composer: a line under it in the accent colour while it has the focus. */
  .row.to::after {
    position: absolute;
    inset-block-end: -1px;
    inset-inline: 0;
    block-size: 2px;
    background: var(--_accent-mark);
    content: "";
    transform: scaleX(0);
    transition: transform 150ms cubic-bezier(0.33, 0, 0.1, 1);
  }

  .row.to:focus-within::after {
    transform: none;
  }

  input:focus-visible {
    outline: none;
    box-shadow: none;
  }

  .people {
    position: absolute;
    inset-block-start: 100%;
    inset-inline: 12px;
    z-index: 1;
    max-inline-size: 480px;
    max-block-size: 264px;
    margin-block-start: 4px;
    padding: 4px;
    overflow-y: auto;
    border-radius: var(--_radius-large);
    background: var(--_raised);
    box-shadow:
      0 0 2px var(--_shadow),
      0 8px 16px var(--_shadow);
    scrollbar-width: thin;
  }

  .person {
    display: grid;
    grid-template-columns: 32px minmax(0, 1fr);
    align-items: center;
    column-gap: 12px;
    min-block-size: 48px;
    padding: 6px 10px;
    border-radius: var(--_radius);
    cursor: pointer;
  }

  .person .avatar {
    grid-row: 1 / span 2;
  }

  .person-name,
  .person-facts {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .person-name {
    align-self: end;
    font-weight: 600;
  }

  .person-facts {
    align-self: start;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
  }

  .person[aria-selected="true"],
  .person:hover {
    background: var(--_hover);
    color: var(--_hover-text);
  }

  :is(.person[aria-selected="true"], .person:hover) .person-facts {
    color: var(--_hover-muted);
  }

  :host(:state(contrast)) .people {
    outline: 1px solid var(--_stroke);
  }

  .row + .row {
    border-block-start: 1px solid var(--_divider);
  }

  .row > :first-child {
    flex: none;
    min-inline-size: 36px;
    color: var(--_muted);
  }

  input,
  .select {
    flex: 1;
    min-inline-size: 0;
  }

  output {
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  input,
  select {
    inline-size: 100%;
    min-block-size: 32px;
    padding-inline: 4px;
    border: 0;
    border-radius: var(--_radius);
    background: transparent;
  }

  .name {
    flex: none;
    max-inline-size: 45%;
    padding-inline-start: 4px;
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .select {
    position: relative;
  }

  select {
    overflow: hidden;
    padding-inline-end: 24px;
    appearance: none;
    text-overflow: ellipsis;
    cursor: pointer;
  }

  option {
    background: var(--_raised);
    color: var(--_text);
  }

  .select svg {
    position: absolute;
    inset-block-start: 8px;
    inset-inline-end: 4px;
    pointer-events: none;
  }

  ${wrongStyles}

  .problem:not(.none) {
    padding-block: 6px 10px;
    padding-inline: 68px 20px;
    color: var(--_danger);
    font-size: 12px;
    line-height: 16px;
    text-wrap: balance;
  }

  .space {
    display: grid;
    flex: 1;
    place-items: end center;
    min-block-size: 0;
    padding: 16px 20px;
    overflow: hidden;
    color: var(--_muted);
    text-align: center;
    text-wrap: balance;
  }

  .composer {
    flex: none;
    inline-size: 100%;
    max-inline-size: 1000px;
    margin-inline: auto;
    padding-block-end: 16px;
    padding-inline: 20px;
  }

  @media (forced-colors: active) {
    .row.to:focus-within {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }

    .people {
      border: 1px solid CanvasText;
    }

    .person[aria-selected="true"] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }

  @container (inline-size < 480px) {
    .head {
      padding-inline-start: 16px;
    }

    .row {
      padding-inline: 16px;
    }

    .problem:not(.none) {
      padding-inline: 64px 16px;
    }

    .composer {
      padding-block-end: 12px;
      padding-inline: 12px;
    }
  }
`;
