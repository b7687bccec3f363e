/** The smallest value that at least `share` of the sorted values do not exceed (nearest rank): always one of them. */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
