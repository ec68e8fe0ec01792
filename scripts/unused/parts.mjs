/**
 * What of execa, and of what it uses itself, never runs here, by file: it is only called as `execa(file, arguments, options)`,
 * with words for stdin, stdout and stderr, whole texts as output, and without a throw, so that its messages aren't read. Each
 * export that isn't named here does nothing.
 */
export const unusedOfExeca = {
  "execa/index": `import { createExeca } from "./lib/methods/create.js"; export const execa = createExeca(() => ({}));`,
  "execa/lib/arguments/command": { handleCommand: "() => ({})" },
  "execa/lib/arguments/encoding-option": { BINARY_ENCODINGS: "new Set()" },
  "execa/lib/arguments/fd-options": { SUBPROCESS_OPTIONS: "new WeakMap()" },
  "execa/lib/arguments/file-url": {
    normalizeFileUrl: "(file) => file",
    safeNormalizeFileUrl: "(file) => file",
  },
  "execa/lib/convert/add": {},
  "execa/lib/io/output-async": {},
  "execa/lib/ipc/buffer-messages": {},
  "execa/lib/ipc/ipc-input": {},
  "execa/lib/ipc/methods": {},
  "execa/lib/methods/main-sync": {},
  "execa/lib/methods/node": { handleNodeOption: "(file, words, options) => [file, words, options]" },
  "execa/lib/methods/template": {},
  "execa/lib/pipe/setup": {},
  "execa/lib/return/duration": {},
  "execa/lib/return/message": { createMessages: "() => ({})" },
  "execa/lib/stdio/handle": {},
  "execa/lib/stdio/handle-async": {
    handleStdioAsync: `(options) => {
      options.stdio = ["stdin", "stdout", "stderr"].map((name) => options[name] ?? "pipe");
      return options.stdio.map((value, number) => ({
        direction: number === 0 ? "input" : "output",
        stdioItems: [{ type: "native", value }],
      }));
    }`,
  },
  "execa/lib/stdio/type": { TRANSFORM_TYPES: "new Set()" },
  "execa/lib/terminate/cancel": { throwOnCancel: "() => []" },
  "execa/lib/terminate/graceful": { throwOnGracefulCancel: "() => []" },
  "execa/lib/terminate/signal": {
    normalizeKillSignal: "(signal) => signal",
    normalizeSignalArgument: "(signal) => signal",
  },
  "execa/lib/transform/split": {},
  "execa/lib/verbose/complete": {},
  "execa/lib/verbose/output": {},
  "get-stream/source/array": {},
  "get-stream/source/array-buffer": {},
  "get-stream/source/stream": { getAsyncIterable: "(stream) => stream", nodeImports: "{}" },
  "npm-run-path/index": {},
};

/** What yaml prints with, and makes nodes and visits of: we read only. A key that is a collection stays told apart by its JSON. */
export const unusedOfYaml = {
  "yaml/browser/dist/doc/createNode": {},
  "yaml/browser/dist/parse/cst-visit": {},
  "yaml/browser/dist/stringify/stringify": { createStringifyContext: "() => ({})" },
  "yaml/browser/dist/stringify/stringifyCollection": {
    stringifyCollection: "(collection) => JSON.stringify(collection)",
  },
  "yaml/browser/dist/stringify/stringifyNumber": {},
  "yaml/browser/dist/stringify/stringifyPair": {},
  "yaml/browser/dist/stringify/stringifyString": {},
};

/** How jsonc-parser changes a text. */
export const unusedOfJsonc = {
  "jsonc-parser/lib/esm/impl/edit": {},
  "jsonc-parser/lib/esm/impl/format": {},
};

/** The source maps that Handlebars makes where it is asked for them. */
export const unusedOfHandlebars = {
  "handlebars/lib/handlebars/no-conflict": "export default function() {}",
  "source-map/source-map": "export const SourceNode = undefined;",
};

/** Methods that nothing calls: to change a YAML document, and to find one's way in a tree from a position or from an older tree. */
export const unusedMethods = {
  "@lezer/common/dist/index": [
    ...["atLastNode", "balance", "childAfter", "childBefore", "cursorAt", "enterUnfinishedNodesBefore"],
    ...["matchContext", "move", "moveTo", "resolve", "resolveInner", "resolveStack"],
  ],
  "@lezer/lr/dist/index": ["nextFragment", "nodeAt", "stopAt", "tryReuse"],
  "yaml/browser/dist/doc/Document": [
    ...["add", "addIn", "clone", "createAlias", "createNode", "createPair", "delete", "deleteIn"],
    ...["get", "getIn", "has", "hasIn", "set", "setIn", "toString"],
  ],
  "yaml/browser/dist/doc/directives": ["clone", "tagString", "toString"],
  "yaml/browser/dist/nodes/Collection": ["addIn", "clone", "deleteIn", "getIn", "hasIn", "setIn"],
  "yaml/browser/dist/nodes/Pair": ["clone"],
  "yaml/browser/dist/schema/Schema": ["clone"],
};
