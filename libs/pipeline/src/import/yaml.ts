import { word } from './imported.js';
import type { Json } from './imported.js';

interface Line {
  readonly indent: number;
  readonly text: string;
  readonly number: number;
}

/** Deeper than any honest file. */
const MOST_DEPTH = 64;

/**
 * Reads the part of YAML that resource descriptions are written in: block mappings and lists, flow lists and mappings on
 * one line, plain and quoted scalars, literal (|) and folded (>) text. Anchors, aliases, tags and several documents are
 * refused: nothing in them is needed to describe a network, and some of them run code elsewhere.
 *
 * @throws RangeError naming the line
 */
export function readYaml(source: string): Json {
  const raw = source.replace(/^\uFEFF/, '').split(/\r?\n/);
  const reader = new YamlReader(raw);
  return reader.document();
}

class YamlReader {
  private at = 0;

  constructor(private readonly raw: string[]) {}

  document(): Json {
    if (this.peek()?.text === '---') this.at++;
    const first = this.peek();
    const value = first ? this.block(first.indent, 0) : null;
    const rest = this.peek();
    if (rest && rest.text !== '...') this.fail(rest, 'expected the end of the file');
    return value;
  }

  /** Next line that is not empty and no comment; not consumed. */
  private peek(): Line | null {
    for (; this.at < this.raw.length; this.at++) {
      const text = withoutComment(this.raw[this.at]).trimEnd();
      const indent = text.length - text.trimStart().length;
      if (text.trim() === '') continue;
      if (text.slice(0, indent).includes('\t'))
        this.fail({ indent, text, number: this.at + 1 }, 'a tab as indentation');
      return { indent, text: text.trim(), number: this.at + 1 };
    }
    return null;
  }

  private block(indent: number, depth: number): Json {
    const line = this.peek();
    if (!line || line.indent < indent) return null;
    if (depth > MOST_DEPTH) this.fail(line, 'nested too deeply');
    if (/^-( |$)/.test(line.text)) return this.list(line.indent, depth);
    if (keyOf(line.text)) return this.mapping(line.indent, depth);
    this.at++;
    return this.scalar(line, line.text, indent);
  }

  private list(indent: number, depth: number): Json[] {
    const items: Json[] = [];
    for (let line = this.peek(); line && line.indent === indent && /^-( |$)/.test(line.text); line = this.peek()) {
      const rest = line.text.slice(1);
      const inner = rest.trimStart();
      if (inner === '') {
        this.at++;
        const next = this.peek();
        items.push(next && next.indent > indent ? this.block(next.indent, depth + 1) : null);
      } else if (/^-( |$)/.test(inner) || keyOf(inner)) {
        // what follows the dash is a block of its own, indented to where it begins
        const column = indent + 1 + (rest.length - inner.length);
        this.raw[this.at] = ' '.repeat(column) + inner;
        items.push(this.block(column, depth + 1));
      } else {
        this.at++;
        items.push(this.scalar(line, inner, indent + 1));
      }
    }
    return items;
  }

  private mapping(indent: number, depth: number): Json {
    const entries = new Map<string, Json>();
    for (let line = this.peek(); line && line.indent === indent; line = this.peek()) {
      const found = keyOf(line.text);
      if (!found) this.fail(line, `"${line.text.slice(0, 40)}" where a key was expected`);
      const { key, rest } = found;
      if (entries.has(key)) this.fail(line, `the key "${key}" for the second time`);
      this.at++;
      if (rest === '') {
        const next = this.peek();
        const nested = next && (next.indent > indent || (next.indent === indent && /^-( |$)/.test(next.text)));
        entries.set(key, nested ? this.block(next.indent, depth + 1) : null);
      } else {
        entries.set(key, this.scalar(line, rest, indent + 1));
      }
    }
    return Object.fromEntries(entries);
  }

