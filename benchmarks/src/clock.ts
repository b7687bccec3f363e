/** In ms since some moment before; the system's monotonic clock, the same for all threads and processes of a machine. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
