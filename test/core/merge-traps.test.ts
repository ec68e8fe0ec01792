import { readFileSync } from "node:fs";
import { parse as parseJsonc } from "jsonc-parser";
import { parse as parseTomlValue } from "smol-toml";
import { describe, expect, test } from "vitest";
import { parseDocument, parse as parseYamlValue } from "yaml";
import { mergeText } from "../../src/core/merge/merge.ts";
import { hasConflictMarkers } from "../../src/core/merge/text.ts";

function corpus(file: string): string {
  return readFileSync(new URL(`merge-corpus/${file}.txt`, import.meta.url), "utf8");
}

/** Replaces once, and fails where there is nothing to replace. */
function change(text: string, ...edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((result, [from, to]) => {
    expect(result).toContain(from);
    return result.replace(from, () => to);
  }, text);
}

function merge(
  path: string,
  [base, ours, theirs]: readonly [base: string | null, ours: string, theirs: string],
) {
  const { text, conflicts } = mergeText({ path, base, ours, theirs });
  return { text, conflicts, keys: conflicts.map(({ keyPath }) => keyPath.join(".")) };
}

describe("JSON", () => {
  const base = corpus("package.json");

  test("has a key once that both sides added in different places", () => {
    const ours = change(base, ['"private": true,', '"private": true,\n  "sideEffects": false,']);
    const theirs = change(base, ['"type": "module",', '"type": "module",\n  "sideEffects": false,']);
    const { text, conflicts } = merge("package.json", [base, ours, theirs]);
    expect({ text, conflicts }).toEqual({ text: ours, conflicts: [] });
  });

  test("keeps the person's value of a key that both added, and says which", () => {
    const ours = change(base, ['"private": true,', '"private": true,\n  "sideEffects": true,']);
    const theirs = change(base, ['"type": "module",', '"type": "module",\n  "sideEffects": false,']);
    const { text, conflicts } = merge("package.json", [base, ours, theirs]);
    expect(text).toBe(ours);
    expect(conflicts).toMatchObject([{ keyPath: ["sideEffects"], ours: "true", theirs: "false" }]);
  });

  test("takes the last item of a list without its comma", () => {
    expect(
      merge("a.json", [
        '{"files":["dist", "src"],"x":0}\n',
        '{"files":["dist", "src"],"x":1}\n',
        '{"files":["dist"],"x":0}\n',
      ]).text,
    ).toBe('{"files":["dist"],"x":1}\n');
  });

  test("leaves brackets where the only child goes", () => {
    const [from, to] = [
      '{\n  "a": {\n    "b": 1\n  },\n  "files": ["c"],\n  "d": 1\n}\n',
      '{\n  "a": {},\n  "files": [],\n  "d": 1\n}\n',
    ];
    const ours = change(from, ['"d": 1', '"d": 2 // mine']);
    expect(merge("a.json", [from, ours, to]).text).toBe(change(to, ['"d": 1', '"d": 2 // mine']));
  });

  test("puts several additions in one list in the template's order", () => {
    const [from, ours] = ['{"files":["a"],"x":1}\n', '{"files":["mine","a"],"x":1}\n'];
    expect(merge("a.json", [from, ours, '{"files":["1","a","2","3"],"x":1}\n']).text).toBe(
      '{"files":["mine","1","a","2","3"],"x":1}\n',
    );
  });

  test("keeps comments, trailing commas and tabs, and indents what it adds as the person does", () => {
    const from = corpus("tsconfig.json");
    const ours = from.replaceAll("  ", "\t");
    const theirs = change(from, [
      '    "types": ["node"],\n',
      '    "types": ["node", "pg"],\n    // Since 5.9.\n    "paths": {\n      "#*": ["./src/*"],\n    },\n',
    ]);
    const { text, conflicts } = merge("tsconfig.json", [from, ours, theirs]);
    expect(conflicts).toEqual([]);
    expect(text).toBe(theirs.replaceAll("  ", "\t"));
  });

  test("sorts a new dependency in where dependencies are sorted", () => {
    const ours = change(base, ['"fastify": "5.6.1",', '"fastify": "5.6.1",\n    "ioredis": "5.8.0",']);
    const theirs = change(base, [
      '"fastify": "5.6.1",',
      '"fastify": "5.6.1",\n    "got": "14.0.0",\n    "jose": "6.1.0",',
    ]);
    const { text } = merge("package.json", [base, ours, theirs]);
    expect(Object.keys(parseJsonc(text).dependencies)).toEqual([
      "fastify",
      "got",
      "ioredis",
      "jose",
      "kysely",
      "pg",
      "zod",
    ]);
  });

  test("removes what the template removed, not what the person added or changed there", () => {
    const ours = change(base, ['"pg": "8.16.3",', '"pg": "8.99.0",\n    "mine": "1.0.0",']);
    const theirs = change(base, ['    "kysely": "0.28.7",\n    "pg": "8.16.3",\n', ""]);
    const { text, keys } = merge("package.json", [base, ours, theirs]);
    expect(parseJsonc(text).dependencies).toEqual({
      fastify: "5.6.1",
      pg: "8.99.0",
      mine: "1.0.0",
      zod: "4.1.12",
    });
    expect(keys).toEqual(["dependencies.pg"]);
  });

  test("leaves deleted what the person deleted", () => {
    const ours = change(base, ['    "dev": "node --watch src/web.ts",\n', ""]);
    const theirs = change(
      base,
      ["node --watch src/web.ts", "node --watch-path=src src/web.ts"],
      ["0.1.0", "0.2.0"],
    );
    const { text, keys } = merge("package.json", [base, ours, theirs]);
    expect(text).toBe(change(ours, ["0.1.0", "0.2.0"]));
    expect(keys).toEqual(["scripts.dev"]);
  });

  test("takes __proto__ for a key", () => {
    const { text } = merge("a.json", ['{"a": 1}\n', '{"a": 2}\n', '{"a": 1, "__proto__": {"b": 1}}\n']);
    expect(text).toBe('{"a": 2, "__proto__": {"b": 1}}\n');
  });
});

