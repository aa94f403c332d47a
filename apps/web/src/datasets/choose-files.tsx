import { useRef, useState, type DragEvent, type ReactNode } from 'react';
import {
  type ColumnUse,
  DATASET_LAYOUTS,
  type DatasetLayout,
  headOf,
  isArchive,
  mappedTable,
  type SentTable,
  usesFault,
} from '#datasets';
import { count } from '../format/numbers.js';
import { Icon } from '../ui/icons.js';
import { SelectField } from '../ui/field.js';
import { Notice } from '../ui/notice.js';
import { joinFiles, NO_FILES, topParts, withoutPart, type ChosenFiles } from './browser-files.js';
import { entriesOf, filesOfEntries, filesOfInput } from './drop-entries.js';
import { chosenArchive, isOneCase, likelyImage, type CheckQuestion } from './open-chosen.js';
import { TableColumns } from './table-columns-view.js';

const LAYOUT_WORDS: Readonly<Record<DatasetLayout, string>> = {
  nnunet: 'nnU-Net v2',
  msd: 'Medical Segmentation Decathlon, nnU-Net v1',
  bids: 'BIDS with derivatives',
  folder: 'images/ and references/, or a table of files',
  dicom: 'DICOM series with SEG, RTSTRUCT or label maps',
};
const isTable = (path: string): boolean => /^[^/]*\.(csv|tsv)$/i.test(path);
const MOST_TABLE_BYTES = 2 ** 26;

