import { css } from "lit";

export const consentStyles = css`
  .panel {
    display: flex;
    flex-direction: column;
    gap: 16px;
    max-inline-size: 640px;
    padding: 20px;
    border: 1px solid var(--_stroke);
    border-radius: var(--_radius-large);
    background: var(--_raised);
  }

  .head {
    display: flex;
    gap: 12px;
    align-items: flex-start;
  }

  .mark {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    border-radius: 50%;
    background: var(--_own);
    color: var(--_accent-mark);
  }

  .title {
    font-size: 16px;
    font-weight: 600;
    line-height: 22px;
    text-wrap: balance;
  }

  .words,
  .account,
  .until,
  .asks {
    color: var(--_muted);
    overflow-wrap: anywhere;
  }

  .until,
  .trouble {
    font-size: 12px;
    line-height: 16px;
  }

  .trouble {
    color: var(--_danger);
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }

  .leave {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    padding-block-start: 12px;
    border-block-start: 1px solid var(--_stroke);
  }

  .link {
    display: flex;
    flex-direction: column;
    gap: 8px;
  }

  .link label {
    display: flex;
    flex-direction: column;
    gap: 4px;
    font-weight: 600;
  }

  .link input {
    min-block-size: 32px;
    padding: 5px 10px;
    border: 1px solid var(--_stroke-strong);
    border-radius: var(--_radius);
    background: var(--_raised);
    font-weight: 400;
    text-overflow: ellipsis;
  }

  .leave .text-button {
    margin-inline-start: -4px;
  }

  .features {
    display: flex;
    flex-direction: column;
    border-block-start: 1px solid var(--_stroke);
  }

  .feature {
    padding-block: 10px;
    border-block-end: 1px solid var(--_stroke);
  }

  .feature:last-child {
    border-block-end: 0;
    padding-block-end: 0;
  }

  .row {
    display: grid;
    grid-template-columns: 20px 1fr;
    gap: 2px 10px;
  }

  .feature-name {
    font-weight: 600;
  }

  .feature-state {
    grid-column: 2;
    color: var(--_muted);
  }

  .works {
    color: var(--_accent-mark);
  }

  .waits {
    color: var(--_muted);
  }

  .stopped {
    color: var(--_danger);
  }

  details {
    margin-block-start: 4px;
    margin-inline-start: 30px;
  }

  summary {
    inline-size: fit-content;
    min-block-size: 24px;
    border-radius: var(--_radius);
    color: var(--_link);
    font-weight: 600;
    cursor: pointer;
  }

  .permissions {
    display: flex;
    flex-direction: column;
    gap: 8px;
    margin-block-start: 8px;
  }

  .permission code {
    display: block;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
    overflow-wrap: anywhere;
  }

  .line {
    inline-size: 60%;
    block-size: 16px;
  }

  .line.long {
    inline-size: 90%;
  }

  @media (forced-colors: active) {
    .panel,
    .mark {
      border: 1px solid CanvasText;
    }
  }
`;
