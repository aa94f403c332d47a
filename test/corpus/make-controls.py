"""Makes the control models: networks that people really export, tiny, which the inspector has to accept.

Python 3.11, torch 2.13.0 (CPU), onnx 1.23, onnxscript 0.7. Run once; the files are committed:

    python3 test/corpus/make-controls.py test/corpus/controls

Stack traces that the exporters write into the file are removed: they hold paths of the machine that exported.
"""
import io
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

warnings.filterwarnings('ignore')
torch.manual_seed(7)
OUT = Path(sys.argv[1])
FACE = {2: torch.zeros(1, 1, 32, 32), 3: torch.zeros(1, 1, 16, 16, 16)}
NAMES = {2: ['h', 'w'], 3: ['x', 'y', 'z']}


def conv(dims):
    return nn.Conv3d if dims == 3 else nn.Conv2d


def deconv(dims):
    return nn.ConvTranspose3d if dims == 3 else nn.ConvTranspose2d


class Block(nn.Module):
    def __init__(self, dims, i, o, norm='instance', act='leaky', stride=1, residual=False):
        super().__init__()
        norms = {
            'instance': nn.InstanceNorm3d(o, affine=True) if dims == 3 else nn.InstanceNorm2d(o, affine=True),
            'batch': nn.BatchNorm3d(o) if dims == 3 else nn.BatchNorm2d(o),
            'group': nn.GroupNorm(2, o),
        }
        acts = {'leaky': nn.LeakyReLU(0.01), 'relu': nn.ReLU(), 'prelu': nn.PReLU(), 'elu': nn.ELU(), 'gelu': nn.GELU(), 'silu': nn.SiLU(), 'mish': nn.Mish(), 'hard': nn.Hardswish()}
        self.a = nn.Sequential(conv(dims)(i, o, 3, stride=stride, padding=1), norms[norm], acts[act])
        self.residual = residual
        if residual:
            self.skip = conv(dims)(i, o, 1, stride=stride)

    def forward(self, x):
        y = self.a(x)
        return y + self.skip(x) if self.residual else y


class UNet(nn.Module):
    def __init__(self, dims, width=2, classes=2, norm='instance', act='leaky', up='deconv', residual=False, pool=False, tail=None):
        super().__init__()
        w = width
        self.dims, self.up, self.tail = dims, up, tail
        stride = 1 if pool else 2
        self.pool = (nn.MaxPool3d(2) if dims == 3 else nn.MaxPool2d(2)) if pool else nn.Identity()
        self.e1 = Block(dims, 1, w, norm, act, 1, residual)
        self.e2 = Block(dims, w, 2 * w, norm, act, stride, residual)
        self.e3 = Block(dims, 2 * w, 2 * w, norm, act, stride, residual)
        self.u2 = deconv(dims)(2 * w, 2 * w, 2, 2) if up == 'deconv' else nn.Identity()
        self.d2 = Block(dims, 4 * w, w, norm, act, 1, residual)
        self.u1 = deconv(dims)(w, w, 2, 2) if up == 'deconv' else nn.Identity()
        self.d1 = Block(dims, 2 * w, w, norm, act, 1, residual)
        self.head = conv(dims)(w, classes, 1)

    def rise(self, layer, x, like):
        if self.up == 'deconv':
            return layer(x)
        if self.up == 'nearest':
            return F.interpolate(x, scale_factor=2, mode='nearest')
        mode = 'trilinear' if self.dims == 3 else 'bilinear'
        if self.up == 'size':
            return F.interpolate(x, size=like.shape[2:], mode=mode, align_corners=True)
        return F.interpolate(x, scale_factor=2.0, mode=mode, align_corners=False)

    def forward(self, image):
        a = self.e1(image)
        b = self.e2(self.pool(a))
        c = self.e3(self.pool(b))
        y = self.d2(torch.cat([self.rise(self.u2, c, b), b], 1))
        y = self.d1(torch.cat([self.rise(self.u1, y, a), a], 1))
        y = self.head(y)
        if self.tail == 'softmax':
            return torch.softmax(y, 1)
        if self.tail == 'sigmoid':
            return torch.sigmoid(y)
        if self.tail == 'argmax':
            return torch.argmax(y, 1, keepdim=True)
        if self.tail == 'uint8':
            return torch.argmax(torch.softmax(y, 1), 1).to(torch.uint8)
        if self.tail == 'threshold':
            return (torch.sigmoid(y) > 0.5).float()
        return y


class DeepSupervision(UNet):
    def forward(self, image):
        a = self.e1(image)
        b = self.e2(a)
        c = self.e3(b)
        y = self.d2(torch.cat([self.u2(c), b], 1))
        low = self.head(y)
        y = self.d1(torch.cat([self.u1(y), a], 1))
        return self.head(y), low


