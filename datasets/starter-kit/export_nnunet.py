"""Exports the folds of a trained nnU-Net v2 model to ONNX, ready for `voxelmark model import nnunet`.

    python export_nnunet.py MODEL_FOLDER OUT_FOLDER [--folds 0 1 2 3 4] [--checkpoint checkpoint_final.pth]

MODEL_FOLDER is what nnU-Net trained into, for instance
nnUNet_results/Dataset009_Spleen/nnUNetTrainer__nnUNetPlans__3d_fullres: it holds plans.json, dataset.json and fold_N.
Run it where you trained: with torch, with the package that plans.json names for the network
(dynamic_network_architectures, which nnU-Net installs), and with `pip install onnx onnxruntime`.

OUT_FOLDER, which keeps the name of the configuration, receives fold_N.onnx for each fold, and copies of plans.json and
dataset.json. The network takes one patch of the plans, [1, channels, patch…], and gives its logits at full resolution;
deep supervision is switched off. Each export is compared with torch on a random patch; a difference ends the script.

Checkpoints are pickles: run this on your own only.
"""
import argparse
import importlib
import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import torch

OPSET = 17
# largest difference of a logit, as a share of the largest logit, between torch and ONNX Runtime
TOLERANCE = 1e-3


def configuration_of(plans, name):
    """A configuration with all that it inherits."""
    own = plans['configurations'][name]
    parent = own.get('inherits_from')
    return {**(configuration_of(plans, parent) if parent else {}), **own}


def located(path):
    """The object at a dotted path: dynamic_network_architectures.architectures.unet.PlainConvUNet."""
    module, _, name = path.rpartition('.')
    return getattr(importlib.import_module(module), name)


def first_located(*paths):
    """The first of several paths that leads somewhere: classes have moved between versions of a package."""
    reasons = []
    for path in paths:
        try:
            return located(path)
        except (ImportError, AttributeError) as error:
            reasons.append(f'{path}: {error}')
    sys.exit('the network of plans.json cannot be imported; install the packages that you trained with\n  ' + '\n  '.join(reasons))


def architecture_of(configuration):
    """What plans.json says of the network: its class (paths to try) and arguments, and which of these are names of classes.

    Since nnU-Net 2.4 that is the key `architecture`. Earlier plans name one of two networks and give stages and features in
    the configuration itself; bias, normalisation and activation were the same for all.
    """
    if 'architecture' in configuration:
        architecture = configuration['architecture']
        return [architecture['network_class_name']], architecture['arch_kwargs'], architecture.get('_kw_requires_import', [])
    name = configuration.get('UNet_class_name')
    encoder = {'PlainConvUNet': 'n_conv_per_stage', 'ResidualEncoderUNet': 'n_blocks_per_stage'}.get(name)
    if encoder is None:
        sys.exit(f'plans.json names no architecture, and UNet_class_name is {name}; expected PlainConvUNet or ResidualEncoderUNet. '
                 'Export such a network by hand.')
    rank = len(configuration['patch_size'])
    stages = len(configuration['n_conv_per_stage_encoder'])
    first, most = configuration['UNet_base_num_features'], configuration['unet_max_num_features']
    arguments = {
        'n_stages': stages, 'features_per_stage': [min(first << stage, most) for stage in range(stages)],
        'conv_op': f'torch.nn.Conv{rank}d', 'kernel_sizes': configuration['conv_kernel_sizes'],
        'strides': configuration['pool_op_kernel_sizes'], encoder: configuration['n_conv_per_stage_encoder'],
        'n_conv_per_stage_decoder': configuration['n_conv_per_stage_decoder'], 'conv_bias': True,
        'norm_op': f'torch.nn.InstanceNorm{rank}d', 'norm_op_kwargs': {'eps': 1e-5, 'affine': True},
        'dropout_op': None, 'dropout_op_kwargs': None, 'nonlin': 'torch.nn.LeakyReLU', 'nonlin_kwargs': {'inplace': True}}
    places = [f'dynamic_network_architectures.architectures.{module}.{name}' for module in ('unet', 'residual_unet')]
    return places, arguments, ['conv_op', 'norm_op', 'nonlin']


def network_arguments(arguments, classes):
    """Keyword arguments of the network; those that plans.json gives as names of classes become the classes."""
    arguments = dict(arguments)
    for key in classes:
        if isinstance(arguments.get(key), str):
            arguments[key] = located(arguments[key])
    return arguments


def output_channels(dataset):
    """As many as labels with background, or as regions without it; 'ignore' is no label."""
    labels = {name: value for name, value in dataset['labels'].items() if name != 'ignore'}
    regions = any(isinstance(value, (list, tuple)) and len(value) > 1 for value in labels.values())
    return len(labels) - 1 if regions else len(labels)


