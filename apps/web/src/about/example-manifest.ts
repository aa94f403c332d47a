/** Shown on the page that explains submitting; its spec reads it with the manifest's own schema. */
export const EXAMPLE_MANIFEST = `{
  "manifestVersion": 1,
  "name": "Small U-Net",
  "version": "1.0.0",
  "licence": "Apache-2.0",
  "inputs": [
    { "tensor": "image", "channels": [{ "name": "CT", "modality": "CT", "units": "HU" }] }
  ],
  "output": { "tensor": "logits", "meaning": "logits" },
  "preprocess": [
    { "op": "orient", "axes": "RAS" },
    { "op": "resample", "spacing": [3, 3, 3], "order": 1 },
    { "op": "window", "in": [-160, 240], "out": [0, 1] }
  ],
  "inference": { "mode": "full", "divisor": [8, 8, 8] },
  "postprocess": [{ "op": "softmax" }, { "op": "invert" }, { "op": "argmax" }],
  "labels": [
    { "value": 0, "name": "background" },
    { "value": 1, "name": "liver" },
    { "value": 2, "name": "spleen" },
    { "value": 3, "name": "kidneys" },
    { "value": 4, "name": "liver lesion" }
  ]
}`;
