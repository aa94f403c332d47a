"""Small networks with random, fixed weights for the chains on real scans: python3 make_networks.py FOLDER_OF_REAL_DATA

U-Nets of one halving with instance norm, so that a tile's values depend on all of the tile, as in real networks. The last
layer is scaled such that each class wins somewhere: a scan gives the mean and spread of the features, nothing else of it
is kept. The variants (channels last, half precision) are the same network between other nodes.
"""
import pathlib
import sys
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from torch import nn
from chains import read_nifti

HERE = pathlib.Path(__file__).parent / "networks"


class Net(nn.Module):
    def __init__(self, rank, channels, classes=4):
        super().__init__()
        conv, norm = ((nn.Conv2d, nn.InstanceNorm2d), (nn.Conv3d, nn.InstanceNorm3d))[rank - 2]
        self.pool = (nn.MaxPool2d, nn.MaxPool3d)[rank - 2](2)
        self.first = nn.Sequential(conv(channels, 6, 3, padding=1), norm(6), nn.LeakyReLU(0.01))
        self.deep = nn.Sequential(conv(6, 10, 3, padding=1), norm(10), nn.LeakyReLU(0.01))
        self.last = nn.Sequential(conv(16, 8, 3, padding=1), norm(8), nn.LeakyReLU(0.01))
        self.head = conv(8, classes, 1)

    def features(self, x):
        skip = self.first(x)
        up = nn.functional.interpolate(self.deep(self.pool(skip)), scale_factor=2.0, mode="nearest")
        return self.last(torch.cat([skip, up], 1))

    def forward(self, x):
        return self.head(self.features(x))


def made(rank, channels, seed, sample):
    torch.manual_seed(seed)
    net = Net(rank, channels).eval()
    with torch.no_grad():
        found = net.features(sample).transpose(0, 1).flatten(1)
        net.head.bias.zero_()
        logits = net.head.weight.flatten(1) @ found
        spread = logits.std(1)
        for n in range(len(spread)):
            net.head.weight[n] *= 3 / spread[n]
            net.head.bias[n] = -3 * logits[n].mean() / spread[n]
    return net


def export(net, name, shape):
    axes = {n: f"s{n}" for n in range(2, len(shape))}
    torch.onnx.export(
        net, torch.zeros(shape), str(HERE / name), input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n", **axes}, "y": {0: "n", **axes}}, opset_version=17, dynamo=False
    )


def wrapped(source, name, last=False, half=False):
    """The same network with channels last, or float16 tensors, or both."""
    model = onnx.load(HERE / source)
    graph = model.graph
    (x,), (y,) = graph.input, graph.output
    rank = len(x.type.tensor_type.shape.dim)
    before, after = [], []
    for node in graph.node:
        node.input[:] = ["x.inner" if n == "x" else n for n in node.input]
        node.output[:] = ["y.inner" if n == "y" else n for n in node.output]
    at = "x"
    if half:
        before.append(helper.make_node("Cast", [at], ["x.wide"], to=TensorProto.FLOAT))
        at = "x.wide"
    first = [0, rank - 1, *range(1, rank - 1)]
    before.append(helper.make_node("Transpose", [at], ["x.inner"], perm=first) if last else helper.make_node("Identity", [at], ["x.inner"]))
    at = "y.inner"
    if last:
        after.append(helper.make_node("Transpose", [at], ["y.last"], perm=[0, *range(2, rank), 1]))
        at = "y.last"
    after.append(helper.make_node("Cast", [at], ["y"], to=TensorProto.FLOAT16 if half else TensorProto.FLOAT))
    nodes = before + list(graph.node) + after
    del graph.node[:]
    graph.node.extend(nodes)
    kind = TensorProto.FLOAT16 if half else TensorProto.FLOAT

    def face(value, channels):
        sizes = [f"s{n}" for n in range(2, rank)]
        return helper.make_tensor_value_info(value.name, kind, ["n", *sizes, channels] if last else ["n", channels, *sizes])

    channels = [value.type.tensor_type.shape.dim[1].dim_value for value in (x, y)]
    faces = [face(x, channels[0]), face(y, channels[1])]
    del graph.input[:], graph.output[:]
    graph.input.append(faces[0])
    graph.output.append(faces[1])
    onnx.checker.check_model(model)
    onnx.save(model, HERE / name)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    torch.set_num_threads(1)
    ct = np.clip(read_nifti(f"{sys.argv[1]}/totalseg/example_ct_sm.nii.gz")[0], -160, 240).astype(np.float32)
    volume = torch.from_numpy(ct[None, None, :28, 20:84, 20:100].copy())
    slices = torch.from_numpy(ct[4:24:4, None, 20:84, 20:100].copy())
    stacks = torch.from_numpy(np.stack([ct[z - 1 : z + 2, 20:84, 20:100] for z in range(4, 24, 4)]))
    for name, seed in (("volume-a", 1), ("volume-b", 2)):
        export(made(3, 1, seed, volume), f"{name}.onnx", (1, 1, 16, 16, 16))
    export(made(2, 1, 3, slices), "slice.onnx", (1, 1, 16, 16))
    export(made(2, 3, 4, stacks), "stack.onnx", (1, 3, 16, 16))
    wrapped("volume-a.onnx", "volume-a-last-half.onnx", last=True, half=True)
    wrapped("stack.onnx", "stack-last.onnx", last=True)
    (HERE / "stack.onnx").unlink()
    print({p.name: p.stat().st_size for p in sorted(HERE.glob("*.onnx"))})
