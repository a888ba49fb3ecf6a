/* How a text is cut and billed, for whoever has the SDK and wants to count on every key stroke. */

export {
  type OffendingCharacter,
  PART_SIZES,
  replaceLookAlikes,
  type SegmentEncoding,
  type SegmentPart,
  type Segments,
  segments,
} from "@trunkline/protocol/segments";
