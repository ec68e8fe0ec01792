import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceFile } from "../../core/compile.ts";
import { Failure } from "../../core/failure.ts";
import { printable } from "../../core/printable.ts";
import { withoutExecContext } from "../repo/other-release.ts";
import { refuse } from "./read-pack.ts";
import { filesInTarballAt } from "./read-tarball.ts";

/** The name and version, or range, of an npm package: `npm:@acme/pack@^1`, or without `npm:`; null for anything else. */
export function npmSource(source: string): string | null {
  const spec = source.replace(/^npm:/, "");
  // What npm would take for a folder or a file instead: a version that begins with a dot, and an ending of archives.
  if (/@\.|\.(tgz|tar|tar\.gz)(@|$)/i.test(spec)) return null;
  return /^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(@[\w.^~<>=*+-]+)?$/i.test(spec) ? spec : null;
}

/**
 * By the person's npm, with its registries, tokens and proxies, which verifies the integrity that the registry names; that
 * it names one is looked at here. Nothing of the package is run.
 */
export function filesInNpm(spec: string): readonly SourceFile[] {
  const folder = mkdtempSync(join(tmpdir(), "twelve-factor-npm-"));
  try {
    npm(spec, ["pack", "--ignore-scripts", `--pack-destination=${folder}`]);
    const [tarball = ""] = readdirSync(folder);
    const path = join(folder, tarball);
    const files = filesInTarballAt(path, spec);
    verifyIntegrity(spec, readFileSync(path));
    return files;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** npm takes a package of which the registry says no checksum as it is. */
function verifyIntegrity(spec: string, bytes: Uint8Array): void {
  const hash = (name: string, encoding: "base64" | "hex") => createHash(name).update(bytes).digest(encoding);
  // What was fetched a moment ago is at hand; of a range, each version is told.
  const told = npm(spec, ["view", "--json", "--prefer-offline"], ["dist"]);
  const stated = new Set(told.match(/sha512-[A-Za-z0-9+/]{86}==|(?<=")[0-9a-f]{40}(?=")/g));
  if (stated.has(`sha512-${hash("sha512", "base64")}`) || stated.has(hash("sha1", "hex"))) return;
  refuse(
    spec,
    "the registry names no integrity that it has",
    "Publish it again, to a registry that names one.",
  );
}

function npm(spec: string, flags: readonly string[], words: readonly string[] = []): string {
  const [verb = "", ...own] = flags;
  const common = ["--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=500"];
  // npm is a batch file on Windows, and its shell takes < and > of a range for its own.
  const isWindows = process.platform === "win32";
  const args = [verb, ...own, ...common, "--", isWindows ? `"${spec}"` : spec, ...words];
  const { status, stdout, stderr, error } = spawnSync("npm", args, {
    env: withoutExecContext(),
    encoding: "utf8",
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
    shell: isWindows,
  });
  if (status === 0) return stdout;
  const lines = (error?.message ?? stderr).split("\n").map((line) => line.replace(/^npm (error|ERR!) ?/, ""));
  const reason =
    lines.find((line) => /^\d{3} |E[A-Z]+|integrity|not found/i.test(line) && !line.startsWith("code")) ??
    lines[0];
  throw new Failure({
    code: "pack/fetch",
    message: `npm can't fetch the pack ${spec}: ${printable(reason ?? "")
      .replace(/\/\/[^/\s]*@/g, "//")
      .slice(0, 300)}.`,
    fix: `Check the name and version, and that npm may fetch it: npm view ${spec}`,
  });
}
