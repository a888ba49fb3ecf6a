/** Longest run of emoji that is shown large; more would fill the thread. */
const MOST = 3;

// RGI_Emoji covers families, flags, keycaps and skin tones as one each; it needs the v flag.
const EMOJI_ONLY = new RegExp(`^(?:\\s*\\p{RGI_Emoji}\\s*){1,${MOST}}$`, "v");

/** True for one to three emoji and nothing else. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= 60 && EMOJI_ONLY.test(text);
}
