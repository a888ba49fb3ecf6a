/**
 * Waits for parts of one transaction that are under way at once. Their statements run in the order in which they were asked.
 *
 * `Promise.all` would let one part go on when another has failed, and its next statement would run after the rollback, on
 * a connection that by then serves somebody else.
 *
 * @throws what failed first, when all have ended
 */
export async function together<Parts extends readonly Promise<unknown>[]>(
  ...parts: Parts
): Promise<{ -readonly [Index in keyof Parts]: Awaited<Parts[Index]> }> {
  let failed: { reason: unknown } | undefined;
  const noted = parts.map((part) =>
    part.catch((reason: unknown) => {
      failed ??= { reason };
    }),
  );
  await Promise.all(noted);
  if (failed) throw failed.reason;
  return Promise.all(parts);
}
