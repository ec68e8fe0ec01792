import { builtinModules } from "node:module";
import { isDataMap, listAt, mapAt, textAt } from "../parsers/data.ts";
import { parseShell } from "../parsers/shell.ts";
import { textOf } from "../parsers/source/outline.ts";
import { advice, type Fault, notTried, type Place, risk, staticCheck, violation } from "../static-check.ts";
import { below, folderOf, foldersAbove, nameOf, partOf } from "../survey/places.ts";
import { packageOf } from "../survey/quick-look.ts";
import type { Survey } from "../survey/survey.ts";
import { lineOf } from "./evidence.ts";
import { unsynced } from "./locked-dependencies.ts";
import { type Step, stepsIn } from "./steps.ts";
import { type Stated, toolchainsIn } from "./toolchains.ts";

const builtins = new Set([...builtinModules, "bun", "deno", "electron"]);

/** Locks of each manifest, any of which will do; they may lie in a folder above, as in a workspace. */
const locks: readonly {
  readonly manifest: string;
  readonly locks: readonly string[];
  readonly tool: string;
}[] = [
  {
    manifest: "package.json",
    locks: [
      "package-lock.json",
      "npm-shrinkwrap.json",
      "yarn.lock",
      "pnpm-lock.yaml",
      "bun.lock",
      "bun.lockb",
    ],
    tool: "npm install",
  },
  {
    manifest: "pyproject.toml",
    locks: ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "requirements.txt", "requirements.lock"],
    tool: "uv lock",
  },
  { manifest: "Pipfile", locks: ["Pipfile.lock"], tool: "pipenv lock" },
  { manifest: "go.mod", locks: ["go.sum", "go.work.sum"], tool: "go mod tidy" },
  { manifest: "Cargo.toml", locks: ["Cargo.lock"], tool: "cargo generate-lockfile" },
  { manifest: "Gemfile", locks: ["Gemfile.lock", "gems.locked"], tool: "bundle lock" },
  { manifest: "composer.json", locks: ["composer.lock"], tool: "composer update --lock" },
  { manifest: "mix.exs", locks: ["mix.lock"], tool: "mix deps.get" },
];

/** Programs that are no part of a bare system, by the package that has them. */
const tools: { readonly [program: string]: readonly string[] } = {
  convert: ["imagemagick"],
  magick: ["imagemagick"],
  identify: ["imagemagick"],
  ffmpeg: ["ffmpeg"],
  ffprobe: ["ffmpeg"],
  curl: ["curl"],
  wget: ["wget"],
  git: ["git"],
  wkhtmltopdf: ["wkhtmltopdf"],
  pdftotext: ["poppler-utils"],
  pdftoppm: ["poppler-utils"],
  libreoffice: ["libreoffice"],
  soffice: ["libreoffice"],
  gs: ["ghostscript"],
  pandoc: ["pandoc"],
  tesseract: ["tesseract-ocr", "tesseract"],
  exiftool: ["libimage-exiftool-perl", "exiftool"],
  pg_dump: ["postgresql-client", "postgresql"],
  psql: ["postgresql-client", "postgresql"],
  mysqldump: ["default-mysql-client", "mysql-client"],
  graphviz: ["graphviz"],
  dot: ["graphviz"],
  chromium: ["chromium"],
  unzip: ["unzip"],
  zip: ["zip"],
  docker: ["docker"],
  kubectl: ["kubectl"],
  aws: ["awscli"],
};

