/** Names that are a blob's own and nothing else: no `..`, no separator, nothing hidden. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/**
 * Takes a key apart into its names.
 *
 * @throws TypeError when it could lead anywhere but to a blob
 */
export function blobKeyNames(key: string): string[] {
  const names = key.split("/");
  if (!names.every((name) => NAME.test(name))) throw new TypeError(`not a blob's key: ${JSON.stringify(key)}`);
  return names;
}
