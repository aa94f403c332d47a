// Stands in for xmlbuilder2. The rendering library imports it for a VTK XML reader that we never call; in a browser it
// fails at load, because it extends a class of Node's. Without it the viewer's chunk is also 76 kB (gzip) smaller.

function unavailable(): never {
  throw new Error('reading VTK XML files is not part of this application');
}

export const convert = unavailable;
export const create = unavailable;
export const fragment = unavailable;