export const dependencies = [
  staticCheck("dependencies/manifest", {
    title: "Dependencies are declared",
    asks: "Is there a manifest that names every package which the source imports?",
    why: "“A twelve-factor app never relies on implicit existence of system-wide packages. It declares all dependencies, completely and exactly, via a dependency declaration manifest.”",
    fix: "Add the package to the manifest: npm install, uv add, go get.",
    fooledBy:
      "Aliases of a bundler that are configured elsewhere; packages in Python are judged only by whether there is a manifest at all.",
    judge: (survey) => {
      const faults = [...undeclaredImports(survey), ...missingPythonManifest(survey)];
      const { counts } = survey.sources;
      return counts.size === 0 ? notTried("there is no source in a language that is read") : faults;
    },
  }),
  staticCheck("dependencies/dev-only", {
    title: "What runs is no development dependency",
    asks: "Is every package that the app imports among its runtime dependencies?",
    why: "“Declares all dependencies, completely and exactly … uniformly to both production and development”: what is pruned after the build is missing where it runs.",
    fix: "Move it from devDependencies to dependencies.",
    fooledBy: "Apps that a bundler packs whole, which need no dependency where they run.",
    judge: (survey) => {
      const found = developmentImports(survey);
      return found === null ? notTried("there is no package.json with a source that imports") : found;
    },
  }),
  staticCheck("dependencies/lockfile", {
    title: "Versions are locked",
    asks: "Does each manifest have its lock, in the repo?",
    why: "“It declares all dependencies, completely and exactly”: a range in a manifest is not exact, its lockfile is.",
    fix: "Create the lockfile with the package manager, and commit it.",
    fooledBy: "Packages that need no lock since they have no dependencies; they are not judged.",
    judge: (survey) => {
      const found = survey.repo.paths
        .filter((path) => partOf(path) === "app")
        .flatMap((path) => lockFaults(survey, path));
      return found.some((each) => each !== null) || found.length > 0
        ? found.flatMap((each) => each ?? [])
        : notTried("there is no manifest with dependencies");
    },
  }),
  staticCheck("dependencies/lock-in-sync", {
    title: "The lockfile is the manifest’s",
    asks: "Does the lockfile hold the dependencies of its manifest, with the same ranges, and no others?",
    why: "A frozen install fails where they differ, and any other one installs what nobody has declared “completely and exactly”.",
    fix: "Install with the package manager, and commit manifest and lockfile together.",
    fooledBy: "Lockfiles above 1 MiB and those of other package managers are not compared.",
    judge: ({ repo, data }) => {
      const compared = repo.paths
        .filter((path) => partOf(path) === "app")
        .flatMap((path) => {
          const found = unsynced(repo, path, data.get(path)?.[0]?.value);
          return found ? [{ path, found }] : [];
        });
      if (compared.length === 0)
        return notTried("there is no manifest with a lockfile that could be compared");
      return compared.flatMap(({ path, found: [first, ...more] }) => {
        if (!first) return [];
        const others = more.length > 0 ? `, and ${more.length} more` : "";
        const evidence = `${first.lockfile}: ${first.name} ${first.how}${others}`;
        return [
          violation("The lockfile is not the one of this manifest.", { file: path, line: 1 }, evidence),
        ];
      });
    },
  }),
  staticCheck("dependencies/one-lockfile", {
    title: "One package manager",
    asks: "Is there one lockfile for each manifest?",
    why: "Dependencies are declared “exactly”; two locks of two package managers are two declarations, of which one grows old.",
    fix: "Keep the lockfile of the package manager that builds the app, and delete the other.",
    fooledBy: "Nothing that is known.",
    judge: ({ repo }) => {
      const families: readonly (readonly string[])[] = [
        ["package-lock.json", "npm-shrinkwrap.json"],
        ["yarn.lock"],
        ["pnpm-lock.yaml"],
        ["bun.lock", "bun.lockb"],
      ];
      const folders = repo.paths.filter((path) => nameOf(path) === "package.json").map(folderOf);
      if (folders.length === 0) return notTried("there is no package.json");
      const paths = new Set(repo.paths);
      return folders.flatMap((folder) => {
        const present = families.flatMap(
          (names) => names.map((name) => below(folder, name)).find((path) => paths.has(path)) ?? [],
        );
        return present.length < 2
          ? []
          : [
              risk(
                "There are lockfiles of several package managers.",
                { file: present[1] as string, line: 1 },
                present.join(", "),
              ),
            ];
      });
    },
  }),
  staticCheck("dependencies/frozen-install", {
    title: "Installs follow the lockfile",
    asks: "Do images and CI install exactly what the lockfile says?",
    why: "A new deploy sets up “everything needed to run the app’s code with a deterministic build command”.",
    fix: "npm ci; pnpm install --frozen-lockfile; yarn install --immutable; uv sync --locked; cargo build --locked; bundle config set frozen true.",
    fooledBy: "A setting of the package manager that freezes the lockfile elsewhere.",
    judge: (survey) => {
      const steps = stepsIn(survey);
      if (steps.length === 0) return notTried("there is no Dockerfile and no CI");
      return steps.flatMap((step) => {
        const instead = unfrozen(step);
        return instead === null
          ? []
          : [risk(`This install may change versions; use ${instead}.`, step, step.words.join(" "))];
      });
    },
  }),
  staticCheck("dependencies/unpinned-install", {
    title: "Nothing is installed beside the manifest",
    asks: "Do images and CI install no package by name without a version?",
    why: "“It declares all dependencies, completely and exactly, via a dependency declaration manifest”; a package that a build step fetches by name is another one each day.",
    fix: "Declare it in the manifest, or name its exact version.",
    fooledBy: "Tools of CI that have no part in the app, which are a risk and not a violation.",
    judge: (survey) => {
      const steps = stepsIn(survey);
      if (steps.length === 0) return notTried("there is no Dockerfile and no CI");
      return steps.flatMap((step) => {
        const names = unpinned(step);
        if (names.length === 0) return [];
        const fault = step.of === "image" && !names.every(isPackageManager) ? violation : risk;
        return [fault(`Installed without a version: ${names.join(", ")}.`, step, step.words.join(" "))];
      });
    },
  }),
  staticCheck("dependencies/remote-script", {
    title: "No script from the network is run",
    asks: "Does no step pipe what it downloads into a shell?",
    why: "A dependency that is whatever a server sends today is neither declared nor exact.",
    fix: "Take the tool from an image or a package with a version, or verify a checksum before running it.",
    fooledBy: "Downloads that are verified in a way that is not seen.",
    judge: (survey) => {
      const steps = stepsIn(survey);
      if (steps.length === 0) return notTried("there is no Dockerfile and no CI");
      return steps.flatMap((step, index) => {
        const next = steps[index + 1];
        const pipes =
          step.piped &&
          /^(curl|wget)$/.test(nameOf(step.words[0] ?? "")) &&
          next !== undefined &&
          next.file === step.file;
        const interpreter = nameOf(
          next?.words.filter((word) => word !== "sudo" && word !== "env" && !word.includes("="))[0] ?? "",
        );
        return pipes && /^(ba|z|da|a)?sh$|^(python3?|node|perl|ruby)$/.test(interpreter)
          ? [
              violation(
                "What is downloaded is run.",
                step,
                `${step.words.join(" ")} | ${next.words.join(" ")}`,
              ),
            ]
          : [];
      });
    },
  }),
  staticCheck("dependencies/base-image", {
    title: "Base images have a version",
    asks: "Does each FROM name a tag that is not `latest`, or a digest?",
    why: "The image is the largest dependency there is, and must be declared “exactly”.",
    fix: "FROM name:version, better with @sha256:….",
    fooledBy: "Arguments that only the build knows.",
    judge: ({ images }) => {
      const bases = images.filter(({ use }) => use === "base");
      if (bases.length === 0) return notTried("there is no Dockerfile");
      return bases.flatMap(({ image, tag, digest, file, line }) => {
        if (digest !== null || image.includes("$")) return [];
        if (tag === null || tag === "latest")
          return [violation("The base image has no version.", { file, line }, `FROM ${image}`)];
        return [advice("The base image is not pinned by its digest.", { file, line }, `FROM ${image}`)];
      });
    },
  }),
  staticCheck("dependencies/end-of-life", {
    title: "Nothing it stands on is past its end of life",
    asks: "Do the runtime and the images still get security fixes?",
    why: "Beyond the text. A dependency that is declared exactly, and that nobody mends, is exactly wrong.",
    fix: "Go to a version that is supported.",
    fooledBy: "Extended support that is paid for.",
    judge: (survey) => {
      const faults = [
        ...survey.images.flatMap(({ image, name, tag, file, line }) => {
          const reason = endOfLife(name, tag ?? "");
          return reason === null ? [] : [risk(reason, { file, line }, image)];
        }),
        ...toolchainsIn(survey).flatMap(({ tool, version, file, line }) => {
          const reason = endOfLife(tool, version);
          return reason === null ? [] : [risk(reason, { file, line }, lineOf(survey, file, line))];
        }),
      ];
      const isStated = survey.images.length + toolchainsIn(survey).length > 0;
      return isStated ? faults : notTried("no image and no version of a runtime is stated");
    },
  }),
  staticCheck("dependencies/toolchain-agreement", {
    title: "One version of the runtime",
    asks: "Do .tool-versions, the manifest, the image and CI name the same version of the runtime?",
    why: "Declaration and isolation apply “uniformly to both production and development”; a new developer needs “only the language runtime and dependency manager” – the same ones.",
    fix: "State the version once, and have the others read or repeat it.",
    fooledBy: "A matrix of versions in CI, which libraries need; it is not judged.",
    judge: (survey) => {
      const stated = toolchainsIn(survey);
      if (stated.length < 2) return notTried("fewer than two files state a version of the runtime");
      return disagreements(stated).map(({ one, other }) =>
        violation(
          `${one.tool} is ${one.version} in ${one.file} and ${other.version} here.`,
          { file: other.file, line: other.line },
          lineOf(survey, other.file, other.line),
        ),
      );
    },
  }),
  staticCheck("dependencies/toolchain", {
    title: "The runtime has a version",
    asks: "Does the repo say which version of the language it is for?",
    why: "“The new developer can check out the app’s codebase onto their development machine, requiring only the language runtime and dependency manager installed as prerequisites”: which ones has to be written down.",
    fix: "Add .tool-versions, or the manifest’s own field: engines, requires-python, go.",
    fooledBy: "A README that says it in words.",
    judge: (survey) => {
      if (survey.sources.counts.size === 0) return notTried("there is no source in a language that is read");
      return toolchainsIn(survey).length > 0
        ? []
        : [
            advice(
              "No file states a version of the runtime.",
              null,
              "no .tool-versions, engines, requires-python or go line",
            ),
          ];
    },
  }),
  staticCheck("dependencies/shell-outs", {
    title: "Programs that it calls are declared",
    asks: "Is every program that the source starts installed by the image, or listed for the platform?",
    why: "“Twelve-factor apps also do not rely on the implicit existence of any system tools. Examples include shelling out to ImageMagick or curl … If the app needs to shell out to a system tool, that tool should be vendored into the app.”",
    fix: "Use a library instead, or install the program in the Dockerfile or an Aptfile.",
    fooledBy: "Base images that already hold the program.",
    judge: (survey) => {
      const spawns = survey.sources.parsed
        .filter(({ part }) => part === "app")
        .flatMap((source) => spawnsIn(source));
      if (spawns.length === 0) return [];
      const declared = declaredPrograms(survey);
      const first = new Map([...spawns].reverse().map((spawn) => [spawn.program, spawn]));
      return [...first.values()].flatMap(({ program, file, line }) => {
        const packages = Object.hasOwn(tools, program) ? tools[program] : undefined;
        if (!packages || packages.some((name) => declared.has(name)) || declared.has(program)) return [];
        return [
          risk(`It starts ${program}, which nothing declares.`, { file, line }, lineOf(survey, file, line)),
        ];
      });
    },
  }),
];

