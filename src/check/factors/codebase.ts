import { type Data, isDataMap, listAt, mapAt, textAt } from "../parsers/data.ts";
import { advice, notTried, risk, staticCheck, violation } from "../static-check.ts";
import { below, folderOf, foldersAbove, nameOf, partOf, resolvePath } from "../survey/places.ts";
import { isWorkflow, type Survey } from "../survey/survey.ts";
import { lineOf } from "./evidence.ts";

const deployBranch = /^(staging|stage|production|prod|live|uat|qa|preprod|pre-production)(\/|$)/i;

export const codebase = [
  staticCheck("codebase/version-control", {
    title: "It is tracked in version control",
    asks: "Is the directory tracked by a version control system, with at least one commit?",
    why: "“A twelve-factor app is always tracked in a version control system, such as Git, Mercurial, or Subversion.”",
    fix: "git init, then commit everything but the environment.",
    fooledBy: "A copy without its history, as in an image or an archive; it is then not judged.",
    judge: ({ repo: { versionControl } }) => {
      if (versionControl === "none")
        return notTried("there is no version control to ask, as in an exported copy");
      return versionControl === "empty"
        ? [risk("There is a repository, and nothing is committed to it.", null, "HEAD names no commit")]
        : [];
    },
  }),
  staticCheck("codebase/one-app", {
    title: "One codebase, one app",
    asks: "Is there one app in the repo, or a workspace that says that there are several?",
    why: "“There is always a one-to-one correlation between the codebase and the app. If there are multiple codebases, it’s not an app – it’s a distributed system.”",
    fix: "Give each app a repo of its own, or declare a workspace, and run check in each app’s folder.",
    fooledBy: "Monorepos without a workspace file, which may be kept in good order by other means.",
    judge: (survey) => {
      const roots = appRoots(survey);
      if (roots.length < 2 || isWorkspace(survey)) return [];
      const places = roots.map(({ manifest }) => manifest);
      return [
        advice(
          "Several apps can be deployed from this repo.",
          { file: places[0] as string, line: 1 },
          places.join(", "),
          {
            confidence: "medium",
          },
        ),
      ];
    },
  }),
  staticCheck("codebase/climbing-imports", {
    title: "No code is shared but through libraries",
    asks: "Does every import stay within the app?",
    why: "“Multiple apps sharing the same code is a violation of twelve-factor. The solution here is to factor shared code into libraries which can be included through the dependency manager.”",
    fix: "Make a package of what is shared, and declare it as a dependency of both apps.",
    fooledBy: "Folders that are mounted or copied into the app by the build.",
    judge: (survey) => {
      const roots = appRoots(survey).map(({ folder }) => folder);
      const rootOf = (path: string) => foldersAbove(path).find((folder) => roots.includes(folder));
      return survey.sources.parsed
        .filter(({ part, language }) => part === "app" && language === "javascript")
        .flatMap(({ path, outline }) =>
          outline.imports.flatMap(({ module, line }) => {
            if (!module.startsWith("../")) return [];
            const target = resolvePath(folderOf(path), module);
            const own = rootOf(path);
            const other = target === null ? null : rootOf(`${target}/x`);
            const leaves =
              target === null ||
              (own !== undefined &&
                own !== "" &&
                other !== undefined &&
                other !== null &&
                other !== own &&
                !other.startsWith(`${own}/`) &&
                !own.startsWith(`${other}/`));
            if (!leaves) return [];
            const message =
              target === null
                ? "An import climbs out of the repo."
                : `An import takes source of another app, ${other}.`;
            return [violation(message, { file: path, line }, lineOf(survey, path, line))];
          }),
        );
    },
  }),
  staticCheck("codebase/copied-code", {
    title: "No source is copied between apps",
    asks: "Do the apps of the repo differ in all of their files?",
    why: "“Multiple apps sharing the same code is a violation of twelve-factor”, and a copy is the same code that drifts.",
    fix: "Make a package of what both hold.",
    fooledBy: "Generated files, such as clients of an interface.",
    judge: (survey) => {
      const roots = appRoots(survey).filter(({ folder }) => folder !== "");
      if (roots.length < 2) return notTried("there is one app");
      const seen = new Map<string, string>();
      const copies: string[] = [];
      for (const path of survey.repo.paths) {
        if (!/\.(jsx?|tsx?|mjs|cjs|py|go|rb|java|kt|rs|php)$/.test(path) || partOf(path) !== "app") continue;
        const root = roots.find(({ folder }) => path.startsWith(`${folder}/`))?.folder;
        const text = root === undefined ? null : survey.repo.read(path);
        if (root === undefined || text === null || text.length < 1000) continue;
        const earlier = seen.get(text);
        if (earlier === undefined) seen.set(text, path);
        else if (!earlier.startsWith(`${root}/`)) copies.push(`${earlier} = ${path}`);
      }
      return copies.length < 2
        ? []
        : [
            risk(`${copies.length} files are the same in two apps.`, null, copies.slice(0, 5).join("; "), {
              confidence: "medium",
            }),
          ];
    },
  }),
  staticCheck("codebase/deploy-branches", {
    title: "No branch stands for a deploy",
    asks: "Is no branch that CI deploys from named after a deploy?",
    why: "“There is only one codebase per app, but there will be many deploys of the app … The codebase is the same across all deploys, although different versions may be active in each deploy.”",
    fix: "Deploy commits or tags of one branch; let the release say where it goes.",
    fooledBy: "A branch that is only called so.",
    judge: (survey) => {
      const workflows = [...survey.data].filter(([file]) => isWorkflow(file));
      if (workflows.length === 0) return notTried("there is no workflow");
      return workflows.flatMap(([file, [document]]) =>
        document
          ? branchesOf(document).map(({ branch, line }) =>
              risk(
                `CI runs for a branch that is named after a deploy: ${branch}.`,
                { file, line },
                lineOf(survey, file, line),
                {
                  confidence: "medium",
                },
              ),
            )
          : [],
      );
    },
  }),
];

