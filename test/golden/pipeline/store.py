"""Arrays as one little-endian file and one JSON list of names, types, shapes (C order, last axis fastest) and offsets."""
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
