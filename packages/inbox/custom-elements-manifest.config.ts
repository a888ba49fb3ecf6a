/*
 * What `dist/custom-elements.json` is made from: the elements, and nothing that only they use. What TypeScript keeps
 * private or a comment marks as internal is left out; what is left and has no description fails the build.
 */

interface Described {
  readonly name: string;
  readonly description?: string;
  readonly static?: boolean;
  readonly privacy?: "public" | "protected" | "private";
}

type Group = "attributes" | "members" | "events" | "slots" | "cssParts" | "cssProperties";

interface Declaration extends Partial<Record<Group, Described[]>> {
  readonly name: string;
  readonly customElement?: boolean;
}

interface Manifest {
  modules: {
    declarations: Declaration[];
    exports?: { readonly declaration: { readonly name: string } }[];
  }[];
}

const GROUPS: readonly Group[] = ["attributes", "members", "events", "slots", "cssParts", "cssProperties"];

const publicOnly = {
  name: "public-only",
  packageLinkPhase({ customElementsManifest: manifest }: { customElementsManifest: Manifest }): void {
    for (const module of manifest.modules) {
      module.declarations = module.declarations.filter(({ customElement }) => customElement);
      for (const declaration of module.declarations) {
        declaration.members = (declaration.members ?? []).filter(isPublic);
        declaration.events = (declaration.events ?? []).filter(({ name }) => name.startsWith("trunkline-"));
        for (const item of GROUPS.flatMap((group) => declaration[group] ?? [])) {
          if (!item.description) throw new Error(`${declaration.name}: nothing says what "${item.name}" is for`);
        }
      }
      const names = new Set(module.declarations.map(({ name }) => name));
      module.exports = (module.exports ?? []).filter(({ declaration }) => names.has(declaration.name));
    }
    manifest.modules = manifest.modules.filter(({ declarations }) => declarations.length > 0);
  },
};

function isPublic({ name, privacy = "public", static: isStatic = false }: Described): boolean {
  return privacy === "public" && !isStatic && !name.startsWith("#");
}

export default {
  globs: ["src/elements/*/*.ts", "src/shared/element.ts"],
  exclude: ["src/**/*.test.ts", "src/**/*.styles.ts", "src/elements/new-message/*"],
  outdir: "dist",
  litelement: true,
  packagejson: false,
  plugins: [publicOnly],
};
