import { css } from "lit";
import { wrongStyles } from "../../shared/wrong.styles.ts";

/** Templates over the field. */
export const pickerStyles = css`
  .picker {
    display: flex;
    flex-direction: column;
    gap: 8px;
    max-block-size: min(420px, 60vh);
    margin-block-end: 8px;
    padding: 8px 12px 12px;
    overflow-y: auto;
    scroll-padding-block: 44px 56px; /* the field with the focus is never under the head or the buttons */
    border: 1px solid var(--_stroke);
    border-radius: calc(var(--_radius) + 2px);
    background: var(--_raised);
    box-shadow: 0 4px 8px var(--_shadow);
  }

  .picker-head,
  .picker-actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }

  /* Where a form is longer than the screen, its name and its buttons stay; they cover the padding around
     them, from which their places are counted. */
  .picker-head,
  .picker-actions {
    position: sticky;
    z-index: 1;
    margin-inline: -12px;
    padding-inline: 12px;
    background: var(--_raised);
  }

  .picker-head {
    inset-block-start: -8px;
    margin-block: -8px -4px;
    padding-block: 8px 4px;
  }

  .picker-actions {
    inset-block-end: -12px;
    margin-block: -4px -12px;
    padding-block: 4px 12px;
  }

  .picker-head h3,
  .picker-count {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  .picker-head h3 {
    font-weight: 600;
  }

  .picker :is(input, select) {
    inline-size: 100%;
    min-block-size: 32px;
    padding: 5px 10px;
    border: 1px solid var(--_stroke-strong);
    border-radius: var(--_radius);
    background: var(--_raised);
  }

  .picker-search {
    flex: none;
  }

  .picker ul {
    min-block-size: 64px;
    overflow-y: auto;
  }

  .template {
    display: flex;
    flex-direction: column;
    padding: 6px 10px;
    border-radius: var(--_radius);
    cursor: pointer;
  }

  .template[aria-selected="true"] {
    background: var(--_hover);
    color: var(--_hover-text);
  }

  .template-name {
    font-weight: 600;
  }

  .template-text {
    overflow: hidden;
    color: var(--_muted);
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .template[aria-selected="true"] .template-text {
    overflow: visible;
    color: var(--_hover-muted);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .picker-status:not(:empty),
  .picker-count {
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
  }

  .picker-form {
    display: flex;
    flex-direction: column;
    gap: 8px;
  }

  .picker-form :is(label, .picker-field) {
    display: flex;
    flex-direction: column;
    gap: 2px;
  }

  .picker-form label {
    font-weight: 600;
  }

  .picker-form :is(label, .picker-needed) {
    font-size: 12px;
    line-height: 16px;
  }

  .picker-form :is(input, select) {
    font-size: 14px;
    font-weight: 400;
  }

  .picker [aria-invalid="true"] {
    border-color: var(--_danger);
  }

  ${wrongStyles}

  .picker-needed {
    color: var(--_danger);
    font-weight: 400;
  }

  /* A place that is still to be filled. */
  .blank {
    padding-inline: 4px;
    border: 1px dashed;
    border-radius: var(--_radius);
    color: var(--_muted);
    white-space: nowrap;
  }

  .template[aria-selected="true"] .blank {
    color: var(--_hover-muted);
  }

  .picker-preview {
    padding: 8px 12px;
    border-radius: var(--_radius);
    background: var(--_own);
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  :host(:state(contrast)) .picker-preview {
    border: 1px solid var(--_stroke);
  }
`;