class VisionTransformer(nn.Module):
    """UNETR in small: patches, self-attention, back to the grid."""

    def __init__(self, dims=3, size=16, patch=4, width=16, einsum=False, fused=True):
        super().__init__()
        self.dims, self.n, self.patch, self.einsum = dims, size // patch, patch, einsum
        self.embed = conv(dims)(1, width, patch, patch)
        self.position = nn.Parameter(torch.randn(1, self.n**dims, width) * 0.02)
        if einsum:
            self.qkv = nn.Linear(width, 3 * width)
        else:
            self.layer = nn.TransformerEncoderLayer(width, 2, 32, dropout=0.0, activation='gelu', batch_first=True, norm_first=True)
        self.norm = nn.LayerNorm(width)
        self.rise = deconv(dims)(width, 2, patch, patch)

    def forward(self, image):
        x = self.embed(image)
        spatial = x.shape[2:]
        x = x.flatten(2).transpose(1, 2) + self.position
        if self.einsum:
            q, k, v = self.qkv(x).chunk(3, -1)
            attention = torch.softmax(torch.einsum('bic,bjc->bij', q, k) / 4.0, -1)
            x = x + torch.einsum('bij,bjc->bic', attention, v)
        else:
            x = self.layer(x)
        x = self.norm(x).transpose(1, 2).reshape(image.shape[0], -1, *spatial)
        return self.rise(x)


