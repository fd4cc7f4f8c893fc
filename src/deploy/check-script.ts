/** The Python that runs an exported policy without this project, as it lies in the folder. */

export const checkScript = `"""Runs policy.onnx with onnxruntime alone and compares it with golden.json.

    pip install onnxruntime numpy
    python check_policy.py
"""

import json
import pathlib
import sys

import numpy as np
import onnxruntime

folder = pathlib.Path(__file__).parent
golden = json.loads((folder / "golden.json").read_text())
session = onnxruntime.InferenceSession(
    str(folder / "policy.onnx"), providers=["CPUExecutionProvider"]
)
inputs = {value.name for value in session.get_inputs()}
metadata = session.get_modelmeta().custom_metadata_map
print("joints:", metadata["joint_names"])
print("observations:", metadata["observation_names"])

worst = 0.0
for pair in golden["pairs"]:
    feeds = {"obs": np.array([pair["obs"]], dtype=np.float32)}
    if "history" in inputs:
        feeds["history"] = np.array([pair["history"]], dtype=np.float32)
    actions = session.run(["actions"], feeds)[0][0]
    worst = max(worst, float(np.abs(actions - np.array(pair["actions"])).max()))

print(f"{len(golden['pairs'])} golden pairs, largest difference {worst:.2e}")
sys.exit(0 if worst <= golden["tolerance"] else 1)
`;
