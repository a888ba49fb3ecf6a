import { css } from "lit";

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    min-inline-size: 0;
    background: var(--_surface);
    container-type: inline-size;
  }

  .head {
    display: flex;
    flex: none;
    align-items: center;
    gap: 12px;
    min-block-size: 60px;
    padding-block: 8px;
    padding-inline: 20px 12px;
    border-block-end: 1px solid var(--_divider);
  }

  .head.with-back {
    gap: 8px;
    padding-inline-start: 8px;
  }

  .head .avatar {
    inline-size: 36px;
    block-size: 36px;
    font-size: 13px;
  }

  .more {
    position: relative;
  }

  .who {
    flex: 1;
    min-inline-size: 0;
  }

  .who > h2,
  .who bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .with-back > button:dir(rtl) svg {
    scale: -1 1;
  }

  .who h2 {
    text-align: -webkit-match-parent;
    text-align: match-parent;
    font-size: 16px;
    font-weight: 700;
    line-height: 22px;
  }

  .who h2 a {
    color: inherit;
    text-decoration: none;
  }

  .who h2 a:hover {
    text-decoration: underline;
  }

  /* Each part is cut at its own end, whichever way it runs; the last one first, the number never. */
  .who p {
    display: flex;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
    white-space: pre;
  }

  .who bdi:not(.number) {
    min-inline-size: 1.2em;
  }

  .who bdi:last-child {
    flex-shrink: 999;
  }

  @container (inline-size < 360px) {
    .who :is(span:nth-of-type(2), bdi:nth-of-type(3)) {
      display: none;
    }
  }

  .who .number {
    flex: none;
  }

  .who .stencil {
    inline-size: min(160px, 60%);
    block-size: 12px;
  }

  .who .stencil + .stencil {
    inline-size: min(110px, 40%);
    block-size: 10px;
    margin-block-start: 8px;
  }

  .head .avatar.stencil {
    border-radius: 50%;
  }

  .record:not([hidden]) {
    display: block;
    flex: none;
  }

  .stage {
    position: relative;
    display: flex;
    flex: 1;
    flex-direction: column;
    min-block-size: 0;
  }

  .scroller {
    flex: 1;
    min-block-size: 0;
    overflow: hidden auto;
    overflow-anchor: none;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--_stroke) transparent;
  }

  .content {
    display: flex;
    flex-direction: column;
    justify-content: flex-end;
    max-inline-size: 1000px;
    min-block-size: 100%;
    margin-inline: auto;
    padding-block: 12px 16px;
    padding-inline: 20px;
  }

  .divider {
    display: flex;
    align-items: center;
    gap: 12px;
    padding-block: 18px 6px;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
  }

  .divider::before,
  .divider::after {
    flex: 1;
    border-block-start: 1px solid var(--_stroke);
    content: "";
  }

  .divider.unread {
    padding-block-end: 2px;
    color: var(--_accent-mark);
    font-weight: 600;
  }

  .divider.unread::before,
  .divider.unread::after {
    border-color: var(--_accent-mark);
  }

  /* Below the messages, not over them: nothing that is read is covered. */
  .latest-bar {
    display: flex;
    flex: none;
    justify-content: center;
    padding-block: 5px;
    border-block-start: 1px solid var(--_divider);
  }

  .latest {
    min-inline-size: 0;
    min-block-size: 30px;
    padding-inline: 10px 14px;
    border-radius: 16px;
    font-size: 12px;
  }

  .latest.bare {
    padding-inline: 7px;
  }

  .older {
    display: grid;
    place-items: center;
    padding-block: 8px;
    color: var(--_muted);
    font-size: 12px;
  }

  .skeleton {
    display: flex;
    flex-direction: column;
    gap: 14px;
    padding-block-end: 4px;
  }

  .skeleton .stencil {
    inline-size: 46%;
    block-size: 36px;
    margin-inline-start: 40px;
    border-radius: calc(var(--_radius) + 2px);
  }

  .skeleton .stencil:nth-child(3n + 2) {
    inline-size: 34%;
  }

  .skeleton .stencil:nth-child(2n) {
    align-self: flex-end;
    margin-inline: 0 24px;
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
    .head:not(.with-back) {
      padding-inline-start: 12px;
    }

    .content {
      padding-inline: 12px;
    }

    .composer {
      padding-block-end: 12px;
      padding-inline: 12px;
    }
  }
`;
