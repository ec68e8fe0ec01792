import { log } from "./log.js";

log("info", "nothing to migrate");
