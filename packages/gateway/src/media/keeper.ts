import type { MediaId, TenantId } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import type { Database } from "../store/database.ts";
import type { BlobStore } from "./blob-store.ts";
import { deleteRetired, retireUnused } from "./store.ts";
import type { FinishedFile } from "./workshop.ts";

/** Puts the blobs of files where they belong, and takes away those that nobody needs. */
export interface MediaKeeper {
  put(tenantId: TenantId, id: MediaId, file: FinishedFile & { thumbnail: FinishedFile | null }): Promise<void>;
  /** Removes files that were uploaded a day ago and that no text carries. */
  sweep(tenantId: TenantId): Promise<void>;
  /** Removes every blob of a tenant that is being deleted. */
  erase(tenantId: TenantId): Promise<void>;
}

/** How long an uploaded file waits for a text to carry it, in milliseconds. */
const UNUSED_KEPT_MS = 24 * 60 * 60_000;
/** Files that one transaction takes out of use. */
const CHUNK = 100;

/** Where the content of a file lies. */
export const blobKey = (tenantId: TenantId, id: MediaId): string => `${tenantId}/${id}`;
/** Where its small picture lies. */
export const thumbnailKey = (tenantId: TenantId, id: MediaId): string => `${tenantId}/${id}.thumbnail`;

export interface MediaKeeperParts {
  database: Database;
  clock: Clock;
  /** Null where there is no place for files. */
  blobs: BlobStore | null;
}

export function createMediaKeeper({ database, clock, blobs }: MediaKeeperParts): MediaKeeper {
  return {
    async put(tenantId, id, { thumbnail, ...file }) {
      if (!blobs) throw new TypeError("there is no place for files");
      if (thumbnail) await blobs.put(thumbnailKey(tenantId, id), { ...thumbnail, content: thumbnail.open() });
      await blobs.put(blobKey(tenantId, id), { ...file, content: file.open() });
    },

    async sweep(tenantId) {
      if (!blobs) return;
      const before = new Date(clock.now() - UNUSED_KEPT_MS);
      let retired: { id: MediaId }[];
      do {
        retired = await database.tenant(tenantId, (tx) => retireUnused(tx, tenantId, before, CHUNK));
        for (const { id } of retired) {
          await blobs.delete(thumbnailKey(tenantId, id));
          await blobs.delete(blobKey(tenantId, id));
        }
        const ids = retired.map(({ id }) => id);
        if (ids.length > 0) await database.tenant(tenantId, (tx) => deleteRetired(tx, tenantId, ids));
      } while (retired.length === CHUNK);
    },

    async erase(tenantId) {
      await blobs?.clear(`${tenantId}/`);
    },
  };
}