class Swin(nn.Module):
    """Shifted windows with roll, partition and a relative position table."""

    def __init__(self, width=8, window=4):
        super().__init__()
        self.w = window
        self.embed = nn.Conv3d(1, width, 2, 2)
        self.qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.table = nn.Parameter(torch.zeros((2 * window - 1) ** 3, 1))
        grid = torch.stack(torch.meshgrid(*[torch.arange(window)] * 3, indexing='ij')).flatten(1)
        apart = (grid[:, :, None] - grid[:, None, :]).permute(1, 2, 0) + window - 1
        apart[..., 0] *= (2 * window - 1) ** 2
        apart[..., 1] *= 2 * window - 1
        self.register_buffer('index', apart.sum(-1))
        self.norm = nn.LayerNorm(width)
        self.rise = nn.ConvTranspose3d(width, 2, 2, 2)

    def forward(self, image):
        x = self.embed(image)
        b, c, d, h, w = x.shape
        s = self.w
        x = torch.roll(x.permute(0, 2, 3, 4, 1), (-2, -2, -2), (1, 2, 3))
        t = x.view(b, d // s, s, h // s, s, w // s, s, c).permute(0, 1, 3, 5, 2, 4, 6, 7).reshape(-1, s**3, c)
        q, k, v = self.qkv(self.norm(t)).chunk(3, -1)
        bias = self.table[self.index.view(-1)].view(s**3, s**3)
        t = t + self.project(torch.softmax(q @ k.transpose(-2, -1) * c**-0.5 + bias, -1) @ v)
        x = t.view(b, d // s, h // s, w // s, s, s, s, c).permute(0, 1, 4, 2, 5, 3, 6, 7).reshape(b, d, h, w, c)
        x = torch.roll(x, (2, 2, 2), (1, 2, 3)).permute(0, 4, 1, 2, 3)
        return self.rise(x)


class AttentionGate(UNet):
    def __init__(self, dims):
        super().__init__(dims)
        self.g = conv(dims)(2, 2, 1)
        self.x = conv(dims)(2, 2, 1)
        self.psi = conv(dims)(2, 1, 1)

    def forward(self, image):
        a = self.e1(image)
        b = self.e2(a)
        y = self.u1(self.d2(torch.cat([b, b], 1)))
        gate = torch.sigmoid(self.psi(torch.relu(self.g(y) + self.x(a))))
        return self.head(self.d1(torch.cat([y, a * gate], 1)))


class SqueezeExcite(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.f1, self.f2, self.head = nn.Conv3d(1, 4, 3, padding=1), nn.Linear(4, 2), nn.Linear(2, 4), nn.Conv3d(4, 2, 1)

    def forward(self, image):
        x = F.relu6(self.a(image))
        s = torch.sigmoid(self.f2(torch.relu(self.f1(F.adaptive_avg_pool3d(x, 1).flatten(1)))))
        return self.head(x * s[:, :, None, None, None])


class PadToMultiple(nn.Module):
    """Pads to a multiple of 8 inside the graph and crops back: sizes computed from Shape."""

    def __init__(self):
        super().__init__()
        self.net = UNet(3, pool=True, up='linear')

    def forward(self, image):
        d, h, w = image.shape[2:]
        x = F.pad(image, (0, (8 - w % 8) % 8, 0, (8 - h % 8) % 8, 0, (8 - d % 8) % 8))
        return self.net(x)[:, :, :d, :h, :w]


class MeshNet(nn.Module):
    def __init__(self):
        super().__init__()
        layers, i = [], 1
        for dilation in (1, 2, 4, 8, 4, 2, 1):
            layers += [nn.Conv3d(i, 5, 3, padding=dilation, dilation=dilation), nn.BatchNorm3d(5), nn.ReLU(), nn.Dropout3d(0.1)]
            i = 5
        self.net = nn.Sequential(*layers, nn.Conv3d(5, 3, 1))

    def forward(self, image):
        return self.net(image)


class ConvNext(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.depth = nn.Conv3d(1, 8, 2, 2), nn.Conv3d(8, 8, 5, padding=2, groups=8)
        self.norm, self.up, self.down, self.rise = nn.LayerNorm(8), nn.Linear(8, 16), nn.Linear(16, 8), nn.ConvTranspose3d(8, 2, 2, 2)

    def forward(self, image):
        x = self.stem(image)
        y = self.depth(x).permute(0, 2, 3, 4, 1)
        y = self.down(F.gelu(self.up(self.norm(y)))).permute(0, 4, 1, 2, 3)
        return self.rise(x + y)


class PixelShuffle(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(4, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, image):
        return F.pixel_shuffle(self.b(F.elu(self.a(F.pixel_unshuffle(image, 2)))), 2)


class ChannelsLast(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = UNet(2)

    def forward(self, image):
        return self.net(image.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class GridSample(nn.Module):
    def __init__(self):
        super().__init__()
        self.locate, self.head = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(1, 2, 1)

    def forward(self, image):
        grid = torch.tanh(self.locate(image)).permute(0, 2, 3, 1)
        return self.head(F.grid_sample(image, grid, align_corners=False))


class Normalises(nn.Module):
    """z-score over the non-zero voxels, inside the graph."""

    def __init__(self):
        super().__init__()
        self.net = UNet(3, norm='batch', act='relu')

    def forward(self, image):
        inside = (image != 0).to(image.dtype)
        count = inside.sum().clamp(min=1)
        mean = (image * inside).sum() / count
        std = (((image - mean) * inside) ** 2).sum().div(count).sqrt().clamp_min(1e-8)
        return self.net(torch.where(image != 0, (image - mean) / std, torch.zeros_like(image)))


class Ensemble(nn.Module):
    def __init__(self):
        super().__init__()
        self.nets = nn.ModuleList([UNet(2, width=2) for _ in range(3)])

    def forward(self, image):
        return torch.stack([torch.softmax(net(image), 1) for net in self.nets]).mean(0)


class Mirrors(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = UNet(2, width=2)

    def forward(self, image):
        return (self.net(image) + self.net(image.flip(2)).flip(2) + self.net(image.flip(3)).flip(3)) / 3


class Scripted(nn.Module):
    """A branch on a size, kept as `If` by scripting."""

    def __init__(self):
        super().__init__()
        self.a, self.head = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 2, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.a(image))
        if image.shape[2] > 64:
            x = x * 0.5
        else:
            x = x + 1.0
        return self.head(x)


class ScriptedLoop(nn.Module):
    """Three refinements, kept as `Loop` with a constant number of turns by scripting."""

    def __init__(self):
        super().__init__()
        self.a, self.head = nn.Conv2d(1, 1, 3, padding=1), nn.Conv2d(1, 2, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = image
        for _ in range(3):
            x = x + torch.relu(self.a(x))
        return self.head(x)


def clean(model):
    del model.metadata_props[:]
    model.doc_string = ''
    graphs = [model.graph]
    while graphs:
        graph = graphs.pop()
        graph.doc_string = ''
        del graph.metadata_props[:]
        for item in [*graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer]:
            item.doc_string = ''
            del item.metadata_props[:]
        for node in graph.node:
            for a in node.attribute:
                a.doc_string = ''
                if a.type == onnx.AttributeProto.GRAPH:
                    graphs.append(a.g)
    return model


def save(name, model):
    data = clean(model).SerializeToString()
    (OUT / f'{name}.onnx').write_bytes(data)
    print(f'{name:28} {len(data):7} bytes  opset {model.opset_import[0].version:2}  {len(model.graph.node):4} nodes', sorted({n.op_type for n in model.graph.node}))


def export(name, net, dims=3, opset=17, dynamo=False, fixed=False, image=None, outputs=('logits',), script=False, half=False):
    net = net.eval()
    image = FACE[dims] if image is None else image
    if half:
        net, image = net.half(), image.half()
    names = {i + 2: n for i, n in enumerate(NAMES[dims])}
    path = OUT / f'{name}.tmp'
    if dynamo:
        shapes = None if fixed else ({i: torch.export.Dim.DYNAMIC for i in names},)
        program = torch.onnx.export(net, (image,), dynamo=True, opset_version=opset, input_names=['image'], output_names=list(outputs), dynamic_shapes=shapes, verbose=False)
        model = program.model_proto
    else:
        buffer = io.BytesIO()
        axes = None if fixed else {n: names for n in ['image', *outputs]}
        torch.onnx.export(torch.jit.script(net) if script else net, (image,), buffer, dynamo=False, opset_version=opset, input_names=['image'], output_names=list(outputs), dynamic_axes=axes)
        model = onnx.load_from_string(buffer.getvalue())
    save(name, model)


def quantised():
    """A convolution between QuantizeLinear and DequantizeLinear, as static quantisation writes it."""
    rng = np.random.default_rng(7)
    q = lambda n, a: numpy_helper.from_array(a, n)
    nodes = [
        helper.make_node('QuantizeLinear', ['image', 'sx', 'zx'], ['xq']),
        helper.make_node('DequantizeLinear', ['xq', 'sx', 'zx'], ['xd']),
        helper.make_node('DequantizeLinear', ['wq', 'sw', 'zw'], ['wd']),
        helper.make_node('Conv', ['xd', 'wd'], ['c'], kernel_shape=[3, 3, 3], pads=[1] * 6),
        helper.make_node('Relu', ['c'], ['r']),
        helper.make_node('QuantizeLinear', ['r', 'sx', 'zx'], ['rq']),
        helper.make_node('QLinearConv', ['rq', 'sx', 'zx', 'hq', 'sw', 'zw', 'sx', 'zx'], ['lq'], kernel_shape=[1, 1, 1]),
        helper.make_node('DequantizeLinear', ['lq', 'sx', 'zx'], ['logits']),
    ]
    init = [q('sx', np.float32(0.02)), q('zx', np.uint8(128)), q('sw', np.float32(0.01)), q('zw', np.int8(0)),
            q('wq', rng.integers(-99, 99, (4, 1, 3, 3, 3)).astype(np.int8)), q('hq', rng.integers(-99, 99, (2, 4, 1, 1, 1)).astype(np.int8))]
    face = lambda n, c: helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, c, 'x', 'y', 'z'])
    graph = helper.make_graph(nodes, 'quantised', [face('image', 1)], [face('logits', 2)], init)
    save('quantised-qdq', helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8))


def keras_style():
    """Channels last with Transpose around each convolution and an initialiser among the inputs, as older converters write it."""
    rng = np.random.default_rng(7)
    t = lambda n, perm: helper.make_node('Transpose', [n], [n + '_t'], perm=perm, name=f'transpose_{n}')
    nodes = [t('image', [0, 4, 1, 2, 3]), helper.make_node('Conv', ['image_t', 'w'], ['c'], auto_pad='SAME_UPPER', kernel_shape=[3, 3, 3], name='conv3d/Conv3D'),
             helper.make_node('Add', ['c', 'b'], ['d']), helper.make_node('Relu', ['d'], ['e']), helper.make_node('Transpose', ['e'], ['f'], perm=[0, 2, 3, 4, 1]),
             helper.make_node('Softmax', ['f'], ['logits'], axis=-1)]
    init = [numpy_helper.from_array(rng.standard_normal((2, 1, 3, 3, 3)).astype(np.float32), 'w'), numpy_helper.from_array(np.zeros((1, 2, 1, 1, 1), np.float32), 'b')]
    face = lambda n, c: helper.make_tensor_value_info(n, TensorProto.FLOAT, ['unk__1', 'unk__2', 'unk__3', 'unk__4', c])
    inputs = [face('image', 1), helper.make_tensor_value_info('w', TensorProto.FLOAT, [2, 1, 3, 3, 3])]
    graph = helper.make_graph(nodes, 'tf2onnx', inputs, [face('logits', 2)], init)
    save('keras-channels-last', helper.make_model(graph, opset_imports=[helper.make_opsetid('', 9), helper.make_opsetid('ai.onnx.ml', 1)], ir_version=4))


JOBS = {
    'unet2d-opset11': lambda n: export(n, UNet(2, norm='batch', act='relu', pool=True, up='linear'), 2, 11),
    'unet2d-opset13': lambda n: export(n, UNet(2, norm='batch', act='prelu', up='nearest', pool=True), 2, 13),
    'unet2d-dynamo': lambda n: export(n, UNet(2), 2, 18, dynamo=True),
    'unet3d-opset9': lambda n: export(n, UNet(3, norm='batch', act='relu', pool=True), 3, 9),
    'unet3d-opset17': lambda n: export(n, UNet(3, pool=True, up='linear')),
    'unet3d-opset20': lambda n: export(n, UNet(3, act='gelu'), 3, 20),
    'unet3d-dynamo-opset20': lambda n: export(n, UNet(3, act='gelu'), 3, 20, dynamo=True),
    'unet3d-align-corners': lambda n: export(n, UNet(3, up='size', pool=True, act='elu')),
    'nnunet-plain': lambda n: export(n, UNet(3, classes=5), 3, 16, fixed=True),
    'nnunet-plain-dynamo': lambda n: export(n, UNet(3, classes=5), 3, 18, dynamo=True, fixed=True),
    'nnunet-residual-encoder': lambda n: export(n, UNet(3, classes=5, residual=True), 3, 18),
    'nnunet-2d': lambda n: export(n, UNet(2, classes=4), 2, 17, image=torch.zeros(1, 1, 64, 64), fixed=True),
    'nnunet-deep-supervision': lambda n: export(n, DeepSupervision(3), outputs=('logits', 'low')),
    'groupnorm-silu': lambda n: export(n, UNet(3, norm='group', act='silu')),
    'groupnorm-dynamo-mish': lambda n: export(n, UNet(3, norm='group', act='mish'), 3, 21, dynamo=True),
    'hardswish-2d': lambda n: export(n, UNet(2, act='hard', norm='batch'), 2, 14),
    'argmax-inside-int64': lambda n: export(n, UNet(3, tail='argmax'), outputs=('labels',)),
    'argmax-inside-uint8': lambda n: export(n, UNet(3, tail='uint8'), outputs=('labels',)),
    'softmax-inside': lambda n: export(n, UNet(3, tail='softmax')),
    'sigmoid-inside-dynamo': lambda n: export(n, UNet(3, tail='sigmoid'), 3, 18, dynamo=True),
    'threshold-inside': lambda n: export(n, UNet(2, tail='threshold', classes=1), 2),
    'float16': lambda n: export(n, UNet(2), 2, 17, half=True),
    'unetr-transformer': lambda n: export(n, VisionTransformer(), fixed=True),
    'unetr-transformer-dynamo': lambda n: export(n, VisionTransformer(), 3, 18, dynamo=True, fixed=True),
    'vit-2d-opset14': lambda n: export(n, VisionTransformer(2, 32), 2, 14, fixed=True),
    'attention-einsum': lambda n: export(n, VisionTransformer(einsum=True), fixed=True),
    'swin-windows': lambda n: export(n, Swin(), fixed=True),
    'swin-windows-open-sizes': lambda n: export(n, Swin()),
    'swin-windows-dynamo': lambda n: export(n, Swin(), 3, 18, dynamo=True, fixed=True),
    'attention-gates': lambda n: export(n, AttentionGate(3)),
    'squeeze-excite': lambda n: export(n, SqueezeExcite()),
    'pads-to-multiple': lambda n: export(n, PadToMultiple()),
    'pads-to-multiple-dynamo': lambda n: export(n, PadToMultiple(), 3, 18, dynamo=True, fixed=True),
    'meshnet-dilated': lambda n: export(n, MeshNet(), 3, 12),
    'convnext-3d': lambda n: export(n, ConvNext()),
    'pixel-shuffle': lambda n: export(n, PixelShuffle(), 2),
    'channels-last': lambda n: export(n, ChannelsLast(), 2, image=torch.zeros(1, 32, 32, 1), fixed=True),
    'grid-sample': lambda n: export(n, GridSample(), 2, 16),
    'normalises-inside': lambda n: export(n, Normalises()),
    'ensemble-of-three': lambda n: export(n, Ensemble(), 2),
    'mirrors-inside': lambda n: export(n, Mirrors(), 2),
    'scripted-if': lambda n: export(n, Scripted(), 2, script=True),
    'scripted-loop': lambda n: export(n, ScriptedLoop(), 2, script=True),
    'quantised-qdq': lambda n: quantised(),
    'keras-channels-last': lambda n: keras_style(),
}
for name, job in JOBS.items():
    if len(sys.argv) > 2 and name not in sys.argv[2:]:
        continue
    try:
        job(name)
    except Exception as error:
        print(f'{name:28} FAILED {type(error).__name__}: {str(error)[:300]}')
