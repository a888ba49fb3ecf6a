/* What an inbox does not need for its first picture: fetched right after it, as one file. */
export { AnnouncerController } from "../../controllers/announcer.ts";
export { TickerController } from "../../controllers/ticker.ts";
export { TrunklineNewMessage } from "../new-message/new-message.ts";
export { connectionBar } from "./connection-bar.ts";
