import { describeStart } from "../tail.ts";
import { dynamicCheck, notTried, pass, violation } from "../verdict.ts";

export const codebase = [
  dynamicCheck("codebase/clean-clone", "trio", {
    title: "A clean clone starts",
    asks: "Do the committed files alone, once built, start the web process?",
    why: "A deploy is a running instance of the code that is in version control: “one codebase tracked in revision control, many deploys”. What runs only on the machine where it was written is not all tracked.",
    fix: "Commit what the start needs (or have the build make it), and state the rest in the environment.",
    fooledBy: "Submodules and large files that a plain checkout does not bring.",
    judge: ({ first, usable }, lab) =>
      usable || first.readiness !== "exited"
        ? pass
        : [
            violation("The web process ends right after its start.", describeStart(lab, first), {
              type: "web",
            }),
          ],
  }),
  dynamicCheck("codebase/many-deploys", "trio", {
    title: "One build serves many deploys",
    asks: "Do two deploys of the same build, with other config, run at the same time?",
    why: "“There is only one codebase per app, but there will be many deploys of the app”: the deploys differ in config, never in code.",
    fix: "Take every port, file and address that two deploys would fight over from the environment.",
    fooledBy: "A fixed second port, as for metrics, which is then reported here.",
    judge: ({ pair, usable }, lab) => {
      if (!usable) return notTried("the web process did not start");
      if (!pair)
        return notTried("the web process does not listen on PORT, so a second deploy cannot start beside it");
      return pair.other.readiness === "ready" || pair.other.readiness === "serving"
        ? pass
        : [
            violation(
              "A second deploy of the build, with its own config, does not come up beside the first.",
              describeStart(lab, pair.other),
              { type: "web" },
            ),
          ];
    },
  }),
];
