import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  type Entry,
  type Files,
  folderOf,
  manifest,
  type Place,
  pax,
  publish,
  repositoryOf,
  type TreeEntry,
  tarballOf,
  tarOf,
} from "./hostile-place.ts";

/** A pack that is refused, by which rule of ours for packs, and the advisory or the bypass that it stands for. */
export type Hostile = {
  readonly rule: number;
  readonly what: string;
  /** Gives the source to be used. */
  readonly make: (place: Place) => string | Promise<string>;
  readonly said: RegExp;
};

type Row = readonly [what: string, made: (place: Place) => string | Promise<string>, said: RegExp];

const rows = (rule: number, ...all: readonly Row[]): readonly Hostile[] =>
  all.map(([what, make, said]) => ({ rule, what, make, said }));

const inFolder =
  (files: Files, change: (folder: string, place: Place) => void = () => {}) =>
  (place: Place) => {
    const folder = folderOf(place, { "base/files/first": "1", ...files });
    change(folder, place);
    return folder;
  };
const inTarball =
  (...entries: readonly Entry[]) =>
  (place: Place) =>
    tarballOf(place, entries);
const inGit =
  (...entries: readonly TreeEntry[]) =>
  (place: Place) =>
    repositoryOf(place, entries);
const file = (name: string, of = "x"): TreeEntry => ({ mode: "100644", name, of });
const folder = (name: string, ...of: readonly TreeEntry[]): TreeEntry => ({ mode: "40000", name, of });
/** A tree of git with these files in the layer of `base`. */
const layered = (...of: readonly TreeEntry[]) => inGit(folder("base", folder("files", ...of)));
const at = (name: string) => `package/base/files/${name}`;
const says = (more: string) => inFolder({ "pack.yaml": `${manifest}${more}` });
const template = (text: string) => inFolder({ "base/files/x.md.hbs": `${text}\n` });
const facts = (text: string) => inFolder({ "base/template.yaml": text });

const links = rows(
  1,
  [
    "CVE-2026-23968: a link to a private file",
    inFolder({}, (pack, { around }) => symlinkSync(join(around, "secret.txt"), join(pack, "base/files/x"))),
    /base\/files\/x: it is a symbolic link/,
  ],
  [
    "CVE-2026-23986: a link to a folder outside, to write through",
    inFolder({}, (pack, { around }) => symlinkSync(join(around, "outside"), join(pack, "base/files/x"))),
    /it is a symbolic link/,
  ],
  [
    "CVE-2026-24046: a relative link upwards",
    inFolder({}, (pack) => symlinkSync("../../../../secret.txt", join(pack, "base/files/x"))),
    /it is a symbolic link/,
  ],
  [
    "CVE-2026-24047: a chain of links",
    inFolder({}, (pack, { around }) => {
      symlinkSync("y", join(pack, "base/files/x"));
      symlinkSync(around, join(pack, "base/files/y"));
    }),
    /it is a symbolic link/,
  ],
  [
    "CVE-2026-24047: a link that leads nowhere yet",
    inFolder({}, (pack, { around }) => symlinkSync(join(around, "work/new"), join(pack, "base/files/x"))),
    /it is a symbolic link/,
  ],
  [
    "a link to itself",
    inFolder({}, (pack) => symlinkSync("x", join(pack, "base/files/x"))),
    /it is a symbolic link/,
  ],
  [
    "a link to a file of its own",
    inFolder({}, (pack) => symlinkSync("first", join(pack, "base/files/x"))),
    /it is a symbolic link/,
  ],
  [
    "a folder of templates that is a link",
    inFolder({}, (pack, { around }) => symlinkSync(around, join(pack, "services"))),
    /services: it is a symbolic link/,
  ],
  [
    "a layer that is a link",
    inFolder({}, (pack, { around }) => symlinkSync(around, join(pack, "base/files+redis"))),
    /it is a symbolic link/,
  ],
  [
    "a manifest that is a link",
    inFolder({}, (pack, { around }) => {
      rmSync(join(pack, "pack.yaml"));
      symlinkSync(join(around, "secret.txt"), join(pack, "pack.yaml"));
    }),
    /pack\.yaml: it is a symbolic link/,
  ],
  [
    "a hard link to a private file",
    inFolder({}, (pack, { around }) => linkSync(join(around, "secret.txt"), join(pack, "base/files/x"))),
    /it is a hard link/,
  ],
  [
    "a pipe, which is never read to its end",
    inFolder({}, (pack) => {
      execFileSync("mkfifo", [join(pack, "base/files/x")]);
    }),
    /neither a file nor a folder/,
  ],
  ["tar: a symbolic link", inTarball({ path: at("x"), type: "2", link: "/etc/passwd" }), /it is a link/],
  [
    "tar: a link, then a file through it",
    inTarball({ path: at("x"), type: "2", link: "../../../outside" }, { path: at("x/file"), text: "evil" }),
    /it is a link/,
  ],
  [
    "tar: a folder, then a link of its name, then a file through it",
    inTarball({ path: at("x"), type: "5" }, { path: at("x"), type: "2", link: "/tmp" }, { path: at("x/y") }),
    /it is a link/,
  ],
  [
    "tar: a hard link to outside",
    inTarball({ path: at("x"), type: "1", link: "../../../../secret.txt" }),
    /it is a link/,
  ],
  [
    "tar: a link beside the templates",
    inTarball({ path: "package/docs", type: "2", link: "/" }),
    /it is a link/,
  ],
  [
    "tar: a link with a long target of GNU",
    inTarball({ path: "././@LongLink", type: "K", text: "/etc/passwd\0" }, { path: at("x"), type: "2" }),
    /neither a file nor a folder|it is a link/,
  ],
  [
    "tar: a link by a pax record",
    inTarball(pax("linkpath", "/etc/passwd"), { path: at("x"), type: "2" }),
    /it is a link/,
  ],
  ...["3", "4", "6", "7", "S", "Z"].map(
    (type): Row => [
      `tar: an entry of type ${type}`,
      inTarball({ path: at("x"), type }),
      /neither a file nor a folder/,
    ],
  ),
  [
    "git: a symbolic link",
    layered({ mode: "120000", name: "x", of: "/etc/passwd" }),
    /it is a symbolic link/,
  ],
  [
    "git: a folder that is a link",
    inGit({ mode: "120000", name: "services", of: "/etc" }),
    /it is a symbolic link/,
  ],
);

