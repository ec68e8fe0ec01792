import { describeStart } from "../tail.ts";
import { dynamicCheck, isNotTried, notTried, pass, violation } from "../verdict.ts";

export const portBinding = [
  dynamicCheck("port-binding/port-variable", "trio", {
    title: "It listens on PORT",
    asks: "Does the web process itself listen on a random PORT?",
    why: "The app is “completely self-contained” and “exports HTTP as a service by binding to a port”, which the environment states.",
    fix: "Pass the number in PORT to the server’s listen call.",
    fooledBy: "Starts that take longer than the time allowed.",
    judge: ({ first }, lab) =>
      first.readiness === "elsewhere" || first.readiness === "silent"
        ? [violation("The web process does not listen on PORT.", describeStart(lab, first), { type: "web" })]
        : first.readiness === "exited"
          ? notTried("the web process ended")
          : pass,
  }),
  dynamicCheck("port-binding/any-address", "trio", {
    title: "It listens on every interface",
    asks: "Is the port bound to 0.0.0.0 or ::, and not to localhost alone?",
    why: "Requests are routed from a public hostname to the port-bound process, and come from outside of its machine or container.",
    fix: "Give 0.0.0.0 or :: as the host; several frameworks default to localhost.",
    fooledBy: "A router in the same container, which is rare.",
    judge: ({ first, firstListeners }) => {
      const own = firstListeners.filter(({ port }) => port === first.port);
      if (own.length === 0) return notTried("no listener of the web process could be seen");
      return own.some(({ reach }) => reach === "any")
        ? pass
        : [
            violation(
              "The port is bound to one address only.",
              own.map(({ address, port }) => `${address}:${port}`).join(", "),
              { type: "web" },
            ),
          ];
    },
  }),
  dynamicCheck("port-binding/http", "trio", {
    title: "It speaks HTTP",
    asks: "Does a GET of / bring a valid HTTP answer, whatever its status?",
    why: "The web app “exports HTTP as a service by binding to a port, and listening to requests coming in on that port”, without a web server put into it at run time.",
    fix: "Serve HTTP with a library from the manifest; name the process otherwise if it speaks something else.",
    fooledBy: "Apps that speak another protocol on purpose, which the factor allows.",
    judge: ({ first, smoke }, lab) => {
      if (first.readiness === "listening")
        return [
          violation("What listens on PORT does not answer HTTP.", describeStart(lab, first), { type: "web" }),
        ];
      if (smoke.size === 0) return notTried("nothing listens on PORT");
      return [...smoke.values()].some((status) => status !== null)
        ? pass
        : [violation("What listens on PORT does not answer HTTP.", "no answer to GET /", { type: "web" })];
    },
  }),
  dynamicCheck("port-binding/second-port", "trio", {
    title: "It follows PORT",
    asks: "Does a second process with another PORT listen there?",
    why: "One app can be many processes, and one machine can hold many apps: the port is the deploy’s to choose.",
    fix: "Read PORT at the start, with no number in the code.",
    fooledBy: "A second listener with a fixed port, as for metrics.",
    judge: ({ first, pair }, lab) => {
      if (first.readiness === "elsewhere")
        return [violation("Its port does not follow PORT.", describeStart(lab, first), { type: "web" })];
      if (!pair) return notTried("the web process did not start");
      return pair.twin.readiness === "ready" || pair.twin.readiness === "serving"
        ? pass
        : [
            violation(
              "A second process with another PORT does not listen there.",
              describeStart(lab, pair.twin),
              { type: "web" },
            ),
          ];
    },
  }),
  dynamicCheck("port-binding/usual-ports-taken", "offline", {
    title: "It needs no usual port",
    asks: "Does it start where 3000, 4567, 5000, 8000, 8080 and 9090 belong to others?",
    why: "An app that binds one port by config and another by habit cannot run twice on a machine.",
    fix: "Take the port of metrics and admin listeners from the environment too, or serve them on PORT.",
    fooledBy: "Nothing that is known.",
    judge: ({ webPortsTaken }) => {
      if (isNotTried(webPortsTaken)) return webPortsTaken;
      return webPortsTaken.ready
        ? pass
        : [
            violation("Where the usual ports are taken, it does not start.", webPortsTaken.evidence, {
              type: "web",
            }),
          ];
    },
  }),
  dynamicCheck("port-binding/port-taken", "taken", {
    title: "It ends when PORT is taken",
    asks: "Does it end with an error when PORT belongs to another process, instead of taking another one?",
    why: "The platform routes to PORT; a process that listens elsewhere, or nowhere, is up and gets nothing.",
    fix: "Let an error of the listen call end the process.",
    fooledBy: "Sockets that share a port on purpose (SO_REUSEPORT).",
    judge: ({ exit, listensOn, evidence }) => {
      if (exit && exit.code !== 0) return pass;
      if (exit) return [violation("With PORT taken, it ends with code 0.", evidence, { type: "web" })];
      return listensOn.length > 0
        ? [violation(`With PORT taken, it listens on ${listensOn.join(", ")}.`, evidence, { type: "web" })]
        : [violation("With PORT taken, it stays and listens nowhere.", evidence, { type: "web" })];
    },
  }),
];
