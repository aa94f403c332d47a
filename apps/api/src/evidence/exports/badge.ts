/** A small picture of one result: what it is on the left, the figure on the right. */
export function badge(label: string, value: string): string {
  const width = (text: string) => Math.ceil(text.length * 6.6) + 12; // 11 px Verdana and its like
  const [left, right] = [width(label), width(value)];
  const text = (words: string, from: number, across: number) =>
    `<text x="${from + across / 2}" y="14" text-anchor="middle" textLength="${across - 12}" lengthAdjust="spacingAndGlyphs">${escapeXml(words)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${escapeXml(`${label}: ${value}`)}">`,
    `<title>${escapeXml(`${label}: ${value}`)}</title>`,
    `<clipPath id="r"><rect width="${left + right}" height="20" rx="3"/></clipPath>`,
    `<g clip-path="url(#r)"><rect width="${left}" height="20" fill="#33414c"/><rect x="${left}" width="${right}" height="20" fill="#0b6670"/></g>`,
    `<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${text(label, 0, left)}${text(value, left, right)}</g>`,
    '</svg>',
    '',
  ].join('\n');
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
