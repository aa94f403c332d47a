"""The chains on a real CT, by Python: python3 make_real.py FOLDER_OF_REAL_DATA [FOLDER_FOR_LABEL_MAPS]

Writes real.json: for each chain the voxels of each label and the sums of their indices, which say where they lie. No voxel
of the image is kept. With a second folder, whole label maps are written there for a comparison voxel by voxel.
"""
import gzip
import json
import struct
import sys
import numpy as np
from chains import *


def read_nifti(path):
    """[z, y, x] and spacing in that order; axes as stored."""
    raw = gzip.open(path).read()
    dim = struct.unpack("<8h", raw[40:56])
    code = struct.unpack("<h", raw[70:72])[0]
    spacing = struct.unpack("<8f", raw[76:108])
    offset, slope, inter = struct.unpack("<3f", raw[108:120])
    kind = {2: "<u1", 4: "<i2", 8: "<i4", 16: "<f4", 64: "<f8", 512: "<u2"}[code]
    shape = dim[3:0:-1]
    data = np.frombuffer(raw, kind, int(np.prod(shape)), int(offset)).reshape(shape).astype(np.float64)
    return (data * slope + inter if slope not in (0, 1) or inter else data), spacing[3:0:-1]


def kernels(name):
    facts = json.load(open("scipy.json"))["arrays"]
    file = open("scipy.bin", "rb").read()

    def array(key):
        entry = facts[key]
        return np.frombuffer(file, "<f4", int(np.prod(entry["shape"])), entry["offset"]).reshape(entry["shape"])

    return array(f"{name}/kernels"), array(f"{name}/bias")


def facts(labels):
    return {str(l): [int((labels == l).sum())] + [int(np.nonzero(labels == l)[a].sum()) for a in range(3)] for l in np.unique(labels)}


folder = sys.argv[1]
ct, spacing = read_nifti(f"{folder}/msd-spleen2-crop/ct.nii.gz")
k, b = kernels("nnunet-ct")
results = {
    "nnunet": nnunet_chain(
        np.round(ct[None]), spacing, (3.0, 1.2, 1.2), (16, 64, 64), lambda x, mask: (np.clip(x, -60, 260) - 70) / 90, lambda t: network(t, k, b)
    )
}
k, b = kernels("monai")
small, spacing = read_nifti(f"{folder}/totalseg/example_ct_sm.nii.gz")
xyz = np.round(small).transpose(2, 1, 0)
results["monai"] = monai_chain(xyz, spacing[::-1], (4.0, 4.0, 2.0), ((-57, 164), (0, 1)), (32, 32, 32), 0.5, lambda t: network(t, k, b)).transpose(2, 1, 0)
json.dump({name: facts(labels) for name, labels in results.items()}, open("real.json", "w"), indent=1)
if len(sys.argv) > 2:
    for name, labels in results.items():
        labels.astype(np.uint8).tofile(f"{sys.argv[2]}/{name}.bin")