function undeclaredImports({ data, repo, sources }: Survey): Fault[] {
  const inRepo = new Set(repo.paths);
  return sources.parsed
    .filter(({ language, part }) => language === "javascript" && part === "app")
    .flatMap(({ path, outline }) => {
      const chain = foldersAbove(path).flatMap(
        (folder) => data.get(below(folder, "package.json"))?.[0]?.value ?? [],
      );
      if (chain.length === 0 || hasAliases(repo, path)) return [];
      const known = new Set(
        chain.flatMap((manifest) => [
          ...namesIn(manifest, "dependencies", "peerDependencies", "optionalDependencies", "devDependencies"),
          textAt(manifest, "name") ?? "",
        ]),
      );
      const workspace = new Set(
        [...data].flatMap(([file, [document]]) =>
          nameOf(file) === "package.json" ? [textAt(document?.value, "name") ?? ""] : [],
        ),
      );
      const seen = new Set<string>();
      return outline.imports.flatMap(({ module, line, typeOnly, optional }): Fault[] => {
        const name = packageOf(module);
        const isForeign =
          /^(@[\w.-]+\/)?[\w][\w.-]*$/.test(name) && !builtins.has(name) && !module.includes(":");
        if (!isForeign || typeOnly || optional || known.has(name) || workspace.has(name) || seen.has(name))
          return [];
        if (known.has(`@types/${name}`) || inRepo.has(name) || inRepo.has(`${name}.js`)) return [];
        seen.add(name);
        return [
          violation(
            `It imports ${name}, which no manifest declares.`,
            { file: path, line },
            `import of ${module}`,
          ),
        ];
      });
    });
}

