import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Fails where the package that would be published holds more, or other things, than we promise. */
const [packed] = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json"], { encoding: "utf8" }));
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const allowed =
  /^(package\.json|README\.md|LICENSE|dist\/[\w-]+(-[A-Z0-9]{8})?\.(c?js|br|json|txt)|dist\/THIRD-PARTY-LICENSES)$/;
const consumerScripts = ["preinstall", "install", "postinstall", "prepare", "prepublish"];
/** Bytes. The goal is 400,000, which two stacks, check, packs and adopt no longer fit in; a third stack has to make room. */
const maximum = 446_000;

const problems = [
  ...packed.files
    .filter(({ path }) => !allowed.test(path))
    .map(({ path }) => `${path} doesn't belong in the package.`),
  ...consumerScripts
    .filter((name) => name in manifest.scripts)
    .map((name) => `The script "${name}" would run at a user's.`),
  ...Object.keys(manifest.dependencies ?? {}).map(
    (name) => `${name} is a dependency that users would install.`,
  ),
  ...Object.values(manifest.bin)
    .filter((path) => !packed.files.some((file) => file.path === path && (file.mode & 0o111) !== 0))
    .map((path) => `${path} is missing, or isn't executable.`),
  ...(packed.size > maximum ? [`The tarball has ${packed.size} bytes; ${maximum} are the most.`] : []),
];
for (const problem of problems) console.error(problem);
console.log(`${packed.files.length} files, ${packed.size} bytes packed, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
