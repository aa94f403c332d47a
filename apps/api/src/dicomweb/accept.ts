import { RequestRefused } from '#domain';

/** A form in which an answer can be given. */
export interface Offer {
  /** Of the answer, or with `multipart` of each part. */
  readonly type: string;
  readonly multipart: boolean;
  /** The one that is sent when none or any is asked for comes first. Empty: of this type there is only one. */
  readonly transferSyntaxes: readonly string[];
}

export interface Chosen {
  readonly offer: Offer;
  /** Null where the offer has none. */
  readonly transferSyntax: string | null;
}

interface Range {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly quality: number;
}

const MULTIPART = 'multipart/related';
const LONGEST = 4000;

/**
 * The first offer that the asker takes, in the order of his wishes. No wish is any wish. `transfer-syntax=*` is answered
 * with the first syntax of an offer: some askers send it and cannot decode what is compressed.
 *
 * @param query the `accept` parameter of the address; it goes before the header
 * @throws RequestRefused 406 `dicomweb-not-acceptable`
 */
export function choose(header: string | undefined, query: string | undefined, offers: readonly Offer[]): Chosen {
  for (const range of ranges(query ?? header ?? '*/*')) {
    for (const offer of offers) {
      const chosen = fit(range, offer);
      if (chosen !== null) return chosen;
    }
  }
  const names = offers.flatMap(({ type, multipart, transferSyntaxes }) => {
    const one = multipart ? `${MULTIPART}; type="${type}"` : type;
    return transferSyntaxes.length === 0 ? [one] : transferSyntaxes.map((syntax) => `${one}; transfer-syntax=${syntax}`);
  });
  throw new RequestRefused(406, 'dicomweb-not-acceptable', `None of the accepted media types can be sent here; there is ${names.join(', ')}.`);
}

function fit({ type, parameters }: Range, offer: Offer): Chosen | null {
  const wanted = type === MULTIPART ? (parameters.type ?? '*/*') : type === 'multipart/*' ? '*/*' : type;
  if (type !== '*/*' && type.startsWith('multipart/') !== offer.multipart) return null;
  const [group] = offer.type.split('/', 1);
  if (![offer.type, `${group}/*`, '*/*'].includes(wanted)) return null;
  const syntax = parameters['transfer-syntax'] ?? '*';
  const [first] = offer.transferSyntaxes;
  if (syntax === '*') return { offer, transferSyntax: first ?? null };
  return offer.transferSyntaxes.includes(syntax) ? { offer, transferSyntax: syntax } : null;
}

/** Media ranges of an Accept header, the most wanted first; those with quality 0 are not wanted. */
function ranges(text: string): Range[] {
  return split(text.slice(0, LONGEST), ',')
    .map((part): Range => {
      const [type, ...rest] = split(part, ';').map((word) => word.trim());
      const parameters = Object.fromEntries(
        rest.map((word) => {
          const at = word.indexOf('=');
          return [word.slice(0, at).trim().toLowerCase(), unquoted(word.slice(at + 1).trim())] as const;
        }),
      );
      const quality = Number(parameters.q ?? 1);
      return {
        type: type.toLowerCase(),
        parameters: { ...parameters, ...(parameters.type === undefined ? {} : { type: parameters.type.toLowerCase() }) },
        quality: Number.isFinite(quality) ? quality : 0,
      };
    })
    .filter(({ type, quality }) => type !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

/** Divides at a separator that stands outside of quotes. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [''];
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (character === separator && !quoted) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

const unquoted = (word: string): string => (/^".*"$/.test(word) ? word.slice(1, -1) : word);
