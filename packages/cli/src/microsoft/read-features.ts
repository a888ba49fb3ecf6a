import { didYouMean } from "@trunkline/gateway/node/settings";
import { isMicrosoftFeature, MICROSOFT_FEATURES, type MicrosoftFeature } from "@trunkline/protocol/permissions";
import { UsageError } from "../command-line/command.ts";

/** Features as a command line gives them: one or several at a time, separated by commas. */
export function readFeatures(given: readonly string[]): MicrosoftFeature[] {
  return given.flatMap((part) => part.split(",")).map(toFeature);
}

function toFeature(text: string): MicrosoftFeature {
  const word = text.trim();
  if (isMicrosoftFeature(word)) return word;
  throw new UsageError(`There is no feature "${word}".${didYouMean(word, MICROSOFT_FEATURES)}`);
}