const namesIn = (manifest: unknown, ...keys: readonly string[]): string[] =>
  keys.flatMap((key) => Object.keys(mapAt(manifest, key)));

/** A tsconfig or bundler with paths of its own makes bare names mean anything. */
function hasAliases(repo: Survey["repo"], path: string): boolean {
  return foldersAbove(path).some((folder) =>
    ["tsconfig.json", "jsconfig.json", "tsconfig.base.json", "tsconfig.build.json"].some((name) =>
      /"(paths|baseUrl)"\s*:/.test(repo.read(below(folder, name)) ?? ""),
    ),
  );
}

const pythonManifests =
  /^(requirements[\w-]*\.(txt|in)|pyproject\.toml|Pipfile|setup\.(py|cfg)|environment\.ya?ml|pylock\.toml)$/;
const pythonStandard = new Set(
  "abc argparse array ast asyncio atexit base64 bisect builtins calendar collections concurrent configparser contextlib copy csv ctypes dataclasses datetime decimal difflib email enum errno fcntl fnmatch fractions functools gc getpass glob gzip hashlib heapq hmac html http importlib inspect io ipaddress itertools json locale logging math mimetypes multiprocessing operator os pathlib pickle platform posixpath pprint queue random re sched secrets select selectors shlex shutil signal smtplib socket socketserver sqlite3 ssl stat statistics string struct subprocess sys syslog tarfile tempfile textwrap threading time timeit tomllib traceback types typing unittest urllib uuid warnings weakref wsgiref xml zipfile zlib zoneinfo __future__".split(
    " ",
  ),
);

