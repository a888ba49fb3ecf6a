export function findProgram(names: readonly string[], extraFolders?: readonly string[]): string | null;
export function findChromium(): string | null;
export function findPostgresFolder(): string | null;
export function findNatsServer(): string | null;
