/** Defined terms of (0008,0005) and the names by which the Encoding Standard knows them. Terms with and without ISO 2022. */
const LABELS: Readonly<Record<string, string>> = {
  '': 'ascii',
  'IR 6': 'ascii',
  'IR 100': 'iso-8859-1',
  'IR 101': 'iso-8859-2',
  'IR 109': 'iso-8859-3',
  'IR 110': 'iso-8859-4',
  'IR 144': 'iso-8859-5',
  'IR 127': 'iso-8859-6',
  'IR 126': 'iso-8859-7',
  'IR 138': 'iso-8859-8',
  'IR 148': 'iso-8859-9',
  'IR 203': 'iso-8859-15',
  'IR 13': 'shift_jis',
  'IR 87': 'iso-2022-jp',
  'IR 166': 'windows-874',
  'IR 149': 'euc-kr',
  'IR 58': 'gb2312',
  'IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

const ASCII = new TextDecoder('latin1');

/** Text of bytes, or null when they are no text of the declared character set. */
export type TextReader = (bytes: Uint8Array) => string | null;

/**
 * Reads text by the character set that a data set declares. Escape sequences are followed for Japanese (ISO-2022-JP); a
 * text with other escapes, or in a set that nobody knows, is no text, and what is no text is not kept.
 *
 * @param terms values of (0008,0005); none means ASCII
 */
export function textReader(terms: readonly string[]): TextReader {
  const labels = terms.map(
    (term) => LABELS[term.trim().replace(/^ISO_IR |^ISO 2022 IR /, (head) => (head ? 'IR ' : ''))],
  );
  return (bytes) => {
    const escaped = bytes.includes(0x1b);
    if (!escaped && bytes.every((byte) => byte < 0x80)) return ASCII.decode(bytes);
    const label = escaped ? labels.find((name) => name === 'iso-2022-jp') : labels[0];
    if (label === undefined || label === 'ascii') return null;
    try {
      return new TextDecoder(label, { fatal: true }).decode(bytes);
    } catch {
      return null; // not of that character set, or a set that this engine lacks
    }
  };
}