type Root = { readonly folder: string; readonly manifest: string };

const manifests = [
  "package.json",
  "pyproject.toml",
  "requirements.txt",
  "go.mod",
  "Cargo.toml",
  "Gemfile",
  "pom.xml",
  "build.gradle",
  "build.gradle.kts",
  "composer.json",
  "mix.exs",
];

/** Folders that can be deployed: with a manifest, and a Procfile or a Dockerfile. */
function appRoots({ repo, procfiles, dockerfiles }: Survey): Root[] {
  const paths = new Set(repo.paths);
  const folders = new Set([...procfiles, ...dockerfiles].map(({ file }) => folderOf(file)));
  return [...folders].sort().flatMap((folder) => {
    const manifest = manifests.map((name) => below(folder, name)).find((path) => paths.has(path));
    return manifest === undefined || partOf(manifest) !== "app" ? [] : [{ folder, manifest }];
  });
}

function isWorkspace({ repo, data }: Survey): boolean {
  if (
    repo.paths.some((path) =>
      /^(pnpm-workspace\.yaml|go\.work|lerna\.json|nx\.json|turbo\.json|WORKSPACE|MODULE\.bazel|pants\.toml)$/.test(
        nameOf(path),
      ),
    )
  )
    return true;
  return ["package.json", "Cargo.toml", "pyproject.toml"].some((file) => {
    const value = data.get(file)?.[0]?.value;
    return (
      isDataMap(value) &&
      (value.workspaces !== undefined ||
        value.workspace !== undefined ||
        mapAt(value, "tool", "uv").workspace !== undefined)
    );
  });
}

function branchesOf({ value, lineOf: line }: Data): { branch: string; line: number }[] {
  const path = ["on", "push", "branches"];
  return listAt(value, ...path).flatMap((_, index) => {
    const branch = textAt(value, ...path, index);
    return branch !== null && deployBranch.test(branch) ? [{ branch, line: line([...path, index]) }] : [];
  });
}