const question = `${manifest}questions: { q: { type: string, message: Q, default: DEFAULT } }\n`;
const named = (path: string, value: string) =>
  inFolder({ "pack.yaml": question.replace("DEFAULT", value), [`base/files/${path}`]: "x" });
const placed = (path: string, where: string) =>
  inFolder({
    "base/template.yaml": `facts: { where: ${JSON.stringify(where)} }\n`,
    [`base/files/${path}`]: "x",
  });

const rendered = rows(
  2,
  [
    "CVE-2025-55201: git's own directory, by an answer",
    named(".{{project.answers.q}}/hooks/post-checkout", "git"),
    /path-refused|git's own directory/,
  ],
  [
    "CVE-2025-55201: a file that leads git elsewhere, by an answer",
    named(".{{project.answers.q}}", "git"),
    /git's own directory/,
  ],
  ["an answer that leads upwards", named("{{project.answers.q}}/x", "'..'"), /cannot be written into/],
  ["an answer with a path in it", named("{{project.answers.q}}", "../../x"), /cannot be written into/],
  ["an answer with a backslash", named("{{project.answers.q}}", "'..\\x'"), /cannot be written into/],
  ["an answer that is a device", named("{{project.answers.q}}", "con"), /cannot be written into/],
  [
    "an answer that makes one a device",
    named("{{project.answers.q}}x.txt", "au"),
    /reserved name on Windows/,
  ],
  [
    "an answer that ends with a dot",
    named("x{{project.answers.q}}", "'.'"),
    /cannot be written into|ends with a dot/,
  ],
  ["an answer that makes a short name", named("git{{project.answers.q}}", "'~1'"), /cannot be written into/],
  [
    "an answer that makes two paths one",
    inFolder({
      "pack.yaml": question.replace("DEFAULT", "readme"),
      "base/files/{{project.answers.q}}.MD": "x",
    }),
    /some systems take/,
  ],
  [
    "an answer that is the receipt",
    named(".{{project.answers.q}}", "twelve-factor.json"),
    /written twice|receipt|two values/,
  ],
  ["an answer that is the journal", named(".{{project.answers.q}}/plan.json", "twelve-factor"), /journal/],
  ...[
    "../../outside/x",
    "/tmp/x",
    "C:/x",
    "a\\..\\..\\x",
    "a/../../x",
    "//host/share/x",
    ".git/config",
    "x:stream",
    "a//b",
  ].map(
    (where): Row => [
      `facts that lead to ${where}`,
      placed("{{code facts.where}}", where),
      /cannot be written/,
    ],
  ),
  [
    "a folder of the repo that is a link",
    (place) => {
      place.put("work/shop/mine.txt", "mine");
      symlinkSync(join(place.around, "outside"), join(place.repo, "docs"));
      return folderOf(place, { "base/files/docs/new.md": "evil" });
    },
    /symbolic link/,
  ],
  [
    "a file of the repo that is a link",
    (place) => {
      place.put("work/shop/mine.txt", "mine");
      symlinkSync(join(place.around, "secret.txt"), join(place.repo, "NEW.md"));
      return folderOf(place, { "base/files/NEW.md": "evil" });
    },
    /symbolic link/,
  ],
  [
    "a link to nowhere in the repo",
    (place) => {
      place.put("work/shop/mine.txt", "mine");
      symlinkSync(join(place.around, "made"), join(place.repo, "NEW.md"));
      return folderOf(place, { "base/files/NEW.md": "evil" });
    },
    /symbolic link/,
  ],
);

