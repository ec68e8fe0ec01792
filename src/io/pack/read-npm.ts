import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceFile } from "../../core/compile.ts";
import { Failure } from "../../core/failure.ts";
import { printable } from "../../core/printable.ts";
import { withoutExecContext } from "../repo/other-release.ts";
import { filesInTarball } from "./read-tarball.ts";

/** The name and version, or range, of an npm package: `npm:@acme/pack@^1`, or without `npm:`; null for anything else. */
export function npmSource(source: string): string | null {
  const spec = source.replace(/^npm:/, "");
  return /^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(@[\w.^~<>=*+-]+)?$/i.test(spec) ? spec : null;
}

/** By the person's npm, with its registries, tokens and proxies, which verifies the integrity; nothing of the package is run. */
export function filesInNpm(spec: string): readonly SourceFile[] {
  const folder = mkdtempSync(join(tmpdir(), "twelve-factor-npm-"));
  try {
    const flags = [
      "--ignore-scripts",
      "--loglevel=error",
      "--fetch-retries=1",
      "--fetch-retry-mintimeout=500",
      `--pack-destination=${folder}`,
    ];
    // npm is a batch file on Windows, and its shell takes < and > of a range for its own.
    const isWindows = process.platform === "win32";
    const args = ["pack", ...flags, "--", isWindows ? `"${spec}"` : spec];
    const { status, stderr, error } = spawnSync("npm", args, {
      env: withoutExecContext(),
      encoding: "utf8",
      timeout: 120_000,
      shell: isWindows,
    });
    const [tarball] = readdirSync(folder);
    if (status === 0 && tarball !== undefined)
      return filesInTarball(readFileSync(join(folder, tarball)), spec);
    const lines = (error?.message ?? stderr)
      .split("\n")
      .map((line) => line.replace(/^npm (error|ERR!) ?/, ""));
    const reason =
      lines.find((line) => /^\d{3} |E[A-Z]+|integrity|not found/i.test(line) && !line.startsWith("code")) ??
      lines[0];
    throw new Failure({
      code: "pack/fetch",
      message: `npm can't fetch the pack ${spec}: ${printable(reason ?? "")
        .replace(/\/\/[^/@\s]*@/g, "//")
        .slice(0, 300)}.`,
      fix: `Check the name and version, and that npm may fetch it: npm view ${spec}`,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
