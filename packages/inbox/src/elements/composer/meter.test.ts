import { expect, test } from "vitest";
import { meterOf } from "./meter.ts";

test("a short plain text is not worth a word; one that is nearly full is", () => {
  expect(meterOf("")).toBeNull();
  expect(meterOf("x".repeat(139))).toBeNull();
  expect(meterOf("x".repeat(140))).toMatchObject({ texts: 1, unitsLeft: 20, remark: null });
  expect(meterOf("x".repeat(161))).toMatchObject({ texts: 2, encoding: "gsm7" });
});

test("a character that forces UCS-2 is named, with its look-alike", () => {
  expect(meterOf("It’s ready")).toMatchObject({
    texts: 1,
    encoding: "ucs2",
    remark: { chars: ["’"], replacement: "'", plain: "It's ready", textsWithout: 1 },
  });
  expect(meterOf("“It’s” ready…")?.remark).toMatchObject({ chars: ["“", "’", "”", "…"], replacement: null });
});

test("emoji beside look-alikes are told where together they cost a text, and plain characters alone would not help", () => {
  const remark = meterOf("It’s ready – come by any time 🎉 and don’t forget the papers, the key and the plate")?.remark;
  expect(remark).toMatchObject({ chars: ["’", "–", "🎉"], plain: null, textsWithout: 1 });
  const many = "It’s ready – “come by” any time 🎉 and don’t forget the papers, the key and the trailer plate";
  expect(meterOf(many)?.remark, "however many of them look plain").toMatchObject({ plain: null, textsWithout: 1 });
  expect(meterOf(`${"x".repeat(100)}🦀🎉👍🚲🛶`)?.remark, "so many are meant").toBeNull();
  expect(meterOf("It’s ready 🎉")?.remark, "one text either way").toBeNull();
  expect(meterOf(`${"Ça marche – à bientôt. ".repeat(4)}Œuvre`)?.remark, "a letter of their language").toBeNull();
});

test("an emoji is named when it alone costs a text; another script never is", () => {
  expect(meterOf("See you 🦀")?.remark).toBeNull();
  expect(meterOf(`${"x".repeat(100)}🦀`)?.remark).toMatchObject({ chars: ["🦀"], plain: null, textsWithout: 1 });
  expect(meterOf("نعم، سأكون هناك ".repeat(12))?.remark).toBeNull();
  expect(meterOf("🦀".repeat(60))?.remark, "nothing would be left").toBeNull();
});
