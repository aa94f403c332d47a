"""Reads every NIfTI file of the folder of real files with nibabel and prints what it found.

    python3 make_nifti.py FOLDER_OF_REAL_DATA > nifti.json

Voxels are compared by their count, smallest, largest and sum, and by one sum in which each is weighed by where it is stored,
so that a permuted or flipped axis shows.
"""

import json
import pathlib
import sys

import nibabel
import numpy

root = pathlib.Path(sys.argv[1])
found = {}
for path in sorted(root.rglob('*.nii.gz')):
    image = nibabel.load(path)
    voxels = numpy.asarray(image.dataobj, dtype=numpy.float64).ravel(order='F')  # first axis fastest, as stored
    weights = numpy.arange(voxels.size) % 1009
    found[path.relative_to(root).as_posix()] = {
        'size': list(image.shape),
        'affineRas': image.affine.ravel().tolist(),
        'min': float(voxels.min()),
        'max': float(voxels.max()),
        'sum': float(voxels.sum()),
        'weighted': float((voxels * weights).sum()),
    }
json.dump({'madeWith': f'nibabel {nibabel.__version__}, numpy {numpy.__version__}', 'files': found}, sys.stdout, indent=1)
print()
