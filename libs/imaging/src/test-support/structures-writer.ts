import { writeDicom } from './dicom-writer.js';
import type { Written } from './dicom-writer.js';

export interface RoiContours {
  readonly roi: number;
  readonly contours: readonly (readonly Written[])[];
}

/** A contour as an item: x, y, z of each point, or the text as it is. */
export function contour(points: readonly number[] | string, { type = 'CLOSED_PLANAR', count }: { type?: string; count?: number } = {}): readonly Written[] {
  const text = typeof points === 'string' ? points : points.join('\\');
  return [
    [0x30060042, 'CS', type],
    [0x30060046, 'IS', String(count ?? Math.floor(text.split('\\').length / 3))],
    [0x30060050, 'DS', text],
  ];
}

/** A structure set with one square of 0.75 x 0.5 mm around (-10, 20, 0), or as told. */
export function structures({
  rois = [{ number: 1, name: 'Liver' }],
  contours = [{ roi: 1, contours: [contour([-10.3, 19.8, 0, -9.7, 19.8, 0, -9.7, 20.2, 0, -10.3, 20.2, 0])] }],
  sopClass = '1.2.840.10008.5.1.4.1.1.481.3',
  series,
}: {
  readonly rois?: readonly { readonly number: number | null; readonly name: string }[];
  readonly contours?: readonly RoiContours[];
  readonly sopClass?: string;
  /** Series that it says it was drawn on. */
  readonly series?: string;
} = {}): Uint8Array {
  const referenced: readonly Written[] = [
    [0x00200052, 'UI', '1.2.9'],
    ...(series === undefined ? [] : [[0x30060012, 'SQ', [[[0x30060014, 'SQ', [[[0x0020000e, 'UI', series]]]]]]] as Written]),
  ];
  return writeDicom([
    [0x00080016, 'UI', sopClass],
    [0x00080060, 'CS', 'RTSTRUCT'],
    [0x0020000e, 'UI', '1.2.77'],
    [0x30060010, 'SQ', [referenced]],
    [0x30060020, 'SQ', rois.map(({ number, name }): readonly Written[] => [...(number === null ? [] : [[0x30060022, 'IS', String(number)] as Written]), [0x30060026, 'LO', name]])],
    [0x30060039, 'SQ', contours.map(({ roi, contours: list }): readonly Written[] => [[0x30060040, 'SQ', list], [0x30060084, 'IS', String(roi)]])],
  ]);
}
