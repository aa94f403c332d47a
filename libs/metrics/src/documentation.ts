import { METRIC_CATALOGUE } from './catalogue-entries.js';
import { METRIC_PARAMETERS, writtenForm } from './catalogue.js';
import type { CatalogueEntry, MetricDefinition } from './metric-definition.js';
import { PROBLEM_FACTS, PROBLEM_KINDS } from './metric-definition.js';

// Those parts of docs/metrics.md that are made of the catalogue; a test says when the page is behind.

/** Table of all metrics: id, name, unit, range, better direction. */
export function overviewTable(): string {
  const rows = METRIC_CATALOGUE.map((entry) => {
    const better = entry.role === 'report' ? 'not ranked' : entry.direction;
    return `| ${ids(entry)} | ${entry.name} | ${unitOf(entry)} | ${rangeOf(entry)} | ${better} |`;
  });
  return ['| id | metric | unit | range | better |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

/** What stands for the letters in ids. */
export function parameterList(): string {
  return Object.values(METRIC_PARAMETERS)
    .map(({ letter, words, example }) => `- \`${letter}\`: ${words}, such as \`${example.split(' ')[0]}\``)
    .join('\n');
}

/** Definition, other tools and source of each metric. */
export function definitions(): string {
  return METRIC_CATALOGUE.map((entry) => {
    const { name, unit, description, peers, source } = entry;
    const title = `### ${name}${unit === 'mm3' ? ' in mm³' : ''}`;
    return [title, ids(entry), description, peers && `Elsewhere: ${peers}`, `Source: ${source}.`]
      .filter(Boolean)
      .join('\n\n');
  }).join('\n\n');
}

/** Which metrics are proposed for which problem, and which are warned against. */
export function proposalTable(): string {
  const rows = [...PROBLEM_KINDS, ...PROBLEM_FACTS].map((trait) => {
    const list = (side: 'proposedFor' | 'unsuitedFor'): string =>
      METRIC_CATALOGUE.filter(({ hints }) => hints[side][trait] !== undefined)
        .map(({ key }) => `\`${key}\``)
        .join(', ');
    return `| ${trait.replaceAll('-', ' ')} | ${list('proposedFor')} | ${list('unsuitedFor')} |`;
  });
  return ['| problem | proposed | misleading |', '| --- | --- | --- |', ...rows].join('\n');
}

function ids(entry: CatalogueEntry): string {
  return writtenForm(entry)
    .split(' or ')
    .map((id) => `\`${id}\``)
    .join(' or ');
}

function unitOf({ unit }: Pick<MetricDefinition, 'unit'>): string {
  return unit === 'mm3' ? 'mm³' : unit;
}

function rangeOf({ range: { min, max } }: Pick<MetricDefinition, 'range'>): string {
  return max === null ? `from ${min}` : `${min} to ${max}`;
}
