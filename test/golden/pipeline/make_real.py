"""The chains on a real CT, by Python: python3 make_real.py FOLDER_OF_REAL_DATA [FOLDER_FOR_LABEL_MAPS]

Writes real.json: for each chain the voxels of each label and the sums of their indices, which say where they lie. No voxel
of the image is kept. With a second folder, whole label maps are written there for a comparison voxel by voxel.
"""
import json
import sys
import numpy as np
from chains import *


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
