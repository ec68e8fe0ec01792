// A file of its own: the entry point is compiled at each start, and this at few.
export { helpText } from "../src/io/cli/help.ts";
