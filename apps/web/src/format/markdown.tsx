import { Fragment, type ReactNode } from 'react';

/**
 * The small part of Markdown that rules are written in: headings, paragraphs, lists, quotes, rules, code, emphasis, links.
 * Everything becomes React elements; HTML in the text stays text, and links go to http, https, mailto or this site only.
 *
 * @param headingLevel of the text's own highest heading, whatever number of # it was written with
 */
export function Markdown({
  text,
  headingLevel = 3,
}: {
  readonly text: string;
  readonly headingLevel?: number;
}): ReactNode {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const top = Math.min(...lines.map((line) => HEADING.exec(line)?.[1].length ?? Infinity));
  return <div className="prose">{blocks(lines, headingLevel - top)}</div>;
}

const BULLET = /^\s{0,3}[-*+]\s+(.*)$/;
const NUMBERED = /^\s{0,3}\d{1,9}[.)]\s+(.*)$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;

/** @param shift added to the number of # of a heading to get its level on the page */
function blocks(lines: readonly string[], shift: number): ReactNode[] {
  const out: ReactNode[] = [];
  let i = 0;
  while (i < lines.length) {
    const line = lines[i];
    const key = out.length;
    if (line.trim() === '') i++;
    else if (line.startsWith('```')) {
      const end = lines.findIndex((other, at) => at > i && other.startsWith('```'));
      const stop = end === -1 ? lines.length : end;
      out.push(
        <pre key={key}>
          <code>{lines.slice(i + 1, stop).join('\n')}</code>
        </pre>,
      );
      i = stop + 1;
    } else if (HEADING.test(line)) {
      const [, marks, title] = HEADING.exec(line) as unknown as [string, string, string];
      const Tag = `h${Math.min(6, marks.length + shift)}` as 'h2';
      out.push(<Tag key={key}>{inline(title)}</Tag>);
      i++;
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      out.push(<hr key={key} />);
      i++;
    } else if (line.startsWith('>')) {
      const taken = takeWhile(lines, i, (other) => other.startsWith('>'));
      out.push(
        <blockquote key={key}>
          {blocks(
            taken.map((other) => other.replace(/^>\s?/, '')),
            shift,
          )}
        </blockquote>,
      );
      i += taken.length;
    } else if (BULLET.test(line) || NUMBERED.test(line)) {
      const mark = BULLET.test(line) ? BULLET : NUMBERED;
      const taken = takeWhile(lines, i, (other) => mark.test(other) || /^\s{2,}\S/.test(other));
      const List = mark === BULLET ? 'ul' : 'ol';
      out.push(
        <List key={key}>
          {items(taken, mark).map((item, n) => (
            <li key={n}>{inline(item)}</li>
          ))}
        </List>,
      );
      i += taken.length;
    } else {
      const taken = takeWhile(lines, i, (other, at) => other.trim() !== '' && (at === i || !startsBlock(other)));
      out.push(<p key={key}>{inline(taken.join(' '))}</p>);
      i += taken.length;
    }
  }
  return out;
}

function startsBlock(line: string): boolean {
  return (
    HEADING.test(line) || BULLET.test(line) || NUMBERED.test(line) || line.startsWith('>') || line.startsWith('```')
  );
}

function takeWhile(lines: readonly string[], from: number, goesOn: (line: string, at: number) => boolean): string[] {
  let end = from;
  while (end < lines.length && goesOn(lines[end], end)) end++;
  return lines.slice(from, end);
}

/** Items of a list; an indented line goes on with the item above it. */
function items(lines: readonly string[], mark: RegExp): string[] {
  const out: string[] = [];
  for (const line of lines) {
    const start = mark.exec(line);
    if (start) out.push(start[1]);
    else out[out.length - 1] += ` ${line.trim()}`;
  }
  return out;
}

const INLINE =
  /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|(?<![\w])_([^_\s][^_]*)_(?![\w])|\[([^\]]+)\]\(([^)\s]+)\)/;

function inline(text: string): ReactNode {
  const match = INLINE.exec(text);
  if (!match) return text;
  const [whole, code, strong, strongToo, emphasis, emphasisToo, label, address] = match;
  return (
    <Fragment>
      {text.slice(0, match.index)}
      {code !== undefined ? (
        <code>{code}</code>
      ) : strong !== undefined || strongToo !== undefined ? (
        <strong>{inline(strong ?? strongToo)}</strong>
      ) : emphasis !== undefined || emphasisToo !== undefined ? (
        <em>{inline(emphasis ?? emphasisToo)}</em>
      ) : isSafeAddress(address) ? (
        <a href={address}>{inline(label)}</a>
      ) : (
        whole
      )}
      {inline(text.slice(match.index + whole.length))}
    </Fragment>
  );
}

/** http, https, mailto, or a path or anchor of this site; never `javascript:` or another host by `//`. */
export function isSafeAddress(address: string): boolean {
  return /^(https?:\/\/|mailto:|#|\/(?!\/))/i.test(address);
}
