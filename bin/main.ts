import { loadProgram } from "./load-program.ts";

const { program } = loadProgram();

/** What is loaded by others than the entry point: by plop, and by the process of a generator. */
export const { plopfile, runGenerator } = program;
