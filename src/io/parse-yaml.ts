/** By itself, so that the parser is loaded only where there's YAML to parse. */
export { parse as parseYaml } from "yaml";
