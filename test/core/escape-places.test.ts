// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub's and a shell's braces are meant
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { comment } from "../../src/core/escape/comment.ts";
import { escapeValue } from "../../src/core/escape/escape-value.ts";
import { formatOf, targetOf } from "../../src/core/escape/format-of.ts";
import { envName, ident } from "../../src/core/escape/ident.ts";
import { pathText } from "../../src/core/escape/path.ts";
import { percentEncoded } from "../../src/core/escape/url.ts";
import { shWord, words } from "../../src/core/escape/words.ts";
import { Failure } from "../../src/core/failure.ts";
import { hostileText } from "./hostile-text.ts";

type Helper = (value: unknown, target: ReturnType<typeof targetOf>) => string;

function refuses(helper: Helper, path: string, values: readonly unknown[]): void {
  for (const value of values)
    expect(() => helper(value, targetOf(path)), `${path} ${String(value)}`).toThrow(Failure);
}

function takes(helper: Helper, path: string, values: readonly unknown[]): void {
  for (const value of values) expect(helper(value, targetOf(path)), path).toBe(String(value));
}

describe("the format of a path", () => {
  const formats: { readonly [path: string]: string } = {
    "package.json": "json",
    ".devcontainer/devcontainer.json": "json",
    ".github/workflows/ci.yml": "yaml",
    "fly.toml": "toml",
    ".env.schema": "dotenv",
    ".envrc": "sh",
    "bin/dev": "sh",
    "scripts/x.sh": "sh",
    "src/bin": "unknown",
    Makefile: "makefile",
    "Procfile.dev": "procfile",
    Dockerfile: "dockerfile",
    "web.dockerfile": "dockerfile",
    "Dockerfile.worker": "dockerfile",
    ".dockerignore": "lines",
    "db/schema.sql": "sql",
    "src/web.ts": "javascript",
    "src/App.java": "java",
    "main.go": "go",
    "app.py": "python",
    "src/main.rs": "rust",
    "main.tf": "hcl",
    "app.service": "systemd",
    "README.md": "markdown",
    "pom.xml": "xml",
    ".npmrc": "lines",
    ".github/CODEOWNERS": "lines",
    "requirements.txt": "lines",
    LICENSE: "plain",
    "NOTICE.txt": "plain",
    "app.rb": "unknown",
    "index.html": "unknown",
    justfile: "unknown",
  };
  for (const [path, format] of Object.entries(formats))
    it(`${path} is ${format}`, () => expect(formatOf(path)).toBe(format));
});

