/**
 * A drawing as a file that stands alone: colours of the light theme in place of the page's tokens, a white ground, links
 * with their whole address.
 */
export function svgFile(drawing: SVGSVGElement, title: string): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const probe = document.createElement('span');
  probe.style.colorScheme = 'light';
  document.body.append(probe);
  const resolve = (text: string): string =>
    text.replaceAll(/var\(--[\w-]+\)/g, (token) => {
      probe.style.color = token;
      return getComputedStyle(probe).color;
    });
  for (const element of [copy, ...copy.querySelectorAll('*')]) {
    for (const { name, value } of [...element.attributes]) {
      if (value.includes('var(')) element.setAttribute(name, resolve(value));
    }
    const href = element.getAttribute('href') ?? element.getAttributeNS('http://www.w3.org/1999/xlink', 'href');
    if (href?.startsWith('/')) {
      element.removeAttributeNS('http://www.w3.org/1999/xlink', 'href');
      element.setAttribute('href', `${location.origin}${href}`);
    }
  }
  copy.style.background = '#fff';
  copy.style.color = resolve('var(--vm-text)');
  probe.remove();
  const name = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  name.textContent = title;
  copy.prepend(name);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return new XMLSerializer().serializeToString(copy);
}
