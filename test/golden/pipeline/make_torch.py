"""Golden arrays of torch, whose interpolation and sampling MONAI uses. Run in this folder: python3 make_torch.py"""
import platform
import numpy as np
import torch
import torch.nn.functional as F
from store import Store

store = Store()
generator = torch.Generator().manual_seed(3)
x = (torch.randn((1, 1, 7, 9, 8), generator=generator, dtype=torch.float64) * 300).round()
store.put("image", x[0, 0].numpy().astype(np.int16))
for name, size in {"up": (12, 13, 15), "down": (4, 5, 6)}.items():
    store.put(f"interpolate/{name}", F.interpolate(x, size, mode="trilinear", align_corners=False)[0, 0].numpy())
    store.put(f"corners/{name}", F.interpolate(x, size, mode="trilinear", align_corners=True)[0, 0].numpy())
    store.put(f"nearest-exact/{name}", F.interpolate(x, size, mode="nearest-exact")[0, 0].numpy())
# Spacing: places k * t / s of each axis, bilinear, border padding
spacing, target = (2.0, 0.7, 1.1), (0.9, 1.2, 0.8)
places = [torch.arange(round((n - 1) * s / t + 1), dtype=torch.float64) * t / s for n, s, t in zip(x.shape[2:], spacing, target)]
unit = [p / (n - 1) * 2 - 1 for p, n in zip(places, x.shape[2:])]
grid = torch.stack(torch.meshgrid(*unit, indexing="ij"), -1)[None].flip(-1)
store.put("spacing", F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=True)[0, 0].numpy(), spacing=spacing, target=target)
logits = torch.randn((5, 200), generator=generator, dtype=torch.float64) * 6
store.put("logits", logits.numpy())
store.put("softmax", torch.softmax(logits.float(), 0).numpy())
store.put("sigmoid", torch.sigmoid(logits.float()).numpy())
half = logits.float().half()
store.put("half", half.float().numpy())
store.write("torch", {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__})
