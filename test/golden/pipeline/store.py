"""Arrays as one little-endian file and one JSON list of names, types, shapes (C order, last axis fastest) and offsets."""
import gzip
import json
import numpy as np


class Store:
    def __init__(self):
        self.entries, self.parts, self.at = {}, [], 0

    def put(self, name, array, **facts):
        array = np.ascontiguousarray(array)
        kind = {"f": "<f4", "i": "<i2", "u": "|u1", "b": "|u1"}[array.dtype.kind]
        data = array.astype(kind).tobytes()
        data += b"\0" * (-len(data) % 4)
        self.entries[name] = {"dtype": kind[1:], "shape": list(array.shape), "offset": self.at, **facts}
        self.parts.append(data)
        self.at += len(data)

    def write(self, stem, versions):
        with open(stem + ".bin", "wb") as file:
            file.write(b"".join(self.parts))
        with open(stem + ".json", "w") as file:
            json.dump({"versions": versions, "arrays": self.entries}, file, indent=1)
            file.write("\n")


class Cases(Store):
    """Arrays, and beside them what they are the answer to: parts of manifests, one case a line."""

    def __init__(self):
        super().__init__()
        self.cases = []

    def case(self, name, expected, **facts):
        """`facts` say what is to be run on which arrays; the answer is kept under the case's name."""
        self.put(name, expected)
        self.cases.append({"name": name, **facts})

    def write(self, stem, versions):
        with open(stem + ".bin.gz", "wb") as file:
            file.write(gzip.compress(b"".join(self.parts), 9, mtime=0))

        def lines(items):
            return ",\n".join("  " + item for item in items)

        arrays = lines(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in self.entries.items())
        cases = lines(json.dumps(case) for case in self.cases)
        with open(stem + ".json", "w") as file:
            file.write(f'{{\n "versions": {json.dumps(versions)},\n "arrays": {{\n{arrays}\n }},\n "cases": [\n{cases}\n ]\n}}\n')
