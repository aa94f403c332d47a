const steps = [];

/** Keeps in mind what has to be undone: processes to stop, folders to delete. Undone last first. */
export function later(step) {
  steps.push(step);
}

/** Undoes everything that is left, also when a step fails. Resolves to what failed. */
export async function undoAll() {
  const failures = [];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}
