/** Reads a password: without echo from a terminal, otherwise the first line of stdin. */
export async function readSecret(question: string): Promise<string> {
  const input = process.stdin;
  if (!input.isTTY) {
    let piped = '';
    for await (const chunk of input.setEncoding('utf8')) piped += chunk as string;
    return piped.split(/\r?\n/)[0];
  }
  process.stderr.write(question);
  input.setRawMode(true);
  input.setEncoding('utf8');
  input.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (settle: () => void) => {
      input.setRawMode(false);
      input.pause();
      input.off('data', onData);
      process.stderr.write('\n');
      settle();
    };
    const onData = (chunk: string) => {
      for (const key of chunk) {
        if (key === '\r' || key === '\n') return end(() => resolve(typed));
        if (key === '\u0003') return end(() => reject(new Error('interrupted')));
        typed = key === '\u007f' || key === '\b' ? typed.slice(0, -1) : typed + key;
      }
    };
    input.on('data', onData);
  });
}
