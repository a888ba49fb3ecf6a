import { expect, test } from "vitest";
import { platformRandom } from "../random.ts";
import { createSealer, SealBroken } from "./seal.ts";

const newKey = () => platformRandom(32);
const sealer = (...keys: Uint8Array[]) => createSealer(keys, platformRandom);
const ROW = '["carrier_accounts","ten_a","acc_1"]';

test("what was sealed opens again, in this process and in the next", async () => {
  const key = newKey();
  const first = sealer(key);
  for (const text of ["", "secret", "🔑 ключ", "x".repeat(100_000)]) {
    const sealed = await first.seal(text, ROW);
    expect(await first.open(sealed, ROW)).toBe(text);
    expect(await sealer(key).open(sealed, ROW)).toBe(text);
    if (text) expect(Buffer.from(sealed).includes(text)).toBe(false);
  }
});

test("the same text never seals to the same bytes", async () => {
  const one = sealer(newKey());
  const [a, b] = await Promise.all([one.seal("same", ROW), one.seal("same", ROW)]);
  expect(Buffer.from(a).equals(Buffer.from(b))).toBe(false);
});

test("bytes that were moved to another row or tenant do not open", async () => {
  const one = sealer(newKey());
  const sealed = await one.seal("secret", ROW);
  for (const row of [ROW.replace("acc_1", "acc_2"), ROW.replace("ten_a", "ten_b"), ""]) {
    await expect(one.open(sealed, row)).rejects.toThrow(SealBroken);
  }
});

test("a change of any byte, or a cut anywhere, is noticed", async () => {
  const one = sealer(newKey());
  const sealed = await one.seal("secret", ROW);
  for (let index = 0; index < sealed.length; index++) {
    const changed = sealed.slice();
    changed[index] = (changed[index] ?? 0) ^ 1;
    await expect(one.open(changed, ROW), `byte ${index}`).rejects.toThrow(SealBroken);
    await expect(one.open(sealed.slice(0, index), ROW), `cut at ${index}`).rejects.toThrow(SealBroken);
  }
});

test("another master key does not open it, and is named without being shown", async () => {
  const sealed = await sealer(newKey()).seal("secret", ROW);
  await expect(sealer(newKey()).open(sealed, ROW)).rejects.toThrow(/which this gateway was not given/);
});

test("a rotation seals with the first key and opens with all of them", async () => {
  const [before, after] = [newKey(), newKey()];
  const old = await sealer(before).seal("secret", ROW);
  const rotating = sealer(after, before);
  expect(await rotating.open(old, ROW)).toBe("secret");
  expect(await rotating.isCurrent(old)).toBe(false);
  const renewed = await rotating.seal("secret", ROW);
  expect(await rotating.isCurrent(renewed)).toBe(true);
  expect(await sealer(after).open(renewed, ROW)).toBe("secret");
  await expect(sealer(before).open(renewed, ROW)).rejects.toThrow(SealBroken);
});

test("a key of another length, or none, is refused at once", () => {
  expect(() => sealer()).toThrow(/at least one master key/);
  expect(() => sealer(newKey(), new Uint8Array(16))).toThrow(/32 bytes/);
});
