import { jest } from '@jest/globals';
import type { PreparedCase } from '#datasets';
import type { CheckClient } from './check-client.js';
import { sendDataset, type SendingState } from './send-dataset.js';

const body = {
  slug: 'spleen',
  name: 'Spleen',
  licence: 'CC0-1.0',
  description: '',
  labels: [{ value: 1, name: 'spleen' }],
  channels: [{ name: 'CT' }],
};
const hex = (digit: string): string => digit.repeat(64);
const prepared = (name: string, digest: string): PreparedCase => ({
  name,
  patient: 'p',
  split: null,
  facts: {},
  readers: [{ reader: 'reference', consensus: true, recipe: null, reading: null }],
  images: [new Uint8Array(3)],
  references: [new Uint8Array(2)],
  digest,
});
const caseView = (name: string, digest: string, withdrawnAt: string | null = null) => ({
  name,
  patient: 'p',
  split: null,
  facts: {},
  size: [1, 1, 1],
  spacingMm: [1, 1, 1],
  readers: [],
  digest,
  withdrawnAt,
});
const AT = '2026-11-22T10:00:00Z';
const dataset = {
  ...body,
  id: '00000000-0000-4000-8000-000000000001',
  synthetic: false,
  ignoreLabel: null,
  regions: [],
  dictionary: {},
  versions: [],
  caseCount: 2,
  createdAt: AT,
  existing: true,
  changed: [],
  kept: ['licence'],
  cases: [caseView('a', hex('a')), caseView('gone', hex('0'), AT)],
};

/** As much of the browser's request as a form needs: answers by its own list. */
class Request {
  static sent: FormData[] = [];
  status = 201;
  responseText = '';
  readonly upload = { addEventListener: (): void => undefined };
  private readonly heard = new Map<string, () => void>();
  open(): void {
    // nothing is opened
  }
  setRequestHeader(): void {
    // nothing is read
  }
  addEventListener(type: string, listener: () => void): void {
    this.heard.set(type, listener);
  }
  abort(): void {
    this.heard.get('abort')?.();
  }
  send(form: FormData): void {
    Request.sent.push(form);
    const { name } = JSON.parse(form.get('case') as string) as { name: string };
    this.responseText = JSON.stringify({ ...caseView(name, hex('b')), existing: false });
    setTimeout(() => this.heard.get('load')?.());
  }
}

const how = { facts: [], consensus: null, key: { key: hex('1'), names: {} } };
const answer = (content: object): Response => new Response(JSON.stringify(content), { status: 201 });

describe('sending a dataset', () => {
  const fetched: string[] = [];
  beforeEach(() => {
    fetched.length = 0;
    Request.sent = [];
    globalThis.XMLHttpRequest = Request as unknown as typeof XMLHttpRequest;
    jest.spyOn(globalThis, 'fetch').mockImplementation((asked) => {
      const address = asked as string;
      fetched.push(address);
      const frozen = { version: 2, digest: hex('d'), caseCount: 2, createdAt: AT, existing: false };
      return Promise.resolve(answer(address.endsWith('/versions') ? frozen : dataset));
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    Reflect.deleteProperty(globalThis, 'XMLHttpRequest');
  });
  const client = (prepare: CheckClient['prepare']): CheckClient => ({
    checked: new Promise(() => undefined),
    prepare,
    end: () => undefined,
  });

  it('sends what is not there, leaves out what was withdrawn, and freezes', async () => {
    const asked: number[] = [];
    const states: SendingState[] = [];
    const check = client((index) => {
      asked.push(index);
      return Promise.resolve(prepared(index === 0 ? 'a' : 'b', index === 0 ? hex('a') : hex('b')));
    });
    const sent = await sendDataset(check, body, ['a', 'gone', 'b'], how, {
      signal: new AbortController().signal,
      say: (state) => states.push(state),
    });
    expect(sent).toMatchObject({
      slug: 'spleen',
      imported: 1,
      existing: 1,
      kept: ['licence'],
      version: { version: 2 },
    });
    expect(asked).toEqual([0, 2]); // nobody reads the voxels of a case that was taken out
    expect(Request.sent).toHaveLength(1);
    expect([...Request.sent[0].keys()]).toEqual(['case', 'image', 'reference']);
    expect(fetched.at(-1)).toContain('/datasets/spleen/versions');
    expect(states.at(-1)).toMatchObject({ done: 3, of: 3 });
  });

  it('stops where it is told to, and freezes nothing then', async () => {
    const controller = new AbortController();
    const check = client(() => {
      controller.abort();
      return Promise.resolve(prepared('b', hex('b')));
    });
    const sending = sendDataset(check, body, ['b', 'c'], how, { signal: controller.signal, say: () => undefined });
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
    expect(Request.sent).toEqual([]);
    expect(fetched.filter((address) => address.endsWith('/versions'))).toEqual([]);
  });
});