describe("what a second program would expand", () => {
  const written = (path: string, text: string) => escapeValue(targetOf(path), text);

  it("stays text for GitHub, Forgejo and Gitea", () => {
    for (const path of [
      ".github/workflows/ci.yml",
      ".forgejo/workflows/ci.yaml",
      ".gitea/workflows/x.yml",
      "action.yml",
    ]) {
      expect(written(path, "a ${{ secrets.X }}")).toBe(`"a \${{ '\${{' }} secrets.X }}"`);
    }
    fc.assert(
      fc.property(hostileText, (text) => {
        const read: string = parseYaml(written(".github/workflows/ci.yml", text));
        expect(read.replace(/\$\{\{ '((?:[^']|'')*)' \}\}/g, "$1")).toBe(text);
      }),
    );
    expect(written(".github/dependabot.yml", "${{ x }}")).toBe('"${{ x }}"');
  });

  it("stays text for Compose", () => {
    for (const path of ["compose.yaml", "docker-compose.override.yml", ".devcontainer/compose.yaml"]) {
      expect(written(path, "$HOME ${X:-y} $$")).toBe('"$$HOME $${X:-y} $$$$"');
    }
  });

  it("stays text for Kubernetes, Terraform, make and systemd", () => {
    expect(written("k8s/web.yaml", "$(X) $5")).toBe('"$$(X) $$5"');
    expect(written("k8s/web.yaml", "costs $5")).toBe('"costs $5"');
    expect(written("main.tf", "${x} %{ if }")).toBe('"$${x} %%{ if }"');
    expect(written("Makefile", "$(X) it's")).toBe("'$$(X) it'\\''s'");
    expect(written("x.service", "50% of %h")).toBe("50%% of %%h");
  });

  it("is refused where the program knows no escape", () => {
    for (const [path, text] of [
      [".gitlab-ci.yml", "$X"],
      [".circleci/config.yml", "<< x >>"],
      [".devcontainer/devcontainer.json", "${localEnv:HOME}"],
      ["main.tf", "$${x}"],
      ["x.service", "ends with \\"],
    ] as const) {
      expect(() => written(path, text), path).toThrow(Failure);
    }
  });
});

describe("tokens", () => {
  it("are what no reader of the file reads otherwise", () => {
    const bad = [
      "a b",
      "a#b",
      "$X",
      "a\nRUN id",
      "`id`",
      "'a'",
      '"a"',
      "a;b",
      "a\\",
      "*",
      "!x",
      "~",
      "é",
      "a&b",
    ];
    for (const path of [".env", "Procfile", "Dockerfile", ".npmrc", ".gitignore"]) {
      refuses((value, target) => escapeValue(target, value), path, bad);
      takes((value, target) => escapeValue(target, value), path, ["node", "postgres:17.2", "a/b@c", 8080]);
    }
    expect(escapeValue(targetOf(".env"), "")).toBe("");
    refuses((value, target) => escapeValue(target, value), "Procfile", [""]);
  });

  it("are quoted in a Dockerfile's ENV and LABEL", () => {
    const written = (text: string) => escapeValue({ format: "dockerfile-string", path: "Dockerfile" }, text);
    expect(written('a "b" $HOME \\ `id` #')).toBe('"a \\"b\\" \\$HOME \\\\ `id` #"');
    for (const text of ["a\nRUN id", "\r", "\u001b", "\u0085"]) expect(() => written(text)).toThrow(Failure);
    fc.assert(
      fc.property(hostileText, (text) => {
        const unquoted = attempt(() => written(text))?.slice(1, -1);
        if (unquoted === undefined) return;
        expect(unquoted.replace(/\\[\\"$]/g, "")).not.toMatch(/["\\$\n\r]/);
        expect(unquoted.replace(/\\([\\"$])/g, "$1")).toBe(text);
      }),
    );
  });

  it("are one printable line in a licence", () => {
    takes((value, target) => escapeValue(target, value), "LICENSE", ["Åsa <a@b.c> & Co, 漢 👩‍👩‍👧"]);
    refuses((value, target) => escapeValue(target, value), "LICENSE", [
      "a\nb",
      "\u001b[1m",
      "\u202ea",
      "\u2028",
    ]);
  });
});

describe("helpers for places that are not literals", () => {
  it("words are an argument list", () => {
    expect(words(["node", "--watch", "--env-file=.env", "dist/web.js"], targetOf("Procfile"))).toBe(
      "node --watch --env-file=.env dist/web.js",
    );
    const bad = [
      [],
      ["a", "b c"],
      ["a", "$X"],
      ["a", ";"],
      ["a", ""],
      ["X=1", "a"],
      ["-a"],
      ["a", "é"],
      ["a", "&&"],
      ["a", "`id`"],
      ["a", "x|y"],
    ];
    for (const path of ["Procfile", "x.sh", "Dockerfile", "Makefile", ".github/workflows/ci.yml"])
      refuses(words, path, bad);
    refuses(words, "x.yaml", [["true"].slice(0, 0), ["1"], ["y"], ["a", "b:"]]);
    expect(words(["run", "50%"], targetOf("x.service"))).toBe("run 50%%");
    expect(() => words("node dist", targetOf("Procfile"))).toThrow("needs a list");
  });

  it("shWord is one argument", () => {
    takes(shWord, "x.yaml", ["notes", "a/b", "@scope/pkg", 8080]);
    refuses(shWord, "x.yaml", ["", "a b", "-rf", "X=1", "$X", "a:", "%1", "a\nb", "*"]);
  });

  it("ident is a name of the language", () => {
    takes(ident, "x.ts", ["notes", "_a1"]);
    refuses(ident, "x.ts", ["my-app", "1a", "class", "await", "a b", "", "é", "a\n", "constructor"]);
    for (const [path, word] of [
      ["x.py", "None"],
      ["x.go", "func"],
      ["X.java", "enum"],
      ["x.rs", "impl"],
      ["x.sql", "user"],
      ["x.sh", "fi"],
    ] as const) {
      refuses(ident, path, [word]);
      takes(ident, path, ["notes"]);
    }
    takes(ident, "compose.yaml", ["my-app"]);
    refuses(ident, "compose.yaml", ["no", "true", "~", "a:", "a b", "-a"]);
  });

  it("envName is a variable's name", () => {
    takes(envName, ".env", ["DATABASE_URL", "_x"]);
    refuses(envName, ".env", ["", "1A", "A-B", "A=B", "A B", "A\n", "é"]);
  });

  it("path stays inside", () => {
    takes(pathText, "Dockerfile", ["dist/web.js", "/var/lib/x", ".github/a.yml", "a"]);
    refuses(pathText, "Dockerfile", [
      "",
      "/",
      "..",
      "a/../b",
      "./a",
      "a//b",
      "a b",
      "-rf",
      "a/-b",
      "a\n",
      "é",
      ".git/x",
      "A/.GIT",
      "aux.txt",
      "a.",
      "$X",
      "C:\\x",
      1,
    ]);
  });

  it("a value adds no directory to an output path", () => {
    const target = { format: "path", path: "src/x.ts.hbs" } as const;
    expect(escapeValue(target, "notes")).toBe("notes");
    for (const name of ["a/b", "..", ".", "", "con", ".git", "a b"])
      expect(() => escapeValue(target, name)).toThrow(Failure);
  });

  it("comment neither ends nor commands", () => {
    takes(comment, "x.yaml", ['It\'s "fine" & <b> # 漢 $(id)', 8080]);
    const bad = [
      "a\nb",
      "\r",
      "\u2028",
      "a */ b",
      "--> x",
      "\u001b[1m",
      "\u202e",
      "\ud800",
      "${{ secrets.X }}",
    ];
    for (const path of ["x.yaml", "x.ts", "x.sh", "README.md", "Dockerfile", ".env", "x.py"])
      refuses(comment, path, bad);
    refuses(comment, "README.md", ["a -- b", "> x", "a-"]);
    refuses(comment, "Makefile", ["$(shell id)", "a \\"]);
    refuses(comment, "Dockerfile", ["syntax=evil/frontend", "a \\"]);
    refuses(comment, ".env.schema", ["@required", " --- "]);
    refuses(comment, "x.py", ["-*- coding: utf-7 -*-"]);
    refuses(comment, "X.java", ["\\u002a/"]);
    refuses(comment, "x.go", ["+build ignore", "go:embed x"]);
    refuses(comment, "x.ts", ["@ts-nocheck"]);
    refuses(comment, "x.rs", ["a /* b"]);
  });

  it("a part of a URL is encoded", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { username, href } = new URL(`http://${percentEncoded(text)}@host/`);
        expect(decodeURIComponent(username)).toBe(text);
        expect(href).toMatch(/^http:\/\/([\w.~%-]*@)?host\/$/);
      }),
    );
  });
});

function attempt(write: () => string): string | undefined {
  try {
    return write();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
