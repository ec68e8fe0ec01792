import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { textAt } from "../parsers/data.ts";

/** What the repo asks of Node and the one on the path is not; null where they agree, or where nothing is asked. */
export function foreignRuntime(tree: string, path: string): string | null {
  const wanted = wantedNode(tree);
  if (wanted === null) return null;
  const ran = spawnSync("node", ["--version"], { env: { PATH: path }, encoding: "utf8", timeout: 10_000 });
  const major = Number(/^v(\d+)\./.exec(ran.stdout ?? "")?.[1]);
  return Number.isNaN(major) || admits(wanted, major)
    ? null
    : `the repo asks for Node ${wanted}, and ${ran.stdout.trim()} is here`;
}

function wantedNode(tree: string): string | null {
  try {
    return textAt(JSON.parse(readFileSync(join(tree, "package.json"), "utf8")), "engines", "node");
  } catch {
    return null;
  }
}

/** By majors alone, and by what most manifests say: `^24 || ^26`, `>=20.19.0`, `24.x`. Any other range admits all. */
export function admits(range: string, major: number): boolean {
  return range.split("||").some((part) => {
    const [, operator = "", stated] = /^\s*(\^|~|>=|=|v)?\s*(\d+)(?:\.(?:\d+|x|\*))*\s*$/.exec(part) ?? [];
    if (stated === undefined) return true;
    return operator === ">=" ? major >= Number(stated) : major === Number(stated);
  });
}
