/** How fast something goes on average, and how long the rest takes at that speed. */
export function paceOf(run: {
  /** `performance.now()` when it began, with `first` done already. */
  readonly began: number;
  readonly first: number;
  readonly done: number;
  readonly total: number;
}): { readonly eventsPerSecond: number; readonly timeLeft: number | undefined } {
  const { began, first, done, total } = run;
  const seconds = (performance.now() - began) / 1_000;
  const eventsPerSecond = seconds > 0 ? Math.round((done - first) / seconds) : 0;
  const timeLeft = eventsPerSecond > 0 ? Math.round(((total - done) / eventsPerSecond) * 1_000) : undefined;
  return { eventsPerSecond, timeLeft };
}
