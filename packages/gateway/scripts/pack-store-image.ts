// Puts the image of an empty store into the package, so that nobody's first start waits four seconds for PGlite.
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { makeStoreImage, storeImageName } from "../src/node/pglite-store.ts";

const image = await makeStoreImage();
const packed = await promisify(gzip)(new Uint8Array(await image.arrayBuffer()), { level: 9 });
await writeFile(new URL(`../dist/${await storeImageName()}.gz`, import.meta.url), packed);