/** Takes folders and files, a table, and says what the single files of one case are. Nothing is read here but a table. */
export function ChooseFiles({
  names,
  onCheck,
}: {
  /** Names that cases of the dataset got before, by their own. */
  readonly names: Readonly<Record<string, string>>;
  readonly onCheck: (question: CheckQuestion) => void;
}): ReactNode {
  const [chosen, setChosen] = useState<ChosenFiles>(NO_FILES);
  const [table, setTable] = useState<SentTable | null>(null);
  const [uses, setUses] = useState<readonly ColumnUse[]>([]);
  const [layout, setLayout] = useState<DatasetLayout | ''>('');
  const [image, setImage] = useState<string | null>(null);
  const [rename, setRename] = useState(Object.keys(names).length > 0);
  const [fault, setFault] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const [listing, setListing] = useState(false);
  const folderInput = useRef<HTMLInputElement>(null);
  const fileInput = useRef<HTMLInputElement>(null);

  const take = async (coming: Promise<ChosenFiles>): Promise<void> => {
    setFault(null);
    setListing(true);
    try {
      const { files, passedOver } = await coming;
      const sheet = files.find(({ path }) => isTable(path));
      if (sheet !== undefined) await takeTable(sheet.path, sheet.file);
      const rest = files.filter((one) => one !== sheet);
      setChosen((now) => joinFiles(now, { files: rest, passedOver }));
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    } finally {
      setListing(false);
    }
  };
  const takeTable = async (file: string, blob: Blob): Promise<void> => {
    if (blob.size > MOST_TABLE_BYTES)
      throw new Error(`“${file}” has ${blob.size} bytes; expected a table of at most ${MOST_TABLE_BYTES}`);
    const text = await blob.text();
    const head = headOf(file, text);
    setTable({ file, text });
    setUses(head.map(({ use }) => use));
  };
  const dragged = (event: DragEvent): void => {
    event.preventDefault();
    setOver(event.type !== 'dragleave' && event.type !== 'drop');
    if (event.type === 'drop') void take(filesOfEntries(entriesOf(event.dataTransfer.items)));
  };
  const { folders, files } = topParts(chosen);
  const oneCase = isOneCase(chosen);
  const archive = chosenArchive(chosen);
  const mixed = archive === null ? files.find(isArchive) : undefined;
  const parts = [...folders.map(({ name }) => name), ...files];
  const chosenImage = image !== null && parts.includes(image) ? image : likelyImage(chosen);

  return (
    <div className="import-choose">
      <div
        className={over ? 'drop-zone drop-over' : 'drop-zone'}
        onDragEnter={dragged}
        onDragOver={dragged}
        onDragLeave={dragged}
        onDrop={dragged}
      >
        <Icon name="layers" size={26} />
        <span className="drop-title">Drop a folder here</span>
        <span className="drop-hint">
          or an archive of one (.zip, .tar, .tar.gz), or the image of a case with its label map; a CSV with clinical
          facts may come along. Nothing leaves this machine until you say so.
        </span>
        <span className="drop-buttons">
          <button type="button" className="button" onClick={() => folderInput.current?.click()}>
            Choose a folder
          </button>
          <button type="button" className="button" onClick={() => fileInput.current?.click()}>
            Choose files
          </button>
        </span>
        <input
          ref={folderInput}
          type="file"
          aria-label="Folder of a dataset"
          tabIndex={-1}
          hidden
          // @ts-expect-error -- not in the types of React; every browser of today has it
          webkitdirectory=""
          onChange={(event) => {
            const list = filesOfList(event.target);
            void take(list);
          }}
        />
        <input
          ref={fileInput}
          type="file"
          aria-label="Files of a case, an archive, or a table"
          tabIndex={-1}
          multiple
          hidden
          onChange={(event) => {
            const list = filesOfList(event.target);
            void take(list);
          }}
        />
      </div>
      {listing && (
        <p className="fine" role="status">
          Listing the files…
        </p>
      )}
      {fault !== null && (
        <Notice tone="bad" live>
          <p>{fault}</p>
        </Notice>
      )}
      {(parts.length > 0 || table !== null) && (
        <>
          <ul className="chosen-parts" aria-label="Chosen">
            {folders.map(({ name, count: n }) => (
              <Part
                key={name}
                name={`${name}/`}
                note={count(n, 'file')}
                onRemove={() => setChosen(withoutPart(chosen, name))}
              />
            ))}
            {files.map((name) => (
              <Part
                key={name}
                name={name}
                note={
                  oneCase ? (name === chosenImage ? 'image' : 'reference segmentation') : archive ? 'archive' : 'file'
                }
                onRemove={() => setChosen(withoutPart(chosen, name))}
              />
            ))}
            {table !== null && <Part name={table.file} note="clinical table" onRemove={() => setTable(null)} />}
          </ul>
          {mixed !== undefined && (
            <Notice tone="caution">
              <p>“{mixed}” is an archive, and a dataset of its own: choose it alone. A table may come along.</p>
            </Notice>
          )}
          {oneCase && mixed === undefined && parts.length > 1 && (
            <SelectField
              label="Which of them is the image?"
              hint="The others are its reference segmentations, one of each reader."
              value={chosenImage ?? ''}
              onChange={(event) => setImage(event.target.value)}
            >
              {parts.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </SelectField>
          )}
          {oneCase && table !== null && (
            <Notice tone="caution">
              <p>A table goes with a dataset of several cases: choose their folder rather than single files.</p>
            </Notice>
          )}
          {table !== null && !oneCase && <TableColumns table={table} uses={uses} onUses={setUses} />}
          {!oneCase && (
            <SelectField
              label="Layout"
              hint="Found out by itself as a rule. Name it to be told what is missing from it."
              value={layout}
              onChange={(event) => setLayout(event.target.value as DatasetLayout | '')}
            >
              <option value="">Find out</option>
              {DATASET_LAYOUTS.map((one) => (
                <option key={one} value={one}>
                  {LAYOUT_WORDS[one]}
                </option>
              ))}
            </SelectField>
          )}
          <label className="check-line">
            <input type="checkbox" checked={rename} onChange={(event) => setRename(event.target.checked)} />
            <span>
              Call the cases case-0001, case-0002, …{' '}
              <span className="fine">Files and folders are often called after people.</span>
            </span>
          </label>
          <div className="form-actions">
            <button
              type="button"
              className="button button-primary button-large"
              disabled={
                parts.length === 0 ||
                listing ||
                mixed !== undefined ||
                (table !== null && !oneCase && usesFault(uses) !== '')
              }
              onClick={() =>
                onCheck({
                  chosen,
                  table: table === null || oneCase ? null : mappedTable(table, uses),
                  layout: layout === '' ? null : layout,
                  image: chosenImage,
                  accepted: [],
                  rules: {},
                  rename,
                  names,
                })
              }
            >
              Check it
            </button>
            <p className="fine">Every volume is read on this machine. Nothing is sent.</p>
          </div>
        </>
      )}
    </div>
  );
}

/** The list has to be copied before the input is cleared; it is cleared so that the same folder can be chosen again. */
function filesOfList(input: HTMLInputElement): Promise<ChosenFiles> {
  const list = Array.from(input.files ?? []);
  input.value = '';
  return Promise.resolve().then(() => filesOfInput(list));
}

function Part({
  name,
  note,
  onRemove,
}: {
  readonly name: string;
  readonly note: string;
  readonly onRemove: () => void;
}): ReactNode {
  return (
    <li className="chosen-part">
      <Icon name="file" size={15} />
      <span className="file-name">{name}</span>
      <span className="fine nowrap">{note}</span>
      <button type="button" className="icon-button" onClick={onRemove} aria-label={`Remove ${name}`}>
        <Icon name="cross" size={14} />
      </button>
    </li>
  );
}
