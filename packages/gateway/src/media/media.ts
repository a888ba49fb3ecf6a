import type { Media as MediaAnswer, TenantId } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { Handlers, OutsideRoute } from "../http/route.ts";
import { readMessage } from "../messaging/message-store.ts";
import type { Ids } from "../random.ts";
import type { Principal } from "../rights/principal.ts";
import type { Database } from "../store/database.ts";
import { createMediaKeeper, type MediaKeeper } from "./keeper.ts";
import { createMediaLinks, type MediaLinks } from "./links.ts";
import { servingRoute } from "./serve-media.ts";
import { insertMedia, type MediaRow, markStored, readMedia } from "./store.ts";
import type { MediaTools } from "./workshop.ts";

export interface MediaParts {
  database: Database;
  clock: Clock;
  ids: Ids;
  /** Null where there is no place for files. */
  tools: MediaTools | null;
  masterKeys: readonly Uint8Array[];
  publicUrl: string | undefined;
}

/** Files that go with texts: taken, kept and served. */
export interface Media {
  readonly routes: Handlers<"uploadMedia" | "getMedia">;
  readonly outside: readonly OutsideRoute[];
  readonly keeper: MediaKeeper;
  readonly links: MediaLinks;
}

export function createMedia({ database, clock, ids, tools, masterKeys, publicUrl }: MediaParts): Media {
  const links = createMediaLinks(masterKeys, publicUrl);
  const keeper = createMediaKeeper({ database, clock, blobs: tools?.blobs ?? null });

  async function toAnswer(tenantId: TenantId, row: MediaRow): Promise<MediaAnswer> {
    const { url, expiresAt } = await links.make(tenantId, row.id, clock.now());
    return {
      id: row.id,
      contentType: row.content_type,
      bytes: row.bytes,
      width: row.width,
      height: row.height,
      url,
      thumbnailUrl: row.has_thumbnail ? `${url}?thumbnail` : null,
      expiresAt,
      createdAt: row.created_at.toISOString(),
    };
  }

  return {
    keeper,
    links,
    routes: {
      async uploadMedia({ principal, request }) {
        if (!tools) throw notSetUp();
        const { tenantId } = principal;
        return tools.workshop.receive(request, tenantId, async ({ contentType, bytes, width, height, ...file }) => {
          const id = ids("media");
          await database.tenant(tenantId, (tx) =>
            insertMedia(tx, tenantId, {
              id,
              created_by: makerOf(principal),
              content_type: contentType,
              bytes,
              width,
              height,
              has_thumbnail: file.thumbnail !== null,
              created_at: new Date(clock.now()),
            }),
          );
          await keeper.put(tenantId, id, { contentType, bytes, ...file });
          const row = await database.tenant(tenantId, (tx) => markStored(tx, tenantId, id, clock.now()));
          if (!row) throw notFound();
          return toAnswer(tenantId, row);
        });
      },

      async getMedia({ principal, params: { id } }) {
        const { tenantId } = principal;
        const row = await database.tenant(tenantId, async (tx) => {
          const media = await readMedia(tx, tenantId, id);
          if (!media) return null;
          const isSeen =
            media.message_id === null
              ? media.created_by === makerOf(principal)
              : (await readMessage(tx, principal, media.message_id)) !== null;
          return isSeen ? media : null;
        });
        if (!row) throw notFound();
        return toAnswer(tenantId, row);
      },
    },
    outside: tools ? [servingRoute({ database, clock, links, blobs: tools.blobs })] : [],
  };
}

/** Who may use a file before a text carries it: a user in whatever session, otherwise the key. */
const makerOf = ({ user, id }: Principal): string => user?.id ?? id;

const notSetUp = () =>
  new Refusal("media_not_set_up", {
    detail: "Whoever runs this gateway gives it a data directory or an S3-compatible store for files.",
  });
