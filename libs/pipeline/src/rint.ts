/** Nearest whole number, halves to the even one: what Python, numpy and C's rint do, and Math.round does not. */
export function rint(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest < 0.5) return below;
  if (rest > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}
