import { css } from "lit";

/** The sign before words about what is wrong: colour alone does not tell it to everybody. */
export const wrongStyles = css`
  .wrong:not(.none, :empty) {
    display: flex; /* words on a second line stand under the first word */
    align-items: baseline;
  }

  .wrong:not(.none, :empty)::before {
    display: inline-grid;
    flex: none;
    place-items: center;
    inline-size: 13px;
    block-size: 13px;
    margin-inline-end: 5px;
    border-radius: 50%;
    background: var(--_danger);
    color: var(--_surface);
    font-size: 10px;
    font-weight: 700;
    line-height: 1;
    content: "!" / "";
  }

  @media (forced-colors: active) {
    .wrong::before {
      border: 1px solid;
    }
  }
`;
