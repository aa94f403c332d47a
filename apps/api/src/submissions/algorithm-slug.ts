/**
 * The address of an algorithm, made from its name: lower-case letters, digits and single hyphens, 2 to 64 of them.
 *
 * @returns null when the name leaves too little, for instance one in another script: then the submitter has to choose
 */
export function algorithmSlug(name: string): string | null {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-+|-+$/g, '');
  return slug.length < 2 ? null : slug;
}
