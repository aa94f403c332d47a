"""Exports a segmentation network from torch to one self-contained ONNX file, and checks that both compute the same.

Edit the three places marked EDIT, then

    python export_torch.py model.onnx

Needs torch, and `pip install onnx onnxruntime`. The tensor names "input" and "output" are those of the manifest beside it.
"""
import argparse
import sys
from pathlib import Path

import numpy as np
import torch

OPSET = 17  # 7 to 26 are accepted
# EDIT: one tile of your network, [batch, channels, then the spatial axes in the order that you trained with]
SHAPE = (1, 1, 64, 64, 64)


def trained_network():
    """EDIT: your network with its weights."""
    network = torch.nn.Sequential(torch.nn.Conv3d(1, 8, 3, padding=1), torch.nn.InstanceNorm3d(8, affine=True),
                                  torch.nn.LeakyReLU(0.01), torch.nn.Conv3d(8, 2, 1))
    # network.load_state_dict(torch.load('weights.pt', map_location='cpu', weights_only=True))
    return network


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out', type=Path, nargs='?', default=Path('model.onnx'), help='by default model.onnx')
    path = parser.parse_args().out
    torch.manual_seed(0)
    # eval: dropout off, batch norm with its running statistics
    network = trained_network().float().eval()
    with torch.no_grad():
        # EDIT: remove dynamic_axes for a network that reads tiles of one size only; open axes let it read any
        torch.onnx.export(network, (torch.zeros(SHAPE),), str(path), input_names=['input'], output_names=['output'],
                          opset_version=OPSET, dynamo=False,
                          dynamic_axes={name: {axis: f'd{axis}' for axis in range(2, len(SHAPE))} for name in ('input', 'output')})

    import onnxruntime

    tile = np.random.default_rng(0).standard_normal(SHAPE).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(tile)).numpy()
    got = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider']).run(['output'], {'input': tile})[0]
    difference = float(np.abs(got - expected).max())
    flips = int((got.argmax(1) != expected.argmax(1)).sum())
    print(f'{path}: {path.stat().st_size:,} bytes, output {list(got.shape)}, largest difference {difference:.2e}, '
          f'{flips} of {expected[:, 0].size} labels differ')
    if not difference <= 1e-3 * max(1.0, float(np.abs(expected).max())):
        sys.exit('ONNX Runtime does not compute what torch does')


if __name__ == '__main__':
    main()
