/** Stand in an address for whichever organisation somebody is of. */
export const SHARED_TENANTS: readonly string[] = ["common", "organizations"];
