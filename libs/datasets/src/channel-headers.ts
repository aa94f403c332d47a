import { channelByName, type BenchmarkChannel } from '#domain';
import type { Acquisition } from '#imaging';

/** What an image is called where nothing gives it a name. */
const UNNAMED = 'image';

/** Units of PET (0054,1001) in the writing that people use; values of others are not told apart here. Source: PS3.3 C.8.9.1.1.3. */
const PET_UNITS: Readonly<Record<string, string>> = { GML: 'g/ml', BQML: 'Bq/ml' };

type Stated = Pick<BenchmarkChannel, 'modality' | 'unit'>;

/**
 * Gathers what the headers of all cases say of each channel: only one word that none contradicts is taken. Where no header
 * says anything, as in NIfTI, the name of the channel is asked; voxels never are.
 */
export class ChannelHeaders {
  readonly #names: readonly string[];
  readonly #modalities = new Map<string, Set<string>>();
  readonly #petUnits = new Map<string, Set<string>>();

  /** @param channels of the dataset, in order; none: all images are one channel without a name */
  constructor(channels: readonly string[]) {
    this.#names = channels;
  }

  /** Takes the header of one image. */
  add(channel: string, acquisition: Acquisition | null): void {
    if (acquisition === null) return;
    const name = this.#names.length === 0 ? UNNAMED : channel;
    if (/^[A-Z0-9]{2,16}$/.test(acquisition.modality)) put(this.#modalities, name, acquisition.modality);
    if (acquisition.modality === 'PT') put(this.#petUnits, name, acquisition.petUnits ?? '');
  }

  /** The channels as a dataset is described by them, in order. */
  described(): readonly BenchmarkChannel[] {
    return (this.#names.length === 0 ? [UNNAMED] : this.#names).map((name) => ({ name, ...this.#stated(name) }));
  }

  #stated(name: string): Stated {
    const [modality, ...others] = this.#modalities.get(name) ?? [];
    if (modality === undefined) return channelByName(name);
    if (others.length > 0) return {};
    const units = this.#petUnits.get(name) ?? new Set();
    return ofModality(modality, units.size === 1 ? [...units][0] : '');
  }
}

/** A modality as DICOM calls it, with the unit of its values where that is known. @param petUnits as DICOM has it, for PET */
export function ofModality(modality: string, petUnits = ''): Stated {
  const unit = modality === 'CT' ? 'HU' : modality === 'PT' ? PET_UNITS[petUnits] : undefined;
  return unit === undefined ? { modality } : { modality, unit };
}

function put(into: Map<string, Set<string>>, name: string, word: string): void {
  into.set(name, (into.get(name) ?? new Set()).add(word));
}
