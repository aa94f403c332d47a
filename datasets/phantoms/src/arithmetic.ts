/**
 * All that the generator uses of `Math`: functions whose results every engine computes to the same bit, which sines,
 * powers and exponentials are not. Bound once here, so that no hot loop looks a global up.
 */
export const { abs, floor, imul, max, min, sqrt } = Math;
