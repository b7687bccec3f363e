/** `count` callers who each wait for their own answer before they ask again, until `total` was asked in all. */
export async function callers(
  count: number,
  { from, total }: { readonly from: number; readonly total: number },
  ask: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = from;
  const end = from + total;
  const call = async () => {
    while (next < end) {
      next += 1;
      await ask(next - 1);
    }
  };
  await Promise.all(Array.from({ length: count }, call));
}
