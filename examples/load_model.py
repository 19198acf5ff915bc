#!/usr/bin/env python3
"""Load a model and compute free energies and hidden means, with numpy and safetensors alone.

    examples/load_model.py MODEL.safetensors CASES.npy [MEANS.npy]

Cases are 0 and 1 (or −1 and +1), real numbers for Gaussian units, or the states 0…q−1 of categorical
ones; shape [N, …]. Prints the mean
free energy of the first layer in nats, as `wilson evaluate` does; writes the means of the top layer,
as `wilson transform` does.
"""

import sys

import numpy as np
from safetensors import safe_open


def load(path):
    """Return the layers, lowest first, the states of the first layer's units (1 for kinds that have no
    column for each state), and the mean and deviation by which data are standardized."""
    with safe_open(path, framework="np") as file:
        kinds, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}
    layers = []
    while (name := f"layers.{len(layers)}.") + "weights" in tensors:
        weights, b, c = (tensors[name + part].astype(np.float64)
                         for part in ("weights", "visible_bias", "hidden_bias"))
        variances = np.exp(tensors.get(name + "visible_log_variance", 0 * b).astype(np.float64))
        states = int(kinds.get(name + "hidden_categories", 1))
        layers.append((kinds[name + "visible_units"], kinds[name + "hidden_units"],
                       weights, b, c, variances, states))
    first = int(kinds.get("layers.0.visible_categories", 1))
    return layers, first, tensors.get("data.mean"), tensors.get("data.deviation")


def values(cases, kind, states, mean, deviation):
    """Return cases as what units of a kind take, shape [N, visible]."""
    if kind == "categorical":
        v = cases.reshape(len(cases), -1)
        return (v[:, :, None] == np.arange(states)).reshape(len(cases), -1).astype(np.float64)
    v = cases.reshape(len(cases), -1).astype(np.float32)
    if kind == "gaussian" and cases.dtype == np.uint8:
        v = v / np.float32(255)
    if mean is not None:
        v = np.clip((v - mean) / deviation, -10, 10)
    if kind == "spin" and v.min() >= 0:
        v = 2 * v - 1
    return v.astype(np.float64)


def free_energies(layer, v):
    """Return −ln Σ_h exp(−E(v, h)) of each row of visible values."""
    visible, hidden, weights, b, c, variances, states = layer
    x = c + v / variances @ weights
    if hidden == "categorical":
        terms = np.logaddexp.reduce(x.reshape(len(x), -1, states), axis=2)
    else:
        terms = np.logaddexp(x, -x) if hidden == "spin" else np.logaddexp(0, x)
    own = ((v - b) ** 2 / (2 * variances)).sum(axis=1) if visible == "gaussian" else -v @ b
    return own - terms.sum(axis=1)


def hidden_means(layer, v):
    """Return the mean of each hidden unit, or of each of its states, for each row of visible values."""
    _, hidden, weights, _, c, variances, states = layer
    x = c + v / variances @ weights
    if hidden == "categorical":
        x = x.reshape(len(x), -1, states)
        p = np.exp(x - x.max(axis=2, keepdims=True))
        return (p / p.sum(axis=2, keepdims=True)).reshape(len(x), -1)
    return np.tanh(x) if hidden == "spin" else 1 / (1 + np.exp(-x))


if __name__ == "__main__":
    layers, states, mean, deviation = load(sys.argv[1])
    v = values(np.load(sys.argv[2]), layers[0][0], states, mean, deviation)
    print(free_energies(layers[0], v).mean())
    for layer in layers:
        v = hidden_means(layer, v)
    if len(sys.argv) > 3:
        np.save(sys.argv[3], v.astype(np.float32))
