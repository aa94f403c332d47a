import { z } from 'zod';
import { API_PREFIX, ENDPOINTS, problem, SESSION_COOKIE, type Endpoint } from '#contracts';
import { ACTION_SCOPE } from '#domain';

type Json = Record<string, unknown>;

/** The contract as OpenAPI 3.1: the same schemas that the server checks with and the pages call with. */
export function openApi(version: string, endpoints: Readonly<Record<string, Endpoint>> = ENDPOINTS): Json {
  const paths: Record<string, Json> = {};
  for (const [id, endpoint] of Object.entries(endpoints)) {
    const path = `${API_PREFIX}${endpoint.path.replace(/:([A-Za-z]+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(id, endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Voxelmark',
      version,
      description:
        'Benchmarks for medical-image segmentation. Unknown fields are refused; errors are `application/problem+json` with a stable `code`; lists page by opaque cursors. Research only, not for care.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...new Set(Object.values(endpoints).map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: jsonSchema(problem, 'output') },
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: SESSION_COOKIE,
          description: 'Browser session, set by signing in.',
        },
        token: { type: 'http', scheme: 'bearer', description: 'Personal access token (vmk_…), with scopes.' },
      },
    },
  };
}

function operation(id: string, endpoint: Endpoint): Json {
  const scope = ACTION_SCOPE[endpoint.action];
  const open = endpoint.action === 'public';
  return {
    operationId: id,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    'x-policy-action': endpoint.action,
    ...(open ? { security: [] } : { security: [{}, { session: [] }, { token: scope === null ? [] : [scope] }] }),
    parameters: [...parameters('path', endpoint.params), ...parameters('query', endpoint.query), ...extraHeaders(id)],
    ...requestBody(endpoint),
    responses: {
      [String(endpoint.status)]: success(endpoint),
      ...(id === 'createSubmission'
        ? { '200': { ...success(endpoint), description: 'The submission that exists already' } }
        : {}),
      ...(id === 'getObject' ? { '206': { ...success(endpoint), description: 'The range asked for' } } : {}),
      ...(id === 'health'
        ? { '503': { ...success(endpoint), description: 'The database is away: nothing can be served' } }
        : {}),
      default: {
        description: 'Why not',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function success(endpoint: Endpoint): Json {
  if (endpoint.produces !== undefined) {
    return {
      description: endpoint.summary,
      content: { [endpoint.produces]: { schema: { type: 'string', format: 'binary' } } },
    };
  }
  if (endpoint.response === null) return { description: 'Done' };
  return {
    description: endpoint.summary,
    content: { 'application/json': { schema: jsonSchema(endpoint.response, 'output') } },
  };
}

function requestBody(endpoint: Endpoint): Json {
  if (endpoint.consumes?.startsWith('multipart/related') === true) {
    const instance = { type: 'string', format: 'binary', description: 'a DICOM file; as many parts as there are instances' };
    const schema = { type: 'object', properties: { instance }, additionalProperties: false };
    return { requestBody: { required: true, content: { [endpoint.consumes]: { schema } } } };
  }
  if (endpoint.consumes !== undefined) {
    const schema = {
      type: 'object',
      required: ['benchmark', 'manifest', 'model'],
      properties: {
        benchmark: { type: 'string', description: 'short name of the benchmark' },
        manifest: { type: 'string', description: 'voxelmark.json' },
        algorithm: {
          type: 'string',
          description: 'address of the algorithm; by default made from the name in the manifest',
        },
        model: { type: 'string', format: 'binary', description: 'the ONNX file; last' },
      },
      additionalProperties: false,
    };
    return { requestBody: { required: true, content: { [endpoint.consumes]: { schema } } } };
  }
  if (endpoint.body === null) return {};
  return {
    requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(endpoint.body, 'input') } } },
  };
}

function parameters(place: 'path' | 'query', schema: z.ZodType): Json[] {
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function extraHeaders(id: string): Json[] {
  const header = (name: string, description: string): Json => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  });
  if (id === 'createSubmission')
    return [
      header('Idempotency-Key', 'The same key and the same content are one submission, however often it is sent.'),
    ];
  if (id === 'submissionEvents')
    return [header('Last-Event-ID', 'Id of the last event received; only what changed since is sent.')];
  if (id === 'getObject')
    return [header('Range', 'One range of bytes.'), header('If-None-Match', 'ETag of a copy that is kept.')];
  return [];
}

/** What clients send is closed, as the server is; answers may get further fields one day, so clients should not forbid them. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema: made }) => {
      if (io === 'output' && made.additionalProperties === false) delete made.additionalProperties;
    },
  }) as Json;
  return rest;
}
