import { css } from "lit";

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    background: var(--_sunken);
  }

  /* Its height is there before what stands in it. */
  .find {
    flex: none;
    block-size: 40px;
    padding: 0 12px;
  }

  .filters {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 4px 12px 10px;
  }

  .pills {
    display: flex;
    gap: 6px;
  }

  .pill {
    min-block-size: 28px;
    padding: 3px 11px;
    border: 1px solid var(--_stroke);
    border-radius: 14px;
    background: transparent;
    color: var(--_text);
    font-size: 12px;
    line-height: 16px;
    cursor: pointer;
  }

  .pill[aria-pressed="true"] {
    border-color: var(--_accent-mark);
    background: var(--_own);
    font-weight: 600;
  }

  .line {
    position: relative;
    flex: 1 1 120px;
    min-inline-size: 0;
    max-inline-size: 220px;
  }

  .line select {
    inline-size: 100%;
    min-block-size: 28px;
    padding-block: 3px;
    padding-inline: 10px 26px;
    overflow: hidden;
    border: 1px solid var(--_stroke);
    border-radius: 14px;
    appearance: none;
    background: transparent;
    color: var(--_text);
    font-size: 12px;
    line-height: 16px;
    text-overflow: ellipsis;
    cursor: pointer;
  }

  .line option {
    background: var(--_raised);
    color: var(--_text);
  }

  .line svg {
    position: absolute;
    inset-block-start: 6px;
    inset-inline-end: 8px;
    pointer-events: none;
  }

  @media (hover: hover) {
    .pill:hover,
    .line:hover select {
      background: var(--_row-hover);
      color: var(--_hover-text);
    }

    .line:hover {
      color: var(--_hover-text);
    }
  }

  .scroller {
    display: flex;
    flex: 1;
    flex-direction: column;
    min-block-size: 0;
    padding: 0 8px 8px;
    overflow-y: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--_stroke) transparent;
  }

  li {
    content-visibility: auto;
    contain-intrinsic-block-size: auto 60px;
  }

  .row {
    display: grid;
    grid-template-columns: 40px minmax(0, 1fr) auto;
    align-items: center;
    column-gap: 12px;
    inline-size: 100%;
    min-block-size: 60px;
    padding-block: calc(8px * var(--_density));
    padding-inline: 10px 12px;
    border: 1px solid transparent;
    border-radius: var(--_radius-large);
    background: transparent;
    color: var(--_text);
    text-align: start;
    text-decoration: none;
    cursor: pointer;
  }

  .row:focus-visible {
    outline-offset: -2px;
    box-shadow: none;
  }

  .row .avatar {
    grid-row: 1 / span 2;
    inline-size: 40px;
    block-size: 40px;
    font-size: 14px;
  }

  .row .avatar svg {
    inline-size: 24px;
    block-size: 24px;
  }

  .name,
  .preview {
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .name {
    align-self: end;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }

  time {
    align-self: end;
    color: var(--_muted);
    font-size: 12px;
    line-height: 20px;
    white-space: nowrap;
  }

  .preview {
    display: flex;
    grid-column: 2 / span 2;
    align-items: center;
    gap: 4px;
    color: var(--_muted);
    font-size: 12px;
    line-height: 18px;
  }

  .preview-text {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }

  .draft {
    flex: none;
    color: var(--_danger);
  }

  .goes {
    flex: none;
    padding: 0 6px;
    border: 1px dashed;
    border-radius: var(--_radius);
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
  }

  .preview > svg {
    color: var(--_danger);
  }

  .count {
    flex: none;
    min-inline-size: 20px;
    margin-inline-start: 8px;
    padding: 0 6px;
    border-radius: 10px;
    background: var(--_accent);
    color: var(--_on-accent);
    font-size: 12px;
    font-weight: 600;
    line-height: 20px;
    text-align: center;
  }

  .with-line .avatar {
    grid-row-end: span 3;
  }

  .of-line {
    grid-column: 2 / span 2;
    overflow: hidden;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .unread .name,
  .unread time,
  .unread.inbound .preview-text {
    color: var(--_text);
    font-weight: 600;
  }

  .row[aria-current="true"] {
    position: relative;
    background: var(--_row-selected);
    box-shadow: 0 1px 2px var(--_shadow);
  }

  .row[aria-current="true"]::before {
    position: absolute;
    inset-block: 14px;
    inset-inline-start: 0;
    inline-size: 3px;
    border-radius: 2px;
    background: var(--_accent-mark);
    content: "";
  }
  @media (hover: hover) {
    .row:not([aria-current]):hover {
      background: color-mix(in srgb, var(--_row-hover) 50%, transparent);
    }

    :host(:state(contrast)) .row:not([aria-current]):hover {
      border-color: var(--_row-hover);
      background: transparent;
    }
  }

  /* In contrast the row that is chosen turns its colours round, and all that stands on it follows. */
  :host(:state(contrast)) .row[aria-current="true"] {
    --_text: var(--_hover-text);
    --_muted: var(--_hover-muted);
    --_danger: var(--_hover-text);
    --_accent: #000000;
    --_on-accent: #ffffff;
    color: var(--_text);
  }

  .skeleton {
    display: grid;
    grid-template-columns: 40px 1fr;
    align-items: center;
    column-gap: 12px;
    block-size: 60px;
    padding-inline: 10px 12px;
  }

  .skeleton .stencil:first-child {
    grid-row: 1 / span 2;
    block-size: 40px;
    border-radius: 50%;
  }

  .skeleton .stencil {
    block-size: 10px;
  }

  .skeleton .stencil:nth-child(2) {
    align-self: end;
    inline-size: 45%;
    margin-block-end: 5px;
  }

  .skeleton .stencil:nth-child(3) {
    align-self: start;
    inline-size: 80%;
    margin-block-start: 5px;
  }

  @media (forced-colors: active) {
    .row[aria-current="true"],
    .pill[aria-pressed="true"] {
      --_text: HighlightText;
      --_muted: HighlightText;
      --_danger: HighlightText;
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }

    .row {
      border-color: Canvas;
    }

    .count {
      forced-color-adjust: none;
    }
  }
`;