def build(configuration, dataset):
    paths, arguments, classes = architecture_of(configuration)
    channels = dataset.get('channel_names', dataset.get('modality'))
    return first_located(*paths)(
        input_channels=len(channels), num_classes=output_channels(dataset), deep_supervision=False,
        **{key: value for key, value in network_arguments(arguments, classes).items() if key != 'deep_supervision'})


def load_weights(network, checkpoint):
    """The weights of a checkpoint, whether or not it was compiled or trained on several devices."""
    weights = {re.sub(r'^(module\.|_orig_mod\.)+', '', key): value for key, value in checkpoint['network_weights'].items()}
    # heads of deep supervision are in the checkpoint, also where they are switched off
    missing, unexpected = network.load_state_dict(weights, strict=False)
    strangers = [key for key in unexpected if 'seg_layers' not in key]
    if missing or strangers:
        sys.exit(f'the checkpoint does not fit the network of plans.json: missing {missing[:3]}, not known {strangers[:3]}')


class FullResolution(torch.nn.Module):
    """The first output, where a network gives one for each level of deep supervision."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        y = self.network(x)
        return y[0] if isinstance(y, (list, tuple)) else y


def export(network, shape, path):
    patch = torch.zeros(shape)
    with torch.no_grad():
        # dynamo=False: the exporter that needs no further packages and writes plain convolutions
        torch.onnx.export(network, (patch,), str(path), input_names=['input'], output_names=['output'], opset_version=OPSET,
                          dynamo=False)


def compare(network, shape, path):
    """Largest difference between torch and ONNX Runtime, and how many voxels change their label."""
    import onnxruntime

    patch = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(patch)).numpy()
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    got = session.run(['output'], {'input': patch})[0]
    difference = float(np.abs(got - expected).max())
    flips = int((got.argmax(1) != expected.argmax(1)).sum())
    print(f'{path.name}: {sum(p.numel() for p in network.parameters()):,} parameters, patch {"x".join(map(str, shape[2:]))}, '
          f'largest difference {difference:.2e}, {flips} of {expected[:, 0].size} labels differ')
    if not difference <= TOLERANCE * max(1.0, float(np.abs(expected).max())):
        sys.exit(f'{path.name} does not compute what torch does')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model', type=Path, help='folder with plans.json, dataset.json and fold_N')
    parser.add_argument('out', type=Path, help='folder that receives the ONNX files')
    parser.add_argument('--folds', nargs='+', default=None, help='by default all that are there')
    parser.add_argument('--checkpoint', default='checkpoint_final.pth')
    parser.add_argument('--configuration', default=None, help="by default that of the folder's name, else 3d_fullres")
    given = parser.parse_args()

    plans = json.loads((given.model / 'plans.json').read_text())
    dataset = json.loads((given.model / 'dataset.json').read_text())
    named = re.search(r'__(2d|3d_\w+)$', given.model.resolve().name)
    name = given.configuration or (named.group(1) if named else '3d_fullres')
    configuration = configuration_of(plans, name)
    folds = given.folds or sorted(path.name.removeprefix('fold_') for path in given.model.glob('fold_*') if path.is_dir())
    if not folds:
        sys.exit(f'{given.model} holds no fold_N')
    given.out.mkdir(parents=True, exist_ok=True)

    mirror = set()
    for fold in folds:
        checkpoint = torch.load(given.model / f'fold_{fold}' / given.checkpoint, map_location='cpu', weights_only=False)
        network = build(configuration, dataset)
        load_weights(network, checkpoint)
        network = FullResolution(network).float().eval()
        channels = len(dataset.get('channel_names', dataset.get('modality')))
        shape = (1, channels, *configuration['patch_size'])
        path = given.out / f'fold_{fold}.onnx'
        export(network, shape, path)
        compare(network, shape, path)
        axes = checkpoint.get('inference_allowed_mirroring_axes')
        mirror.add(tuple(int(axis) for axis in axes) if axes is not None else ())
    for file in ('plans.json', 'dataset.json'):
        shutil.copy(given.model / file, given.out / file)

    print(f'\nNext:\n  npx voxelmark model import nnunet {given.out} -o {given.out / "voxelmark.json"} --configuration {name}')
    if any(mirror):
        # of a 2D network the axes are those of the slice, 0 and 1; slices are taken across tensor axis 0
        shift = 3 - len(configuration['patch_size'])
        shown = [axis + shift for axis in sorted(max(mirror, key=len))]
        print(f'  Training allowed mirroring along {shown}: nnU-Net averages {2 ** len(shown)} mirror images, at that many times the price. '
              f'For the same numbers write "mirror": {shown} into "inference" of voxelmark.json.')


if __name__ == '__main__':
    main()
