#!/usr/bin/env python3
"""Load a model and compute free energies and hidden means, with numpy and safetensors alone.

    examples/load_model.py MODEL.safetensors CASES.npy [MEANS.npy]

Cases are 0 and 1 (or −1 and +1), shape [N, …]. Prints the mean free energy of the first layer in
nats, as `wilson evaluate` does; writes the means of the top layer, as `wilson transform` does.
"""

import sys

import numpy as np
from safetensors import safe_open


def load(path):
    """Return the layers, lowest first: kinds, weights [visible, hidden] and both biases."""
    with safe_open(path, framework="np") as file:
        kinds, layers = file.metadata(), []
        while (name := f"layers.{len(layers)}") + ".weights" in file.keys():
            tensors = (file.get_tensor(f"{name}.{part}").astype(np.float64)
                       for part in ("weights", "visible_bias", "hidden_bias"))
            layers.append((kinds[name + ".visible_units"], kinds[name + ".hidden_units"], *tensors))
    return layers


def free_energies(layer, v):
    """Return −ln Σ_h exp(−E(v, h)) of each row of visible values."""
    _, hidden, weights, b, c = layer
    x = c + v @ weights
    terms = np.logaddexp(x, -x) if hidden == "spin" else np.logaddexp(0, x)
    return -v @ b - terms.sum(axis=1)


def hidden_means(layer, v):
    """Return the mean of each hidden unit for each row of visible values."""
    _, hidden, weights, _, c = layer
    x = c + v @ weights
    return np.tanh(x) if hidden == "spin" else 1 / (1 + np.exp(-x))


if __name__ == "__main__":
    layers = load(sys.argv[1])
    cases = np.load(sys.argv[2])
    v = cases.reshape(len(cases), -1).astype(np.float64)
    if layers[0][0] == "spin" and v.min() >= 0:
        v = 2 * v - 1
    print(free_energies(layers[0], v).mean())
    for layer in layers:
        v = hidden_means(layer, v)
    if len(sys.argv) > 3:
        np.save(sys.argv[3], v.astype(np.float32))