describe("YAML", () => {
  const compose = corpus("compose.yaml");
  const ci = corpus("ci.yml");

  test("has a key once that both sides added in different places", () => {
    const ours = change(compose, ["    image: redis:8.2.2\n", "    image: redis:8.2.2\n    init: true\n"]);
    const theirs = change(compose, ["  redis:\n", "  redis:\n    init: true\n"]);
    const { text, conflicts } = merge("compose.yaml", [compose, ours, theirs]);
    expect({ text, conflicts }).toEqual({ text: ours, conflicts: [] });
  });

  test("leaves {} and [] where the only child goes", () => {
    const ours = change(compose, ["name: orders", "name: mine"]);
    const theirs = change(
      compose,
      ["    ports:\n      - 127.0.0.1:6379:6379\n", "    ports: []\n"],
      ["volumes:\n  postgres: {}", "volumes: {}"],
    );
    const shifted = ours.replaceAll("  ", "    ");
    const { text, conflicts } = merge("compose.yaml", [compose, shifted, theirs]);
    expect(conflicts).toEqual([]);
    expect(text).toContain("        ports: []\n");
    expect(text).toContain("volumes: {}\n");
    expect(parseYamlValue(text)).toEqual({ ...parseYamlValue(theirs), name: "mine" });
  });

  test("keeps the source of what YAML 1.1 and 1.2 read differently", () => {
    const base = "mode: 0755\nanswer: yes\nport: 22:22\nx: 1\n";
    const ours = change(base, ["x: 1", "x: 2"]);
    const theirs = "mode: 0755\nnew: no\nanswer: yes\nport: 22:22\nx: 1\nquoted: '0755'\n";
    expect(merge("a.yaml", [base, ours, theirs]).text).toBe(change(theirs, ["x: 1", "x: 2"]));
    const answer = merge("a.yaml", [base, change(base, ["yes", '"yes"']), change(base, ["yes", "no"])]);
    expect(answer.keys).toEqual(["answer"]);
    const quoted = merge("a.yaml", [base, change(base, ["0755", '"0755"']), change(base, ["0755", "0644"])]);
    expect(quoted.keys).toEqual(["mode"]);
  });

  test("does not resolve an alias or a merge key", () => {
    const ours = change(compose, ["name: orders", "name: mine"]).replace("unless-stopped", "always");
    const theirs = change(compose, [
      "  redis:\n",
      "  rabbitmq:\n    <<: *restart\n    image: rabbitmq:4\n\n  redis:\n",
    ]);
    const { text, conflicts } = merge("compose.yaml", [compose, ours.replaceAll("  ", "    "), theirs]);
    expect(conflicts).toEqual([]);
    expect(text).toContain("    rabbitmq:\n        <<: *restart\n        image: rabbitmq:4\n\n    redis:\n");
  });

  test("refuses a file with a key twice rather than guess", () => {
    const ours = `${compose}name: again\n`;
    const theirs = change(compose, ["redis:8.2.2", "redis:8.4.0"]);
    expect(merge("compose.yaml", [compose, ours, theirs]).text).toBe(
      change(ours, ["redis:8.2.2", "redis:8.4.0"]),
    );
    const broken = merge("compose.yaml", [
      compose,
      change(compose, ["redis:8.2.2", "redis:7"]),
      `${theirs}name: again\n`,
    ]);
    expect(broken.text).toBe(change(compose, ["redis:8.2.2", "redis:7"]));
    expect(broken.conflicts).toHaveLength(1);
  });

  test("knows a step by its action, whatever the ref, and moves the comment of a pin along", () => {
    const ours = change(ci, [
      "          cache: npm\n",
      "          cache: npm\n          check-latest: true\n",
    ]);
    const theirs = ci
      .replaceAll(/checkout@\w+ # v5.0.0/g, "checkout@1111 # v6.0.0")
      .replace(/setup-node@\w+ # v5.0.0/, "setup-node@2222 # v6.0.0");
    const { text, conflicts } = merge(".github/workflows/ci.yml", [
      ci,
      ours.replaceAll("\n", "\r\n"),
      theirs,
    ]);
    expect(conflicts).toEqual([]);
    expect(text).toBe(
      change(theirs, [
        "          cache: npm\n",
        "          cache: npm\n          check-latest: true\n",
      ]).replaceAll("\n", "\r\n"),
    );
  });

  test("moves the comment of a pin along in a file that is indented otherwise", () => {
    const ours = parseDocument(ci).toString({ indent: 4, lineWidth: 0 });
    const theirs = change(ci, [/checkout@.*/.exec(ci)?.[0] ?? "", "checkout@1111 # v6.0.0"]);
    const { text, conflicts } = merge("ci.yml", [ci, ours, theirs]);
    expect(conflicts).toEqual([]);
    expect(text).toBe(change(ours, [/checkout@.*/.exec(ours)?.[0] ?? "", "checkout@1111 # v6.0.0"]));
  });

  test("does not put the template's version beside a pin that the person changed", () => {
    const base = "steps:\n  - uses: actions/checkout@1111 # v5\n";
    const ours = change(base, ["1111", "9999"]);
    expect(merge("ci.yml", [base, ours, change(base, ["1111 # v5", "2222 # v6"])])).toMatchObject({
      text: ours,
      keys: ["steps.0.uses", ""],
    });
  });

  test("puts new steps beside the person's own, in order", () => {
    const ours = change(
      ci,
      ["      - run: npm test\n", "      - run: npm test\n      - run: ./mine.sh # mine\n"],
      ["timeout-minutes: 15", "timeout-minutes: 20"],
    );
    const theirs = change(ci, [
      "      - run: npm test\n",
      "      - run: npm run build\n      - name: Audit\n        run: |\n          npm audit\n      - run: npm test\n",
    ]);
    const { text, conflicts } = merge("ci.yml", [ci, ours, theirs]);
    expect(conflicts).toEqual([]);
    const steps = parseYamlValue(text).jobs.test.steps.map(
      ({ run, uses }: { run?: string; uses?: string }) => run ?? uses?.split("@")[0],
    );
    expect(steps.slice(2)).toEqual([
      "npm ci",
      'npm run lint\nnpm run types\n\necho "done"\n',
      "npm run build",
      "npm audit\n",
      "npm test",
      "./mine.sh",
    ]);
    expect(text).toContain("./mine.sh # mine");
  });

  test("takes the order that the template gave its steps, and reports it where the person has another", () => {
    const [a, b, c] = ["  - run: a\n", "  - run: b\n", "  - run: c\n"];
    const base = `steps:\n${a}${b}${c}x: 1\n`;
    const moved = `steps:\n${c}${a}${b}x: 1\n`;
    expect(merge("a.yml", [base, `steps:\n${a}${b}  - run: me\n${c}x: 2\n`, moved]).text).toBe(
      `steps:\n${c}${a}${b}  - run: me\nx: 2\n`,
    );
    expect(merge("a.yml", [base, `steps:\n${b}${a}${c}x: 1\n`, moved])).toMatchObject({
      text: `steps:\n${b}${a}${c}x: 1\n`,
      keys: ["steps"],
    });
  });

  test("treats ports and needs as sets, and an environment list by name", () => {
    const base = "needs: [a]\nports:\n  - 81:80\nenvironment:\n  - A=1\n  - B=1\n";
    const ours =
      "needs: [mine, a]\nports:\n  - 82:80\n  - 81:80\nenvironment:\n  - A=1\n  - MINE=1\n  - B=2\n";
    const theirs = 'needs: [a, b]\nports:\n  - "81:80"\n  - 83:80\nenvironment:\n  - B=1\n  - A=2\n  - C=1\n';
    const { text, conflicts } = merge("compose.yaml", [base, ours, theirs]);
    expect(conflicts).toEqual([]);
    expect(text).toBe(
      "needs: [mine, a, b]\nports:\n  - 82:80\n  - 81:80\n  - 83:80\nenvironment:\n  - A=2\n  - C=1\n  - MINE=1\n  - B=2\n",
    );
    const clash = merge("compose.yaml", [base, ours, theirs.replace("B=1", "B=3")]);
    expect(clash.conflicts).toMatchObject([{ keyPath: ["environment", 2], ours: "B=2", theirs: "B=3" }]);
  });

  test("merges an argument list by place, and reports it where both changed the same argument", () => {
    const base = 'command: ["serve", "--port", "80"]\n';
    const ours = 'command: ["serve", "--port", "81"]\n';
    expect(merge("a.yaml", [base, ours, 'command: ["run", "serve", "--port", "80"]\n']).text).toBe(
      'command: ["run", "serve", "--port", "81"]\n',
    );
    const words = merge("a.yaml", [
      "args: [run, web]\n",
      "args: [go, run, web]\n",
      "args: [run, web, run2]\n",
    ]);
    expect(words).toMatchObject({ text: "args: [go, run, web, run2]\n", conflicts: [] });
    expect(merge("a.yaml", [base, ours, 'command: ["serve", "--port", "82"]\n'])).toMatchObject({
      text: ours,
      keys: ["command"],
    });
  });

  test("keeps CRLF also within quoted and block values", () => {
    const base = 'a: "x\n  y"\nb: |\n  1\n  2\nc: 1\n';
    const ours = change(base, ["c: 1", "c: 2"]).replaceAll("\n", "\r\n");
    const theirs = change(base, ["  2\n", "  2\n  3\n"]);
    expect(merge("a.yaml", [base, ours, theirs]).text).toBe(
      change(theirs, ["c: 1", "c: 2"]).replaceAll("\n", "\r\n"),
    );
  });

  test("keeps a block's own indentation when it moves it", () => {
    const ours = parseDocument(change(ci, ["name: CI", "name: Mine"])).toString({ indent: 5, lineWidth: 0 });
    const run =
      "      - name: Deep\n        run: |\n          if true; then\n              echo deep\n\n          fi\n";
    const { text } = merge("ci.yml", [
      ci,
      ours,
      change(ci, ["      - run: npm test\n", `${run}      - run: npm test\n`]),
    ]);
    const steps = parseYamlValue(text).jobs.test.steps as { name?: string; run?: string }[];
    expect(steps.find(({ name }) => name === "Deep")?.run).toBe("if true; then\n    echo deep\n\nfi\n");
  });

  test("lists a comment of the template that finds no place, and takes those that do", () => {
    const ours = change(
      compose,
      ["interval: 2s # often, since the app waits for it", "interval: 3s # mine"],
      ["name: orders", "name: mine"],
    );
    const theirs = change(
      compose,
      ["# often, since the app waits for it", "# rarely"],
      ["# The backing services", "# All backing services"],
    );
    const { text, conflicts } = merge("compose.yaml", [compose, ours, theirs]);
    expect(text).toBe(change(ours, ["# The backing services", "# All backing services"]));
    expect(conflicts).toMatchObject([{ keyPath: [], ours: null, theirs: "# rarely" }]);
  });

  test("does not remove what the person commented on", () => {
    const ours = change(compose, ["    image: redis:8.2.2", "    # Keep below 9.\n    image: redis:8.2.2"]);
    const theirs =
      compose.slice(0, compose.indexOf("  redis:")) + compose.slice(compose.indexOf("volumes:\n  postgres"));
    const { text, keys } = merge("compose.yaml", [compose, ours, theirs]);
    expect(text).toContain("# Keep below 9.");
    expect(keys).toEqual(["services.redis"]);
  });

  test("merges the documents of a file by kind and name", () => {
    const base = corpus("kubernetes.yaml");
    const ours = change(base, ["replicas: 2", "replicas: 5"], ["port: 80\n", "port: 80 # mine\n"]);
    const added = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n---\n";
    const theirs =
      added + change(base, ["image: orders", "image: orders:2"], ['value: "8080"', 'value: "9090"']);
    const { text, conflicts } = merge("k8s.yaml", [base, ours, theirs]);
    expect(conflicts).toEqual([]);
    expect(text).toBe(
      added + change(ours, ["image: orders", "image: orders:2"], ['value: "8080"', 'value: "9090"']),
    );
    const removed = merge("k8s.yaml", [base, ours, base.slice(0, base.indexOf("---"))]);
    expect(removed).toMatchObject({ text: ours, keys: ["v1 Service web"] });
  });
});

describe("TOML", () => {
  const pyproject = corpus("pyproject.toml");
  const fly = corpus("fly.toml");

  test("knows a dependency by its package", () => {
    const ours = change(pyproject, ['"redis>=7",', '"redis>=7,<9",\n    "mine==1",']);
    const theirs = change(
      pyproject,
      ["psycopg[binary]>=3.2", "psycopg[binary,pool]>=3.3"],
      ['"redis>=7",', '"redis>=7",\n    "pydantic>=2", # types'],
    );
    const { text, conflicts } = merge("pyproject.toml", [pyproject, ours, theirs]);
    expect(conflicts).toEqual([]);
    expect(text).toContain(
      '    "psycopg[binary,pool]>=3.3", # the pool is in the extra\n    "redis>=7,<9",\n    "pydantic>=2", # types\n    "mine==1",\n]',
    );
    const clash = merge("pyproject.toml", [pyproject, ours, change(pyproject, ['"redis>=7"', '"Redis>=8"'])]);
    expect(clash).toMatchObject({ text: ours, keys: ["project.dependencies.2"] });
  });

  test("adds root keys above the tables, and tables and their elements where the template has them", () => {
    const ours = change(
      fly,
      ["[http_service]", "[mine]\n  a = 1\n\n[http_service]"],
      ["force_https = true", "force_https = false # mine"],
    );
    const theirs = change(
      fly,
      ["kill_timeout = 30\n", 'kill_timeout = 30\nkill_signal = "SIGTERM"\n'],
      ["[[vm]]", '[[statics]]\n  guest_path = "/p"\n\n[[vm]]'],
    );
    const { text, conflicts } = merge("fly.toml", [fly, ours.replaceAll("\n", "\r\n"), theirs]);
    expect(conflicts).toEqual([]);
    expect(parseTomlValue(text)).toMatchObject({
      kill_signal: "SIGTERM",
      mine: { a: 1 },
      statics: [{ guest_path: "/p" }],
    });
    expect(text).toContain('kill_signal = "SIGTERM"\r\n');
    expect(text).toContain("force_https = false # mine\r\n");
  });

  test("adds a root key above a table even where nothing tells its place", () => {
    const [base, ours] = ["[a]\nx = 1\n", "[mine]\ny = 1\n"];
    const { text, conflicts } = merge("a.toml", [base, ours, `k = 1\n\n${base}`]);
    expect(conflicts).toEqual([]);
    expect(parseTomlValue(text)).toEqual({ k: 1, mine: { y: 1 } });
  });

  test("knows an element of an array of tables by its name", () => {
    const base = '[[index]]\nname = "a"\nurl = "1"\n\n[[index]]\nname = "b"\nurl = "1"\n';
    const ours = change(base, ['name = "b"\nurl = "1"', 'name = "b"\nurl = "mine"']);
    const theirs = `[[index]]\nname = "c"\nurl = "1"\n\n${change(base, ['name = "a"\nurl = "1"', 'name = "a"\nurl = "2"'])}`;
    const { text, conflicts } = merge("a.toml", [base, ours, theirs]);
    expect(conflicts).toEqual([]);
    expect(parseTomlValue(text).index).toEqual([
      { name: "c", url: "1" },
      { name: "a", url: "2" },
      { name: "b", url: "mine" },
    ]);
  });

  test("removes a table with its comment and leaves the comments of others", () => {
    const base = "# one\n[a]\nx = 1\n\n# two\n[b]\ny = 1 # y\n\n# three\n[c]\nz = 1\n";
    const { text, conflicts } = merge("a.toml", [
      base,
      change(base, ["z = 1", "z = 2"]),
      change(base, ["# two\n[b]\ny = 1 # y\n\n", ""]),
    ]);
    expect({ text, conflicts }).toEqual({
      text: "# one\n[a]\nx = 1\n\n# three\n[c]\nz = 2\n",
      conflicts: [],
    });
  });

  test("has a key once that both sides added, though one wrote it as a path", () => {
    const base = "[tool]\nx = 1\n";
    const ours = "[tool]\nx = 1\n\n[tool.ruff]\nline = 1\n";
    const { text, conflicts } = merge("a.toml", [base, ours, "[tool]\nx = 1\nruff.line = 2\n"]);
    expect(text).toBe(ours);
    expect(conflicts).toHaveLength(1);
  });
});

describe("dotenv", () => {
  const base = corpus(".env.schema");

  test("keeps export, quotes, CRLF and a missing final newline, and never adds a name again", () => {
    const from = 'PORT=3000\nKEY="a\nb"\n';
    const ours = "export PORT=4000\r\nKEY=\"a\r\nb\"\r\nMINE='x'";
    const { text, conflicts } = merge(".env.example", [from, ours, 'PORT=3000\nKEY="a\nb"\nNEW=1\n']);
    expect({ text, conflicts }).toEqual({
      text: "export PORT=4000\r\nKEY=\"a\r\nb\"\r\nNEW=1\r\nMINE='x'",
      conflicts: [],
    });
  });

  test("moves decorators with their variable, and merges them by name", () => {
    const ours = change(
      base,
      ["# @type=port @required", "# Mine.\n# @type=port @required"],
      ["LOG_LEVEL=info", "LOG_LEVEL=debug"],
    );
    const theirs = change(
      base,
      ["# @type=port @required\nPORT=3000", "# @type=port(min=1024) @required\nPORT=3000"],
      ["# Shown in logs", "# @type=url @required @sensitive\nREDIS_URL=\n\n# Shown in logs"],
    );
    const { text, conflicts } = merge(".env.schema", [base, ours, theirs]);
    expect(conflicts).toEqual([]);
    expect(text).toBe(
      change(
        theirs,
        ["# @type=port(min=1024)", "# Mine.\n# @type=port(min=1024)"],
        ["LOG_LEVEL=info", "LOG_LEVEL=debug"],
      ),
    );
    const clash = merge(".env.schema", [
      base,
      change(base, ["@type=port", "@type=int"]),
      change(base, ["@type=port", "@type=url"]),
    ]);
    expect(clash).toMatchObject({ text: change(base, ["@type=port", "@type=int"]), keys: ["PORT"] });
  });

  test("merges what a comment lists by its name: `# Used by: web`", () => {
    const lead = (used: string, own = "") => `# What it is.\n# Used by: ${used}\n${own}A=1\n`;
    expect(merge(".env.schema", [lead("web"), lead("web", "# Mine.\n"), lead("web, worker")])).toMatchObject({
      text: lead("web, worker", "# Mine.\n"),
      keys: [],
    });
    // One line of it, never both sides' lines.
    expect(merge(".env.schema", [lead("web"), lead("web, cron"), lead("web, worker")])).toMatchObject({
      text: lead("web, cron"),
      keys: ["A"],
    });
    expect(merge(".env.schema", [lead("web"), lead("web, worker"), lead("web, worker")])).toMatchObject({
      text: lead("web, worker"),
      keys: [],
    });
  });

  test("removes a variable with its comments, and leaves the header", () => {
    const port = "# The port that the web process binds.\n# @type=port @required\nPORT=3000\n\n";
    const ours = change(base, ["LOG_LEVEL=info", "LOG_LEVEL=warn"]);
    const { text, conflicts } = merge(".env.schema", [base, ours, change(base, [port, ""])]);
    expect({ text, conflicts }).toEqual({ text: change(ours, [port, ""]), conflicts: [] });
  });

  test("does not remove a variable that the person commented on", () => {
    const ours = change(base, ["RELEASE_ID=", "# Our deploys set it.\nRELEASE_ID="]);
    const theirs = change(base, ["\n# Shown in logs and traces.\nRELEASE_ID=\n", ""]);
    expect(merge(".env.schema", [base, ours, theirs])).toMatchObject({ text: ours, keys: ["RELEASE_ID"] });
  });

  test("does not show the values of a .env", () => {
    const { conflicts } = merge(".env", ["A=1\n", "A=secret\n", "A=2\n"]);
    expect(conflicts).toMatchObject([{ keyPath: ["A"], ours: null, theirs: null }]);
  });
});

describe("entries by line", () => {
  test("Procfile: by process", () => {
    const base = corpus("Procfile");
    const ours = change(
      base,
      ["web: node dist/web.js", "web: node --enable-source-maps dist/web.js"],
      ["release:", "mailer: node dist/mailer.js\nrelease:"],
    );
    const theirs = change(
      base,
      ["release:", "clock: node dist/clock.js\nrelease:"],
      ["worker: node dist/worker.js\n", ""],
    );
    const { text, conflicts } = merge("Procfile", [base, ours, theirs]);
    expect(conflicts).toEqual([]);
    expect(text).toBe(change(ours, ["worker: node dist/worker.js\n", "clock: node dist/clock.js\n"]));
  });

  test(".tool-versions and .npmrc: by name", () => {
    expect(
      merge(".tool-versions", ["node 24.1.0\n", "node 24.1.0\npython 3.14\n", "node 24.2.0\npnpm 12\n"]).text,
    ).toBe("node 24.2.0\npnpm 12\npython 3.14\n");
    expect(merge(".npmrc", ["a=1\n", "; mine\na=1\nb=1\n", "a=2\n"]).text).toBe("; mine\na=2\nb=1\n");
  });

  test("ignore files: additions and removals, in an order that keeps negations working", () => {
    const base = corpus(".gitignore");
    const ours = change(base, ["coverage/\n", "coverage/\n*.local\n"]);
    const theirs = change(
      base,
      ["dist/\n", ""],
      ["!.env.example\n", "!.env.example\n!.env.test\n\n# Editors\n.idea/\n"],
    );
    const { text } = merge(".gitignore", [base, ours, theirs]);
    expect(text).toBe(change(theirs, ["coverage/\n", "coverage/\n*.local\n"]));
    expect(merge(".gitignore", [null, "!.env.example\n", ".env.*\n!.env.example\n"]).text).toBe(
      ".env.*\n!.env.example\n",
    );
    expect(merge(".gitignore", [null, "a\n!b/c\nd\n", "a\nd\nb/*\n!b/c\n"]).text).toBe("a\nb/*\n!b/c\nd\n");
    expect(merge(".gitignore", [null, ".env.*\nx\n", "!.env.example\n.env.*\n"]).text).toContain(".env.*");
  });
});

describe("text", () => {
  const base = corpus("Dockerfile");

  test("merges what does not touch, and marks what does", () => {
    const ours = change(base, ["RUN npm ci\n", "RUN npm ci --omit=dev\n"]);
    const theirs = change(base, ["USER node", "USER 1000"]);
    expect(merge("Dockerfile", [base, ours, theirs])).toMatchObject({
      text: change(ours, ["USER node", "USER 1000"]),
      conflicts: [],
    });
    const clash = merge("Dockerfile", [
      base,
      ours,
      change(base, ["RUN npm ci\n", "RUN npm ci --ignore-scripts\n"]),
    ]);
    expect(clash.text).toContain(
      "<<<<<<< yours\nRUN npm ci --omit=dev\n=======\nRUN npm ci --ignore-scripts\n>>>>>>> template\n",
    );
    expect(clash.conflicts).toHaveLength(1);
    expect([hasConflictMarkers(clash.text), hasConflictMarkers(base)]).toEqual([true, false]);
  });

  test("takes changes of neighbouring lines for one conflict, as git does", () => {
    expect(merge("a.txt", ["1\n2\n", "0\n2\n", "1\n3\n"]).conflicts).toHaveLength(1);
    expect(merge("a.txt", ["1\n-\n2\n", "0\n-\n2\n", "1\n-\n3\n"])).toMatchObject({
      text: "0\n-\n3\n",
      conflicts: [],
    });
  });

  test("without a base, marks only what differs", () => {
    const ours = change(base, ["RUN npm ci\n", "RUN npm ci --omit=dev\n"]);
    const { text } = merge("Dockerfile", [null, ours, base]);
    expect(text).toBe(
      change(ours, [
        "RUN npm ci --omit=dev\n",
        "<<<<<<< yours\nRUN npm ci --omit=dev\n=======\nRUN npm ci\n>>>>>>> template\n",
      ]),
    );
  });

  test("is quick on a long file that has little in common with its base", () => {
    const lines = (word: string) =>
      Array.from({ length: 9_000 }, (_, index) => `${word} ${index * 7919}\n`).join("");
    const start = performance.now();
    merge("a.txt", [lines("a"), lines("b"), `${lines("a")}end\n`]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("a data file that does not parse", () => {
  test("gets markers only where the person's was broken before", () => {
    expect(merge("a.json", ['{"a": 1}\n', '{"a": 2\n', '{"a": 3}\n']).text).toContain("<<<<<<< yours\n");
    expect(merge("a.json", ['{"a": 1}\n', '{"a": 2}\n', '{"a": 3\n'])).toMatchObject({
      text: '{"a": 2}\n',
      keys: [""],
    });
    expect(merge("a.toml", ["a = = 1\n", "a = 2\n", "a = 3\n"])).toMatchObject({
      text: "a = 2\n",
      keys: [""],
    });
  });
});
