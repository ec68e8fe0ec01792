import { readdirSync, readFileSync } from "node:fs";

/** The licenses of the packages whose code is in the bundle, as they ask for, by name. Takes esbuild's metafile. */
export function thirdPartyLicenses(metafile, root) {
  const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = new Set(
    bundled.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const packages = [...folders].sort().map((folder) => licenseOf(`${root}${folder}`));
  const parts = [...new Set(packages.map(({ terms }) => terms))].map((terms) => {
    const owners = packages.filter((one) => one.terms === terms);
    return `${owners.map(({ name, notices }) => [name, ...notices].join("\n  ")).join("\n")}\n\n${terms}\n`;
  });
  return `This package contains code of the following ones, under the terms below each group.\n\n${parts.join("\n---\n\n")}`;
}

/** The terms that many packages share, word for word, apart from whose they are. */
function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? `License: ${license}` : readFileSync(`${folder}/${file}`, "utf8");
  const paragraphs = text
    .trim()
    .split(/\r?\n\s*\r?\n/)
    .map((part) => part.trim().replace(/\s*\r?\n\s*/g, " "));
  const isNotice = (part) => /^(copyright|\(c\)|©)/i.test(part) && part.length < 400;
  return {
    name: `${name} ${version} (${license})`,
    notices: paragraphs.filter(isNotice),
    terms: paragraphs
      .filter((part) => !isNotice(part) && !/^(the )?mit license( \(mit\))?:?$/i.test(part))
      .join("\n\n"),
  };
}
