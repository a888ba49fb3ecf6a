import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileStream } from "./file-stream.ts";

test("what nobody reads is not opened, and what is read comes whole or in part", async () => {
  const directory = await mkdtemp(join(tmpdir(), "trunkline-file-stream-"));
  try {
    const path = join(directory, "file");
    await writeFile(path, "0123456789");
    expect(await new Response(fileStream(path)).text()).toBe("0123456789");
    expect(await new Response(fileStream(path, { start: 2, end: 4 })).text()).toBe("234");
    const [unread, canceled] = [fileStream(path), fileStream(path)];
    await canceled.cancel();
    await rm(path);
    await expect(unread.getReader().read()).rejects.toMatchObject({ code: "ENOENT" });
  } finally {
    await rm(directory, { recursive: true });
  }
});