/** Names that some system takes for something else, as a path below the layer. */
const names: readonly (readonly [what: string, name: string, said: RegExp])[] = [
  ["git's own directory", ".git/config", /git's own directory/],
  ["git's own directory, as a template", ".git/config.hbs", /git's own directory/],
  ["a file that leads git elsewhere", ".git", /git's own directory/],
  ["a file that leads git elsewhere, as a template", ".git.hbs", /git's own directory/],
  ["git's own directory in capitals", ".GIT/config", /git's own directory/],
  ["git's own directory, further in", "a/.Git/hooks/post-checkout", /git's own directory/],
  ["CVE-2014-9390: HFS+ overlooks U+200C", ".g\u200cit/config", /git's own directory/],
  ["CVE-2014-9390: HFS+ overlooks U+FEFF", ".git\ufeff/config", /git's own directory/],
  ["CVE-2014-9390: the short name on NTFS", "git~1/config", /git's own directory/],
  ["CVE-2019-1352: a stream on NTFS", ".git::$INDEX_ALLOCATION/config", /git's own directory/],
  ["CVE-2019-1353: dots and spaces at the end", ".git . ./config", /git's own directory/],
  ["CVE-2019-1354: a backslash", ".git\\config", /backslash/],
  ["CVE-2021-21300: another short name of NTFS", "GITMOD~1", /short name/],
  ["a short name with an ending", "PACKAG~1.JSO", /short name/],
  ["U+200D in the name of a file that runs", ".vsco\u200dde/tasks.json", /can't be seen/],
  ["CVE-2021-42574: a name that reads backwards", "x\u202egnp.sh", /can't be seen/],
  ["a name with U+2066", "x\u2066y", /can't be seen/],
  ["a device", "con", /reserved name on Windows/],
  ["a device with an ending", "aux.txt", /reserved name on Windows/],
  ["a device as a template", "nul.hbs", /reserved name on Windows/],
  ["a device with a superscript", "com\u00b9.md", /reserved name on Windows/],
  ["a device that is a folder", "LPT9/x", /reserved name on Windows/],
  ["CVE-2025-27210: a device before a path", "CONIN$/x", /reserved name on Windows/],
  ["a stream", "x.md:evil", /Windows refuses/],
  ["a drive", "C:x", /Windows refuses|absolute/],
  ["a share", "\\\\host\\share\\x", /backslash/],
  ["a dot at the end", "x.", /ends with a dot/],
  ["a dot at the end, as a template", "x..hbs", /ends with a dot/],
  ["a space at the end", "x ", /ends with a dot or a space/],
  ["a folder with a space at the end", "x /y", /ends with a dot or a space/],
  ["a name with ESC", "x\u001b[2J", /Windows refuses/],
  ["a name with a line end", "x\ny", /Windows refuses/],
  ["the receipt", ".twelve-factor.json", /it is the receipt/],
  ["the receipt as a template", ".twelve-factor.json.hbs", /it is the receipt/],
  ["the receipt in capitals", ".Twelve-Factor.JSON", /it is the receipt/],
  ["the receipt with U+017F", ".twelve-factor.j\u017fon", /it is the receipt/],
  ["the journal", ".twelve-factor/plan.json", /journal/],
  ["the journal in capitals", ".TWELVE-FACTOR/plan.json", /journal/],
  ["folders without end", `${"d/".repeat(40)}x`, /too deep/],
];
/** Those that no file system here could hold, but an archive can. */
const archived: typeof names = [
  ["a path upwards", "../../../../outside/file", /segment|outside/],
  ["a path upwards through a folder of its own", "a/../../../../../x", /segment/],
  ["an empty name", "a//b", /segment/],
  ["a name of one dot", "a/./b", /segment/],
];
const twins: readonly (readonly [what: string, one: string, other: string])[] = [
  ["by case", "Readme.txt", "README.txt"],
  ["by case of a folder", "Sub/x", "sub/y"],
  ["by case, of a file and a folder", "Same", "same/y"],
  ["by normalisation", "caf\u00e9", "cafe\u0301"],
  ["by U+017F", "\u017fetup", "Setup"],
  ["by U+212A", "\u212aey", "key"],
  ["by a ligature", "\ufb01x", "fix"],
];
/** Tar has names of any length by a pax record. */
const entry = (name: string): readonly Entry[] => [
  pax("path", at(name)),
  { path: "package/short", text: "x" },
];

const paths = [
  ...rows(
    3,
    ...names.map(([what, name, said]): Row => [what, inFolder({ [`base/files/${name}`]: "x" }), said]),
    ...[...names, ...archived].map(
      ([what, name, said]): Row => [`tar: ${what}`, inTarball(...entry(name)), said],
    ),
    ...archived.map(([what, name, said]): Row => [`git: ${what}`, layered(file(name)), said]),
    ["git: a tree whose folder is ..", layered(folder("..", folder("..", file("x")))), /segment/],
    ["git: a tree whose folder is .git", layered(folder(".git", file("config"))), /git's own directory/],
    ["git: a name with a backslash", layered(file("..\\x")), /backslash/],
    ["git: a drive", layered(file("C:x")), /Windows refuses|absolute/],
    [
      "git: a folder of the source that leads upwards",
      (place) => `${repositoryOf(place, [])}:a/../..`,
      /leads elsewhere/,
    ],
    ["what it extends is absolute", says("extends: [/etc]\n"), /"extends\.0" is "\/etc"/],
    ["what it extends is a drive", says("extends: ['C:\\x']\n"), /"extends\.0" is/],
    ["what it extends goes through itself", says("extends: [../acme]\n"), /which extends it/],
    [
      "a lockfile outside",
      inFolder({
        "stacks/x/template.yaml":
          "label: X\ndescription: X\npackageManagers: { npm: {} }\nlockfiles: { npm: ../../../secret.txt }\n",
      }),
      /no one prunes/,
    ],
    [
      "a lockfile called constructor",
      inFolder({
        "stacks/x/template.yaml":
          "label: X\ndescription: X\npackageManagers: { npm: {} }\nlockfiles: { npm: constructor }\n",
        "stacks/x/constructor": "x",
      }),
      /constructor/,
    ],
    ["an id that leads upwards", inFolder({ "services/..x/template.yaml": "label: X\n" }), /can't be an id/],
    ["a block that leads upwards", inFolder({ "base/blocks/x/y.hbs": "x" }), /can't fill a block/],
  ),
  ...rows(
    3,
    ...twins.map(
      ([what, one, other]): Row => [
        `names that differ ${what}`,
        inFolder({ [`base/files/${one}`]: "x", [`base/files/${other}`]: "y" }),
        /some systems take|directory of other paths/,
      ],
    ),
    ...twins.map(
      ([what, one, other]): Row => [
        `tar: names that differ ${what}`,
        inTarball(...entry(one), ...entry(other)),
        /some systems take/,
      ],
    ),
    ["git: names that differ by case", layered(file("A"), file("a")), /some systems take/],
    ["git: a name twice", layered(file("a", "1"), file("a", "2")), /occurs twice/],
  ),
];

const own = (place: Place, more = "") => `${repositoryOf(place, [])}${more}`;
const literally = (source: string) => (_: Place) => source;
const git = rows(
  5,
  [
    "CVE-2022-24065: a command as a transport",
    literally("git+ext::sh -c touch% evil% x"),
    /isn't to be asked there/,
  ],
  [
    "CVE-2022-24065: the same in capitals",
    literally("git+EXT::sh -c touch% evil"),
    /isn't to be asked|isn't a source|isn't there/,
  ],
  [
    "CVE-2026-28292: the same with another prefix",
    literally("git+git+ext::sh -c id"),
    /isn't to be asked|isn't a source|isn't there/,
  ],
  ["a transport of a helper", literally("git+fd::17/foo"), /isn't to be asked there/],
  ["http, which nobody verifies", literally("git+http://127.0.0.1:9/x.git"), /isn't to be asked there/],
  ["the protocol of git, likewise", literally("git+git://127.0.0.1/x.git"), /isn't to be asked there/],
  ["ftp", literally("git+ftp://127.0.0.1/x.git"), /isn't to be asked there/],
  [
    "CVE-2017-1000117: a host that is an option",
    literally("git+ssh://-oProxyCommand=touch%20evil/x.git"),
    /isn't to be asked there/,
  ],
  [
    "the same behind a user",
    literally("git+ssh://git@-oProxyCommand=touch/x.git"),
    /isn't to be asked there/,
  ],
  [
    "the same behind two of them",
    literally("git+ssh://a@b@-oProxyCommand=touch/x.git"),
    /isn't to be asked there/,
  ],
  [
    "CVE-2022-24065: a URL that is an option",
    literally("git+--upload-pack=touch evil"),
    /isn't there|isn't a source/,
  ],
  ["a folder that is an option, as a URL", literally("git+file://-upload-pack=x"), /isn't to be asked there/],
  [
    "a ref that is an option",
    (place) => own(place).replace("#main", "#--upload-pack=touch evil"),
    /can't be a ref/,
  ],
  ["a ref that is a short option", (place) => own(place).replace("#main", "#-o"), /can't be a ref/],
  [
    "a ref that writes one",
    (place) => own(place).replace("#main", "#+main:refs/heads/evil"),
    /can't be a ref|git can't read/,
  ],
  ["a ref with .. in it", (place) => own(place).replace("#main", "#a..b"), /can't be a ref/],
  [
    "a ref with a line end",
    (place) => own(place).replace("#main", "#main\n--exec=x"),
    /can't be a ref|isn't a source/,
  ],
  ["a URL with a line end", literally("git+https://127.0.0.1/x.git\nhost=evil"), /isn't to be asked there/],
  [
    "CVE-2018-11235: a submodule in its layers",
    layered({ mode: "160000", name: "x", of: "" }),
    /it is a submodule/,
  ],
  [
    "a submodule in the place of a kind",
    inGit({ mode: "160000", name: "services", of: "" }),
    /it is a submodule/,
  ],
  [
    "what it extends lies outside of its repository",
    (place) =>
      repositoryOf(place, [folder("p", file("pack.yaml", `${manifest}extends: [../../x]\n`))]).concat(":p"),
    /outside of its repository/,
  ],
  [
    "what it extends is on this machine",
    (place) =>
      repositoryOf(place, [
        folder("p", file("pack.yaml", `${manifest}extends: ['git+file:///etc']\n`)),
      ]).concat(":p"),
    /on this machine/,
  ],
  ["what it extends is a command", says("extends: ['git+ext::sh -c id']\n"), /"extends\.0" is/],
  [
    "what it extends is an option",
    says("extends: ['git+ssh://-oProxyCommand=x/y']\n"),
    /isn't to be asked there/,
  ],
  [
    "trees without end",
    (place) => {
      let tree: TreeEntry = file("x");
      for (let depth = 0; depth < 40; depth++) tree = folder("d", tree);
      return layered(tree)(place);
    },
    /too deep/,
  ],
  ["a file without end", layered(file("x", "x".repeat(9 << 20))), /larger than 8 MB/],
);

const whole = [
  { path: "package/pack.yaml", text: manifest },
  { path: at("x"), text: "x".repeat(3000) },
] as const;
const asTarball = (bytes: Uint8Array) => (place: Place) => {
  place.put("packs/acme.tgz", bytes);
  return `${place.pack}.tgz`;
};
const changed = (change: (tar: Buffer) => void) => {
  const tar = tarOf(whole);
  change(tar);
  return asTarball(gzipSync(tar));
};
const alone = (...entries: readonly Entry[]) => asTarball(gzipSync(tarOf(entries)));

const tar = rows(
  6,
  [
    "CVE-2021-32803: all of it lies upwards",
    alone({ path: "../pack.yaml", text: manifest }, { path: "../base/files/x" }),
    /segment/,
  ],
  [
    "CVE-2021-32804: all of it is absolute",
    alone({ path: "/pack.yaml", text: manifest }, { path: "/base/files/x" }),
    /absolute/,
  ],
  ["CVE-2021-32804: absolute more than once", alone({ path: "///pack.yaml", text: manifest }), /absolute/],
  ["CVE-2021-37713: all of it is on a drive", alone({ path: "C:/pack.yaml", text: manifest }), /absolute/],
  [
    "CVE-2021-37713: a drive and a path upwards",
    inTarball({ path: at("C:../x") }),
    /Windows|beside|absolute|segment|unread/,
  ],
  ["CVE-2021-37701: backslashes", alone({ path: "package\\pack.yaml", text: manifest }), /backslash/],
  ["a path upwards beside the templates", inTarball({ path: "package/docs/../../../x" }), /segment/],
  ["a folder that lies upwards", inTarball({ path: "package/../../../x/", type: "5" }), /segment/],
  ["an absolute folder", inTarball({ path: "/tmp/x/", type: "5" }), /absolute/],
  ["./ before a path upwards", inTarball({ path: "././../x" }), /segment|beside/],
  ["a file beside its folder", inTarball({ path: "other/x" }), /lies beside/],
  ["a path of pax upwards", inTarball(pax("path", at("../../../../x")), { path: at("x") }), /segment/],
  [
    "two paths of pax, of which the last counts",
    inTarball(
      {
        ...pax("path", at("ok")),
        text: `${pax("path", at("ok")).text}${pax("path", at("../../../x")).text}`,
      },
      { path: at("x") },
    ),
    /segment/,
  ],
  [
    "a path of pax with NUL",
    inTarball(pax("path", `${at("x")}\0/../../y`), { path: at("x") }),
    /no file name has|segment/,
  ],
  [
    "CVE-2025-62518: a length of pax beside that of the header",
    inTarball(pax("size", "0"), { path: at("x"), text: "y".repeat(600) }),
    /length/,
  ],
  ["a sparse file of pax", inTarball(pax("GNU.sparse.name", "/etc/passwd"), { path: at("x") }), /sparse/],
  [
    "a long name of GNU upwards",
    inTarball({ path: "././@LongLink", type: "L", text: `${at("../../../../x")}\0` }, { path: at("x") }),
    /segment/,
  ],
  [
    "a long name of GNU without end",
    inTarball({ path: "././@LongLink", type: "L", text: at(`${"d/".repeat(400_000)}x`) }, { path: at("x") }),
    /too deep|unpacks to more/,
  ],
  ["a name twice", inTarball({ path: at("x"), text: "1" }, { path: at("x"), text: "2" }), /occurs twice/],
  [
    "a manifest twice",
    inTarball({ path: "package/pack.yaml", text: manifest.replace("acme", "evil") }),
    /occurs twice/,
  ],
  [
    "a file that is a folder too",
    inTarball({ path: at("x") }, { path: at("x/y") }),
    /directory of other paths/,
  ],
  ["a length below zero", inTarball({ path: at("x"), size: "-0000000001" }), /damaged/],
  ["a length in base 256 below zero", inTarball({ path: at("x"), size: Buffer.alloc(12, 0xff) }), /damaged/],
  [
    "a length in base 256 without end",
    inTarball({
      path: at("x"),
      size: Buffer.from([0x80, 0, 0, 0x7f, 255, 255, 255, 255, 255, 255, 255, 255]),
    }),
    /damaged/,
  ],
  ["a length that leads behind the end", inTarball({ path: at("x"), size: "77777777777" }), /ends too early/],
  ["a length that is no number", inTarball({ path: at("x"), size: "0x10" }), /damaged/],
  ["a header that was changed", changed((bytes) => bytes.write("evil", 1024 + 20)), /damaged/],
  ["a checksum that is none", changed((bytes) => bytes.write("zzzzzz", 148)), /damaged/],
  ["an archive that is cut off", asTarball(gzipSync(tarOf(whole).subarray(0, 2048))), /ends too early/],
  ["a stream that is cut off", asTarball(gzipSync(tarOf(whole)).subarray(0, 60)), /isn't a tarball/],
  ["no archive at all", asTarball(Buffer.from("#!/bin/sh\ntouch evil\n")), /isn't a tarball/],
  ["a bomb", asTarball(gzipSync(Buffer.alloc(200 << 20))), /more than a pack may have/],
  [
    "a bomb in members, one after another",
    asTarball(Buffer.concat(Array.from({ length: 200 }, () => gzipSync(Buffer.alloc(1 << 20))))),
    /more than a pack may have/,
  ],
  [
    "a bomb of entries that stand for nothing",
    asTarball(
      gzipSync(
        tarOf([
          { path: "package/pack.yaml", text: manifest },
          ...Array.from({ length: 40_001 }, () => ({ path: "package/d", type: "5" })),
        ]),
        { level: 1 },
      ),
    ),
    /entries|unpacks to more/,
  ],
  [
    "a bomb of headers that stand for nothing",
    asTarball(
      gzipSync(
        tarOf([
          { path: "package/pack.yaml", text: manifest },
          ...Array.from({ length: 41_000 }, () => ({ path: "g", type: "g" })),
        ]),
        { level: 1 },
      ),
    ),
    /entries|unpacks to more/,
  ],
  [
    "a bomb of files",
    asTarball(
      gzipSync(
        tarOf([
          { path: "package/pack.yaml", text: manifest },
          ...Array.from({ length: 20_001 }, (_, index) => ({ path: at(`f${index}`) })),
        ]),
        { level: 1 },
      ),
    ),
    /more than 20000 files|unpacks to more/,
  ],
  [
    "a file without end",
    asTarball(
      gzipSync(
        tarOf([
          { path: "package/pack.yaml", text: manifest },
          { path: at("x"), text: Buffer.alloc(9 << 20) },
        ]),
        { level: 0 },
      ),
    ),
    /larger than 8 MB/,
  ],
  [
    "a tarball without end",
    (place) => {
      mkdirSync(join(place.around, "packs"), { recursive: true });
      writeFileSync(`${place.pack}.tgz`, "");
      truncateSync(`${place.pack}.tgz`, 3 * 2 ** 30);
      return `${place.pack}.tgz`;
    },
    /larger than/,
  ],
  [
    "a file of a folder without end",
    inFolder({ "base/files/x": "" }, (pack) => truncateSync(join(pack, "base/files/x"), 9 << 20)),
    /larger than 8 MB/,
  ],
);

const tampered = `sha512-${"A".repeat(86)}==`;
const truly = (bytes: Uint8Array) => `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
const inNpm =
  (entries: readonly Entry[], dist: (bytes: Uint8Array) => { readonly [key: string]: string }) =>
  async (place: Place) => {
    const manifests = [
      { path: "package/package.json", text: JSON.stringify({ name: "acme", version: "1.0.0" }) },
      { path: "package/pack.yaml", text: manifest },
    ];
    const bytes = gzipSync(tarOf([...manifests, ...entries]));
    const name = `acme-${basename(dirname(place.around))}`.toLowerCase();
    await publish(place, { name, bytes, dist: dist(bytes) });
    return `npm:${name}`;
  };
const npm = rows(
  7,
  ["an integrity that is another", inNpm([], () => ({ integrity: tampered })), /integrity/i],
  ["a sha1 that is another", inNpm([], () => ({ shasum: "0".repeat(40) })), /integrity|checksum/i],
  [
    "one integrity that is right, of a hash that nobody trusts, and one that isn't",
    inNpm([], (bytes) => ({
      integrity: `sha1-${createHash("sha1").update(bytes).digest("base64")} ${tampered}`,
    })),
    /integrity/i,
  ],
  ["no integrity at all", inNpm([], () => ({})), /integrity/i],
  ["an integrity that can't be read", inNpm([], () => ({ integrity: "md0-x" })), /integrity/i],
  [
    "a link in the package",
    inNpm([{ path: at("x"), type: "2", link: "/etc/passwd" }], (bytes) => ({ integrity: truly(bytes) })),
    /it is a link/,
  ],
  [
    "a path upwards in the package",
    inNpm([{ path: at("../../../../x") }], (bytes) => ({ integrity: truly(bytes) })),
    /segment/,
  ],
  ["a name that is a path", literally("npm:../acme"), /isn't there|isn't a source/],
  ["a version that is a folder", literally("npm:acme@.."), /isn't there|isn't a source/],
  ["a version that is this folder", literally("npm:acme@."), /isn't there|isn't a source/],
  ["a version that is a file", literally("npm:acme@x.tgz"), /isn't there|isn't a source/],
  ["a name that is a file", literally("npm:evil.tgz"), /isn't there|isn't a source/],
  ["a file: as a version", literally("npm:acme@file:../x"), /isn't there|isn't a source/],
  ["a URL as a version", literally("npm:acme@https://127.0.0.1/x.tgz"), /isn't there|isn't a source/],
  ["a repository as a version", literally("npm:acme@github:evil/x"), /isn't there|isn't a source/],
  ["another package as a version", literally("npm:acme@npm:evil"), /isn't there|isn't a source/],
  ["a repository as a name", literally("npm:evil/x"), /isn't there|isn't a source/],
  ["an option as a name", literally("npm:--global"), /isn't there|isn't a source/],
  [
    "what it extends is a folder of this machine, as a version",
    says("extends: ['npm:acme@..']\n"),
    /isn't there|isn't a source/,
  ],
  [
    "what it extends is a URL, as a version",
    says("extends: ['npm:acme@https://127.0.0.1/x.tgz']\n"),
    /isn't there|isn't a source/,
  ],
);

const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[..."bcdefghi"]
  .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[index]}`).join(", ")}]\n`)
  .join("")}`;
const asks = (more: string) => says(`questions: { q: { type: string, message: Q, ${more} } }\n`);
const pattern = (text: string) => asks(`pattern: ${JSON.stringify(text)}`);

const parsing = rows(
  9,
  ["CVE-2019-11253: a bomb of aliases", inFolder({ "pack.yaml": bomb }), /it has the anchor/],
  [
    "a bomb of aliases in facts",
    facts(`facts:\n${bomb.replace(/^/gm, "  ").trimEnd()}\n`),
    /it has the anchor/,
  ],
  ["an alias to nothing", says("description: *x\n"), /pack\.yaml:\d+: /],
  ["a merge key", says("<<: { version: 9.9.9 }\n"), /there is no "<<"/],
  [
    "a merge key of YAML 1.1",
    inFolder({ "pack.yaml": `%YAML 1.1\n---\n${manifest}<<: { version: 9.9.9 }\n` }),
    /pack\.yaml:\d+: /,
  ],
  ["a tag of a language", says('description: !!js/function "function(){}"\n'), /pack\.yaml:\d+: /],
  ["a tag of Python", says('description: !!python/object/apply:os.system ["id"]\n'), /pack\.yaml:\d+: /],
  ["a second document", says(`---\n${manifest}`), /pack\.yaml:\d+: /],
  ["__proto__", says("__proto__: { polluted: 1 }\n"), /key "__proto__"/],
  ["__proto__ with escapes", says('"\\x5f_proto__": { polluted: 1 }\n'), /key "__proto__"/],
  ["__proto__ further in", says("policy: { fixed: { __proto__: { polluted: yes } } }\n"), /key "__proto__"/],
  ["__proto__ as a key that is asked for", says("? __proto__\n: { polluted: 1 }\n"), /key "__proto__"/],
  ["constructor", says("constructor: { prototype: { polluted: 1 } }\n"), /key "constructor"/],
  [
    "prototype in a question",
    says("questions: { prototype: { type: string, message: Q } }\n"),
    /key "prototype"/,
  ],
  ["__proto__ in facts", facts("facts: { __proto__: { polluted: 1 } }\n"), /key "__proto__"/],
  [
    "constructor in facts that replace ours",
    inFolder({
      "stacks/node-fastify/template.yaml": "facts: { constructor: { prototype: { polluted: 1 } } }\n",
    }),
    /key "constructor"/,
  ],
  [
    "a template called constructor",
    inFolder({ "services/constructor/template.yaml": "label: X\ndescription: X\n" }),
    /can't be an id/,
  ],
  [
    "a process called constructor",
    inFolder({ "processes/constructor/template.yaml": "label: X\ndescription: X\n" }),
    /can't be an id/,
  ],
  ["nesting without end", says(`extends: ${"[".repeat(100_000)}\n`), /pack\.yaml:\d+: /],
  ["lists without end", says(`extends: ${"- ".repeat(100_000)}\n`), /too long/],
  ["a manifest without end", says(`description: ${"x".repeat(300_000)}\n`), /too large/],
  ["a key that isn't known", says("desciption: x\n"), /Did you mean "description"/],
  ["a key of a question that isn't known", asks("patern: x"), /Did you mean "pattern"/],
  [
    "facts with a key that isn't known",
    inFolder({ "services/postgres/template.yaml": "contaner: {}\n" }),
    /Did you mean "container"/,
  ],
  ["CVE-2021-3807: a pattern with a group that repeats", pattern("^(a+)+$"), /can't be a pattern/],
  ["a pattern whose group repeats with ?", pattern("^(a*)?b$"), /can't be a pattern/],
  ["a pattern of many ?", pattern(`^${"a?".repeat(40)}${"a".repeat(40)}$`), /can't be a pattern/],
  ["a pattern of many alternatives", pattern(`^${"(a|a)".repeat(30)}b$`), /can't be a pattern/],
  ["a pattern of many stars", pattern("^a*a*a*a*a*a*b$"), /can't be a pattern/],
  ["a pattern that looks back", pattern("^(a)\\1$"), /can't be a pattern/],
  ["a pattern that looks ahead", pattern("^(?=a)b$"), /can't be a pattern/],
  ["a pattern for a part", pattern("a"), /can't be a pattern/],
  [
    "a pattern of a reason",
    says('policy: { checks: { logs/stdout: { reason: "^(a|a)*$" } } }\n'),
    /can't be a pattern/,
  ],
  [
    "a template that isn't UTF-8",
    (place) => {
      const source = folderOf(place, {});
      place.put("packs/acme/base/files/x.md.hbs", Buffer.from([0xff, 0xfe]));
      return source;
    },
    /UTF-8|encoded/,
  ],
);

const dialect = rows(
  9,
  ["raw text of an answer", template("{{code project.description}}"), /code/],
  [
    "raw text of an answer to a question",
    inFolder({
      "pack.yaml": question.replace("DEFAULT", "x"),
      "base/files/x.sh.hbs": "{{code project.answers.q}}\n",
    }),
    /code/,
  ],
  ["words of an answer", template("{{words project.name}}"), /words|list/],
  ["three braces", template("{{{project.name}}}"), /x\.md\.hbs/],
  ["an ampersand", template("{{&project.name}}"), /x\.md\.hbs/],
  ["a helper that there isn't", template("{{exec project.name}}"), /exec/],
  ["lookup", template('{{lookup project "constructor"}}'), /lookup/],
  ["log", template("{{log project.name}}"), /log/],
  [
    "CVE-2019-19919: the constructor of a helper",
    template("{{constructor.constructor project.name}}"),
    /constructor/,
  ],
  [
    "CVE-2021-23369: the constructor of what is read",
    template("{{project.constructor.name}}"),
    /constructor/,
  ],
  ["__proto__ of what is read", template("{{project.__proto__}}"), /__proto__/],
  ["a partial", template("{{> secret}}"), /x\.md\.hbs/],
  ["a partial that is put together", template("{{> (lookup project name)}}"), /x\.md\.hbs/],
  ["a decorator", template('{{* inline "x"}}'), /x\.md\.hbs/],
  ["the environment", template("{{env.HOME}}"), /env/],
  ["the process", template("{{process.env.HOME}}"), /process/],
  ["what lies above", template("{{../project.name}}"), /x\.md\.hbs/],
  ["a path with a number of an array", template("{{project.services.0.url}}"), /x\.md\.hbs/],
  ["an answer that nobody asks for", template("{{project.answers.token}}"), /token/],
  [
    "an answer that nobody asks for, where it is never read",
    template("{{#if project.example}}\n{{project.answers.token}}\n{{/if}}"),
    /token/,
  ],
  [
    "a fill that breaks out of its block",
    inFolder({ "base/blocks/readme-end.hbs": "{{/readme-end}}{{exec}}\n" }),
    /readme-end/,
  ],
);

const consents = rows(
  8,
  ...[
    ".vscode/tasks.json",
    ".VSCODE/tasks.json",
    ".v\u017fcode/tasks.json",
    ".hus\u212ay/pre-commit",
    "packages/a/.vscode/tasks.json",
    ".idea/workspace.xml",
    ".vs/tasks.vs.json",
    "x.code-workspace",
    ".claude/settings.json",
    ".cursor/mcp.json",
    ".mcp.json",
    ".kiro/hooks/x.json",
    ".opencode/plugin/x.js",
    ".envrc",
    ".ENVRC",
    "sub/.envrc",
    ".npmrc",
    ".pnpmfile.cjs",
    ".pnpmfile.mjs",
    ".yarnrc.yml",
    "binding.gyp",
    ".husky/pre-commit",
    ".githooks/post-checkout",
    ".pre-commit-config.yaml",
    "lefthook.yml",
    ".gitmodules",
    ".gitattributes",
    ".lfsconfig",
    ".devcontainer/devcontainer.json",
    ".devcontainer/a/devcontainer.json",
    ".devcontainer.json",
    ".gitpod.yml",
    ".github/workflows/x.yml",
    ".gitea/workflows/x.yml",
    ".forgejo/workflows/x.yml",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "Jenkinsfile",
    "mise.toml",
    ".config/mise.toml",
    ".mise.local.toml",
    ".exrc",
    ".dir-locals.el",
    ".python-version",
    ".PYTHON-VERSION",
    "pyproject.toml",
    "sub/pyproject.toml",
    "uv.toml",
    "setup.cfg",
    "pnpm-workspace.yaml",
    "bunfig.toml",
    ".venv/bin/python",
    "node_modules/.bin/npm",
  ].map(
    (path): Row => [
      `a file that runs by itself: ${path}`,
      inFolder({ [`base/files+rabbitmq/${path}`]: "x\n" }),
      /runs? by themselves/,
    ],
  ),
  ["the same, by an answer", named("{{project.answers.q}}", ".envrc"), /run by themselves/],
  ["the same, by a fact", placed(".{{code facts.where}}", "envrc"), /run by themselves|cannot be|has no/],
  [
    "the same, by the name of a process",
    inFolder({
      "processes/vscode/template.yaml": "label: X\ndescription: X\n",
      "base/files/.{{vscode.name}}/tasks.json": "x",
    }),
    /run by themselves/,
  ],
  [
    "the same, by the label of a process",
    inFolder({ "base/files/.{{worker.label}}": "x" }),
    /run by themselves|has no/,
  ],
  [
    "a script of the lifecycle",
    inFolder({ "base/files/package.json": '{"scripts": {"postinstall": "touch evil"}}' }),
    /run by themselves/,
  ],
  [
    "the same, with an escape",
    inFolder({ "base/files/package.json": '{"scripts": {"post\\u0069nstall": "touch evil"}}' }),
    /run by themselves/,
  ],
  [
    "the same, in another manifest of pnpm",
    inFolder({ "base/files/sub/package.yaml": "scripts: { postinstall: touch evil }\n" }),
    /run by themselves/,
  ],
  [
    "the same, put together",
    inFolder({ "base/files/package.json.hbs": '{"scripts": { {{join "post" "install"}}: "touch evil" } }' }),
    /run by themselves/,
  ],
  [
    "leave for the scripts of others",
    inFolder({ "base/files/package.json": '{"allowScripts": {"evil": true}}' }),
    /run by themselves/,
  ],
  [
    "leave for the scripts of others, for bun",
    inFolder({ "base/files/package.json": '{"trustedDependencies": ["evil"]}' }),
    /run by themselves/,
  ],
  [
    "a dependency that is built from git",
    inFolder({ "base/files/package.json": '{"dependencies": {"x": "git+file:///evil"}}' }),
    /run by themselves/,
  ],
  [
    "a command that installs",
    inFolder({
      "stacks/node-fastify/template.yaml": "packageManagers: { npm: { install: [touch, evil] } }\n",
    }),
    /touch evil \(its install\)/,
  ],
  [
    "the program that Python's installer runs, by a fact",
    inFolder({ "stacks/python-fastapi/template.yaml": "facts: { python: ./evil }\n" }),
    /\.python-version/,
  ],
  [
    "a step of our workflow",
    inFolder({ "stacks/node-fastify/blocks/ci-steps.hbs": "      - run: touch evil\n" }),
    /run by themselves/,
  ],
  [
    "an action of our workflow",
    inFolder({
      "stacks/node-fastify/template.yaml": `facts: { actions: { checkout: evil/x@${"0".repeat(40)} } }\n`,
    }),
    /run by themselves/,
  ],
  [
    "tar: a file that runs by itself",
    inTarball({ path: at(".envrc"), text: "touch evil" }),
    /run by themselves/,
  ],
  [
    "git: a file that runs by itself",
    layered(file(".gitmodules", '[submodule "x"]\n\turl = ext::sh\n')),
    /run by themselves/,
  ],
);

const told = rows(
  10,
  ["ESC in a description", facts('description: "\\e[2J"\n'), /control character/],
  [
    "ESC in a label",
    inFolder({ "services/postgres/template.yaml": 'label: "\\x1b]0;evil\\x07"\n' }),
    /control character/,
  ],
  [
    "CVE-2021-42574: a message that reads backwards",
    asks('pattern: "^a$", default: a }, r: { type: boolean, message: "\\u202exyz"'),
    /control character/,
  ],
  [
    "U+009B in a message",
    asks('pattern: "^a$", default: a }, r: { type: boolean, message: "\\x9b2J"'),
    /control character/,
  ],
  ["ESC in a fact", facts('facts: { x: "\\e[31m" }\n'), /control character/],
  ["ESC in a key", facts('facts: { "\\e[31m": x }\n'), /control character/],
  [
    "a line end in a label, which could be a line of ours",
    inFolder({ "services/postgres/template.yaml": 'label: "x\\r\\u2028y"\n' }),
    /control character/,
  ],
  ["ESC in what it extends", says('extends: ["npm:acme\\e[2J"]\n'), /control character/],
);

/** None of these writes a thing. */
export const hostile: readonly Hostile[] = [
  ...links,
  ...rendered,
  ...paths,
  ...git,
  ...tar,
  ...npm,
  ...consents,
  ...parsing,
  ...dialect,
  ...told,
];
