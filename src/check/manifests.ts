import type { Factor } from "./types.ts";

export type Manifest = "classic" | "next";

export type Chapter = { readonly number: string; readonly title: string };

const classic: { readonly [factor in Factor]: Chapter } = {
  codebase: { number: "I", title: "Codebase" },
  dependencies: { number: "II", title: "Dependencies" },
  config: { number: "III", title: "Config" },
  "backing-services": { number: "IV", title: "Backing services" },
  "build-release-run": { number: "V", title: "Build, release, run" },
  processes: { number: "VI", title: "Processes" },
  "port-binding": { number: "VII", title: "Port binding" },
  concurrency: { number: "VIII", title: "Concurrency" },
  disposability: { number: "IX", title: "Disposability" },
  "dev-prod-parity": { number: "X", title: "Dev/prod parity" },
  logs: { number: "XI", title: "Logs" },
  admin: { number: "XII", title: "Admin processes" },
};

/** Where a check stands in a manifest. The draft of the next one has admin processes in VI, and Identity as XII. */
export function chapterOf(manifest: Manifest, factor: Factor, slug?: string): Chapter {
  if (manifest === "classic") return classic[factor];
  if (slug === "admin/static-cloud-keys") return { number: "XII", title: "Identity" };
  return factor === "admin" ? classic.processes : classic[factor];
}

/** All chapters of a manifest, in order. */
export function chaptersOf(manifest: Manifest): Chapter[] {
  const chapters = Object.values(classic);
  return manifest === "classic" ? chapters : [...chapters.slice(0, 11), { number: "XII", title: "Identity" }];
}
