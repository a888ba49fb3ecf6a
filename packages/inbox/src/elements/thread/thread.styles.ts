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

  .who {
    flex: 1;
    min-inline-size: 0;
  }

  .who > * {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
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

  .who p {
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
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
    border-block-start: 1px solid var(--_divider);
    content: "";
  }

  :host(:state(dark)) .divider::before,
  :host(:state(dark)) .divider::after {
    border-color: var(--_hover);
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

  .message {
    display: grid;
    grid-template-columns: 32px minmax(0, 1fr);
    column-gap: 8px;
    padding-block-start: 2px;
    border-radius: var(--_radius);
  }

  .message.first {
    padding-block-start: calc(12px * var(--_density));
  }

  .message:focus-visible {
    outline: none;
    box-shadow: none;
  }

  .message:focus-visible .bubble {
    outline: 2px solid var(--_focus);
    outline-offset: 1px;
    box-shadow: 0 0 0 1px var(--_focus-inner);
  }

  .message > * {
    grid-column: 2;
  }

  .message > .avatar {
    grid-row: 1 / span 2;
    grid-column: 1;
    align-self: start;
    margin-block-start: 2px;
  }

  .message header {
    display: flex;
    gap: 8px;
    align-items: baseline;
    margin-block-end: 2px;
    padding-inline: 2px;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
  }

  .author {
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .message time {
    flex: none;
  }

  .line {
    display: flex;
    align-items: flex-end;
    gap: 4px;
    max-inline-size: 78%;
  }

  .bubble {
    min-inline-size: 0;
    padding: calc(7px * var(--_density)) 12px;
    border: 1px solid transparent;
    border-radius: calc(var(--_radius) + 2px);
    background: var(--_raised);
    box-shadow: 0 1px 1px var(--_shadow);
  }

  .bubble p {
    overflow-wrap: anywhere;
    text-wrap: pretty;
    white-space: pre-wrap;
  }

  .bubble.large {
    padding: 2px 4px;
    background: transparent;
    box-shadow: none;
    font-size: 32px;
    line-height: 42px;
  }

  .bubble a {
    color: var(--_link);
    text-underline-offset: 2px;
  }

  .bubble a:hover {
    color: var(--_link-hover);
  }

  .outbound .bubble a {
    color: var(--_link-own);
  }

  .media {
    display: block;
    color: var(--_muted);
  }

  .outbound > * {
    justify-self: end;
  }

  .outbound header {
    margin-inline-end: 24px;
  }

  .outbound .bubble {
    background: var(--_own);
    box-shadow: none;
  }

  .outbound .bubble.large {
    background: transparent;
  }

  .outbound .bubble.bad {
    border-color: var(--_danger);
  }

  .status {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 20px;
    block-size: 20px;
    color: var(--_muted);
  }

  .status svg {
    inline-size: 16px;
    block-size: 16px;
  }

  .status.delivered {
    color: var(--_accent-mark);
  }

  .status.delivered svg {
    inline-size: 20px;
    block-size: 20px;
  }

  .status.failed,
  .status.undelivered {
    color: var(--_danger);
  }

  .status.unknown {
    color: var(--_warning);
  }

  .failure {
    display: flex;
    flex-wrap: wrap;
    gap: 0 6px;
    align-items: center;
    justify-content: flex-end;
    max-inline-size: 78%;
    margin-inline-end: 24px;
    padding-block-start: 4px;
    color: var(--_danger);
    font-size: 12px;
    line-height: 16px;
    text-align: end;
  }

  .failure.unknown {
    color: var(--_warning);
  }

  .internal .line {
    max-inline-size: 100%;
  }

  .message.internal {
    grid-template-columns: minmax(0, 1fr);
    justify-items: center;
  }

  .message.internal > * {
    grid-column: 1;
  }

  .internal .bubble {
    border: 1px dashed var(--_stroke);
    background: transparent;
    box-shadow: none;
    font-size: 12px;
    line-height: 16px;
    text-align: center;
  }

  .latest {
    position: absolute;
    inset-block-end: 12px;
    inset-inline: 0;
    display: flex;
    inline-size: fit-content;
    min-inline-size: 0;
    min-block-size: 32px;
    margin-inline: auto;
    padding-inline: 10px 14px;
    border-radius: 16px;
    box-shadow:
      0 0 2px var(--_shadow),
      0 4px 8px var(--_shadow);
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
    .content {
      padding-inline: 12px;
    }

    .composer {
      padding-block-end: 12px;
      padding-inline: 12px;
    }

    .line,
    .failure {
      max-inline-size: 88%;
    }
  }

  :host(:state(contrast)) .bubble {
    border-color: var(--_stroke);
  }

  :host(:state(contrast)) .bubble.large {
    border-color: transparent;
  }

  :host(:state(contrast)) .outbound .bubble:not(.large) {
    border-color: var(--_accent-mark);
  }

  @media (forced-colors: active) {
    .bubble {
      border-color: CanvasText;
    }

    .bubble.large {
      border-color: transparent;
    }

    .outbound .bubble:not(.large) {
      border-color: Highlight;
    }
  }
`;
