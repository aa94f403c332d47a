/**
 * Calls back once when the process that started us is gone, however it went: a worker without its supervisor would take
 * jobs that nobody stops. When a parent dies, the kernel gives its children another one.
 */
export function watchParent(parentPid: number, onGone: () => void, everyMs = 500): () => void {
  const direct = process.ppid === parentPid;
  const timer = setInterval(() => {
    if (direct ? process.ppid === parentPid : isAlive(parentPid)) return;
    clearInterval(timer);
    onGone();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Used when a shell or npm stands between: then only the process itself can be asked for. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
