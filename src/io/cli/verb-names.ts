/** The names of all verbs, for the entry point: their flags and texts are in `verbs.ts`, which it has no need of. */
export const verbNames: readonly string[] =
  "create check add remove swap update adopt diff undo explain generate pack list schema render recover".split(
    " ",
  );
