/** What a measured server has in common: its options, how it says that it is ready, and how it is asked. */
export function options<Options>(): Options {
  return JSON.parse(process.argv[2] ?? "{}") as Options; // written by support/child.ts
}

export function ready(value: object, answer: (message: Record<string, unknown>) => Promise<object> = async () => ({})) {
  process.on("message", (message: Record<string, unknown>) => {
    if (message.memory) process.send?.({ rss: process.memoryUsage.rss() });
    else void answer(message).then((reply) => process.send?.(reply));
  });
  process.once("disconnect", () => process.exit()); // a bench that fails leaves no server behind
  process.send?.({ ready: value });
}
