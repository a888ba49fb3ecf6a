/* What an inbox does not need for its first picture: fetched right after it, as one file. */
export { AnnouncerController, announcementOf } from "../../controllers/announcer.ts";
export { OnlineController } from "../../controllers/online.ts";
export { TickerController } from "../../controllers/ticker.ts";
export { connectionBar } from "./connection-bar.ts";
export { MissingClientController } from "./missing-client.ts";
export { nothingChosen } from "./nothing-chosen.ts";
