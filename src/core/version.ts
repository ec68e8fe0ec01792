declare const __VERSION__: string;

/** The running release; the build and the tests define it from package.json. */
export const version: string = __VERSION__;
