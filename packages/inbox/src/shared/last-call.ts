/** Remembers the last result for as long as the arguments are the same. */
export function lastCall<Arguments extends readonly unknown[], Result>(
  work: (...given: Arguments) => Result,
): (...given: Arguments) => Result {
  let last: { readonly given: Arguments; readonly result: Result } | null = null;
  return (...given) => {
    if (last === null || given.some((value, index) => value !== last?.given[index]))
      last = { given, result: work(...given) };
    return last.result;
  };
}
