/**
 * What of execa, and of what it uses itself, never runs here, by file: it is only called as `execa(file, arguments, options)`, with words
 * for stdin, stdout and stderr, whole texts as output, and without a throw, so that its messages aren't read. Each export
 * that isn't named here does nothing.
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
  "execa/lib/ipc/array": { normalizeIpcStdioArray: "(stdio) => stdio" },
  "execa/lib/ipc/buffer-messages": {},
  "execa/lib/ipc/graceful": {},
  "execa/lib/ipc/ipc-input": {},
  "execa/lib/ipc/methods": {},
  "execa/lib/methods/main-sync": {},
  "execa/lib/methods/node": { handleNodeOption: "(file, words, options) => [file, words, options]" },
  "execa/lib/methods/template": {},
  "execa/lib/pipe/setup": {},
  "execa/lib/return/duration": {},
  "execa/lib/return/message": { createMessages: "() => ({})" },
  "execa/lib/stdio/direction": { getStreamDirection: '(_, number) => (number === 0 ? "input" : "output")' },
  "execa/lib/stdio/duplicate": { filterDuplicates: "(items) => items" },
  "execa/lib/stdio/handle-async": `
    import { handleStdio } from "./handle.js";
    const properties = { native() {} };
    export const handleStdioAsync = (options) => handleStdio({ input: properties, output: properties }, options);
  `,
  "execa/lib/stdio/input-option": { handleInputOptions: "() => []" },
  "execa/lib/stdio/native": { handleNativeStream: "({ stdioItem }) => stdioItem" },
  "execa/lib/stdio/type": {
    getStdioItemType: '() => "native"',
    FILE_TYPES: "new Set()",
    TRANSFORM_TYPES: "new Set()",
    TYPE_TO_MESSAGE: "{}",
  },
  "execa/lib/terminate/cancel": { throwOnCancel: "() => []" },
  "execa/lib/terminate/graceful": { throwOnGracefulCancel: "() => []" },
  "execa/lib/terminate/signal": {
    normalizeKillSignal: "(signal) => signal",
    normalizeSignalArgument: "(signal) => signal",
  },
  "execa/lib/transform/generator": {},
  "execa/lib/transform/normalize": { normalizeTransforms: "(items) => items" },
  "execa/lib/transform/object-mode": {},
  "execa/lib/transform/split": {},
  "execa/lib/verbose/complete": {},
  "execa/lib/verbose/info": {},
  "execa/lib/verbose/output": {},
  "execa/lib/verbose/start": {},
  "execa/lib/verbose/values": {},
  "get-stream/source/array": {},
  "get-stream/source/array-buffer": {},
  "get-stream/source/stream": { getAsyncIterable: "(stream) => stream", nodeImports: "{}" },
  "npm-run-path/index": {},
};

/** What yaml prints with, and makes nodes and visits of: we read only. A key that is a collection stays told apart by its JSON. */
export const unusedOfYaml = {
  "yaml/browser/dist/doc/applyReviver": {},
  "yaml/browser/dist/doc/createNode": {},
  "yaml/browser/dist/parse/cst-visit": {},
  "yaml/browser/dist/stringify/foldFlowLines": {},
  "yaml/browser/dist/stringify/stringify": { createStringifyContext: "() => ({})" },
  "yaml/browser/dist/stringify/stringifyCollection": {
    stringifyCollection: "(collection) => JSON.stringify(collection)",
  },
  "yaml/browser/dist/stringify/stringifyComment": {},
  "yaml/browser/dist/stringify/stringifyDocument": {},
  "yaml/browser/dist/stringify/stringifyNumber": {},
  "yaml/browser/dist/stringify/stringifyPair": {},
  "yaml/browser/dist/stringify/stringifyString": {},
};

/** How jsonc-parser changes a text. */
export const unusedOfJsonc = {
  "jsonc-parser/lib/esm/impl/edit": {},
  "jsonc-parser/lib/esm/impl/format": {},
};
