import { browserFiles, joinFiles, topParts, withoutPart, type ChosenFiles } from './browser-files.js';
import { filesOfEntries, type DroppedEntry } from './drop-entries.js';
import { isOneCase, likelyImage } from './open-chosen.js';

const chosen = (...paths: string[]): ChosenFiles => ({
  files: paths.map((path) => ({ path, file: new Blob([path]) })),
  passedOver: [],
});
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('files that were chosen', () => {
  it('are the dataset itself where they are one folder', async () => {
    const files = browserFiles(chosen('ct/b/2.dcm', 'ct/a/1.dcm'));
    expect(files.name).toBe('ct');
    expect(files.files).toEqual([
      { path: 'a/1.dcm', bytes: 10 },
      { path: 'b/2.dcm', bytes: 10 },
    ]);
    expect(text(await files.read('a/1.dcm'))).toBe('ct/a/1.dcm');
    expect(text(await files.readStart('a/1.dcm', 4))).toBe('ct/a');
    await expect(files.read('ct/a/1.dcm')).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('keep their folders where there are several parts', () => {
    expect(browserFiles(chosen('ct/1.dcm', 'seg.nii.gz')).files.map(({ path }) => path)).toEqual([
      'ct/1.dcm',
      'seg.nii.gz',
    ]);
    expect(topParts(chosen('ct/1.dcm', 'ct/x/2.dcm', 'seg.nii.gz'))).toEqual({
      folders: [{ name: 'ct', count: 2 }],
      files: ['seg.nii.gz'],
    });
  });

  it('are joined by path, and taken out by part', () => {
    const both = joinFiles(chosen('a/1', 'b'), chosen('a/1', 'c'));
    expect(both.files.map(({ path }) => path)).toEqual(['a/1', 'b', 'c']);
    expect(withoutPart(both, 'a').files.map(({ path }) => path)).toEqual(['b', 'c']);
  });

  it('that have changed since are a finding, not a defect', async () => {
    const gone = {
      size: 1,
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }),
    } as unknown as Blob;
    const files = browserFiles({ files: [{ path: 'x.nii', file: gone }], passedOver: [] });
    await expect(files.read('x.nii')).rejects.toMatchObject({
      code: 'file-unreadable',
      found: expect.stringContaining('NotReadableError') as string,
    });
  });

  it('one by one are a case, whose image is the folder or the file that speaks of no segmentation', () => {
    expect(isOneCase(chosen('ct/1.dcm', 'seg.nii.gz'))).toBe(true);
    expect(isOneCase(chosen('ct/1.dcm'))).toBe(false);
    expect(isOneCase(chosen('a/1.dcm', 'b/1.dcm', 'seg.nii'))).toBe(false);
    expect(likelyImage(chosen('seg_manual.nii.gz', 'ct.nii.gz'))).toBe('ct.nii.gz');
    expect(likelyImage(chosen('label.nii', 'ct/1.dcm'))).toBe('ct');
    expect(likelyImage(chosen('mask.nii', 'labels.nii'))).toBe('mask.nii');
  });
});

describe('what was dropped', () => {
  const file = (name: string): DroppedEntry => ({
    name,
    isFile: true,
    isDirectory: false,
    file: (done) => done(new File([name], name)),
  });
  const folder = (name: string, ...inner: DroppedEntry[]): DroppedEntry => {
    // as browsers do: some at a time, none at the end
    const pieces = [inner.slice(0, 1), inner.slice(1), []].filter((piece, n) => n === 2 || piece.length > 0);
    return {
      name,
      isFile: false,
      isDirectory: true,
      createReader: () => ({ readEntries: (done) => done(pieces.shift()!) }),
    };
  };
  const locked: DroppedEntry = {
    name: 'locked',
    isFile: false,
    isDirectory: true,
    createReader: () => ({ readEntries: (_, failed) => failed(new DOMException('no', 'SecurityError')) }),
  };

  it('is gone through to the end, and says what could not be listed', async () => {
    const found = await filesOfEntries([
      folder('ct', file('1'), file('2'), folder('deep', file('3'))),
      file('seg'),
      locked,
    ]);
    expect(found.files.map(({ path }) => path)).toEqual(['ct/1', 'ct/2', 'ct/deep/3', 'seg']);
    expect(found.passedOver).toEqual([{ path: 'locked', why: 'entry' }]);
  });
});
