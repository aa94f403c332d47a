/**
 * Marks how far the loading of a case has come, for the browser's performance tools and for measurements: `viewer:image`
 * among the marks of the page, in milliseconds since navigation.
 */
export function stage(name: string): void {
  performance.mark(`viewer:${name}`);
}
