/** Chromatic adaptation of Bradford from D65, the white of sRGB, to D50, the white of ICC's profile connection space. */
// prettier-ignore
const SRGB_TO_XYZ_D50 = [
  0.4360747, 0.3850649, 0.1430804,
  0.2225045, 0.7168786, 0.0606169,
  0.0139322, 0.0971045, 0.7141733,
];
const WHITE_D50 = [0.96422, 1, 0.82521];

/**
 * A colour as DICOM recommends it for display: CIELab (D50) as three numbers of 16 bits (PS3.3 C.10.7.1.1).
 *
 * @param color `#rrggbb`
 * @returns null for any other text
 */
export function dicomCieLab(color: string): readonly [number, number, number] | null {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (!parts) return null;
  const rgb = parts.slice(1).map((hex) => {
    const c = parseInt(hex, 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const [fx, fy, fz] = [0, 1, 2].map((row) => {
    const m = SRGB_TO_XYZ_D50.slice(3 * row, 3 * row + 3);
    const t = (m[0] * rgb[0] + m[1] * rgb[1] + m[2] * rgb[2]) / WHITE_D50[row];
    return t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
  });
  const lightness = 116 * fy - 16;
  const [a, b] = [500 * (fx - fy), 200 * (fy - fz)];
  const steps = (share: number): number => Math.round(65535 * Math.min(1, Math.max(0, share)));
  return [steps(lightness / 100), steps((a + 128) / 255), steps((b + 128) / 255)];
}
