import fc from "fast-check";

/*
 * `npm test` tries the same cases each time, so that a change fails by what it changed; other cases are tried by
 * `npm run prove -- properties`, which prints the seed of a failure.
 */
fc.configureGlobal({ seed: Number(process.env.TRUNKLINE_SEED ?? 20_261_101) });
