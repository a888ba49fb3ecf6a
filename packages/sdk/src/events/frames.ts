/** One frame of an event stream; what it does not name is empty. */
export interface Frame {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/**
 * Reads `text/event-stream` from pieces of text as they come, wherever they were cut. A frame that the stream breaks off
 * is never given out, and neither is its id. Source: WHATWG HTML, "Server-sent events", section "Parsing an event stream";
 * `retry` is left to the reader's own back-off.
 */
export function frameReader(onFrame: (frame: Frame) => void): (piece: string) => void {
  let rest = "";
  let fields: Record<string, string> = {};
  return (piece) => {
    // A carriage return at the end may be the first half of a line's end.
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        const { id = "", event = "", data = "" } = fields;
        fields = {};
        if (id !== "" || data !== "") onFrame({ id, event, data });
        continue;
      }
      const [, name = "", value = ""] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line) ?? [];
      fields[name] = name === "data" && fields.data !== undefined ? `${fields.data}\n${value}` : value;
    }
  };
}
