import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the package managers' packages are. */
    managers: string;
  }
}

/** Installs the package managers of `test/managers/tools`, once for each version of that list. */
export default function managers(project: TestProject): void {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const list = join(root, "test/managers/tools/package.json");
  const folder = join(root, ".cache/managers");
  const installed = join(folder, "package.json");
  if (!existsSync(installed) || readFileSync(installed, "utf8") !== readFileSync(list, "utf8")) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const args = [
      "install",
      "--prefix",
      folder,
      "--no-package-lock",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
    ];
    const words = Object.entries(JSON.parse(readFileSync(list, "utf8")).dependencies).map((entry) =>
      entry.join("@"),
    );
    execFileSync("npm", [...args, "--no-save", "--loglevel=error", ...words], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    cpSync(list, installed);
  }
  project.provide("managers", join(folder, "node_modules"));
}
