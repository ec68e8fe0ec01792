import { folderOf, nameOf, partOf } from "../survey/places.ts";
import type { Survey } from "../survey/survey.ts";
import { fact, guess, lineIn, type ProcessFact, type Shape, typeOf } from "./detection.ts";

const frameworks: readonly (readonly [module: string, label: string])[] = [
  ["github.com/gin-gonic/gin", "Gin"],
  ["github.com/labstack/echo", "Echo"],
  ["github.com/gofiber/fiber", "Fiber"],
  ["github.com/go-chi/chi", "chi"],
  ["github.com/gorilla/mux", "gorilla/mux"],
];

/** A repo with a go.mod. */
export function readGo({ repo }: Survey): Shape | null {
  const text = repo.read("go.mod");
  if (text === null) return null;
  const dependencies = text.split("\n").flatMap((line, index) => {
    const name = /^\s*(?:require\s+)?([\w.-]+\.[\w-]+\/[\w./-]+)\s+v\d/.exec(line)?.[1];
    return name === undefined || /\/\/ indirect/.test(line)
      ? []
      : [{ name, file: "go.mod", line: index + 1 }];
  });
  const found = frameworks.flatMap(([module, label]) => {
    const dependency = dependencies.find(({ name }) => name.startsWith(module));
    return dependency ? [fact(label, dependency.file, dependency.line)] : [];
  })[0];
  const mains = repo.paths.flatMap((path) => {
    if (!path.endsWith(".go") || partOf(path) !== "app" || path.endsWith("_test.go")) return [];
    const source = repo.read(path) ?? "";
    return /^package main\b/m.test(source) && /^func main\(\)/m.test(source) ? [{ path, source }] : [];
  });
  const serves = (folder: string) =>
    repo.paths.some(
      (path) =>
        path.endsWith(".go") &&
        (folder === "" ? partOf(path) === "app" : path.startsWith(`${folder}/`)) &&
        /ListenAndServe|\.Run\(|\.Start\(|\.Listen\(|http\.Server\b/.test(repo.read(path) ?? ""),
    );
  const anyServes = serves("");
  const module = /^module\s+(\S+)/m.exec(text)?.[1]?.replace(/\/v\d+$/, "") ?? "app";
  const release = mains.find(({ path }) => /migrat/.test(nameOf(folderOf(path))));
  const running = mains.filter(
    (each) => each !== release && !/(^|\/)(tools?|seed|gen(erate)?)\//.test(each.path),
  );
  const only = running.length === 1;
  const processes = running.flatMap(({ path, source }): ProcessFact[] => {
    const folder = folderOf(path);
    const binary = folder === "" ? nameOf(module) : nameOf(folder);
    const isWeb = only ? anyServes : /^(web|server|api|http|app)/.test(binary) || serves(folder);
    const name = isWeb ? "web" : only ? "worker" : binary.toLowerCase();
    return [{ ...fact(`bin/${binary}`, path, lineIn(source, /^func main\(\)/m)), name, type: typeOf(name) }];
  });
  const unique = processes.filter(
    (each, index) => processes.findIndex(({ name }) => name === each.name) === index,
  );
  const version =
    /^toolchain\s+go(\d+\.\d+\.\d+)/m.exec(text)?.[1] ?? /^go\s+(\d+\.\d+(?:\.\d+)?)\s*$/m.exec(text)?.[1];
  const inCmd = mains.length > 0 && mains.every(({ path }) => path.startsWith("cmd/"));
  return {
    language: "go",
    framework: found ?? fact("Go", "go.mod", 1),
    packageManager: fact("gomod", "go.mod", 1),
    toolchain:
      version === undefined
        ? []
        : [{ tool: "golang", ...fact(version, "go.mod", lineIn(text, /^(toolchain|go)\s/m)) }],
    install: dependencies.length > 0 ? fact("go mod download", "go.mod", 1) : null,
    build: fact(
      `go build -o bin/ ${inCmd ? "./cmd/..." : mains.length > 1 ? "./..." : "."}`,
      mains[0]?.path ?? "go.mod",
      1,
    ),
    test: repo.paths.some((path) => path.endsWith("_test.go")) ? fact("go test ./...", "go.mod", 1) : null,
    release: release ? fact(`bin/${nameOf(folderOf(release.path))}`, release.path, 1) : null,
    processes:
      unique.length > 0
        ? unique
        : [{ ...guess("", "go.mod", 1, "no package main was found"), name: "web", type: "web" }],
    dependencies,
    manifests: ["go.mod", "go.sum"].filter((path) => repo.paths.includes(path)),
    recognised: found !== undefined || anyServes,
  };
}
