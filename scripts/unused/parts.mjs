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
