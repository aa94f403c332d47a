"""
Makes encodings/ and encodings.json: one small phantom in every encoding of DICOM that is read, by tools that are not ours.

pydicom writes the data sets; dcmtk turns them into other transfer syntaxes; OpenJPEG and OpenJPH make the codestreams of
JPEG 2000 and HTJ2K. What each file holds is what dcmtk, OpenJPEG or OpenJPH decode from it again, never what we read.
Needs pydicom 3.0.2, numpy 2.4.6, and from Debian 12 dcmtk 3.6.7, libopenjp2-tools 2.5.0, openjph-tools 0.9.0:
python3 test/golden/imaging/make_encodings.py
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian

HERE = Path(__file__).parent
OUT = HERE / "encodings"
ROOT = "1.2.826.0.1.3680043.8.498.1."
COLUMNS, ROWS = 24, 20
CT, ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1"
MR, PET, SEG = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.66.4"
J2K_LOSSLESS, J2K, HTJ2K_LOSSLESS = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.201"
expected = {"made with": {}, "files": {}}


def run(*args):
    done = subprocess.run([str(a) for a in args], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{args[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def phantom(k=0, scale=1):
    """Smooth in the middle, with an edge and a single bright voxel; signed."""
    j, i = np.mgrid[0:ROWS, 0:COLUMNS]
    disc = ((i - 11) / 9.0) ** 2 + ((j - 9) / 7.0) ** 2 <= 1
    values = np.where(disc, 40 + 3 * i - 2 * j + 5 * k, -1000 + (i * 7 + j * 13 + k) % 5)
    values[3, 19] = 1999 - k
    return (values * scale).astype(np.int32)


def base(sop_class, modality, uid):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = UID(ROOT + uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(ROOT + "1"), UID(ROOT + "2." + uid.split(".")[0])
    ds.FrameOfReferenceUID = UID(ROOT + "3")
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = "Phantom", "phantom", "", ""
    ds.StudyDate, ds.StudyTime, ds.AccessionNumber, ds.StudyID = "", "", "", "1"
    ds.ReferringPhysicianName, ds.Manufacturer, ds.SeriesNumber, ds.InstanceNumber = "", "none", "1", "1"
    ds.Modality, ds.PositionReferenceIndicator = modality, ""
    ds.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    ds.PatientPosition, ds.BurnedInAnnotation, ds.BodyPartExamined = "HFS", "NO", "ABDOMEN"
    return ds


def mr(uid):
    ds = base(MR, "MR", uid)
    ds.ScanningSequence, ds.SequenceVariant, ds.ScanOptions, ds.MRAcquisitionType = "GR", "NONE", "", "2D"
    ds.RepetitionTime, ds.EchoTime, ds.EchoTrainLength = "100", "5", "1"
    return ds


def slice_of(ds, stored, bits=16, signed=True, slope=1.0, intercept=0.0, z=10.0):
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [-12, 20.5, z], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [0.75, 0.5], "2.5"
    pixels(ds, stored, bits, signed)
    ds.RescaleSlope, ds.RescaleIntercept = repr(slope), repr(intercept)
    return ds


def pixels(ds, stored, bits, signed):
    frames = stored if stored.ndim == 3 else stored[None]
    ds.Rows, ds.Columns = frames.shape[1:]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated = 16 if bits > 8 else 8
    ds.BitsStored, ds.HighBit, ds.PixelRepresentation = bits, bits - 1, int(signed)
    kind = ("<i2" if signed else "<u2") if bits > 8 else "u1"
    ds.PixelData = frames.astype(kind).tobytes()
    ds["PixelData"].VR = "OW" if bits > 8 else "OB"


def keep(name, path, stored, **more):
    """Notes what a file holds, by the values that the tools decoded."""
    shutil.copy(path, OUT / name) if path != OUT / name else None
    syntax = str(pydicom.dcmread(OUT / name, stop_before_pixels=True).file_meta.TransferSyntaxUID)
    values = np.asarray(stored).astype(np.int64)
    expected["files"][name] = {
        "transferSyntax": syntax,
        "sum": int(values.sum()),
        "min": int(values.min()),
        "max": int(values.max()),
        "sha256OfInt32": hashlib.sha256(values.astype("<i4").tobytes()).hexdigest(),
        **more,
    }


def decoded(path, tool=None):
    """Stored values as dcmtk decodes them."""
    plain = path
    if tool is not None:
        plain = path.with_suffix(".plain")
        run(tool, path, plain)
    else:
        plain = path.with_suffix(".plain")
        run("dcmconv", "+te", path, plain)
    ds = pydicom.dcmread(plain)
    kind = ("<i2" if ds.PixelRepresentation else "<u2") if ds.BitsAllocated == 16 else "u1"
    frames = int(ds.get("NumberOfFrames", 1))
    count = frames * ds.Rows * ds.Columns
    return np.frombuffer(ds.PixelData, kind)[:count].reshape(frames, ds.Rows, ds.Columns)


def encodings(work):
    """One CT slice through dcmtk, OpenJPEG and OpenJPH."""
    original = work / "ct.dcm"
    ct = slice_of(base(CT, "CT", "10.1"), phantom() + 1024, 16, True, 1.0, -1024.0)
    ct.KVP, ct.AcquisitionNumber = "120", "1"
    ct.save_as(original, enforce_file_format=True)
    run("dcmconv", "+te", "+g", original, work / "x.dcm")  # with lengths of groups
    keep("ct-explicit-group-lengths.dcm", work / "x.dcm", decoded(work / "x.dcm"))
    for name, options in {
        "ct-implicit": ["+ti", "-g"],
        "ct-big-endian": ["+tb", "+e"],
        "ct-deflated": ["+td", "-e"],
        "ct-padded": ["+te", "-e", "+p", "1024", "64"],
    }.items():
        path = work / f"{name}.dcm"
        run("dcmconv", *options, original, path)
        keep(path.name, path, decoded(path))
    for name, tool, options, back in [
        ("ct-rle", "dcmcrle", [], "dcmdrle"),
        ("ct-jpeg-lossless", "dcmcjpeg", ["+e1"], "dcmdjpeg"),
        ("ct-jpeg-lossless-predictor-6", "dcmcjpeg", ["+el", "+sv", "6"], "dcmdjpeg"),
        ("ct-jpeg-ls", "dcmcjpls", ["+el"], "dcmdjpls"),
    ]:
        path = work / f"{name}.dcm"
        run(tool, *options, original, path)
        keep(path.name, path, decoded(path, back))
    # lossy JPEG: of eight bits and of twelve; decoders may round differently
    for name, bits, option in [("mr-jpeg-baseline", 8, "+eb"), ("mr-jpeg-extended", 12, "+ee")]:
        plain, path = work / "mr.dcm", work / f"{name}.dcm"
        values = np.clip((phantom() + 1000) // (12 if bits == 8 else 1), 0, 2**bits - 1)
        slice_of(mr(f"1{bits}.1"), values, bits, False).save_as(plain, enforce_file_format=True)
        run("dcmcjpeg", option, "+q", "90", plain, path)
        keep(path.name, path, decoded(path, "dcmdjpeg"), tolerance=1)
    plain, path = work / "mr.dcm", work / "mr-jpeg-ls-near.dcm"  # of dcmtk for unsigned values only
    slice_of(mr("13.1"), np.clip(phantom() + 1000, 0, 4095), 12, False).save_as(plain, enforce_file_format=True)
    run("dcmcjpls", "+en", "+md", "3", plain, path)
    keep(path.name, path, decoded(path, "dcmdjpls"))
    # codestreams by OpenJPEG and OpenJPH, of twelve bits
    values = np.clip(phantom() + 1000, 0, 4095)
    pgm = work / "in.pgm"
    pgm.write_bytes(b"P5\n%d %d\n4095\n" % (COLUMNS, ROWS) + values.astype(">u2").tobytes())
    for name, syntax, make in [
        ("mr-jpeg-2000", J2K_LOSSLESS, lambda out: run("opj_compress", "-n", "4", "-i", pgm, "-o", out)),
        ("mr-jpeg-2000-lossy", J2K, lambda out: run("opj_compress", "-n", "4", "-i", pgm, "-o", out, "-I", "-r", "4")),
        ("mr-htj2k", HTJ2K_LOSSLESS, lambda out: run("ojph_compress", "-i", pgm, "-o", out, "-reversible", "true", "-num_decomps", "3")),
    ]:
        stream, back = work / f"{name}.j2c", work / f"{name}.pgm"
        make(stream)
        run("ojph_expand" if "ht" in name else "opj_decompress", "-i", stream, "-o", back)
        ds = slice_of(mr(f"2{len(name)}.1"), values, 12, False)
        ds.PixelData = encapsulate([stream.read_bytes()])
        ds["PixelData"].is_undefined_length = True
        ds["PixelData"].VR = "OB"
        ds.file_meta.TransferSyntaxUID = UID(syntax)
        ds.save_as(OUT / f"{name}.dcm", enforce_file_format=True)
        keep(f"{name}.dcm", OUT / f"{name}.dcm", read_pgm(back), **({"tolerance": 1} if "lossy" in name else {}))


def read_pgm(path):
    head, rest = path.read_bytes(), []
    while len(rest) < 4:  # P5, columns, rows, largest; comments between
        line, head = head.split(b"\n", 1)
        rest += line.split(b"#")[0].split()
    return np.frombuffer(head, ">u2" if int(rest[3]) > 255 else "u1", int(rest[1]) * int(rest[2]))


def pet(work):
    """Three slices, each with a slope of its own."""
    for k, slope in enumerate([0.25, 0.5, 1.25]):
        ds = slice_of(base(PET, "PT", f"30.{k + 1}"), np.abs(phantom(k)), 16, True, slope, 0.0, 10 + 2.5 * k)
        ds.InstanceNumber, ds.Units, ds.DecayCorrection, ds.CorrectedImage = str(k + 1), "BQML", "START", ["DECY", "ATTN"]
        ds.SeriesType, ds.CountsSource, ds.ImageIndex = ["STATIC", "IMAGE"], "EMISSION", k + 1
        path = work / "pet.dcm"
        ds.save_as(path, enforce_file_format=True)
        run("dcmcrle", path, work / "pet-rle.dcm")
        keep(f"pet-{k + 1}.dcm", work / "pet-rle.dcm", decoded(work / "pet-rle.dcm", "dcmdrle"), slope=slope)


def functional(ds, orders, z_of, per_frame=lambda group, frame: None):
    shared = Dataset()
    measures, orientation = Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness, measures.SpacingBetweenSlices = [0.75, 0.5], "2.5", "2.5"
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    groups = []
    for frame in orders:
        group, content, place = Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = [-12, 20.5, z_of(frame)]
        content.DimensionIndexValues = [frame + 1]
        group.FrameContentSequence, group.PlanePositionSequence = [content], [place]
        per_frame(group, frame)
        groups.append(group)
    ds.SharedFunctionalGroupsSequence, ds.PerFrameFunctionalGroupsSequence = [shared], groups
    ds.NumberOfFrames = len(groups)
    return shared


def enhanced(work):
    """Four frames of one file, stored in another order than they lie, plain and with RLE."""
    orders = [2, 0, 3, 1]
    ds = base(ENHANCED_CT, "CT", "40.1")
    pixels(ds, np.stack([phantom(k) + 1024 for k in orders]), 16, True)
    shared = functional(ds, orders, lambda k: 10 + 2.5 * k)
    transform = Dataset()
    transform.RescaleIntercept, transform.RescaleSlope, transform.RescaleType = "-1024", "1", "HU"
    shared.PixelValueTransformationSequence = [transform]
    ds.save_as(work / "enhanced.dcm", enforce_file_format=True)
    run("dcmconv", "+te", "-e", work / "enhanced.dcm", work / "e.dcm")
    in_place = lambda path, tool=None: decoded(path, tool)[np.argsort(orders)]
    keep("enhanced-ct.dcm", work / "e.dcm", in_place(work / "e.dcm"))
    run("dcmcrle", work / "enhanced.dcm", work / "er.dcm")
    keep("enhanced-ct-rle.dcm", work / "er.dcm", in_place(work / "er.dcm", "dcmdrle"))


def segmentations(work):
    """Two segments that overlap, binary and fractional, on the grid of the enhanced CT."""
    j, i = np.mgrid[0:ROWS, 0:COLUMNS]
    share = [np.clip(1.3 - np.hypot((i - 11) / 9.0, (j - 9) / 7.0), 0, 1), np.clip(1.2 - np.hypot((i - 14) / 5.0, (j - 9) / 5.0), 0, 1)]
    frames = [(1, 1), (1, 2), (2, 2)]  # segment and slice
    for kind in ["BINARY", "FRACTIONAL"]:
        ds = base(SEG, "SEG", "50.1" if kind == "BINARY" else "51.1")
        levels = [np.round(share[segment - 1] * 200).astype(np.uint8) for segment, _ in frames]
        pixels(ds, np.stack(levels), 8, False)
        if kind == "BINARY":
            ds.PixelData = np.packbits(np.concatenate([(one >= 100).ravel() for one in levels]), bitorder="little").tobytes()
            ds.BitsAllocated, ds.BitsStored, ds.HighBit = 1, 1, 0
            if len(ds.PixelData) % 2:
                ds.PixelData += b"\0"
        else:
            ds.SegmentationFractionalType, ds.MaximumFractionalValue = "PROBABILITY", 200
        ds.SegmentationType, ds.ContentLabel, ds.ContentDescription, ds.ContentCreatorName = kind, "PHANTOM", "", ""
        ds.LossyImageCompression, ds.ImageType = "00", ["DERIVED", "PRIMARY"]
        ds.SegmentSequence = []
        for number in [1, 2]:
            segment, category, kind_of = Dataset(), Dataset(), Dataset()
            category.CodeValue, category.CodingSchemeDesignator, category.CodeMeaning = "123037004", "SCT", "Anatomical Structure"
            kind_of.CodeValue, kind_of.CodingSchemeDesignator, kind_of.CodeMeaning = ("10200004", "SCT", "Liver") if number == 1 else ("78961009", "SCT", "Spleen")
            segment.SegmentNumber, segment.SegmentLabel, segment.SegmentAlgorithmType = number, ["outer", "inner"][number - 1], "MANUAL"
            segment.SegmentedPropertyCategoryCodeSequence, segment.SegmentedPropertyTypeCodeSequence = [category], [kind_of]
            ds.SegmentSequence.append(segment)

        def belongs(group, n):
            which = Dataset()
            which.ReferencedSegmentNumber = frames[n][0]
            group.SegmentIdentificationSequence = [which]

        functional(ds, range(len(frames)), lambda n: 10 + 2.5 * frames[n][1], belongs)
        path = work / "seg.dcm"
        ds.save_as(path, enforce_file_format=True)
        run("dcmconv", "+td" if kind == "FRACTIONAL" else "+ti", path, work / "s.dcm")
        plain = work / "s.plain"
        run("dcmconv", "+te", work / "s.dcm", plain)
        again = pydicom.dcmread(plain)
        raw = np.frombuffer(again.PixelData, np.uint8)
        stored = np.unpackbits(raw, bitorder="little")[: 3 * ROWS * COLUMNS] if kind == "BINARY" else raw
        stored = stored.reshape(3, ROWS, COLUMNS)
        keep(f"seg-{kind.lower()}.dcm", work / "s.dcm", stored, frames=[runs(one >= (1 if kind == "BINARY" else 100)) for one in stored], lower=[runs(one >= (1 if kind == "BINARY" else 60)) for one in stored])


def runs(mask):
    """First pixel and length of each run."""
    flat = np.concatenate([[0], mask.ravel().astype(int), [0]])
    edges = np.flatnonzero(np.diff(flat))
    return [[int(a), int(b - a)] for a, b in zip(edges[::2], edges[1::2])]


def main():
    OUT.mkdir(exist_ok=True)
    for old in OUT.glob("*.dcm"):
        old.unlink()
    expected["made with"] = {
        "pydicom": pydicom.__version__,
        "numpy": np.__version__,
        "dcmtk": run("dcmdump", "--version").split()[2],
        "OpenJPEG": "2.5.0",
        "OpenJPH": "0.9.0",
    }
    with tempfile.TemporaryDirectory() as folder:
        for part in [encodings, pet, enhanced, segmentations]:
            part(Path(folder))
    (HERE / "encodings.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
