/** Prints rows as a table with aligned columns; a number stands to the right. */
export function table(title: string, head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "number" ? round(cell) : cell)));
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  console.log(`\n${title}\n${line(head)}\n${widths.map((width) => "-".repeat(width)).join("  ")}`);
  for (const row of cells) console.log(line(row));
}

function round(value: number): string {
  if (Number.isNaN(value)) return "-";
  return value >= 100 ? Math.round(value).toString() : value.toPrecision(3);
}
