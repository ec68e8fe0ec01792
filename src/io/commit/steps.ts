/**
 * Called after every effect, in order, and in the middle of every write that can tear. Nothing in the product
 * listens: it is where the tests kill the process, or hold it while a rival runs.
 */
export type OnStep = (name: string, n: number) => void;
export type Step = (name: string) => void;

export function numberSteps(onStep: OnStep | undefined): Step | undefined {
  if (onStep === undefined) return undefined;
  let n = 0;
  return (name) => onStep(name, n++);
}
