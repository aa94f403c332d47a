import type { Terminal } from './command.js';

/** A line on the terminal that says what is being done and for how long. */
export interface Ticking {
  now(stage: string): void;
  end(): void;
}

export function ticking(terminal: Pick<Terminal, 'interactive' | 'progress'>): Ticking {
  let stage = '';
  let since = performance.now();
  const draw = () => {
    if (stage) terminal.progress(`${stage} … ${Math.floor((performance.now() - since) / 1000)} s`);
  };
  const timer = terminal.interactive ? setInterval(draw, 250) : null;
  timer?.unref();
  return {
    now(next) {
      stage = next;
      since = performance.now();
      draw();
    },
    end() {
      stage = '';
      if (timer) clearInterval(timer);
    },
  };
}
