import { readdirSync, readFileSync } from "node:fs";

/** The licenses of the packages whose code is in the bundle, as they ask for, by name. Takes esbuild's metafile. */
export function thirdPartyLicenses(metafile, root) {
  const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = new Set(
    bundled.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => licenseOf(`${root}${folder}`));
  return `This package contains code of the following ones.\n\n${texts.join("\n")}`;
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text =
    file === undefined ? `License: ${license}\n` : readFileSync(`${folder}/${file}`, "utf8").trim();
  return `--- ${name} ${version} (${license})\n\n${text.trim()}\n`;
}
