import { renderToStaticMarkup } from 'react-dom/server';
import { isSafeAddress, Markdown } from './markdown.js';

const html = (text: string): string =>
  renderToStaticMarkup(<Markdown text={text} />).replace(/^<div class="prose">|<\/div>$/g, '');

it('makes paragraphs, emphasis, code and links', () => {
  expect(html('One *two* **three**\nfour `five`\n\n[six](https://example.org/a_b)')).toBe(
    '<p>One <em>two</em> <strong>three</strong> four <code>five</code></p><p><a href="https://example.org/a_b">six</a></p>',
  );
});

it('puts the highest heading of the text at the level asked for', () => {
  expect(html('### Top\ntext\n#### Below')).toBe('<h3>Top</h3><p>text</p><h4>Below</h4>');
  expect(html('# Top')).toBe('<h3>Top</h3>');
});

it('makes lists, with items that go on in the next line', () => {
  expect(html('- a\n- b\n  goes on\n\n1. c')).toBe('<ul><li>a</li><li>b goes on</li></ul><ol><li>c</li></ol>');
});

it('ends a paragraph where a list begins', () => {
  expect(html('Rules:\n- a')).toBe('<p>Rules:</p><ul><li>a</li></ul>');
});

it('keeps code blocks as they are', () => {
  expect(html('```json\n{"a": "<b>"}\n```')).toBe('<pre><code>{&quot;a&quot;: &quot;&lt;b&gt;&quot;}</code></pre>');
});

it('leaves HTML as text and drops unsafe links, keeping their words', () => {
  const unsafe = html('<img src=x onerror=alert(1)> [press](javascript:alert(1))');
  expect(unsafe).not.toContain('<img');
  expect(unsafe).not.toContain('href');
  expect(unsafe).toContain('press');
});

it('does not take snake_case words for emphasis', () => {
  expect(html('volume_error_ml and nsd_2')).toBe('<p>volume_error_ml and nsd_2</p>');
});

it.each([
  ['https://a.org', true],
  ['/about#numbers', true],
  ['mailto:a@b.org', true],
  ['//evil.org', false],
  ['javascript:alert(1)', false],
  ['data:text/html,x', false],
])('link to %s: %s', (address, safe) => {
  expect(isSafeAddress(address)).toBe(safe);
});
