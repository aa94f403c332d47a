import * as onnx from '../../../../libs/inference/src/test-support/onnx.js';
import type { FormPart } from './raw-http.js';
import { testManifest } from './test-manifest.js';

/** A small model that fits `testManifest`. */
export const MODEL = Buffer.from(onnx.thresholdModel());

export const field = (name: string, value: string): FormPart => ({ name, value });

export const modelPart = (value: Buffer, filename = 'model.onnx'): FormPart => ({
  name: 'model',
  value,
  filename,
  type: 'application/octet-stream',
});

/** A form for the benchmark `bench` that is accepted. */
export const goodForm = (name: string, version = '1.0.0'): FormPart[] => [
  field('benchmark', 'bench'),
  field('manifest', JSON.stringify(testManifest(name, version))),
  modelPart(MODEL),
];
