/** One record with the line on which it begins, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Comma-separated values (RFC 4180): LF or CRLF, fields in double quotes may hold commas, line ends and doubled quotes.
 * Spaces around fields and empty lines are dropped, and a byte order mark.
 *
 * @throws RangeError when a quote is not closed, or stands inside a field
 */
export function parseCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let line = 1;
  let fields: string[] = [];
  let startLine = 1;
  let at = text.startsWith('\ufeff') ? 1 : 0;
  const endOfRecord = () => {
    if (fields.length > 1 || fields[0] !== '') records.push({ line: startLine, fields });
    fields = [];
  };
  while (at < text.length) {
    if (fields.length === 0) startLine = line;
    while (text[at] === ' ' || text[at] === '\t') at++;
    let field: string;
    if (text[at] === '"') {
      let end = at + 1;
      while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) {
        if (text[end] === '\n') line++;
        end += text[end] === '"' ? 2 : 1;
      }
      if (end >= text.length) throw new RangeError(`line ${startLine}: a double quote is not closed`);
      field = text
        .slice(at + 1, end)
        .replaceAll('""', '"')
        .trim();
      at = end + 1;
      while (text[at] === ' ' || text[at] === '\t') at++;
      if (at < text.length && text[at] !== ',' && text[at] !== '\n' && !text.startsWith('\r\n', at)) {
        throw new RangeError(`line ${line}: text follows a closing double quote`);
      }
    } else {
      let end = at;
      while (end < text.length && text[end] !== ',' && text[end] !== '\n') end++;
      field = text.slice(at, end).trim(); // takes the CR of CRLF as well
      if (field.includes('"')) throw new RangeError(`line ${line}: a double quote stands inside a field`);
      at = end;
    }
    fields.push(field);
    if (text[at] === ',') {
      at++;
      if (at === text.length) fields.push('');
      if (at < text.length) continue;
    }
    if (text.startsWith('\r\n', at)) at++;
    if (text[at] === '\n') {
      at++;
      line++;
    }
    endOfRecord();
  }
  return records;
}
