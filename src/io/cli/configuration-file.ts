import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { configFolder } from "../config-folder.ts";

/** The file of a project, at its root or above in the same git repository. */
export const projectFile = "create-twelve-factor.yaml";

/** The one configuration that counts: the project's, or else the user's. Null where there is none. */
export function configurationFile(from: string): string | null {
  const users = configFolder();
  const own = users === null ? null : `${users}/config.yaml`;
  return projectFileAbove(from) ?? (own !== null && existsSync(own) ? own : null);
}

/** Outside of a git repository nobody vouches for the folders above. */
function projectFileAbove(from: string): string | null {
  let nearest: string | null = null;
  for (let at = from; ; at = dirname(at)) {
    const path = `${at === "/" ? "" : at}/${projectFile}`;
    if (nearest === null && existsSync(path)) nearest = path;
    if (existsSync(`${at}/.git`)) return nearest;
    if (at === dirname(at)) return nearest === `${from}/${projectFile}` ? nearest : null;
  }
}
