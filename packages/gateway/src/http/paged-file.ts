/** How rows become a file. */
export interface FileForm<Row> {
  /** One row as text, with its end. */
  readonly write: (row: Row) => string;
  /** What stands before all rows. */
  readonly header: string;
  /** Of the file, without its ending. */
  readonly name: string;
  readonly format: "csv" | "ndjson";
}

/**
 * A file of any number of rows in little memory: a page is asked for when the reader has taken the one before it, and no
 * more when the reader goes away.
 */
export function pagedFile<Row>(
  pages: AsyncGenerator<readonly Row[]>,
  { write, header, name, format }: FileForm<Row>,
): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (header !== "") controller.enqueue(encoder.encode(header));
      },
      async pull(controller) {
        const { done, value } = await pages.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value.map(write).join("")));
      },
      async cancel() {
        await pages.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      "content-type": format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson",
      "content-disposition": `attachment; filename="${name}.${format}"`,
      "cache-control": "no-store",
    },
  });
}
