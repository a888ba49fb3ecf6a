import type { Directory } from "../directory.ts";
import type { DirectoryUser } from "../directory-state.ts";
import { EntraError } from "./errors.ts";

/**
 * A person of the directory who may sign in at all.
 *
 * @throws EntraError 50020 of another tenant, 50034 unknown, 50057 switched off
 */
export function enabledUser(directory: Directory, idOrUpn: string): DirectoryUser {
  const user = directory.findUser(idOrUpn);
  if (!user) throw new EntraError(directory.isStranger(idOrUpn) ? 50020 : 50034);
  if (!user.isEnabled) throw new EntraError(50057);
  return user;
}

/** Whether somebody may grant delegated permissions for everybody. */
export const isAdministrator = ({ role }: DirectoryUser): boolean => role === "global_admin" || role === "app_admin";