  /** A value that begins on a line and may go on, further indented, on the next ones. */
  private scalar(line: Line, text: string, indent: number): Json {
    if (/^[|>][+-]?\d?$/.test(text)) return this.text(text, indent);
    if (/^[&*!]/.test(text)) this.fail(line, `"${text.slice(0, 20)}": anchors, aliases and tags are not read`);
    let whole = text;
    const open = /^[[{"']/.test(text);
    for (let next = this.peek(); next && next.indent >= indent && (open ? !closed(whole) : true); next = this.peek()) {
      if (!open && (keyOf(next.text) || /^-( |$)/.test(next.text))) this.fail(next, 'a key inside of text');
      whole += ` ${next.text}`;
      this.at++;
    }
    return flow(whole, (message) => this.fail(line, message));
  }

  private text(style: string, indent: number): string {
    const lines: string[] = [];
    let margin = -1;
    for (; this.at < this.raw.length; this.at++) {
      const raw = this.raw[this.at];
      const spaces = raw.length - raw.trimStart().length;
      if (raw.trim() !== '') {
        if (margin < 0) margin = spaces;
        if (spaces < Math.max(margin, indent)) break;
      }
      lines.push(raw.slice(Math.max(margin, 0)).trimEnd());
    }
    while (lines.at(-1) === '') lines.pop();
    const body = style.startsWith('|')
      ? lines.join('\n')
      : lines
          .join('\n')
          .replace(/([^\n])\n(?!\n)/g, '$1 ')
          .replace(/\n\n/g, '\n');
    return style.includes('-') ? body : `${body}\n`;
  }

  private fail(line: Line, message: string): never {
    throw new RangeError(`line ${line.number}: ${message}`);
  }
}

/** `key: rest` or `key:`; null when the line is no such thing. */
function keyOf(text: string): { readonly key: string; readonly rest: string } | null {
  const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')\s*:(?:\s+(.*))?$/.exec(text);
  if (quoted) return { key: quoted[1] ?? quoted[2].replaceAll("''", "'"), rest: quoted[3] ?? '' };
  const plain = /^([^\s[\]{},&*!|>'"%@`#-][^#]*?|-[^\s][^#]*?)\s*:(?:\s+(.*))?$/.exec(text);
  return plain && !plain[1].includes(': ') ? { key: plain[1], rest: plain[2] ?? '' } : null;
}

function withoutComment(line: string): string {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (quote) quote = c === quote ? '' : quote;
    else if ((c === '"' || c === "'") && /[\s[{,:-]/.test(line[i - 1] ?? ' ')) quote = c;
    else if (c === '#' && /\s/.test(line[i - 1] ?? ' ')) return line.slice(0, i);
  }
  return line;
}

/** Whether the brackets and quotes of a flow value are all shut. */
function closed(text: string): boolean {
  if (/^["']/.test(text)) return text.length > 1 && text.endsWith(text[0]);
  let depth = 0;
  for (const c of text.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, ''))
    depth += '[{'.includes(c) ? 1 : ']}'.includes(c) ? -1 : 0;
  return depth <= 0;
}

/** A flow value: list, mapping, quoted or plain scalar. */
function flow(source: string, fail: (message: string) => never): Json {
  let i = 0;
  const space = (): void => {
    while (source[i] === ' ') i++;
  };
  const value = (depth: number, stop: string): Json => {
    space();
    if (depth > MOST_DEPTH) fail('nested too deeply');
    if (source[i] === '[') return list(depth);
    if (source[i] === '{') return mapping(depth);
    if (source[i] === '"' || source[i] === "'") return quoted();
    const start = i;
    while (i < source.length && !stop.includes(source[i])) i++;
    return plain(source.slice(start, i).trim(), fail);
  };
  const list = (depth: number): Json => {
    const items: Json[] = [];
    for (i++; ;) {
      space();
      if (source[i] === ']') break;
      if (i >= source.length) fail('a list without its end');
      items.push(value(depth + 1, ',]'));
      space();
      if (source[i] === ',') i++;
    }
    i++;
    return items;
  };
  const mapping = (depth: number): Json => {
    const entries: [string, Json][] = [];
    for (i++; ;) {
      space();
      if (source[i] === '}') break;
      if (i >= source.length) fail('a mapping without its end');
      const key = word(value(depth + 1, ':,}'));
      space();
      const there = source[i] === ':';
      if (there) i++;
      entries.push([key, there ? value(depth + 1, ',}') : null]);
      space();
      if (source[i] === ',') i++;
    }
    i++;
    return Object.fromEntries(entries);
  };
  const quoted = (): string => {
    const match = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')/.exec(source.slice(i));
    if (!match) return fail('a quoted text without its end');
    i += match[0].length;
    if (match[1] === undefined) return match[2].replaceAll("''", "'");
    try {
      return JSON.parse(`"${match[1]}"`) as string;
    } catch {
      return fail(`escapes in ${match[0].slice(0, 40)} are not those of JSON`);
    }
  };
  const result = value(0, '');
  space();
  if (i < source.length && /^[[{"']/.test(source)) fail(`"${source.slice(i, i + 20)}" after the end of a value`);
  return result;
}

function plain(text: string, fail: (message: string) => never): Json {
  if (/^[&*!]/.test(text)) return fail(`"${text.slice(0, 20)}": anchors, aliases and tags are not read`);
  if (text === '' || text === '~' || /^null$/i.test(text)) return null;
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : text;
}
