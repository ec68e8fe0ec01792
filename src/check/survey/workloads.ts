import { at, type Data, isDataMap, listAt, mapAt, textAt } from "../parsers/data.ts";

/** A workload of Kubernetes, or of what speaks its language. */
export type Workload = {
  readonly file: string;
  readonly kind: string;
  readonly name: string;
  readonly spec: unknown;
  readonly lineOf: (path: readonly (string | number)[]) => number;
  readonly specPath: readonly (string | number)[];
  readonly containers: readonly Container[];
};

export type Container = {
  readonly image: string;
  readonly line: number;
  readonly stated: unknown;
  readonly path: readonly (string | number)[];
};

const podPaths: { readonly [kind: string]: readonly string[] } = {
  Pod: ["spec"],
  Deployment: ["spec", "template", "spec"],
  StatefulSet: ["spec", "template", "spec"],
  DaemonSet: ["spec", "template", "spec"],
  Job: ["spec", "template", "spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
  Service: ["spec", "template", "spec"],
};

export function workloadsIn(file: string, { value, lineOf }: Data): Workload[] {
  const kind = textAt(value, "kind") ?? "";
  const specPath = Object.hasOwn(podPaths, kind) ? podPaths[kind] : undefined;
  if (!specPath || textAt(value, "apiVersion") === null) return [];
  const spec = at(value, ...specPath);
  if (!isDataMap(spec)) return [];
  const containers = (["initContainers", "containers"] as const).flatMap((list) =>
    listAt(spec, list).flatMap((stated, index): Container[] => {
      const path = [...specPath, list, index];
      const image = textAt(stated, "image");
      return image === null ? [] : [{ image, line: lineOf([...path, "image"]), stated, path }];
    }),
  );
  const name = textAt(mapAt(value, "metadata"), "name") ?? "";
  return [{ file, kind, name, spec, lineOf, specPath, containers }];
}
