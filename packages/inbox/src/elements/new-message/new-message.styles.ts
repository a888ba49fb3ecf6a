import { css } from "lit";

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
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 44px;
    padding-inline: 20px;
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

  input::placeholder {
    color: var(--_muted);
    opacity: 1;
  }

  .name {
    flex: none;
    max-inline-size: 45%;
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

  .problem:not(:empty) {
    padding: 0 20px;
    color: var(--_danger);
    font-size: 12px;
    line-height: 16px;
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
  }

  .composer {
    flex: none;
    inline-size: 100%;
    max-inline-size: 1000px;
    margin-inline: auto;
    padding-block-end: 16px;
    padding-inline: 20px;
  }

  @container (inline-size < 480px) {
    .head {
      padding-inline-start: 16px;
    }

    .row {
      padding-inline: 16px;
    }

    .composer {
      padding-block-end: 12px;
      padding-inline: 12px;
    }
  }
`;