function missingPythonManifest({ repo, sources }: Survey): Fault[] {
  if (repo.paths.some((path) => pythonManifests.test(nameOf(path)) || /(^|\/)requirements\//.test(path)))
    return [];
  const own = new Set(repo.paths.flatMap((path) => path.split("/").map((part) => part.replace(/\.py$/, ""))));
  for (const { language, part, path, outline } of sources.parsed) {
    if (language !== "python" || part !== "app") continue;
    for (const { module, line, optional } of outline.imports) {
      const root = module.split(".")[0] as string;
      if (root === "" || optional || pythonStandard.has(root) || own.has(root)) continue;
      return [
        violation(
          `It imports ${root}, and there is no manifest.`,
          { file: path, line },
          `import of ${module}`,
        ),
      ];
    }
  }
  return [];
}

/** Null where no source with imports belongs to a package.json. */
function developmentImports(survey: Survey): Fault[] | null {
  const { data, sources } = survey;
  const relevant = sources.parsed.filter(({ language, part }) => language === "javascript" && part === "app");
  let judged = false;
  const faults = relevant.flatMap(({ path, outline }) => {
    const manifest = foldersAbove(path).flatMap(
      (folder) => data.get(below(folder, "package.json"))?.[0]?.value ?? [],
    )[0];
    if (manifest === undefined) return [];
    judged = true;
    if (isBundled(manifest)) return [];
    const runtime = new Set(namesIn(manifest, "dependencies", "peerDependencies", "optionalDependencies"));
    const development = new Set(namesIn(manifest, "devDependencies"));
    const seen = new Set<string>();
    return outline.imports.flatMap(({ module, line, typeOnly, optional }): Fault[] => {
      const name = packageOf(module);
      if (typeOnly || optional || seen.has(name) || !development.has(name) || runtime.has(name)) return [];
      if (name.startsWith("@types/") || name === "type-fest") return [];
      seen.add(name);
      return [
        risk(
          `It imports ${name}, which is a development dependency.`,
          { file: path, line },
          lineOf(survey, path, line),
          { confidence: "medium" },
        ),
      ];
    });
  });
  return judged ? faults : null;
}

const bundlers =
  /^(vite|webpack|esbuild|rollup|rolldown|tsup|tsdown|parcel|next|nuxt|@sveltejs\/kit|astro|@remix-run\/dev|ncc|@vercel\/ncc|bun-types|react-scripts|@react-router\/dev|wrangler|unbuild)$/;
const isBundled = (manifest: unknown): boolean =>
  namesIn(manifest, "dependencies", "devDependencies").some((name) => bundlers.test(name));

/** Null where the manifest is fine, absent from the list where there is nothing to judge. */
function lockFaults({ repo, data }: Survey, path: string): (Fault[] | null)[] {
  const name = nameOf(path);
  if (/^requirements(-prod|-production)?\.txt$/.test(name))
    return [unpinnedRequirements(repo.read(path) ?? "", path)];
  const rule = locks.find(({ manifest }) => manifest === name);
  const text = rule ? repo.read(path) : null;
  if (!rule || text === null || !needsLock(name, data.get(path)?.[0]?.value, text)) return [];
  const paths = new Set(repo.paths);
  const has = foldersAbove(path).some((folder) => rule.locks.some((lock) => paths.has(below(folder, lock))));
  if (has) return [null];
  return [
    [
      violation(
        "No lockfile belongs to this manifest.",
        { file: path, line: 1 },
        `none of ${rule.locks.slice(0, 4).join(", ")}`,
        { fix: `Run ${rule.tool}, and commit what it writes.` },
      ),
    ],
  ];
}

function needsLock(name: string, value: unknown, text: string): boolean {
  switch (name) {
    case "package.json":
      return namesIn(value, "dependencies", "devDependencies").length > 0;
    case "pyproject.toml":
      return (
        listAt(value, "project", "dependencies").length > 0 ||
        isDataMap(mapAt(value, "tool", "poetry").dependencies)
      );
    case "Pipfile":
      return namesIn(value, "packages").length > 0;
    case "Cargo.toml":
      return namesIn(value, "dependencies").length > 0;
    case "composer.json":
      return namesIn(value, "require").some((key) => key.includes("/"));
    case "go.mod":
      return /^\s*(require\s+)?[\w.-]+\.[a-z]+\/\S+ v\d/m.test(text);
    case "Gemfile":
      return /^\s*gem\s/m.test(text);
    default:
      return /\{:\w+,/.test(text);
  }
}

function unpinnedRequirements(text: string, file: string): Fault[] | null {
  if (/--hash=/.test(text)) return null;
  const loose = text.split("\n").flatMap((raw, index) => {
    const entry = raw.replace(/\s+#.*$/, "").trim();
    const isPackage = /^[A-Za-z0-9][\w.-]*(\[[^\]]*\])?\s*([<>=!~;]|$)/.test(entry);
    return isPackage && !/===?\s*[^\s*]+/.test(entry) ? [{ entry, line: index + 1 }] : [];
  });
  const [first] = loose;
  if (!first) return null;
  return [
    violation(
      `${loose.length} of its packages have no exact version.`,
      { file, line: first.line },
      loose
        .slice(0, 5)
        .map(({ entry }) => entry)
        .join(", "),
      { fix: "Pin each with ==, for instance by uv pip compile or pip freeze." },
    ),
  ];
}

function unfrozen({ words, variables }: Step): string | null {
  const [program, ...args] = words.map((word, index) => (index === 0 ? nameOf(word) : word));
  const has = (...flags: readonly string[]) =>
    flags.some((flag) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`)));
  const plain = args.filter((arg) => !arg.startsWith("-"));
  const isGlobal = has("-g", "--global");
  switch (program) {
    case "npm":
      return /^(install|i|add)$/.test(plain[0] ?? "") &&
        plain.length === 1 &&
        !isGlobal &&
        !has("--package-lock-only")
        ? "npm ci"
        : null;
    case "yarn":
      if (
        !(plain.length === 0
          ? args.length === 0 || args.every((arg) => arg.startsWith("--"))
          : plain[0] === "install")
      )
        return null;
      return has("--frozen-lockfile", "--immutable", "--version", "--help")
        ? null
        : "yarn install --immutable";
    case "pnpm":
      if (!/^(install|i)$/.test(plain[0] ?? "") || plain.length > 1) return null;
      return has("--frozen-lockfile", "--lockfile-only") || variables.some(({ name }) => name === "CI")
        ? null
        : "pnpm install --frozen-lockfile";
    case "uv":
      return plain[0] === "sync" && !has("--locked", "--frozen") ? "uv sync --locked" : null;
    case "cargo":
      return (plain[0] === "build" || plain[0] === "install") &&
        has("--release") &&
        !has("--locked", "--frozen")
        ? "cargo build --locked"
        : null;
    default:
      return null;
  }
}

function unpinned({ words }: Step): string[] {
  const [program = "", ...args] = words;
  const name = nameOf(program);
  const plain = args.filter((arg) => !arg.startsWith("-"));
  const isGlobal = args.some((arg) => arg === "-g" || arg === "--global");
  const rest = plain.slice(1).filter((arg) => !arg.includes("$"));
  const local = (arg: string) => /^[./~]|^https?:|^git\+|^file:|\.(tgz|whl|tar\.gz)$/.test(arg);
  if (name === "npm" && /^(install|i|add)$/.test(plain[0] ?? "") && (isGlobal || rest.length > 0))
    return rest.filter((arg) => !local(arg) && !/.@\^?~?\d/.test(arg));
  if (name === "yarn" && plain[0] === "global") return rest.slice(1).filter((arg) => !/.@\d/.test(arg));
  if (name === "pnpm" && plain[0] === "add") return rest.filter((arg) => !local(arg) && !/.@\d/.test(arg));
  if (/^pip[\d.]*$/.test(name) && plain[0] === "install") return pipNames(args).filter((arg) => !local(arg));
  if (/^python[\d.]*$/.test(name) && args[0] === "-m" && args[1] === "pip" && args[2] === "install")
    return pipNames(args.slice(2)).filter((arg) => !local(arg));
  if (name === "go" && plain[0] === "install")
    return rest.filter((arg) => /@(latest|master|main)$/.test(arg));
  if (name === "gem" && plain[0] === "install")
    return args.some((arg) => arg === "-v" || arg.startsWith("--version"))
      ? []
      : rest.filter((arg) => !arg.includes(":") && arg !== "bundler");
  if (name === "cargo" && plain[0] === "install")
    return args.some((arg) => /^--(version|locked|path|git)/.test(arg))
      ? []
      : rest.filter((arg) => !arg.includes("@"));
  return [];
}

/** Names given to pip without `==`; not those of files, and not pip itself. */
function pipNames(args: readonly string[]): string[] {
  const names: string[] = [];
  for (let index = 1; index < args.length; index++) {
    const arg = args[index] as string;
    if (
      /^(-r|-c|-e|-t|-i|-f|--requirement|--constraint|--editable|--index-url|--extra-index-url|--find-links|--target|--prefix|--trusted-host)$/.test(
        arg,
      )
    )
      index++;
    else if (
      !arg.startsWith("-") &&
      !/==|@/.test(arg) &&
      !/^(pip|setuptools|wheel)([<>=~]|$)/.test(arg) &&
      /^[A-Za-z]/.test(arg)
    )
      names.push(arg);
  }
  return names;
}

const isPackageManager = (name: string): boolean =>
  /^(npm|pnpm|yarn|corepack|uv|poetry|pipenv|pdm|hatch|bundler|pip-tools)\b/.test(name);

/** Ends that are past on the day of this release. */
function endOfLife(name: string, version: string): string | null {
  const [major = Number.NaN, minor = 0] = (/^v?(\d+)(?:\.(\d+))?/.exec(version)?.slice(1) ?? []).map((part) =>
    Number(part ?? 0),
  );
  const short = nameOf(name);
  const ended = (what: string) => `${what} gets no more fixes.`;
  if (short === "node" || short === "nodejs")
    return major <= 21 || major === 23 || major === 25 ? ended(`Node ${major}`) : null;
  if (short === "python")
    return major === 2 || (major === 3 && minor <= 9 && version.includes("."))
      ? ended(`Python ${major}.${minor}`)
      : null;
  if (short === "golang" || short === "go")
    return major === 1 && minor > 0 && minor <= 24 ? ended(`Go ${major}.${minor}`) : null;
  if (short === "ruby")
    return major < 3 || (major === 3 && minor <= 2) ? ended(`Ruby ${major}.${minor}`) : null;
  if (short === "postgres") return major <= 14 ? ended(`PostgreSQL ${major}`) : null;
  if (short === "debian" && /^(jessie|stretch|buster|bullseye|[89]|1[01])\b/.test(version))
    return ended(`Debian ${version}`);
  if (short === "ubuntu" && /^(1\d|20)\./.test(version)) return ended(`Ubuntu ${version}`);
  if (short === "alpine" && major === 3 && minor <= 19) return ended(`Alpine ${major}.${minor}`);
  if (name.startsWith("bitnami/"))
    return "Bitnami’s free images moved to bitnamilegacy, and get no more fixes.";
  if (/(^|\/)minio\/minio$/.test(name)) return "MinIO’s free images get no more fixes.";
  return null;
}

/** Pairs of places that name versions which cannot both hold. */
function disagreements(stated: readonly Stated[]): { one: Stated; other: Stated }[] {
  const found: { one: Stated; other: Stated }[] = [];
  for (const tool of new Set(stated.map((each) => each.tool))) {
    const all = stated.filter((each) => each.tool === tool);
    const [one] = all.filter(({ isRange }) => !isRange);
    if (!one) continue;
    for (const other of all) if (other !== one && !agrees(one, other)) found.push({ one, other });
  }
  return found;
}

function agrees(one: Stated, other: Stated): boolean {
  const parts = (version: string) => version.split(".").map(Number);
  if (other.isRange) return other.allows(parts(one.version));
  const [a, b] = [parts(one.version), parts(other.version)];
  const depth = Math.min(a.length, b.length, one.tool === "node" ? 1 : 2);
  return a.slice(0, depth).every((part, index) => part === b[index]);
}

type Spawn = { readonly program: string } & NonNullable<Place> & { readonly line: number };

const spawners =
  /^(child_process\.(exec|execSync|execFile|execFileSync|spawn|spawnSync)|execa(\.execa(Sync|Command)?)?|subprocess\.(run|call|check_call|check_output|Popen|getoutput)|os\.(system|popen)|os\/exec\.(Command|CommandContext))$/;

function spawnsIn({ path, outline }: Survey["sources"]["parsed"][number]): Spawn[] {
  return outline.calls.flatMap(({ target, args, line }) => {
    if (!spawners.test(target.replace(/^node:/, ""))) return [];
    const stated = target.endsWith("CommandContext") ? args[1] : args[0];
    const first = stated?.kind === "list" ? stated.items[0] : stated;
    const text = textOf(first);
    const program = text === null ? "" : nameOf(parseShell(text)[0]?.words[0] ?? "");
    return program === "" ? [] : [{ program, file: path, line }];
  });
}

/** Packages that a Dockerfile or an Aptfile installs. */
function declaredPrograms(survey: Survey): ReadonlySet<string> {
  const files = survey.repo.paths.filter((path) => /^(Aptfile|apt\.txt|packages\.txt)$/.test(nameOf(path)));
  const listed = files.flatMap((path) => (survey.repo.read(path) ?? "").split(/\s+/));
  const installed = stepsIn(survey).flatMap(({ words }) =>
    /^(apt-get|apt|apk|dnf|yum|microdnf|brew)$/.test(nameOf(words[0] ?? ""))
      ? words.slice(1).map((word) => word.split("=")[0] as string)
      : [],
  );
  return new Set([...listed, ...installed]);
}
