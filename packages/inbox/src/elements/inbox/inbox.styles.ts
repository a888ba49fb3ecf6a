import { css } from "lit";

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    inline-size: 100%;
    block-size: 100%;
    min-block-size: 320px;
    max-block-size: 100dvh;
    overflow: hidden;
    background: var(--_surface);
    isolation: isolate;
  }

  .bar {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 6px 12px;
    border-block-end: 1px solid var(--_divider);
    background: var(--_warning-surface);
    color: var(--_text);
    font-size: 12px;
    line-height: 16px;
  }

  .bar svg {
    color: var(--_warning);
  }

  .bar p {
    flex: 1;
    min-inline-size: 0;
    text-wrap: pretty;
  }

  .bar .text-button {
    color: inherit;
  }

  .panes {
    display: flex;
    flex: 1;
    min-block-size: 0;
  }

  .side {
    display: flex;
    flex: none;
    flex-direction: column;
    inline-size: clamp(300px, 36%, 360px);
    min-block-size: 0;
    border-inline-end: 1px solid var(--_divider);
    background: var(--_sunken);
  }

  .side-head {
    display: flex;
    flex: none;
    align-items: center;
    gap: 8px;
    min-block-size: 60px;
    padding-block: 8px;
    padding-inline: 20px 12px;
  }

  .side-head > slot {
    display: block;
    flex: 1;
    min-inline-size: 0;
  }

  .side-head h2 {
    font-size: 20px;
    font-weight: 700;
    line-height: 28px;
  }

  .list {
    flex: 1;
  }

  .main {
    display: flex;
    flex: 1;
    flex-direction: column;
    min-inline-size: 0;
    min-block-size: 0;
  }

  .main > * {
    flex: 1;
  }

  .narrow .side,
  .narrow .main {
    flex: 1;
    inline-size: 100%;
    border: 0;
  }
`;
