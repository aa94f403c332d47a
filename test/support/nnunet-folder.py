"""Makes what nnU-Net v2 leaves behind after training: plans.json, dataset.json and checkpoints of two folds, tiny, weights by chance.

    python nnunet-folder.py FOLDER                    makes it
    python nnunet-folder.py FOLDER SCAN.raw OUT.raw   what the two folds make of one patch of int16 HU, as uint8 labels

The network comes from a package of the name that real plans have, written into FOLDER/package: nnU-Net itself need not be
installed. It has the face of PlainConvUNet: constructor, deep supervision, names of weights that the export relies on.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch

OUT = Path(sys.argv[1])
MODEL = OUT / 'nnUNetTrainer__nnUNetPlans__3d_fullres'
PACKAGE = OUT / 'package' / 'dynamic_network_architectures' / 'architectures'
NETWORK = '''
import torch
from torch import nn


class Level(nn.Module):
    def __init__(self, i, o, kernel, stride, conv_op, norm_op, norm_op_kwargs, nonlin, nonlin_kwargs):
        super().__init__()
        self.conv = conv_op(i, o, kernel, stride, [k // 2 for k in kernel])
        self.norm = norm_op(o, **norm_op_kwargs)
        self.nonlin = nonlin(**nonlin_kwargs)

    def forward(self, x):
        return self.nonlin(self.norm(self.conv(x)))


class Decoder(nn.Module):
    def __init__(self, features, strides, classes, conv_op, level, deep_supervision):
        super().__init__()
        transposed = {nn.Conv2d: nn.ConvTranspose2d, nn.Conv3d: nn.ConvTranspose3d}[conv_op]
        self.deep_supervision = deep_supervision
        down = list(zip(features[1:], features[:-1], strides[1:]))[::-1]
        self.transpconvs = nn.ModuleList(transposed(i, o, stride, stride) for i, o, stride in down)
        self.stages = nn.ModuleList(level(2 * o, o, 1) for _, o, _ in down)
        self.seg_layers = nn.ModuleList(conv_op(o, classes, 1) for _, o, _ in down)

    def forward(self, skips):
        x, outputs = skips[-1], []
        for up, stage, head, skip in zip(self.transpconvs, self.stages, self.seg_layers, skips[-2::-1]):
            x = stage(torch.cat((up(x), skip), 1))
            outputs.append(head(x))
        return outputs[::-1] if self.deep_supervision else outputs[-1]


class PlainConvUNet(nn.Module):
    def __init__(self, input_channels, n_stages, features_per_stage, conv_op, kernel_sizes, strides, n_conv_per_stage, num_classes,
                 n_conv_per_stage_decoder, conv_bias=False, norm_op=None, norm_op_kwargs=None, dropout_op=None,
                 dropout_op_kwargs=None, nonlin=None, nonlin_kwargs=None, deep_supervision=False):
        super().__init__()
        def level(i, o, stride):
            kernel = kernel_sizes[0]
            strides = [stride] * len(kernel) if isinstance(stride, int) else stride
            return Level(i, o, kernel, strides, conv_op, norm_op, norm_op_kwargs, nonlin, nonlin_kwargs)
        inputs = [input_channels, *features_per_stage[:-1]]
        self.encoder = nn.ModuleList(level(i, o, s) for i, o, s in zip(inputs, features_per_stage, strides))
        self.decoder = Decoder(features_per_stage, strides, num_classes, conv_op, level, deep_supervision)

    def forward(self, x):
        skips = []
        for stage in self.encoder:
            x = stage(x)
            skips.append(x)
        return self.decoder(skips)
'''

PLANS = {
    'dataset_name': 'Dataset009_Tiny', 'plans_name': 'nnUNetPlans', 'image_reader_writer': 'SimpleITKIO',
    'transpose_forward': [0, 1, 2], 'transpose_backward': [0, 1, 2],
    'foreground_intensity_properties_per_channel': {
        '0': {'mean': 99.5, 'std': 40.0, 'percentile_00_5': -40.0, 'percentile_99_5': 180.0, 'min': -900.0, 'max': 900.0, 'median': 100.0}},
    'configurations': {
        '2d': {'patch_size': [32, 32], 'spacing': [0.8, 0.8]},
        '3d_fullres': {
            'preprocessor_name': 'DefaultPreprocessor', 'batch_size': 2, 'patch_size': [16, 64, 64], 'spacing': [5.0, 1.2, 1.2],
            'normalization_schemes': ['CTNormalization'], 'use_mask_for_norm': [False],
            'resampling_fn_data': 'resample_data_or_seg_to_shape', 'resampling_fn_seg': 'resample_data_or_seg_to_shape',
            'resampling_fn_data_kwargs': {'is_seg': False, 'order': 3, 'order_z': 0, 'force_separate_z': None},
            'resampling_fn_probabilities': 'resample_data_or_seg_to_shape',
            'resampling_fn_probabilities_kwargs': {'is_seg': False, 'order': 1, 'order_z': 0, 'force_separate_z': None},
            'batch_dice': False,
            'architecture': {
                'network_class_name': 'dynamic_network_architectures.architectures.unet.PlainConvUNet',
                'arch_kwargs': {
                    'n_stages': 3, 'features_per_stage': [4, 8, 16], 'conv_op': 'torch.nn.modules.conv.Conv3d',
                    'kernel_sizes': [[3, 3, 3]] * 3, 'strides': [[1, 1, 1], [1, 2, 2], [2, 2, 2]],
                    'n_conv_per_stage': [1, 1, 1], 'n_conv_per_stage_decoder': [1, 1], 'conv_bias': True,
                    'norm_op': 'torch.nn.modules.instancenorm.InstanceNorm3d', 'norm_op_kwargs': {'eps': 1e-05, 'affine': True},
                    'dropout_op': None, 'dropout_op_kwargs': None,
                    'nonlin': 'torch.nn.LeakyReLU', 'nonlin_kwargs': {'inplace': True}},
                '_kw_requires_import': ['conv_op', 'norm_op', 'dropout_op', 'nonlin']}}}}
DATASET = {'channel_names': {'0': 'CT'}, 'labels': {'background': 0, 'spleen': 1, 'liver': 2}, 'numTraining': 2, 'file_ending': '.nii.gz'}


CONFIGURATION = PLANS['configurations']['3d_fullres']


def network(**change):
    from dynamic_network_architectures.architectures.unet import PlainConvUNet

    arguments = dict(CONFIGURATION['architecture']['arch_kwargs'])
    arguments.update(conv_op=torch.nn.Conv3d, norm_op=torch.nn.InstanceNorm3d, nonlin=torch.nn.LeakyReLU)
    return PlainConvUNet(input_channels=1, num_classes=3, **arguments, **change)


def expect(scan, out):
    """A patch at the spacing of the plans: nothing is cropped, resampled or tiled, so torch alone says what comes out."""
    facts = PLANS['foreground_intensity_properties_per_channel']['0']
    x = np.fromfile(scan, '<i2').reshape(1, 1, *CONFIGURATION['patch_size']).astype(np.float32)
    x = (np.clip(x, facts['percentile_00_5'], facts['percentile_99_5']) - facts['mean']) / facts['std']
    logits = 0
    for fold in (0, 1):
        weights = torch.load(MODEL / f'fold_{fold}' / 'checkpoint_final.pth', weights_only=False)['network_weights']
        net = network(deep_supervision=False).eval()
        net.load_state_dict({key.removeprefix('_orig_mod.'): value for key, value in weights.items()})
        with torch.no_grad():
            logits = logits + net(torch.from_numpy(x)).numpy() / 2
    logits.argmax(1).astype(np.uint8).tofile(out)


def make():
    PACKAGE.mkdir(parents=True)
    for folder in (PACKAGE.parent, PACKAGE):
        (folder / '__init__.py').write_text('')
    (PACKAGE / 'unet.py').write_text(NETWORK)
    MODEL.mkdir()
    (MODEL / 'plans.json').write_text(json.dumps(PLANS))
    (MODEL / 'dataset.json').write_text(json.dumps(DATASET))
    for fold in (0, 1):
        torch.manual_seed(fold)
        folder = MODEL / f'fold_{fold}'
        folder.mkdir()
        # as torch.compile leaves its names
        weights = {f'_orig_mod.{key}' if fold == 1 else key: value for key, value in network(deep_supervision=True).state_dict().items()}
        torch.save({'network_weights': weights, 'trainer_name': 'nnUNetTrainer', 'inference_allowed_mirroring_axes': (0, 1, 2)},
                   folder / 'checkpoint_final.pth')


if __name__ == '__main__':
    sys.path.insert(0, str(OUT / 'package'))
    if len(sys.argv) == 2:
        make()
    else:
        expect(Path(sys.argv[2]), Path(sys.argv[3]))
