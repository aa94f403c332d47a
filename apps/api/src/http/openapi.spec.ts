import { API_PREFIX, ENDPOINTS, type Endpoint } from '#contracts';
import { openApi } from './openapi.js';

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: { content: Record<string, { schema: { additionalProperties?: boolean; required?: string[] } }> };
  responses: Record<string, { content?: Record<string, unknown> }>;
  security: object[];
}
const document = openApi('1.2.3') as {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
};
const all = Object.entries(ENDPOINTS as Record<string, Endpoint>).map(([id, endpoint]) => ({ id, endpoint }));

describe('OpenAPI', () => {
  it('is 3.1 and survives JSON', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info.version).toBe('1.2.3');
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it.each(all)('lists $id with its parameters, body and answers', ({ id, endpoint }) => {
    const path = API_PREFIX + endpoint.path.replace(/:(\w+)/g, '{$1}');
    const operation = document.paths[path]?.[endpoint.method.toLowerCase()];
    expect(operation?.operationId).toBe(id);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(
      operation.parameters.filter((one) => one.in === 'path').map(({ name, required }) => [name, required]),
    ).toEqual(inPath.map((name) => [name, true]));
    expect(operation.requestBody !== undefined).toBe(endpoint.body !== null || endpoint.consumes !== undefined);
    for (const content of Object.values(operation.requestBody?.content ?? {}))
      expect(content.schema.additionalProperties).toBe(false);
    const answer = operation.responses[String(endpoint.status)];
    expect(Object.keys(answer.content ?? {})).toEqual(
      endpoint.produces !== undefined ? [endpoint.produces] : endpoint.response === null ? [] : ['application/json'],
    );
    expect(operation.responses.default.content).toHaveProperty('application/problem+json');
  });

  it('lists nothing else', () => {
    const count = Object.values(document.paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
    expect(count).toBe(all.length);
  });

  it('says what a client writes, not what the server reads from it', () => {
    const { schema } = document.paths['/api/v1/tokens'].post.requestBody?.content['application/json'] ?? { schema: {} };
    expect(schema.required).toEqual(['name', 'scopes']); // expiresInDays has a default
    expect(
      document.paths['/api/v1/benchmarks/{slug}/leaderboard'].get.parameters.every(
        ({ required, in: place }) => required === (place === 'path'),
      ),
    ).toBe(true);
  });
});
