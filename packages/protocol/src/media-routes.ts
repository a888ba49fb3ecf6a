import { Media } from "./media.ts";
import { byId, created, ok, type RouteDefinition } from "./route-definition.ts";

/** Files that go with texts. */
export const MEDIA_ROUTES = {
  uploadMedia: {
    method: "POST",
    path: "/v1/media",
    access: "messages.send",
    tag: "media",
    summary: "Keeps one file that a text is to carry; what no text carries is removed after a day.",
    upload: true,
    answer: created(Media),
  },
  getMedia: {
    method: "GET",
    path: "/v1/media/{id}",
    access: "conversations.read",
    tag: "media",
    summary: "Gets a file's facts, with a fresh address to read it from.",
    params: byId("med"),
    answer: ok(Media),
  },
} as const satisfies Record<string, RouteDefinition>;
